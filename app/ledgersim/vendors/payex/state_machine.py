"""State transitions by table."""

from collections.abc import Mapping
from typing import TypeVar

from ledgersim.problems import CONFLICT

State = TypeVar("State", bound=str)


def transition(
    table: Mapping[tuple[State, str], State], state: State, action: str, subject: str, described: str = ""
) -> State:
    """The state of a `subject` after an action. `described` is its present state in other words.

    Raises a 409 Problem that names the possible actions if its state does not allow this one.
    """
    target = table.get((state, action))
    if target is None:
        possible = ", ".join(known for at, known in table if at == state) or "none"
        raise CONFLICT.with_detail(
            f"The {subject} ({described or state}) does not allow {action}; possible moves: {possible}."
        )
    return target
