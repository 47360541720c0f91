"""Forms. Most of them describe a call to the admin API, which is made as they say."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from ledgersim.diagnostics.faults import MAX_SECONDS
from ledgersim.http.body import read_bytes
from ledgersim.problems import UNREADABLE, Problem

MAX_BYTES = 64 * 2**10
MAX_FIELDS = 100

# What a field must be, by the type of pydantic's error.
_MUST = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "bool_parsing": "must be true or false",
    "float_parsing": "must be a number",
    "seconds": f"must be a number from 0 to {MAX_SECONDS}",
    "greater_than_equal": "must be at least {ge:,.0f}",
    "less_than_equal": "must be at most {le:,.0f}",
    "string_too_long": "must have at most {max_length:,} characters",
    "literal_error": "must be {expected}",
    "missing": "is required",
}


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name. Raises a 400 or 413 Problem."""
    body = await read_bytes(request, MAX_BYTES)
    try:
        return dict(
            parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
        )
    except ValueError as error:
        raise UNREADABLE.with_detail("The form cannot be read: it is not URL-encoded.") from error


def body_of(form: Mapping[str, str]) -> dict[str, Any] | None:
    """The JSON body that the fields named `body.MEMBER` describe; None without any.

    Fields without a value are left out. `body.match.operation` is a member of a member; `body.times:int` and
    `body.probability:float` are numbers; what is none stays a text, which the admin API rejects.
    Raises a 400 Problem if a member has a value and members.
    """
    members = [(name[5:], value.strip()) for name, value in form.items() if name.startswith("body.")]
    if not members:
        return None
    body: dict[str, Any] = {}
    for name, value in members:
        if value:
            path, _, kind = name.partition(":")
            _put(body, path.split("."), _typed(value, kind))
    return body


def _typed(value: str, kind: str) -> Any:
    try:
        number = int(value) if kind == "int" else float(value) if kind == "float" else None
    except ValueError:
        return value
    return value if number is None or not isfinite(number) else number


def _put(body: dict[str, Any], path: Iterable[str], value: Any) -> None:
    *parents, last = path
    for parent in parents:
        body = body.setdefault(parent, {})
        if not isinstance(body, dict):
            raise _mixed(parent)
    if last in body:
        raise _mixed(last)
    body[last] = value


def _mixed(name: str) -> Problem:
    return UNREADABLE.with_detail(f"The form cannot be read: {name[:80]} is a value and has members.")


def must(error: Mapping[str, Any]) -> str:
    """What a field must be, for an error of pydantic."""
    found = _MUST.get(error["type"])
    return str(error["msg"]) if found is None else found.format_map(error.get("ctx", {}))
