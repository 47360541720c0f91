"""Day numbers (`date.toordinal()`), and instants on such days."""

from datetime import UTC, date, datetime, timedelta
from functools import cache


@cache
def instant(day: int) -> datetime:
    """Midnight UTC of a day number."""
    found = date.fromordinal(day)
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def at(day: int, second: int) -> datetime:
    """The instant `second` seconds after midnight UTC of a day number."""
    return instant(day) + timedelta(seconds=second)


def end_of_month(day: int, months: int = 0) -> int:
    """The last day of the calendar month of `day`, or of the month `months` later."""
    found = date.fromordinal(day)
    month = found.year * 12 + found.month + months  # zero-based, so this is the month after
    return date(month // 12, month % 12 + 1, 1).toordinal() - 1
