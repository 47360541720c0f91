"""Diagnostics of a request: what was accepted although the vendor doesn't document it, or why it failed."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from starlette.types import Scope

MAX_NOTES = 20  # per request


class Diagnostic(NamedTuple):
    """A stable code such as `unknown-member`, the path in the request, and an explanation."""

    code: str
    where: str
    message: str


def add_diagnostic(scope: Scope, code: str, where: str, message: str) -> None:
    """Add a diagnostic to the request; it appears in the journal and in the header `Sim-Violations`."""
    add_diagnostics(scope, [Diagnostic(code, where, message)])


def add_diagnostics(scope: Scope, diagnostics: Iterable[Diagnostic]) -> None:
    """Add diagnostics up to the limit. The iterable is not consumed beyond it."""
    added = scope["notes"]
    added.extend(islice(diagnostics, max(MAX_NOTES - len(added), 0)))
