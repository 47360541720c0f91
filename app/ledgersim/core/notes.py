"""Notes on a request: what of it was tolerated though it is no part of the vendor's API, or was refused."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from starlette.types import Scope

MOST_NOTES = 20  # of a request


class Note(NamedTuple):
    """One remark: a stable code (`unknown-member`), where in the request, and why in a sentence."""

    code: str
    where: str
    message: str


def note(scope: Scope, code: str, where: str, message: str) -> None:
    """Remark something on the request of this scope; the journal and `Sim-Violations` tell it."""
    note_all(scope, [Note(code, where, message)])


def note_all(scope: Scope, notes: Iterable[Note]) -> None:
    """Remark as much as there is room for; the rest is not even looked for."""
    kept = scope["notes"]
    kept.extend(islice(notes, max(MOST_NOTES - len(kept), 0)))
