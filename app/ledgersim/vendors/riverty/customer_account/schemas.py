"""Schemas of customer accounts."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ledgersim.schemas import Amount, AmountIn, RequestModel, ResponseModel, Tolerated, parse_instant
from ledgersim.vendors.riverty.messages import Message

Country = Literal["NO", "SE", "FI", "DK", "DE", "AT", "CH", "NL", "BE"]
Currency = Literal["EUR", "NOK", "SEK", "DKK", "CHF"]
Language = Literal["NO", "SV", "SE", "FI", "DA", "DK", "EN", "DE", "NL", "FR"]
AccountStatus = Literal[
    "Ok",
    "FirstReminder",
    "SecondReminder",
    "UnderCancelation",
    "SentToDebtCollection",
    "ClosedFromDebtCollection",
]
Move = Literal["purchase", "payment", "reminder", "stop", "resume", "send-to-collection", "close"]
PastMove = Move | Literal["notice"]  # a notice is sent by the clock only
Outcome = Literal["Accepted", "Pending", "Rejected", "NotEvaluated"]

_SUCCESSORS = {"SE": "SV", "DK": "DA"}  # of the obsolete languages [documented]
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[0-9 ()/.-]{5,}", re.ASCII)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "Input should not be blank")
    return text


def _in_form(pattern: re.Pattern[str]) -> AfterValidator:
    def check(text: str) -> str:
        if text and not pattern.fullmatch(text):
            raise PydanticCustomError("form", "Input should be in another form")
        return text

    return AfterValidator(check)


def _read_day(value: object) -> date | None:
    """The calendar day of a date or date-time as sent. The offset from UTC is ignored."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or parse_instant(value) is None:
        raise PydanticCustomError("form", "Input should be a date such as 2026-01-31")
    return date.fromisoformat(value[:10])


def _about_language(code: object, _: object) -> str | None:
    successor = _SUCCESSORS.get(code) if isinstance(code, str) else None
    return None if successor is None else f"{code} is obsolete and will be removed. Send {successor}."


Needed = Annotated[str, AfterValidator(_not_blank)]
Email = Annotated[str, _in_form(_EMAIL)]  # the formats of e-mail, phone and date are [inferred]
Phone = Annotated[str, _in_form(_PHONE)]
DayIn = Annotated[date | None, BeforeValidator(_read_day, json_schema_input_type=str | None)]
LanguageIn = Annotated[
    Language,
    AfterValidator(lambda code: _SUCCESSORS.get(code, code)),
    Tolerated("deprecated-value", _about_language),
]


class AddressInput(RequestModel):
    """The address of the applicant."""

    street: Needed = Field(max_length=100)
    street_number: str | None = Field(None, max_length=10)
    street_number_additional: str | None = Field(None, max_length=10)
    postal_code: Needed = Field(max_length=10)
    postal_place: Needed = Field(max_length=100)
    country_code: Country
    care_of: str | None = Field(None, max_length=50)


class CustomerInput(RequestModel):
    """The applicant."""

    salutation: Literal["Mr", "Mrs", "Miss"] | None = None
    first_name: str | None = Field(None, max_length=50)
    last_name: str | None = Field(None, max_length=50)
    customer_number: str | None = Field(None, max_length=100)
    organization_personal_no: str | None = None
    category: Literal["Company", "Person"]
    currency: Currency
    distribution_by: Literal["Company", "Client"] | None = None
    distribution_type: Literal["Paper", "Email", "Sms"] | None = None
    email: Email | None = None
    address: AddressInput | None = None
    phone: Phone | None = None
    direct_phone: Phone | None = None
    mobile_phone: Phone | None = None


class AccountApplication(RequestModel):
    """An application for account credit."""

    account_limit: AmountIn
    customer: CustomerInput
    first_notice_date: DayIn = None
    country_code: Country
    conversation_language: LanguageIn


class Account(ResponseModel):
    """The account that was granted."""

    account_limit: Amount
    account_number: str
    account_profile: str
    account_status: AccountStatus
    balance: Amount
    bank_account: str | None
    customer_id: str
    created_at: datetime
    is_stopped: bool
    ocr: str
    last_notice_date: date | None
    next_notice_date: date | None


class Address(ResponseModel):
    """An address."""

    street: str
    street_number: str | None
    street_number_additional: str | None
    postal_code: str
    postal_place: str
    country_code: Country
    care_of: str | None


class Customer(ResponseModel):
    """The customer, as stored."""

    customer_number: str | None
    customer_account_id: str | None
    first_name: str | None
    last_name: str | None
    address_list: list[Address]


class AccountApplicationResult(ResponseModel):
    """The outcome of an application. `account` is null if none was granted."""

    account: Account | None
    temporary_external_problem: bool
    customer: Customer
    outcome: Outcome
    risk_check_messages: list[Message]


class CreditLimit(ResponseModel):
    """The remaining credit of an account."""

    remaining_credit_limit: Amount
    balance: Amount
    is_open_for_new_transactions: bool
    account_message: str | None
    total_balance: Amount
