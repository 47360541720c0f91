"""The form for a fault: its fields, and in plain words what is wrong with them."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from pydantic import ValidationError

from ledgersim.admin.base import check_match
from ledgersim.diagnostics.faults import MEMBERS, REQUIRED, Fault, Kind
from ledgersim.diagnostics.matching import matches
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.routing import is_below, segments
from ledgersim.http.vendor_app import VendorApp
from ledgersim.problems import Problem, field_path
from ledgersim.ui.dashboard.forms import body_of, must

Errors = dict[str, list[str]]


class _Field(NamedTuple):
    """A field: its type (text without one), an example, and what it takes."""

    type: str
    example: str
    hint: str


# What a client gets from each kind.
KINDS: dict[Kind, str] = {
    "status": "the vendor's error response with a status",
    "delay": "the response, later",
    "drop": "nothing: the connection is closed",
    "reset": "nothing: the connection is reset",
    "truncate": "only the first part of the response",
    "quota": "429 beyond a number of requests",
}

_FIELDS = {
    "match.operation": _Field("", "*.create", "an operation; * stands for any text; by default all"),
    "match.method": _Field("", "GET", "a method; by default all"),
    "match.path": _Field("", "*/v1/*", "a path; * stands for any text; by default all"),
    "status": _Field("int", "503", "400 to 599"),
    "retry_after": _Field("int", "5", "seconds, for the header Retry-After"),
    "detail": _Field("", "Down for maintenance", "the text of the problem"),
    "seconds": _Field("float", "1.5", "0 to 600 seconds of real time"),
    "bytes": _Field("int", "10", "bytes of the body to send; by default half of it"),
    "limit": _Field("int", "10", "requests allowed in each window"),
    "window": _Field("", "PT1M", "ISO 8601 duration on the clock of the space: PT30S, PT1M, P1D"),
    "times": _Field("int", "1", "how many requests it hits; by default all"),
    "probability": _Field("float", "0.25", "0 to 1: the share of requests that it hits"),
    "ttl": _Field("", "PT10M", "ISO 8601 duration until it ends: PT10M, P1D"),
}


def fields(sent: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields but the choices of kind and time, with what was sent in them, and for which kinds they are."""
    return [
        {
            **about._asdict(),
            "name": name,
            "field": field,
            "value": sent.get(field, ""),
            "kinds": " ".join(kind for kind, names in MEMBERS.items() if name in names),
            "required": " ".join(kind for kind, names in REQUIRED.items() if name in names),
        }
        for name, about in _FIELDS.items()
        for field in [f"body.{name}:{about.type}" if about.type else f"body.{name}"]
    ]


def errors_of(sent: Mapping[str, str], dispatcher: Dispatcher, now: datetime) -> Errors:
    """Everything that is wrong with a form, by the names of its fields."""
    members = {name[5:].partition(":")[0]: name for name in sent}
    members = {name: field for name, field in members.items() if name in ("kind", "when", *_FIELDS)}
    if not members:
        return {}
    try:
        fault = Fault.model_validate(body_of({field: sent[field] for field in members.values()}))
    except ValidationError as error:
        wrong: Errors = {field_path(one["loc"]): [must(one)] for one in error.errors()}
        if not wrong.keys() <= members.keys():
            return wrong
        others = {field: sent[field] for name, field in members.items() if name not in wrong}
        return errors_of(others, dispatcher, now) | wrong
    found: Errors = {}
    for check in (partial(check_match, dispatcher, fault.match), partial(fault.check, now)):
        try:
            check()
        except Problem as problem:
            found |= {name: list(messages) for name, messages in problem.errors.items()}
    return found


def fits_a_route(match: Mapping[str, Any], vendors: Mapping[str, VendorApp]) -> bool:
    """Whether a known route has the method and the path of a fault; a path with `*` is not looked at."""
    method, path = (match.get("method") or "*").lower(), match.get("path") or "*"
    return any(
        "*" in path or (is_below(path, mount) and app.find(own, segments(path[len(mount) :])).route)
        for mount, app in vendors.items()
        for own in {own for own, _ in app.paths()}
        if matches(own.lower(), method)
    )
