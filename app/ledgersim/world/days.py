"""Days as numbers, as the books count them, and the instants of a world."""

from datetime import UTC, date, datetime, timedelta
from functools import cache


@cache
def instant(day: int) -> datetime:
    """Midnight UTC of a day number."""
    found = date.fromordinal(day)
    return datetime(found.year, found.month, found.day, tzinfo=UTC)


def at(day: int, second: int) -> datetime:
    """An instant of a day, so many seconds after its midnight."""
    return instant(day) + timedelta(seconds=second)
