"""How interest accrues on loans."""

from datetime import date, datetime


def days_passed(start: datetime, end: datetime | None, today: date) -> int:
    """The days of a period up to today: its first counts, its end does not, as in actual/365."""
    last = today if end is None else min(today, end.date())
    return max(0, (last - start.date()).days)
