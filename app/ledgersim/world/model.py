"""The contents of a world file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from ledgersim.world.parts import (
    Amount,
    CountryCode,
    Currency,
    Part,
    PerCent,
    Phone,
    Rate,
    Text,
    Weight,
    Weights,
)
from ledgersim.world.persona_model import Persona


class Range(Part):
    """From `least` to `most`, inclusive."""

    least: int
    most: int

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.least > self.most:
            raise ValueError("least must not be above most")
        return self


class PastRange(Range):
    """A range of days ago; at least one day."""

    least: Annotated[int, Field(ge=1, le=20_000)]
    most: Annotated[int, Field(ge=1, le=20_000)]


class AmountRange(Range):
    """Amounts from `least` to `most`."""

    least: Amount
    most: Amount


class PhoneRange(Part):
    """Phone numbers in international form, without spaces."""

    first: Phone
    last: Phone

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if len(self.first) != len(self.last) or self.first > self.last:
            raise ValueError("first and last must have the same number of digits and be in order")
        return self


class Step(Part):
    """The fee for a principal up to `up_to`; without `up_to`, for any principal above."""

    up_to: Amount | None = None
    amount: Amount


class Fee(Part):
    """A fee of a country: an `amount`, or `steps` by principal.

    It is charged on registration unless `days_after_due` is set.
    """

    description: Text
    amount: Amount | None = None
    steps: list[Step] = []
    days_after_due: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _has_one_amount(self) -> Self:
        if (self.amount is None) == (not self.steps):
            raise ValueError("must have either amount or steps")
        return self

    def amount_for(self, principal: int) -> int:
        """The fee for a case with this principal, both in hundredths."""
        if self.amount is not None:
            return self.amount
        fitting = (step for step in self.steps if step.up_to is None or principal <= step.up_to)
        return next(fitting, self.steps[-1]).amount


class Interest(Part):
    """Late interest in per cent per year, and its codes."""

    code: Text
    person: Rate
    company: Rate
    person_calculation: str | None = None
    company_calculation: str | None = None


class Country(Part):
    """The defaults of a country."""

    weight: Weight
    locale: Text
    currency: Currency
    language: Text
    culture: Text
    mobile: PhoneRange
    landline: PhoneRange
    company_types: list[Text] = Field(min_length=1)
    trades: list[Text] = Field(min_length=1)
    vat: Rate
    payment_days: int = Field(ge=1, le=365)
    principal: AmountRange
    interest: Interest
    fees: dict[Text, Fee]


class Place(Part):
    """A postcode with its city, municipality number and, optionally, state code."""

    zip_code: Text
    city: Text
    municipal_code: Text
    state_code: Text | None = None


class Size(Part):
    """The number of parties and cases."""

    customers: int = Field(ge=1)
    debtors: int = Field(ge=1)
    cases: int = Field(ge=0)


class Parties(Part):
    """The shares, in per cent, of companies and second addresses, and the weights of contact channels."""

    companies: PerCent
    second_address: PerCent
    nace_codes: list[Text] = Field(min_length=1)
    channels: Weights
    debtors_registered_days_ago: PastRange
    customers_registered_days_ago: PastRange


class World(Part):
    """A world file. Each vendor may add a section under its own name."""

    title: Text
    personas: Text
    places: Text
    size: Size
    countries: dict[CountryCode, Country] = Field(min_length=1)
    parties: Parties


@dataclass(frozen=True)
class Definition:
    """A world as its files define it. `name` is the name or path that the user gave."""

    name: str
    digest: str
    world: World
    places: dict[CountryCode, list[Place]]
    personas: Sequence[Persona]
    files: Mapping[str, Any]  # the contents of the vendors' own files, by key

    def section(self, vendor: str) -> Any:
        """A vendor's section of the world file, or None."""
        return getattr(self.world, vendor, None)
