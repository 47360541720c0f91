"""Schemas of surpluses and disbursement orders."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ledgersim.schemas import Amount, Tolerated, member_error
from ledgersim.vendors.payex.addresses.schemas import AddressInput
from ledgersim.vendors.payex.customers.rules import person_number
from ledgersim.vendors.payex.customers.schemas import NationalIdentifier, NationalIdentifierInput
from ledgersim.vendors.payex.schemas import CustomerOperation, Navigation, RequestModel, ResponseModel
from ledgersim.vendors.payex.surpluses.rules import (
    BANK_ACCOUNT,
    BANKGIRO,
    SAMPLE_BANKGIRO,
    is_bankgiro,
    is_bic,
    is_iban,
    is_norwegian_account,
    swedish_account,
)


def _that(fits: Callable[[str], bool], words: str) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > 60 or not fits(text):
            raise PydanticCustomError("account", "{words}", {"words": f"Input should be {words}"})
        return text

    return AfterValidator(check)


def _about_bankgiro(number: object, _: object) -> str | None:
    if number != SAMPLE_BANKGIRO:
        return None
    return "This is the account of a sample of the vendor, and no bankgiro number. It was stored as sent."


class NorwegianBankAccountInput(RequestModel):
    """A Norwegian bank account."""

    account_no: Annotated[str, _that(is_norwegian_account, "a Norwegian account number of 11 digits")]


class SwedishBankAccountInput(RequestModel):
    """A Swedish bank account: `clearingNo` and `accountNo`, or a bankgiro number.

    `accountNo` may begin with the clearing number, as in 3300-1010101010; `clearingNo` may then be absent.
    `accountType` is BKSE for an account and BGSE for a bankgiro; it may be absent beside `clearingNo`.
    """

    clearing_no: str | None = None
    account_no: Annotated[str, Tolerated("account-number", _about_bankgiro)]
    account_type: Literal["BGSE", "BKSE"] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.account_type == BANKGIRO:
            if self.clearing_no is not None:
                raise member_error("must be absent: a bankgiro number has no clearing number", "clearingNo")
            if self.account_no != SAMPLE_BANKGIRO and not is_bankgiro(self.account_no):
                raise member_error("Input should be a bankgiro number with its check digit", "accountNo")
            return self
        clearing, account = self.clearing_no, self.account_no
        if clearing is None and self.account_type is None:
            raise member_error("Field required, unless accountType is given", "clearingNo")
        if clearing is None:
            clearing, _, account = account.partition("-")
        account = account.removeprefix(f"{clearing}-")
        found = swedish_account(clearing[:60], account[:60])
        if found is None:
            raise member_error(
                "Input should be a Swedish account number of a bank with that clearing number", "accountNo"
            )
        self.clearing_no, self.account_no, self.account_type = None, "-".join(found), BANK_ACCOUNT  # type: ignore[assignment]
        return self


class InternationalAccountInput(RequestModel):
    """An account by IBAN."""

    iban: Annotated[str, _that(is_iban, "an IBAN with the right check digits")]
    bic: Annotated[str, _that(is_bic, "a BIC: 8 or 11 letters and digits")]


class SwedishSusInput(RequestModel):
    """A person to whom the bank pays by letter."""

    national_identifier: NationalIdentifierInput
    address: AddressInput

    @model_validator(mode="after")
    def _is_swedish(self) -> Self:
        of = self.national_identifier
        if of.country_code != "SE":
            raise member_error(
                "Input should be SE: the bank pays people in Sweden", "nationalIdentifier.countryCode"
            )
        if person_number("SE", of.reg_no) is None:
            raise member_error("Input should be the national number of a person", "nationalIdentifier.regNo")
        return self


class DisbursementOrderCreate(RequestModel):
    """A disbursement order: exactly one of the payees."""

    norwegian_bank_account: NorwegianBankAccountInput | None = None
    swedish_bank_account: SwedishBankAccountInput | None = None
    international: InternationalAccountInput | None = None
    swedish_sus: SwedishSusInput | None = None

    @model_validator(mode="before")
    @classmethod
    def _has_one(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        sent = {name.lower() for name, payee in value.items() if payee is not None}
        names = [str(field.alias) for field in cls.model_fields.values()]
        given = [name for name in names if name.lower() in sent]
        if len(given) != 1:
            raise member_error(f"Exactly one of {', '.join(names)} must be given", *(given or names))
        return value


class BankAccount(ResponseModel):
    """A bank account by its number."""

    account_no: str
    account_type: str | None = None


class InternationalAccount(ResponseModel):
    """An account by IBAN."""

    iban: str
    bic: str


class SwedishSusAddress(ResponseModel):
    """The address that the bank writes to."""

    addressee: str
    street_address: str | None = None
    co_address: str | None = None
    city: str
    zip_code: str
    country_code: str


class SwedishSus(ResponseModel):
    """A person to whom the bank pays by letter."""

    national_identifier: NationalIdentifier
    address: SwedishSusAddress


class DisbursementOrder(ResponseModel):
    """A disbursement order that has not been executed."""

    operations: list[CustomerOperation]
    norwegian_bank_account: BankAccount | None = None
    swedish_bank_account: BankAccount | None = None
    international: InternationalAccount | None = None
    swedish_sus: SwedishSus | None = None


class Surplus(ResponseModel):
    """A surplus."""

    surplus_id: str
    balance: Amount
    currency: str
    date: str
    status: Literal["open", "pending-disbursement", "pending-regulate"]
    invoice: str | None
    account: str | None
    operations: list[CustomerOperation]
    id_: str = Field(alias="@id")


class SurplusPage(ResponseModel):
    """A page of surpluses."""

    items: list[Surplus]
    navigation: Navigation


class DisbursementOrderPage(ResponseModel):
    """The disbursement orders of a surplus: one or none."""

    items: list[DisbursementOrder]
    navigation: Navigation
