"""How far a plan has come: what was paid, what is overdue, what reminders added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.rounding import ZERO
from ledgersim.vendors.aptic.payment_plans.schedule import Row


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money booked on the covered cases: when, how much, and what the books then show as left on them."""

    paid_date: date
    amount: Decimal
    left: Decimal


def with_reminders(rows: Iterable[Row], fees: Mapping[int, Decimal]) -> tuple[Row, ...]:
    """The rows with the reminder fees (payment number to their sum) on top."""
    return tuple(
        replace(row, fee=row.fee + fees[row.payment_no], amount=row.amount + fees[row.payment_no])
        if row.payment_no in fees
        else row
        for row in rows
    )


def with_receipts(rows: Iterable[Row], receipts: Iterable[Receipt]) -> tuple[Row, ...]:
    """The planned rows as the receipts, in the order of their booking, fill them: the oldest row first.

    A row is paid by the receipt that completes its amount (reminder fees included), and its `unpaid` is what
    was left then. A receipt after which nothing is left pays all the rest: a plan ends when its balance is
    gone. Source: the issue on payment plans ("Life").
    """
    filled = list(rows)
    nth, received, needed = 0, ZERO, filled[0].amount if filled else ZERO
    for receipt in receipts:
        received += receipt.amount
        while nth < len(filled) and (received >= needed or receipt.left <= 0):
            filled[nth] = replace(filled[nth], paid_date=receipt.paid_date, unpaid=receipt.left)
            nth += 1
            needed += filled[nth].amount if nth < len(filled) else ZERO
    return tuple(filled)


def remaining_number_of_payments(rows: Iterable[Row]) -> int:
    """How many payments are not paid."""
    return sum(row.paid_date is None for row in rows)


def paid_numbers(rows: Iterable[Row]) -> frozenset[int]:
    """The numbers of the payments that are paid."""
    return frozenset(row.payment_no for row in rows if row.paid_date is not None)


def overdue(rows: Iterable[Row], today: date) -> tuple[Row, ...]:
    """The payments that were due before `today` and are not paid."""
    return tuple(row for row in rows if row.paid_date is None and row.due_date < today)
