"""State transitions by table."""

from collections.abc import Mapping
from typing import TypeVar

from ledgersim.problems import CONFLICT

State = TypeVar("State", bound=str)


def transition(table: Mapping[tuple[State, str], State], state: State, action: str, subject: str) -> State:
    """The state of a `subject` after an action. Raises a 409 Problem if its state does not allow the action."""
    target = table.get((state, action))
    if target is None:
        raise CONFLICT.with_detail(f"The {subject} is {state}, which does not allow {action}.")
    return target
