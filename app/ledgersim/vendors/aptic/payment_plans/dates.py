"""The invoice and due dates of the payments of a plan."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

INVOICE_LEAD_TIME = timedelta(days=14)
# Swedish debt relief (skuldsanering) has no payments in June and December.
RELIEF_FREE_MONTHS = (6, 12)

_DAY = timedelta(days=1)


def due_dates(registration: date, free_months: tuple[int, ...] = ()) -> Iterator[date]:
    """Yield the month ends after the month of `registration`, except in `free_months` (1 to 12)."""
    year, month = registration.year, registration.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if month not in free_months:
            yield month_end(year, month)


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - _DAY


def invoice_date(due: date) -> date:
    """Return the invoice date of a payment due at `due`."""
    return due - INVOICE_LEAD_TIME


def instant_of(day: date) -> datetime:
    """Return midnight UTC of a day, the format of days in the API."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
