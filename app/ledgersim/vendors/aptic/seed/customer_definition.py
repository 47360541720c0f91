"""The parts of a definition about customers: purchases, debts and agreements."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ledgersim.world.parts import Amount, DaysAgo, Guid, Part, PerCent, Rate, Text, Weight, some_weight


class Campaign(Part):
    """A campaign of equal payments for a purchase, with a fee for each."""

    code: Text
    description: Text
    payments: int = Field(ge=2, le=60)
    fee: Amount = 0


class QuestionText(Part):
    """A question with the codes of its answers."""

    code: Text
    category: Text
    category_description: Text
    message: Text
    responses: list[Text] = Field(min_length=1)
    allow_postpone: bool = False


class Pledge(Part):
    """Collateral; `type` is the vendor's pledgeType."""

    type: int = Field(ge=0)
    description: Text


class PartyParameterValue(Part):
    """A party parameter."""

    name: Text
    type: Text
    value: Text
    href: Text | None = None


class Customers(Part):
    """The shares of customers, or of their purchases, that have something, in per cent.

    `parameters` are the party parameters of some customers.
    """

    with_purchases: PerCent = 0
    purchases: Annotated[dict[Annotated[int, Field(ge=1, le=50)], Weight], AfterValidator(some_weight)] = {1: 1}
    on_account: PerCent = 0
    in_campaign: PerCent = 0
    paid: PerCent = 0
    part_paid: PerCent = 0
    with_unsettled_payment: PerCent = 0
    with_guarantor: PerCent = 0
    with_collateral: PerCent = 0
    with_mandate: PerCent = 0
    with_insurance: PerCent = 0
    with_question: PerCent = 0
    with_loan: PerCent = 0
    campaigns: list[Campaign] = []
    pledges: list[Pledge] = []
    insurers: list[Text] = []
    questions: list[QuestionText] = []
    loan_rates: list[Rate] = []
    parameters: list[PartyParameterValue] = []

    @model_validator(mode="after")
    def _has_choices_for_shares(self) -> Self:
        shares = {
            "in_campaign": "campaigns",
            "with_collateral": "pledges",
            "with_insurance": "insurers",
            "with_question": "questions",
            "with_loan": "loan_rates",
        }
        for share, choices in shares.items():
            if getattr(self, share) and not getattr(self, choices):
                raise ValueError(f"{share} needs {choices}")
        return self


class PersonaAccount(Part):
    """An account; its balance is the remaining amount of the purchases on it."""

    guid: Guid
    number: Text


class PersonaPurchase(Part):
    """A purchase, optionally in a campaign."""

    description: Text
    amount: Amount
    remaining: Amount
    campaign: Text | None = None
    on_account: bool = False
    days_ago: DaysAgo

    @model_validator(mode="after")
    def _remaining_is_at_most_amount(self) -> Self:
        if not 0 < self.amount >= self.remaining:
            raise ValueError("amount must be positive, and remaining at most amount")
        return self

    def is_paid_by(self, payments: int) -> bool:
        """Return whether amount and remaining are multiples of a payment, with that many payments."""
        payment, odd = divmod(self.amount, payments)
        return not odd and self.remaining % payment == 0


class PersonaGuarantee(Part):
    """A guarantee by another customer for this one."""

    guid: Guid
    guarantor: Guid
    amount: Amount


class PersonaQuestion(Part):
    """A question from the world file, by its code."""

    guid: Guid
    code: Text


class PersonaLoan(Part):
    """A loan with a constant rate."""

    guid: Guid
    number: Text
    principal: Amount
    rate: Rate
    days_ago: DaysAgo


class PersonaCustomerSummary(Part):
    """The customer summary of a persona."""

    account: PersonaAccount | None = None
    purchases: list[PersonaPurchase] = []
    unsettled_payment: Amount = 0
    guarantees: list[PersonaGuarantee] = []
    questions: list[PersonaQuestion] = []
    loan: PersonaLoan | None = None

    @model_validator(mode="after")
    def _has_an_account(self) -> Self:
        if self.account is None and any(purchase.on_account for purchase in self.purchases):
            raise ValueError("a purchase on account needs an account")
        return self

    @property
    def guids(self) -> list[str]:
        """The GUIDs of all parts."""
        parts = (self.account, *self.guarantees, *self.questions, self.loan)
        return [part.guid for part in parts if part is not None]
