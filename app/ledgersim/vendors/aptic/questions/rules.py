"""Validation of the answers to questions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def response_errors(
    question: Mapping[str, Any], response: str | None, postpone_to: datetime | None, now: datetime
) -> dict[str, list[str]]:
    """Return the errors in an answer, by field. It must have either `response` or `postpone_to`."""
    codes = ", ".join(question["responses"])
    if response is None and postpone_to is None:
        return {"response": [f"Send one of {codes}, or postponeTo if the question allows it"]}
    if response is not None and postpone_to is not None:
        return {"postponeTo": ["Send either response or postponeTo, not both"]}
    if response is not None:
        if response in question["responses"]:
            return {}
        return {"response": [f"{response[:80]!r} is not a valid answer; use one of {codes}"]}
    if not question["allow_postpone"]:
        return {"postponeTo": ["This question cannot be postponed"]}
    assert postpone_to is not None
    return {"postponeTo": ["Input should be in the future"]} if postpone_to <= now else {}
