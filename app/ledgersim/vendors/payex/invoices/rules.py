"""Paying invoices, and the money on accounts. Amounts are in hundredths."""

from typing import NamedTuple


class Payment(NamedTuple):
    """The debt that remains of an invoice after a payment, and what remains of the payment."""

    debt: int
    remainder: int


def pay(debt: int, amount: int) -> Payment:
    """Reduce the debt of an invoice by an amount, at most to zero."""
    paid = min(amount, debt)
    return Payment(debt - paid, amount - paid)


def invoice_status(debt: int) -> str:
    """The status of an invoice: open while there is debt."""
    return "open" if debt else "closed"


def available_amount(credit_limit: int, balance: int, reserved: int) -> int:
    """What can be drawn from an account."""
    return credit_limit + balance - reserved


def overpaid(balance: int, amount: int) -> int:
    """What a payment to an account leaves over, if the account has this balance after it."""
    return max(0, min(amount, balance))
