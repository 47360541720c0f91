"""Account numbers, decisions on applications, notice dates and remaining credit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from stdnum import luhn

from ledgersim.vendors.riverty.messages import ActionCode, Message, MessageType, message

OPEN = "Ok"
PROFILE = "1"  # the only account profile, from the vendor's sample
_FIRST_ACCOUNT = 100_000_000  # without the check digit; the vendor's sample is 0100.0000008


def account_number(account_id: int) -> str:
    """The number for an account id from 1 on: four digits, a point, and seven digits, the last by Luhn."""
    digits = f"{_FIRST_ACCOUNT + account_id - 1:010}"
    digits += luhn.calc_check_digit(digits)
    return f"{digits[:4]}.{digits[4:]}"


def ocr(number: str) -> str:
    """The payment reference of an account: 61, its digits, five zeros and a Luhn check digit [documented]."""
    digits = f"61{number.replace('.', '')}00000"
    return digits + str(luhn.calc_check_digit(digits))


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on an application."""

    outcome: str
    messages: tuple[Message, ...] = ()
    temporary_external_problem: bool = False

    @property
    def grants(self) -> bool:
        """Whether the application leads to an account."""
        return self.outcome in ("Accepted", "Pending")


def _decision(
    outcome: str,
    code: str,
    text: str,
    action: ActionCode = "OfferSecurePaymentMethods",
    field: str | None = None,
    type_: MessageType = "BusinessError",
    problem: bool = False,
) -> Decision:
    return Decision(outcome, (message(code, text, action, field, type_),), problem)


# The triggers of the vendor's sandbox with codes and texts [documented]; actions and fields are [inferred].
_ACCEPTED = Decision("Accepted")
_LIMIT_REACHED = _decision("Rejected", "200.903", "Customer Limit Reached.", field="accountLimit")
_BY_FIRST_NAME = {
    "Reject": _decision("Rejected", "200.901", "Negative Customer Score."),
    "Underage": _decision("Rejected", "200.001", "Customer Too Young."),
    "ChargebackPresent": _decision("Rejected", "200.912", "Chargeback present."),
    # The vendor publishes no code for this one [inferred].
    "StrongCustomerAuthentication": _decision(
        "Pending",
        "StrongCustomerAuthentication",
        "Strong customer authentication is required.",
        "AskConsumerToIdentify",
        type_="NotificationMessage",
    ),
    # Triggers of the simulator [inferred].
    "AddressCorrection": _decision(
        "Pending", "200.103", "Address was corrected.", "AskConsumerToConfirm", "customer.address"
    ),
    "RequiresSsn": _decision(
        "Pending",
        "RequiresSsn",
        "The personal number is required.",
        "RequiresSsn",
        "customer.organizationPersonalNo",
    ),
    "TechnicalProblem": _decision(
        "NotEvaluated",
        "TechnicalProblem",
        "The application could not be evaluated; try again later.",
        "Unavailable",
        type_="TechnicalError",
        problem=True,
    ),
}
CORRECTED = _BY_FIRST_NAME["AddressCorrection"]
_PERSONAL_NO_REQUIRED = _BY_FIRST_NAME["RequiresSsn"]
_INTEGER = re.compile(r"-?[0-9]{1,15}")


def decide(first_name: str | None, personal_no: str | None, limit: int) -> Decision:
    """The decision on an application for a limit, in hundredths.

    An integer as first name is the highest limit to grant, in whole units of the currency [documented].
    """
    name = first_name or ""
    if _INTEGER.fullmatch(name):
        return _LIMIT_REACHED if limit > int(name) * 100 else _ACCEPTED
    decision = _BY_FIRST_NAME.get(name, _ACCEPTED)
    return _ACCEPTED if decision is _PERSONAL_NO_REQUIRED and personal_no else decision


def differences(account: Mapping[str, Any], sent: Mapping[str, Any]) -> list[str]:
    """The members of an application that are those of another person than the customer of an account.

    Names count if both sides have one, in any letter case; a first name that triggers an outcome is no name.
    [inferred]
    """
    customer = sent["customer"]
    names = [
        ("customer.firstName", account["first_name"], customer["first_name"]),
        ("customer.lastName", account["last_name"], customer["last_name"]),
    ]
    found = [
        *(["countryCode"] if account["country_code"] != sent["country_code"] else []),
        *(["customer.category"] if account["category"] != customer["category"] else []),
    ]
    return found + [member for member, ours, theirs in names if _are_different(_name(ours), _name(theirs))]


def _are_different(name: str, other: str) -> bool:
    return bool(name and other) and name != other


def _name(text: str | None) -> str:
    """A name for comparison; empty if there is none."""
    name = (text or "").strip()
    return "" if name in _BY_FIRST_NAME or _INTEGER.fullmatch(name) else name.casefold()


def addresses_of(sent: dict[str, Any] | None, decision: Decision) -> list[dict[str, Any]]:
    """The address that was sent, if any, preceded by its correction if the decision corrects it."""
    if sent is None:
        return []
    return [_corrected(sent), sent] if decision is CORRECTED else [sent]


def _corrected(address: dict[str, Any]) -> dict[str, Any]:
    """The address as a register might correct it: with another entrance."""
    entrance = "B" if address["street_number_additional"] == "A" else "A"
    return {**address, "street_number_additional": entrance}


def notice_dates(first: date | None, today: date) -> tuple[date | None, date | None]:
    """The latest notice up to today and the next one; notices are monthly, from the first on [inferred]."""
    if first is None:
        return None, None
    if first > today:
        return None, first
    months = (today.year - first.year) * 12 + today.month - first.month
    if _months_after(first, months) > today:
        months -= 1
    return _months_after(first, months), _months_after(first, months + 1)


def _months_after(first: date, months: int) -> date:
    """The same day `months` later, or the last day of the month if it is too short."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    for day in (first.day, 30, 29):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, 28)


def closing_reason(status: str, stopped: bool, confirmed: bool) -> str | None:
    """Why an account is closed for new transactions; None if it is open. The texts are [inferred]."""
    if stopped:
        return "The account is stopped."
    if not confirmed:
        return "The application is pending."
    return None if status == OPEN else f"The account is in status {status}."


def remaining_credit(limit: int, balance: int) -> int:
    """The credit that remains, in hundredths."""
    return max(limit - balance, 0)
