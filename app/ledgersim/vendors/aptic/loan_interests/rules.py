"""The interest days of loans."""

from datetime import date, datetime


def days_passed(start: datetime, end: datetime | None, today: date) -> int:
    """Return the days of a period up to today, including its first day but not its end (actual/365)."""
    last = today if end is None else min(today, end.date())
    return max(0, (last - start.date()).days)
