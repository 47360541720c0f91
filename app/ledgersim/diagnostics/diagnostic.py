"""Diagnostics of a request: what was accepted although the vendor doesn't document it, or why it failed."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

MAX_DIAGNOSTICS = 20  # per request
MAX_HEADER = 1_000  # characters of `Sim-Diagnostics`
_SAFE = "[].$@-_:/"  # not percent-encoded there


class Diagnostic(NamedTuple):
    """A stable code such as `unknown-member`, the path in the request, and an explanation."""

    code: str
    where: str
    message: str


def format_diagnostics(diagnostics: Sequence[Diagnostic]) -> str:
    """The code and path of each diagnostic in ASCII, for a header: as many as there is room for."""
    text = ""
    for number, one in enumerate(diagnostics):
        part = f"{one.code} {quote(one.where, safe=_SAFE)}".rstrip()
        if len(text) + len(part) > MAX_HEADER:
            return f"{text}, and {len(diagnostics) - number} more"
        text = f"{text}, {part}" if text else part
    return text
