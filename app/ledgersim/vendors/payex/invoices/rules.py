"""Moves of invoices and accounts, and the dates on which invoices age. Amounts are in hundredths.

The statuses and claim levels are documented; which moves lead from one to another, and when, is [inferred].
"""

from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

InvoiceStatus = Literal["pending", "open", "closed"]
ClaimLevel = Literal[
    "Invoice", "RestReminder", "Reminder", "SecondReminder", "CollectionClaim", "DebtCollection"
]
AccountStatus = Literal["open", "pending-close", "closed"]

InvoiceMove = Literal["issue", "add", "pay", "remind", "collect", "transfer", "cancel"]
AccountMove = Literal["charge", "pay", "reserve", "release", "close"]

PENDING, OPEN, CLOSED = "pending", "open", "closed"
PENDING_CLOSE = "pending-close"
INVOICE, REST_REMINDER, REMINDER, SECOND_REMINDER, COLLECTION_CLAIM, DEBT_COLLECTION = get_args(ClaimLevel)
PART_PAID = "part paid"  # an open invoice at the level Invoice, of which a part has been paid

_OPEN_STATES = (PART_PAID, *get_args(ClaimLevel))

# An invoice is pending, closed, or open: then its state is its claim level.
INVOICE_MOVES = {
    (PENDING, "issue"): INVOICE,
    (PENDING, "cancel"): CLOSED,
    (INVOICE, "remind"): REMINDER,
    (PART_PAID, "remind"): REST_REMINDER,
    (REMINDER, "remind"): SECOND_REMINDER,
    (REST_REMINDER, "remind"): SECOND_REMINDER,
    (INVOICE, "collect"): COLLECTION_CLAIM,
    (PART_PAID, "collect"): COLLECTION_CLAIM,
    (REMINDER, "collect"): COLLECTION_CLAIM,
    (REST_REMINDER, "collect"): COLLECTION_CLAIM,
    (SECOND_REMINDER, "collect"): COLLECTION_CLAIM,
    (COLLECTION_CLAIM, "transfer"): DEBT_COLLECTION,
    **{(state, move): state for state in _OPEN_STATES for move in ("add", "pay")},
    **{(state, "cancel"): CLOSED for state in _OPEN_STATES},
    (CLOSED, "pay"): CLOSED,
}

ACCOUNT_MOVES = {
    (OPEN, "charge"): OPEN,
    (OPEN, "pay"): OPEN,
    (OPEN, "reserve"): OPEN,
    (OPEN, "release"): OPEN,
    (OPEN, "close"): PENDING_CLOSE,
    (PENDING_CLOSE, "pay"): PENDING_CLOSE,
    (PENDING_CLOSE, "release"): PENDING_CLOSE,
    (CLOSED, "pay"): CLOSED,
}

# The moves that need an amount; the others must not have one.
INVOICE_AMOUNTS = ("add", "pay")
ACCOUNT_AMOUNTS = ("charge", "pay", "reserve", "release")

# What happens to an invoice that nobody pays, and the number of days after the due date or the previous level.
AGING = {
    INVOICE: ("remind", 10),
    REMINDER: ("remind", 14),
    REST_REMINDER: ("remind", 14),
    SECOND_REMINDER: ("collect", 14),
    COLLECTION_CLAIM: ("transfer", 30),
}


class Claim(NamedTuple):
    """The part of an invoice that moves change."""

    status: str
    level: str
    original: int
    debt: int

    @property
    def paid(self) -> int:
        """What has been paid."""
        return self.original - self.debt

    @property
    def state(self) -> str:
        """The state in the table of moves."""
        if self.status != OPEN:
            return self.status
        return PART_PAID if self.level == INVOICE and self.paid else self.level


def move_invoice(claim: Claim, move: str, amount: int = 0) -> tuple[Claim, int]:
    """The claim after a move of the table, and the remainder of the payments, which is a surplus.

    A cancelled invoice claims nothing, so that what has been paid remains.
    """
    state = INVOICE_MOVES[claim.state, move]
    status, level, original, debt = claim
    remainder = 0
    if move == "add":
        original, debt = original + amount, debt + amount
    elif move == "pay":
        debt, remainder = pay(debt, amount)
    elif move == "cancel":
        debt, remainder = 0, claim.paid
    elif state != PART_PAID:
        status, level = OPEN, state
    return Claim(status if debt else CLOSED, level, original, debt), remainder


def described(claim: Claim) -> str:
    """The state of an invoice in words."""
    if claim.status != OPEN:
        return claim.status
    return ", ".join([OPEN, f"claim level {claim.level}", *([PART_PAID] if claim.paid else [])])


def kept(number: str, claim: Claim) -> str:
    """Why the debt of an invoice is not handed on; empty if it is."""
    if claim.state == DEBT_COLLECTION:
        return ""
    possible = ", ".join(move for state, move in INVOICE_MOVES if state == claim.state)
    return f"The invoice {number} ({claim.state}) is not in debt collection; possible moves: {possible}."


def next_move_on(claim: Claim, today: int, invoice_date: int, due_date: int) -> int | None:
    """The number of the day on which the clock moves an invoice next, if nothing else does before."""
    if claim.status == PENDING:
        return invoice_date if invoice_date > today else None
    if claim.status == CLOSED or claim.level not in AGING:
        return None
    days = AGING[claim.level][1]
    return max(due_date + days, today + 1) if claim.level == INVOICE else max(due_date, today) + days


def aging_move(claim: Claim) -> str:
    """The move that the clock makes."""
    return "issue" if claim.status == PENDING else AGING[claim.level][0]


class Payment(NamedTuple):
    """The debt that remains after a payment, and what remains of the payment."""

    debt: int
    remainder: int


def pay(debt: int, amount: int) -> Payment:
    """Reduce a debt by an amount, at most to zero."""
    paid = min(amount, debt)
    return Payment(debt - paid, amount - paid)


def invoice_status(debt: int) -> str:
    """The status of an invoice: open while there is debt."""
    return OPEN if debt else CLOSED


def available_amount(credit_limit: int, balance: int, reserved: int) -> int:
    """What can be drawn from an account."""
    return credit_limit + balance - reserved


def account_debt(balance: int, surplus: int) -> int:
    """What is owed on an account: its balance includes the surpluses from it."""
    return max(0, surplus - balance)


class Credit(NamedTuple):
    """The part of an account that moves change."""

    status: str
    limit: int
    balance: int
    reserved: int


def most(credit: Credit, move: str) -> int | None:
    """The largest amount that a move of an account may have; None if any may be."""
    if move in ("charge", "reserve"):
        return max(0, available_amount(credit.limit, credit.balance, credit.reserved))
    return credit.reserved if move == "release" else None


def move_account(credit: Credit, surplus: int, move: str, amount: int = 0) -> tuple[Credit, int]:
    """The account after a move of the table, and the remainder of the payment, which is a surplus.

    `surplus` is the sum of the surpluses from the account.
    """
    status = ACCOUNT_MOVES[credit.status, move]
    _, limit, balance, reserved = credit
    remainder = 0
    if move == "charge":
        balance -= amount
    elif move == "pay":
        remainder = pay(account_debt(balance, surplus), amount).remainder
        balance += amount
    elif move == "reserve":
        reserved += amount
    elif move == "release":
        reserved -= amount
    if status == PENDING_CLOSE and not account_debt(balance, surplus) and not reserved:
        status = CLOSED
    return Credit(status, limit, balance, reserved), remainder


def move_row(
    invoice_id: int, at: datetime, move: str, amount: int, claim: Claim, carried: bool = False
) -> dict[str, Any]:
    """The record of a move that led to a claim."""
    return {
        "invoice_id": invoice_id,
        "at": at,
        "move": move,
        "amount": amount or None,
        "status": claim.status,
        "claim_level": claim.level,
        "current_debt": claim.debt,
        "carried": carried,
    }


def account_move_row(account_id: int, at: datetime, move: str, amount: int, credit: Credit) -> dict[str, Any]:
    """The record of a move that led to a credit."""
    return {
        "account_id": account_id,
        "at": at,
        "move": move,
        "amount": amount or None,
        "status": credit.status,
        "total_balance": credit.balance,
    }
