"""What falls due by itself as the clock moves on."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ledgersim.spaces.space import Space


class Event(NamedTuple):
    """That something happened: when, what, where it shows (a path without prefix), and particulars."""

    at: datetime
    what: str
    path: str
    particulars: Mapping[str, Any]


class ScheduledJob(NamedTuple):
    """A kind of thing that falls due: the module whose `next_at` and `happen` tell when and how it happens.

    The module is imported when it is first asked, not at start-up.
    """

    module: str

    def next_at(self, space: "Space") -> datetime | None:
        """When it next falls due in a space."""
        at: datetime | None = import_module(self.module).next_at(space)
        return at

    def run(self, space: "Space") -> list[Event]:
        """Let happen what is due in a space now."""
        events: list[Event] = import_module(self.module).run(space)
        return events
