"""How a question may be answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def response_errors(
    question: Mapping[str, Any], response: str | None, postpone_to: datetime | None, now: datetime
) -> dict[str, list[str]]:
    """What is wrong with an answer to a question, by field. Exactly one of the two must be sent."""
    codes = ", ".join(question["responses"])
    if response is None and postpone_to is None:
        return {"response": [f"Send one of {codes}, or postponeTo where the question allows it"]}
    if response is not None and postpone_to is not None:
        return {"postponeTo": ["Send either response or postponeTo"]}
    if response is not None:
        wrong = response not in question["responses"]
        return {"response": [f"{response[:80]!r} is no answer; use one of {codes}"]} if wrong else {}
    if not question["allow_postpone"]:
        return {"postponeTo": ["This question cannot be postponed"]}
    assert postpone_to is not None
    return {"postponeTo": ["Input should lie in the future"]} if postpone_to <= now else {}
