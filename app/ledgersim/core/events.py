"""What falls due by itself as the clock moves on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ledgersim.core.space import Space


class Event(NamedTuple):
    """That something happened: when, what, where it shows (a path without prefix), and particulars."""

    at: datetime
    what: str
    path: str
    particulars: Mapping[str, Any]


class Occurrence(NamedTuple):
    """A kind of thing that falls due: when it next does, and how it happens at that time."""

    next_at: "Callable[[Space], datetime | None]"
    happen: "Callable[[Space], list[Event]]"
