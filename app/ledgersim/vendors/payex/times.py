"""How this vendor writes times."""

from datetime import datetime


def as_time(instant: datetime) -> str:
    """`yyyy-MM-ddTHH:mm:ss` [documented]."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S")
