"""Requests that were rejected before their space was known, and so are in no journal.

They are malformed HTTP, name a host that the server does not serve or an impossible space, or come from a page
of another site. What may hold secrets is not kept: neither query nor headers nor body.
"""

from collections import deque
from time import monotonic
from typing import NamedTuple

MAX_KEPT = 20
MAX_TEXT = 300  # characters of a path or a reason


class Rejection(NamedTuple):
    """Such a request. Without a response there is no status; method and path are None if they were not read."""

    status: int | None
    reason: str
    method: str | None
    path: str | None
    at: float  # on the clock of the machine since some start


class Rejections:
    """The latest of them, and how many there were since the server started."""

    def __init__(self) -> None:
        self.count = 0
        self._latest: deque[Rejection] = deque(maxlen=MAX_KEPT)

    def add(self, status: int | None, reason: str, method: str | None = None, path: str | None = None) -> None:
        """Note one."""
        self.count += 1
        kept = None if path is None else path[:MAX_TEXT]
        self._latest.appendleft(Rejection(status, reason[:MAX_TEXT], method, kept, monotonic()))

    def summary(self) -> dict[str, object]:
        """How many there were, and the latest, newest first, with their age."""
        now = monotonic()
        latest = [
            {
                "status": one.status,
                "reason": one.reason,
                "method": one.method,
                "path": one.path,
                "seconds_ago": round(now - one.at, 1),
            }
            for one in self._latest
        ]
        return {"count": self.count, "latest": latest}
