"""What the file of the personas may say."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ledgersim.vendors.aptic.seed.customer_definition import PersonaEngagements
from ledgersim.vendors.riverty.customer_account.schemas import AccountStatus
from ledgersim.world.parts import (
    Amount,
    CountryCode,
    Currency,
    DaysAgo,
    ExchangeRate,
    ExtraFields,
    Guid,
    Part,
    Phone,
    Rate,
    Text,
)


class PersonaAddress(Part):
    """An address; the first of a persona is its LEGAL and default one."""

    type: Text = "LEGAL"
    street: Text
    house_no: str | None = None
    house_no_extension: str | None = None
    zip_code: Text
    city: Text


class PersonaParty(Part):
    """Who a persona is: a person with first and last name, or a company.

    Without email and mobile they are made up, unless it is not `reachable`.
    """

    country: CountryCode
    first: Text | None = None
    last: Text | None = None
    company: Text | None = None
    company_type: Text | None = None
    gender: Literal["male", "female"] | None = None
    born: date | None = None
    age: Annotated[int, Field(ge=0, le=100)] | None = None
    id_number: Text | None = None
    email: Text | None = None
    mobile: Phone | None = None
    reachable: bool = True
    addresses: list[PersonaAddress] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if self.company is None and not (self.first and self.last and self.gender):
            raise ValueError("must have company, or first, last and gender")
        if self.company is None and (self.born is None) == (self.age is None):
            raise ValueError("a person must have either born or age")
        if self.age is None and self.id_number is None:
            raise ValueError("must have id_number; only with age is one made up")
        return self


class PersonaDebt(Part):
    """A debt; without interest_rate it bears none."""

    guid: Guid
    description: Text
    principal: Amount
    vat: Amount | None = None
    interest_rate: Rate | None = None
    exch_rate: ExchangeRate | None = None
    billed_days_ago: DaysAgo
    due_days_ago: DaysAgo
    interest_from_days_ago: DaysAgo | None = None

    @property
    def interest_starts(self) -> int:
        """How many days ago interest began: as said, else the day after it was due."""
        return self.due_days_ago - 1 if self.interest_from_days_ago is None else self.interest_from_days_ago


class PersonaFee(Part):
    """A fee."""

    name: Text
    description: Text
    amount: Amount
    days_ago: DaysAgo


class PersonaPayment(Part):
    """A payment; without amount, of all that remains that day."""

    days_ago: DaysAgo
    amount: Amount | None = None


class Closure(Part):
    """That a case is closed."""

    code: Text
    days_ago: DaysAgo


class PersonaCase(Part):
    """A case, in order of time: billed, due, interest, registered, paid, closed."""

    guid: Guid
    client: Text
    currency: Currency | None = None
    service: Text = "Collection"
    sub_status: Text | None = None
    description: Text
    registered_days_ago: DaysAgo
    co_debtors: list[Guid] = []
    debts: list[PersonaDebt] = Field(min_length=1)
    fees: list[PersonaFee] = []
    payments: list[PersonaPayment] = []
    closed: Closure | None = None
    extra_fields: ExtraFields = {}

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        for debt in self.debts:
            days = (debt.billed_days_ago, debt.due_days_ago, debt.interest_starts)
            if not days[0] > days[1] > days[2] >= self.registered_days_ago:
                raise ValueError("a debt must be billed, be due and bear interest before its case comes")
        later = [self.registered_days_ago, *(payment.days_ago for payment in self.payments)]
        if self.closed is not None:
            later.append(self.closed.days_ago)
        if later != sorted(later, reverse=True):
            raise ValueError("a case must be registered, then paid in the order of the payments, then closed")
        return self


class PersonaPlan(Part):
    """An active linear payment plan over all open cases of the persona, which bear no interest."""

    guid: Guid
    payments: int = Field(ge=1, le=600)
    registered_days_ago: int = Field(ge=0, le=27)  # so that nothing of it is due yet


class PersonaDebtor(Part):
    """The persona as a debtor."""

    guid: Guid
    protected: bool = False
    care_of: str | None = None
    registered_days_ago: DaysAgo
    extra_fields: ExtraFields = {}


class PersonaCustomer(PersonaEngagements):
    """The persona as a customer."""

    guid: Guid
    client: Text
    registered_days_ago: DaysAgo
    extra_fields: ExtraFields = {}


class PersonaAptic(Part):
    """What a persona is in Aptic."""

    debtor: PersonaDebtor | None = None
    customer: PersonaCustomer | None = None
    cases: list[PersonaCase] = []
    plan: PersonaPlan | None = None

    @model_validator(mode="after")
    def _has_a_debtor(self) -> Self:
        if self.debtor is None and (self.cases or self.plan):
            raise ValueError("cases and plan need a debtor")
        covered = [case for case in self.cases if case.closed is None]
        if self.plan and (not covered or any(debt.interest_rate for case in covered for debt in case.debts)):
            raise ValueError("a plan needs open cases, whose debts bear no interest")
        return self


class PersonaRiverty(Part):
    """The persona's credit account in Riverty, in the currency of its country."""

    guid: Guid
    customer_number: Annotated[str, Field(min_length=1, max_length=100)]
    account_limit: Amount
    balance: Amount = 0
    status: AccountStatus = "Ok"
    opened_days_ago: DaysAgo


class Persona(Part):
    """Somebody whose name says what there is to see."""

    name: Text
    title: Text
    description: Text
    party: PersonaParty
    aptic: PersonaAptic
    riverty: PersonaRiverty | None = None
