"""The types of values in a world's definition.

Amounts are written in currency units (1250.00) and stored in hundredths; rates in per cent are stored in
ten-thousandths, exchange rates in millionths. Days are counted back from the date of the world.
"""

import re
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ledgersim.ids import parse_guid

MAX = 10**12

CountryCode = Literal["SE", "NO", "FI", "DK"]


def _scaled(factor: int) -> BeforeValidator:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError("must be a number")
        scaled = Decimal(repr(value)) * factor
        if not 0 <= scaled <= MAX or scaled != scaled.to_integral_value():
            decimals = len(str(factor)) - 1
            raise ValueError(f"must be from 0 to {MAX // factor:,} with at most {decimals} decimals")
        return int(scaled)

    return BeforeValidator(read)


def _guid(text: str) -> str:
    guid = parse_guid(text)
    if guid is None:
        raise ValueError("must be a GUID such as 5eed0001-0000-4000-8000-000000000001")
    return guid


def in_form(pattern: str, message: str) -> AfterValidator:
    """Validates that a string has the form of a regular expression; the message describes it."""
    form = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(message)
        return text

    return AfterValidator(check)


def some_weight(weights: dict[Any, float]) -> dict[Any, float]:
    """Validates that at least one weight is above 0."""
    if not sum(weights.values()):
        raise ValueError("must have a weight above 0")
    return weights


Text = Annotated[str, Field(min_length=1)]
Amount = Annotated[int, _scaled(100)]
Rate = Annotated[int, _scaled(10_000)]
ExchangeRate = Annotated[int, _scaled(1_000_000)]
Guid = Annotated[str, AfterValidator(_guid)]
PerCent = Annotated[float, Field(ge=0, le=100)]
Weight = Annotated[float, Field(ge=0)]
Weights = Annotated[dict[Text, Weight], AfterValidator(some_weight)]
DaysAgo = Annotated[int, Field(ge=0, le=20_000)]
Currency = Annotated[str, in_form(r"[A-Z]{3}", "must be three capital letters such as SEK")]
Phone = Annotated[str, in_form(r"\+[0-9]{7,15}", "must be a phone number such as +46701740605")]
ExtraFields = dict[Text, list[str]]


class Part(BaseModel):
    """Base of the models of definition files: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
