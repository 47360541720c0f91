"""The progress of a plan: paid and overdue payments, and reminder fees."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.rounding import ZERO
from ledgersim.vendors.aptic.payment_plans.schedule import ScheduleRow


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment booked on the covered cases, and the amount that remains on them afterwards."""

    paid_date: date
    amount: Decimal
    remaining: Decimal


def with_reminders(rows: Iterable[ScheduleRow], fees: Mapping[int, Decimal]) -> tuple[ScheduleRow, ...]:
    """Add reminder fees (by payment number) to the rows."""
    return tuple(
        replace(row, fee=row.fee + fees[row.payment_no], amount=row.amount + fees[row.payment_no])
        if row.payment_no in fees
        else row
        for row in rows
    )


def with_receipts(rows: Iterable[ScheduleRow], receipts: Iterable[Receipt]) -> tuple[ScheduleRow, ...]:
    """Apply receipts, in the order of their booking, to the planned rows, the oldest row first.

    The receipt that completes the amount of a row (including reminder fees) pays it; its `unpaid` becomes what
    remained then. A receipt after which nothing remains pays all other rows too.
    """
    filled = list(rows)
    index, received, needed = 0, ZERO, filled[0].amount if filled else ZERO
    for receipt in receipts:
        received += receipt.amount
        while index < len(filled) and (received >= needed or receipt.remaining <= 0):
            filled[index] = replace(filled[index], paid_date=receipt.paid_date, unpaid=receipt.remaining)
            index += 1
            needed += filled[index].amount if index < len(filled) else ZERO
    return tuple(filled)


def remaining_number_of_payments(rows: Iterable[ScheduleRow]) -> int:
    """Return the number of unpaid payments."""
    return sum(row.paid_date is None for row in rows)


def paid_numbers(rows: Iterable[ScheduleRow]) -> frozenset[int]:
    """Return the numbers of the paid payments."""
    return frozenset(row.payment_no for row in rows if row.paid_date is not None)


def overdue(rows: Iterable[ScheduleRow], today: date) -> tuple[ScheduleRow, ...]:
    """Return the unpaid payments that were due before `today`."""
    return tuple(row for row in rows if row.paid_date is None and row.due_date < today)
