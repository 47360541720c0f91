"""PayEx's time format."""

from datetime import datetime


def format_time(instant: datetime) -> str:
    """The instant in UTC as `yyyy-MM-ddTHH:mm:ss`, without an offset [documented]."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S")
