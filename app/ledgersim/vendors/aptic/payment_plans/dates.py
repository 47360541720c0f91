"""When the payments of a plan are invoiced and due."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

INVOICED_BEFORE = timedelta(days=14)
# Source: Swedish debt relief, VENDOR_FACTS "Domain facts".
RELIEF_FREE_MONTHS = (6, 12)

_DAY = timedelta(days=1)


def due_dates(registration: date, free_months: tuple[int, ...] = ()) -> Iterator[date]:
    """Month ends from the month after `registration` on, without those in `free_months` (1 to 12)."""
    year, month = registration.year, registration.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if month not in free_months:
            yield month_end(year, month)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - _DAY


def invoice_date(due: date) -> date:
    """When a payment due at `due` is invoiced."""
    return due - INVOICED_BEFORE


def instant_of(day: date) -> datetime:
    """The midnight (UTC) of a day, as the wire shows days."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
