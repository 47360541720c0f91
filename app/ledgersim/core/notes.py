"""Notes on a request: what of it was tolerated though it is no part of the vendor's API, or was refused."""

from typing import NamedTuple

from starlette.types import Scope


class Note(NamedTuple):
    """One remark: a stable code (`unknown-member`), where in the request, and why in a sentence."""

    code: str
    where: str
    message: str


def note(scope: Scope, code: str, where: str, message: str) -> None:
    """Remark something on the request of this scope; the journal and `Sim-Violations` tell it."""
    scope["notes"].append(Note(code, where, message))
