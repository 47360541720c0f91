"""Notes on a request: what of it was tolerated though it is no part of the vendor's API, or was refused."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from starlette.types import Scope

MAX_NOTES = 20  # of a request


class Diagnostic(NamedTuple):
    """One remark: a stable code (`unknown-member`), where in the request, and why in a sentence."""

    code: str
    where: str
    message: str


def add_diagnostic(scope: Scope, code: str, where: str, message: str) -> None:
    """Remark something on the request of this scope; the journal and `Sim-Violations` tell it."""
    add_diagnostics(scope, [Diagnostic(code, where, message)])


def add_diagnostics(scope: Scope, notes: Iterable[Diagnostic]) -> None:
    """Remark as much as there is room for; the rest is not even looked for."""
    kept = scope["notes"]
    kept.extend(islice(notes, max(MAX_NOTES - len(kept), 0)))
