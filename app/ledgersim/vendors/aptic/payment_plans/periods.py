"""Periods: runs of equal payments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from ledgersim.vendors.aptic.payment_plans.schedule import ScheduleRow

MONTH = 3
ORDINARY = 0


@dataclass(frozen=True, slots=True)
class Period:
    """A run of equal payments, from the first due date to the last. The codes are [inferred]."""

    period_no: int
    start_date: date
    end_date: date
    amount: Decimal
    interval_type: int = MONTH
    interval: int = 1
    payment_type: int = ORDINARY


def periods_of(rows: Iterable[ScheduleRow]) -> tuple[Period, ...]:
    """Return one period per run of equal amounts."""
    runs = (tuple(run) for _, run in groupby(rows, lambda row: row.amount))
    return tuple(
        Period(number, run[0].due_date, run[-1].due_date, run[0].amount)
        for number, run in enumerate(runs, start=1)
    )
