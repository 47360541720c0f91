"""Problems: errors that rules and routes raise, and that a vendor's `errors.py` renders as a response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

Errors = Mapping[str, Sequence[str]]


@dataclass(eq=False)
class Problem(Exception):
    """An error response, independent of any vendor's error format.

    `code` is stable, `detail` says why. `errors` has the messages for each invalid field of the request, by its
    path, such as `[1].debts[0].billDate`.
    """

    status: int
    code: str
    title: str
    detail: str = ""
    errors: Errors = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_detail(self, detail: str, **headers: str) -> Self:
        """A copy with a detail and further headers, named with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, detail=detail, headers={**self.headers, **named})

    def with_errors(self, errors: Errors) -> Self:
        """A copy with messages for invalid fields."""
        return replace(self, errors=errors)

    def __str__(self) -> str:
        return f"{self.status} {self.title}: {self.detail}"


VALIDATION = Problem(400, "validation", "One or more validation errors occurred.")
UNREADABLE = Problem(400, "unreadable", "The request body cannot be read as JSON.")
INCOMPLETE_BODY = Problem(400, "incomplete-body", "Bad Request").with_detail(  # appears only in the journal
    "The client closed the connection before the end of the body."
)
UNAUTHORIZED = Problem(401, "unauthorized", "Unauthorized")
NOT_FOUND = Problem(404, "not-found", "Not Found")
METHOD_NOT_ALLOWED = Problem(405, "method-not-allowed", "Method Not Allowed")
CONFLICT = Problem(409, "conflict", "Conflict")
TOO_LARGE = Problem(413, "too-large", "Content Too Large")
UNSUPPORTED_MEDIA_TYPE = Problem(415, "unsupported-media-type", "Unsupported Media Type")
INTERNAL = Problem(500, "internal-server-error", "Internal Server Error")

# Problems that any operation can return.
COMMON = (
    VALIDATION,
    UNREADABLE,
    UNAUTHORIZED,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    CONFLICT,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
)


def invalid(name: str, message: str) -> Problem:
    """A validation problem (400) for one field."""
    return VALIDATION.with_errors({name: [message]})


def in_one_line(errors: Errors) -> str:
    """The messages with the fields that they are for: `a: is missing; b: must be a number`."""
    return "; ".join(f"{name}: {message}" for name, messages in errors.items() for message in messages)


def locations(error: Mapping[str, Any]) -> list[tuple[int | str, ...]]:
    """Where an error of pydantic belongs: its location, or the members there that it is about."""
    members = error.get("ctx", {}).get("members")
    return [error["loc"]] if members is None else [(*error["loc"], member) for member in members]


def field_path(location: Sequence[Any]) -> str:
    """The path of a field, from its location as pydantic reports it: `[1].debts[0].billDate`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else str(part)
    return path
