"""Making the next request to a ledger fail."""

from ledgersim.spaces.space import Space
from ledgersim.vendors.payex.state import Ledger, PayexState


def set_next_problem(space: Space, ledger: Ledger, code: str) -> None:
    """Make the next request to the ledger fail with the problem that has this code."""
    _save(space, {**space.state(PayexState).next_problem, ledger.number: code})


def take_next_problem(space: Space, ledger: Ledger) -> str | None:
    """Remove and return the code of the problem that is set for the ledger, or None."""
    remaining = dict(space.state(PayexState).next_problem)
    code = remaining.pop(ledger.number, None)
    if code is not None:
        _save(space, remaining)
    return code


def _save(space: Space, next_problem: dict[str, str]) -> None:
    state = space.state(PayexState).model_copy(update={"next_problem": next_problem})
    with space.transaction() as connection:
        space.save_state(connection, state)
