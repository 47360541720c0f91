"""Account numbers, decisions on applications, and the moves of accounts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from ledgersim.ids import luhn_digit
from ledgersim.vendors.riverty.customer_account.schemas import AccountStatus, Move, PastMove
from ledgersim.vendors.riverty.messages import ActionCode, Message, MessageType, message

OPEN: AccountStatus = "Ok"
COLLECTED: AccountStatus = "SentToDebtCollection"
CLOSED: AccountStatus = "ClosedFromDebtCollection"
PROFILE = "1"  # the only account profile, from the vendor's sample
_FIRST_ACCOUNT = 100_000_000  # without the check digit; the vendor's sample is 0100.0000008


def account_number(account_id: int) -> str:
    """The number for an account id from 1 on: four digits, a point, and seven digits, the last by Luhn."""
    digits = f"{_FIRST_ACCOUNT + account_id - 1:010}"
    digits += luhn_digit(digits)
    return f"{digits[:4]}.{digits[4:]}"


def ocr(number: str) -> str:
    """The payment reference of an account: 61, its digits, five zeros and a Luhn check digit [documented]."""
    digits = f"61{number.replace('.', '')}00000"
    return digits + luhn_digit(digits)


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

    Names and national numbers count if both sides have one. [inferred]
    """
    customer, number = sent["customer"], "organization_personal_no"
    compared = [
        ("countryCode", account["country_code"], sent["country_code"]),
        ("customer.category", account["category"], customer["category"]),
        ("customer.firstName", _name(account["first_name"]), _name(customer["first_name"])),
        ("customer.lastName", _name(account["last_name"]), _name(customer["last_name"])),
        ("customer.organizationPersonalNo", _number(account[number]), _number(customer[number])),
    ]
    return [member for member, ours, theirs in compared if ours and theirs and ours != theirs]


def _name(text: str | None) -> str:
    """A name in lower case; empty if it triggers an outcome."""
    name = (text or "").strip()
    return "" if name in _BY_FIRST_NAME or _INTEGER.fullmatch(name) else name.casefold()


def _number(text: str | None) -> str:
    """A national number without punctuation and, if it has twelve digits, without the century."""
    number = "".join(filter(str.isalnum, text or "")).casefold()
    return number[2:] if len(number) == 12 and number.isdigit() else number


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
    if months_after(first, months) > today:
        months -= 1
    return months_after(first, months), months_after(first, months + 1)


def months_after(first: date, months: int) -> date:
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


_REMINDED: tuple[AccountStatus, ...] = ("FirstReminder", "SecondReminder", "UnderCancelation")
_ACTIVE: tuple[AccountStatus, ...] = ("Ok", *_REMINDED, "SentToDebtCollection")
_ANYTIME: tuple[Move, ...] = ("payment", "stop", "resume")

# The status after each move, by the status before it [inferred].
MOVES: Mapping[tuple[AccountStatus, Move], AccountStatus] = {
    **{(status, move): status for status in _ACTIVE for move in _ANYTIME},
    ("Ok", "purchase"): "Ok",
    ("Ok", "reminder"): "FirstReminder",
    ("FirstReminder", "reminder"): "SecondReminder",
    ("SecondReminder", "reminder"): "UnderCancelation",
    **{(status, "send-to-collection"): "SentToDebtCollection" for status in _REMINDED},
    ("SentToDebtCollection", "close"): CLOSED,
}
# The status after a payment of all that is owed [inferred].
PAID_IN_FULL: Mapping[AccountStatus, AccountStatus] = dict.fromkeys(_REMINDED, "Ok")


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the moves of an account depend on and change. Amounts in hundredths.

    `billed` is the unpaid part of the last notice, while the account is Ok.
    """

    account_status: AccountStatus
    account_limit: int
    balance: int
    billed: int
    is_stopped: bool
    confirmed: bool
    first_notice_date: date | None
    last_notice_date: date | None
    next_notice_date: date | None


def possible_moves(state: AccountState) -> list[Move]:
    """The moves that an account allows now."""
    conditions: dict[Move, bool] = {
        "purchase": not state.is_stopped,
        "reminder": state.balance > 0,
        "stop": not state.is_stopped,
        "resume": state.is_stopped,
        "send-to-collection": state.balance > 0,
    }
    return [
        move
        for move in get_args(Move)
        if state.confirmed and (state.account_status, move) in MOVES and conditions.get(move, True)
    ]


def moved(state: AccountState, move: Move, today: date, amount: int = 0) -> AccountState:
    """The account after a possible move; the amount is that of a purchase or payment."""
    state = replace(state, account_status=MOVES[state.account_status, move])
    if move == "purchase":
        return _purchased(state, amount, today)
    if move == "payment":
        return _paid(state, amount)
    if move == "reminder":
        return _reminded(state, today)
    if move == "close":
        return replace(state, next_notice_date=None)
    if move in ("stop", "resume"):
        return replace(state, is_stopped=move == "stop")
    return state


def described(state: AccountState) -> str:
    """The reasons why moves are possible or not, in words."""
    remarks = {
        "stopped": state.is_stopped,
        "pending": not state.confirmed,
        "owes nothing": state.balance <= 0,
    }
    return ", ".join([state.account_status, *(remark for remark, holds in remarks.items() if holds)])


def kept(number: str, state: AccountState) -> str:
    """Why the debt on an account is not handed on; empty if it is."""
    if state.account_status == COLLECTED and state.balance > 0:
        return ""
    possible = ", ".join(possible_moves(state)) or "none"
    return f"The account {number} ({described(state)}) has no debt in collection; possible moves: {possible}."


def _purchased(state: AccountState, amount: int, today: date) -> AccountState:
    """The first purchase starts the notices of an account without any, a month later [inferred]."""
    if state.next_notice_date is None:
        first = months_after(today, 1)
        state = replace(state, first_notice_date=first, next_notice_date=first)
    return replace(state, balance=state.balance + amount)


def _paid(state: AccountState, amount: int) -> AccountState:
    balance, status = state.balance - amount, state.account_status
    return replace(
        state,
        account_status=status if balance > 0 else PAID_IN_FULL.get(status, status),
        balance=balance,
        billed=max(state.billed - amount, 0),
    )


def _reminded(state: AccountState, today: date) -> AccountState:
    """A reminder is a notice of today. Unless it was due today, the following ones are monthly from today."""
    first = state.first_notice_date if state.last_notice_date == today else today
    last, following = notice_dates(first, today)
    return replace(
        state,
        billed=state.balance,
        first_notice_date=first,
        last_notice_date=last,
        next_notice_date=following,
    )


def noticed(state: AccountState, today: date) -> tuple[PastMove | None, AccountState]:
    """The account after the notice that is due today, and the move that this was, if any [inferred].

    A notice bills what is owed. If that is still unpaid on the next notice date, that notice is a reminder, and
    the one after the last reminder sends the account to collection.
    """
    last, following = notice_dates(state.first_notice_date, today)
    state = replace(state, last_notice_date=last, next_notice_date=following)
    if state.balance <= 0:
        return None, state
    if state.account_status == OPEN and not state.billed:
        return "notice", replace(state, billed=state.balance)
    possible = possible_moves(state)
    if "reminder" in possible:
        return "reminder", moved(state, "reminder", today)
    if "send-to-collection" in possible:
        return "send-to-collection", moved(state, "send-to-collection", today)
    return None, state
