"""States and the moves between them, as a table."""

from collections.abc import Mapping
from typing import TypeVar

from ledgersim.problems import CONFLICT

State = TypeVar("State", bound=str)


def move(moves: Mapping[tuple[State, str], State], state: State, act: str, what: str) -> State:
    """The state that an act leads to. Raises a 409 Problem where the table has no such move."""
    found = moves.get((state, act))
    if found is None:
        raise CONFLICT.with_detail(f"The {what} is {state}: {act} is not possible then.")
    return found
