"""What definitions may say of customers: what they buy, owe and agree to."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ledgersim.world.parts import Amount, DaysAgo, Guid, Part, PerCent, Rate, Text, Weight, some_weight


class Campaign(Part):
    """A purchase is paid in so many equal payments, with a fee for each."""

    code: Text
    description: Text
    payments: int = Field(ge=2, le=60)
    fee: Amount = 0


class QuestionText(Part):
    """A question with the codes that answer it."""

    code: Text
    category: Text
    category_description: Text
    message: Text
    responses: list[Text] = Field(min_length=1)
    allow_postpone: bool = False


class Pledge(Part):
    """A thing that stands for debts; `type` is the vendor's pledgeType."""

    type: int = Field(ge=0)
    description: Text


class Customers(Part):
    """How many per cent of customers, or of their purchases, have what."""

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

    @model_validator(mode="after")
    def _has_what_is_shared_out(self) -> Self:
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
    """An account; its balance is what remains of the purchases on it."""

    guid: Guid
    number: Text


class PersonaPurchase(Part):
    """A purchase, in a campaign where one is named."""

    description: Text
    amount: Amount
    remaining: Amount
    campaign: Text | None = None
    on_account: bool = False
    days_ago: DaysAgo

    @model_validator(mode="after")
    def _is_not_above_its_price(self) -> Self:
        if not 0 < self.amount >= self.remaining:
            raise ValueError("amount must be above 0, and remaining not above it")
        return self

    def is_paid_by(self, payments: int) -> bool:
        """Whether amount and remaining are whole numbers of that many equal payments."""
        payment, odd = divmod(self.amount, payments)
        return not odd and self.remaining % payment == 0


class PersonaGuarantee(Part):
    """That another customer stands for this one."""

    guid: Guid
    guarantor: Guid
    amount: Amount


class PersonaQuestion(Part):
    """A question of the world's file, by its code."""

    guid: Guid
    code: Text


class PersonaLoan(Part):
    """A loan with one rate since its beginning."""

    guid: Guid
    number: Text
    principal: Amount
    rate: Rate
    days_ago: DaysAgo


class PersonaEngagements(Part):
    """What a persona has as a customer."""

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
        """The GUIDs of all that is given."""
        parts = (self.account, *self.guarantees, *self.questions, self.loan)
        return [part.guid for part in parts if part is not None]
