"""Aptic's part of a persona file."""

from typing import Self

from pydantic import Field, model_validator

from ledgersim.vendors.aptic.seed.customer_definition import PersonaCustomerSummary
from ledgersim.world.parts import Amount, Currency, DaysAgo, ExchangeRate, ExtraFields, Guid, Part, Rate, Text
from ledgersim.world.persona_model import Persona

PAID = "PAID"


class PersonaDebt(Part):
    """A debt, which bears no interest without `interest_rate`."""

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
    def reference(self) -> str:
        """The reference number: that of the creditor's invoice."""
        return f"INV-{self.guid[4:8]}-{self.guid[-2:]}"

    @property
    def interest_starts(self) -> int:
        """How many days ago interest began, by default on the day after the due date."""
        return self.due_days_ago - 1 if self.interest_from_days_ago is None else self.interest_from_days_ago


class PersonaFee(Part):
    """A fee."""

    name: Text
    description: Text
    amount: Amount
    days_ago: DaysAgo


class PersonaPayment(Part):
    """A payment, by default of the amount that remains on that day."""

    days_ago: DaysAgo
    amount: Amount | None = None


class Closure(Part):
    """The closure of a case."""

    code: Text
    days_ago: DaysAgo


class PersonaCase(Part):
    """A case. Its days must be in order: billed, due, interest, registered, paid, closed."""

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
                raise ValueError(
                    "a debt must be billed, due and interest-bearing before its case is registered"
                )
        later = [self.registered_days_ago, *(payment.days_ago for payment in self.payments)]
        if self.closed is not None:
            later.append(self.closed.days_ago)
        if later != sorted(later, reverse=True):
            raise ValueError(
                "the registration, the payments and the closure of a case must be in chronological order"
            )
        return self


class PersonaPlan(Part):
    """A linear payment plan for cases of the persona, which must bear no interest.

    It is active and covers all open cases, or is `completed` and covers all closed ones, which are paid.
    """

    guid: Guid
    payments: int = Field(ge=1, le=600)
    registered_days_ago: DaysAgo
    completed: bool = False

    @model_validator(mode="after")
    def _is_not_due(self) -> Self:
        if not self.completed and self.registered_days_ago > 27:
            raise ValueError("registered_days_ago of an active plan must be at most 27: no payment is due yet")
        return self


class PersonaDebtor(Part):
    """The persona as a debtor."""

    guid: Guid
    care_of: str | None = None
    registered_days_ago: DaysAgo
    extra_fields: ExtraFields = {}


class PersonaCustomer(PersonaCustomerSummary):
    """The persona as a customer."""

    guid: Guid
    client: Text
    registered_days_ago: DaysAgo
    extra_fields: ExtraFields = {}


class PersonaAptic(Part):
    """A persona in Aptic."""

    debtor: PersonaDebtor | None = None
    customer: PersonaCustomer | None = None
    cases: list[PersonaCase] = []
    plan: PersonaPlan | None = None

    @model_validator(mode="after")
    def _has_a_debtor(self) -> Self:
        if self.debtor is None and (self.cases or self.plan):
            raise ValueError("cases and plan require a debtor")
        if self.plan and (
            not self.covered or any(debt.interest_rate for case in self.covered for debt in case.debts)
        ):
            raise ValueError("a plan requires cases, open or else paid, with debts that bear no interest")
        return self

    @property
    def covered(self) -> list[PersonaCase]:
        """The cases that the plan covers."""
        if self.plan is None:
            return []
        if self.plan.completed:
            return [case for case in self.cases if case.closed is not None and case.closed.code == PAID]
        return [case for case in self.cases if case.closed is None]


def aptic_part(persona: Persona) -> PersonaAptic:
    """Return Aptic's part of a persona."""
    part: PersonaAptic | None = persona.part("aptic")
    return part or PersonaAptic()
