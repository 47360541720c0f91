"""Provider states of Pact: what a space needs for each, with placeholders."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")


class ProviderState(BaseModel):
    """What a state needs. Texts may have placeholders: `${name}` stands for a parameter of the state.

    `fixtures` are what `--fixtures` takes, `faults` what `POST /_sim/faults` takes. `advance` moves the clock
    once the fixtures are there. `values` are returned, besides the ids of the persona and of the fixtures.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    params: dict[str, Any] = Field(default_factory=dict)
    persona: str | None = None
    clock: dict[str, Any] | None = None
    fixtures: dict[str, Any] | None = None
    advance: str | None = None
    faults: list[dict[str, Any]] = Field(default_factory=list)
    values: dict[str, Any] = Field(default_factory=dict)

    def parameters(self) -> list[str]:
        """The names of the parameters: those with a default, and those that placeholders stand for."""
        content = json.dumps(self.model_dump(exclude={"params"}), default=str, ensure_ascii=False)
        used = {path.partition(".")[0] for path in _PLACEHOLDER.findall(content)} - {"persona", "fixtures"}
        return sorted({*self.params, *used})


class MissingValueError(Exception):
    """A placeholder that stands for nothing."""


def plain(value: Any) -> Any:
    """A value with fractions as JSON has them."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """A value with each placeholder replaced: a text that is nothing but a placeholder gets the value itself.

    Dots lead to inner members: `${fixtures.VENDOR.cases.0.caseGuid}`. Raises MissingValueError.
    """
    if isinstance(value, dict):
        return {name: filled(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, values) for item in value]
    if not isinstance(value, str):
        return value
    if whole := _PLACEHOLDER.fullmatch(value):
        return _found(whole[1], values)
    return _PLACEHOLDER.sub(lambda one: str(_found(one[1], values)), value)


def _found(path: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for step in path.split("."):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise MissingValueError(f"${{{path[:80]}}} stands for nothing") from None
    return found
