"""What a world's own file may say."""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from ledgersim.vendors.aptic.seed.customer_definition import Customers
from ledgersim.vendors.payex.seed.definition import Ledgers
from ledgersim.world.parts import (
    Amount,
    CountryCode,
    Currency,
    DaysAgo,
    ExtraFields,
    Guid,
    Part,
    PerCent,
    Phone,
    Rate,
    Text,
    Weight,
    Weights,
    some_weight,
)
from ledgersim.world.persona_model import Persona


class Range(Part):
    """From `least` to `most`, both included."""

    least: int
    most: int

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError("least must not be above most")
        return self


class PastRange(Range):
    """Days ago: at least one."""

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
    def _is_in_order(self) -> Self:
        if len(self.first) != len(self.last) or self.first > self.last:
            raise ValueError("first and last must have the same number of digits and be in order")
        return self


class Step(Part):
    """A fee for principal up to `up_to`; without it, for any above."""

    up_to: Amount | None = None
    amount: Amount


class Fee(Part):
    """A fee of a country: `amount`, or `steps` by principal; without another day, of that of registration."""

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
        """The fee in hundredths for a case with that much principal."""
        if self.amount is not None:
            return self.amount
        fitting = (step for step in self.steps if step.up_to is None or principal <= step.up_to)
        return next(fitting, self.steps[-1]).amount


class Interest(Part):
    """Late interest in per cent a year, and the codes that go with it."""

    code: Text
    person: Rate
    company: Rate
    person_calculation: str | None = None
    company_calculation: str | None = None


class Country(Part):
    """What is usual in a country."""

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
    """A postcode with its city and the number of the municipality."""

    zip_code: Text
    city: Text
    municipal_code: Text


class Size(Part):
    """How many there are of each."""

    customers: int = Field(ge=1)
    debtors: int = Field(ge=1)
    cases: int = Field(ge=0)


class Parties(Part):
    """How many per cent of people and companies are what, and how they want to be reached."""

    companies: PerCent
    second_address: PerCent
    nace_codes: list[Text] = Field(min_length=1)
    channels: Weights
    debtors_registered_days_ago: PastRange
    customers_registered_days_ago: PastRange


class Client(Part):
    """A creditor."""

    guid: Guid
    reference_code: Text
    informal_name: Text
    full_name: Text
    id_number: Text
    country: CountryCode
    phone: Phone
    email: Text
    web_page: Text
    registered_days_ago: DaysAgo
    goods: list[Text] = Field(min_length=1)


class Credential(Part):
    """A pair that gets a token in strict mode."""

    client_id: Text
    client_secret: Text


class Service(Part):
    """How often a case is in a service, how far it may have come, and which fees it bears there."""

    weight: Weight
    sub_statuses: list[Text] = Field(min_length=1)
    fees: list[Text] = []


class Cases(Part):
    """What cases are like; shares in per cent."""

    registered_days_ago: PastRange
    debts: Annotated[dict[Annotated[int, Field(ge=1, le=50)], Weight], AfterValidator(some_weight)]
    two_debtors: PerCent
    services: dict[Text, Service] = Field(min_length=1)
    with_interest: PerCent
    with_vat: PerCent
    paid_before_import: PerCent
    part_paid: PerCent
    closed: dict[Text, PerCent]
    payment_sources: list[Text] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_shares(self) -> Self:
        if sum(self.closed.values()) > 100:
            raise ValueError("the shares of closed must come to 100 at most")
        some_weight({name: service.weight for name, service in self.services.items()})
        return self


class ExtraFieldChoices(Part):
    """For debtors, customers and cases: names of extra fields with the values that one is taken from."""

    debtor: ExtraFields = {}
    customer: ExtraFields = {}
    case: ExtraFields = {}


class Aptic(Part):
    """What the gateway of Aptic has."""

    user: dict[str, Any]
    api_keys: list[Text]
    credentials: list[Credential]
    bank_accounts: dict[Currency, Text]
    clients: list[Client] = Field(min_length=1)
    cases: Cases
    customers: Customers = Customers()
    extra_fields: ExtraFieldChoices = ExtraFieldChoices()


class Riverty(Part):
    """What Riverty has: the keys that strict mode lets in, and where customers pay to, by currency."""

    keys: list[Text] = []
    bank_accounts: dict[Currency, Text] = {}


class World(Part):
    """A world's own file."""

    title: Text
    personas: Text
    places: Text
    ledgers: Text
    size: Size
    countries: dict[CountryCode, Country] = Field(min_length=1)
    parties: Parties
    aptic: Aptic
    riverty: Riverty = Riverty()


@dataclass(frozen=True)
class Definition:
    """A world as its files define it. `name` is the name or path by which the user asked for it."""

    name: str
    digest: str
    world: World
    places: dict[CountryCode, list[Place]]
    personas: list[Persona]
    ledgers: Ledgers
