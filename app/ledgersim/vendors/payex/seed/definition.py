"""The contents of the ledgers file, and of the PayEx part of a persona."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ledgersim.world.parts import Amount, Currency, Part, Text, in_form

Consent = Literal["Autogiro", "Kivra", "Avtalegiro", "Betalingsservice", "EInvoice"]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"must be a regular expression: {error}") from error
    return text


class Texts(Part):
    """A text in English and, optionally, other languages."""

    en: Text
    sv: Text | None = None
    nb: Text | None = None
    da: Text | None = None
    fi: Text | None = None


class Question(Part):
    """A KYC question. A sub-question is asked after the answers to its question that `asked_when` lists."""

    code: Text
    type: Literal["single", "multi", "text"]
    required: bool
    text: Texts
    pattern: Annotated[str, AfterValidator(_pattern)] | None = None
    answers: dict[Text, Texts] = {}
    asked_when: list[Text] = []
    sub_questions: list["Question"] = []

    @model_validator(mode="after")
    def _check_answers(self) -> Self:
        if (self.type == "text") == bool(self.answers):
            raise ValueError("a single or multi question must have answers, and a text question must not")
        if any(sub.sub_questions for sub in self.sub_questions):
            raise ValueError("a sub-question must not have sub-questions")
        return self


class Kyc(Part):
    """The questions of a ledger, and the number of days after which answers are due for renewal."""

    renewal_days: int = Field(ge=1, le=36_500)
    questions: list[Question] = Field(min_length=1)


class Ledger(Part):
    """The configuration of a ledger. `creditor` is the code by which the debts of personas name its owner."""

    creditor: Text | None = None
    number: Annotated[str, in_form("[A-Za-z0-9]{1,20}", "must be 1 to 20 letters and digits")]
    name: Text
    country: Literal["SE", "NO", "DK", "FI"]
    currency: Currency
    language: Literal["SV", "NO", "DA", "FI", "EN"]
    generates_numbers: bool = False
    number_lengths: Annotated[list[Annotated[int, Field(ge=1, le=15)]], Field(min_length=2, max_length=2)]
    leading_zero: bool = True
    grants: list[Literal["disbursement", "population-register"]] = []
    tokens: list[Text] = []
    kyc: Kyc | None = None


class PopulationRegister(Part):
    """National numbers that the simulated population register lacks, and those with protected identity."""

    unknown: list[Text] = []
    protected: list[Text] = []


class Ledgers(Part):
    """The ledgers file."""

    register_: PopulationRegister = Field(PopulationRegister(), alias="register")
    ledgers: list[Ledger] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_unique(self) -> Self:
        numbers = [ledger.number.lower() for ledger in self.ledgers]
        tokens = [token for ledger in self.ledgers for token in ledger.tokens]
        if len(set(numbers)) < len(numbers) or len(set(tokens)) < len(tokens):
            raise ValueError("numbers and tokens must be unique")
        return self


class PersonaSurplus(Part):
    """A surplus: of a paid invoice of the amount `paid_invoice`, or else of an account with that balance.

    With an `order`, it is about to be disbursed, which the ledger must be granted, or to be set off against the
    first unpaid invoice, of which there must be one.
    """

    amount: Amount
    paid_invoice: Amount | None = None
    order: Literal["disbursement", "set-off"] | None = None


class PersonaPayex(Part):
    """The traits of a persona's customer in the ledger of its first creditor, or else of its country.

    `kyc_due` has an effect in ledgers with KYC questions. The customer has an account if a surplus is from it.
    """

    legal_status: Literal["active", "deceased"] = "active"
    distribution: Literal["postal"] | None = None
    consents: list[Consent] = []
    billing_address: bool = False
    card: bool = False
    kyc_due: bool = False
    surpluses: list[PersonaSurplus] = []
