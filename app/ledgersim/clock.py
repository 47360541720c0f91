"""The simulated time of a space; the only module that reads the time of the machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

import isodate

Mode = Literal["real", "frozen"]

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class ClockError(ValueError):
    """A time that no clock here tells."""


class Backwards(ClockError):
    """A time before something that has been recorded already."""


def wall_clock() -> datetime:
    """The time of the machine, aware and UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Setting:
    """How the time is told; `floor` is the latest instant that something has been recorded at."""

    mode: Mode = "real"
    offset: timedelta = timedelta()
    frozen_at: datetime | None = None
    floor: datetime = EARLIEST


class Clock:
    """Tells the time of one space: ticking with the machine (plus an offset) or standing still."""

    def __init__(self, setting: Setting, wall: Callable[[], datetime] = wall_clock) -> None:
        self.setting = setting
        self._wall = wall
        self._dated = (EARLIEST, b"")

    def now(self) -> datetime:
        """The present instant of the space, aware and UTC."""
        if self.setting.frozen_at is not None:
            return self.setting.frozen_at
        return self._wall() + self.setting.offset

    def today(self) -> date:
        """The present calendar day of the space, in UTC."""
        return self.now().date()

    def http_date(self) -> bytes:
        """The present instant as the header `Date` tells it."""
        second = self.now().replace(microsecond=0)
        if self._dated[0] != second:
            self._dated = second, format_datetime(second, usegmt=True).encode()
        return self._dated[1]

    def set(self, mode: Mode, now: datetime | None) -> Setting:
        """The setting that makes the clock read `now` (default: go on from the present reading).

        Raises Backwards for an instant before anything recorded in the space, ClockError for one that is
        not from 1900 to 2199.
        """
        target = self.now() if now is None else now
        if target < self.setting.floor:
            raise Backwards(
                f"{_text(target)} lies before {_text(self.setting.floor)}, the latest time at which "
                "this space's clock was set or something written; time only moves forward: reset the space "
                "or use a fresh one, whose clock may be set to any time since its world's date"
            )
        if not EARLIEST <= target < LATEST:
            raise ClockError("the clock tells times from 1900-01-01 to 2199-12-31")
        if mode == "frozen":
            return Setting(mode, frozen_at=target, floor=target)
        return Setting(mode, offset=target - self._wall(), floor=target)

    @classmethod
    def starting(cls, start: datetime) -> "Clock":
        """A clock that ticks from `start` on, now."""
        return cls(Setting(offset=start - wall_clock(), floor=start))

    @contextmanager
    def standing_at(self, instant: datetime) -> Iterator[None]:
        """Tell this time for as long as the block lasts, whatever the clock tells otherwise."""
        before = self.setting
        self.setting = replace(before, mode="frozen", frozen_at=instant)
        try:
            yield
        finally:
            self.setting = replace(before, floor=self.setting.floor)

    def recorded(self) -> None:
        """Note that something was recorded now: the clock may not be set to before it."""
        now = self.now()
        if now > self.setting.floor:
            self.setting = replace(self.setting, floor=now)


def later(start: datetime, duration: str) -> datetime:
    """`start` plus an ISO 8601 duration such as P1M; months and years by the calendar. Raises ClockError."""
    if "." in duration.partition("T")[0] or "," in duration.partition("T")[0]:
        raise ClockError("must have whole days, months and years; only what follows T may have fractions")
    try:
        by = isodate.parse_duration(duration)  # type: ignore[no-untyped-call]
    except (isodate.ISO8601Error, ValueError, ArithmeticError, TypeError) as error:
        raise ClockError(
            f"{duration[:40]!r} is not an ISO 8601 duration such as P1M, P3DT12H or PT90S"
        ) from error
    try:
        after: datetime = start + by
    except (ValueError, ArithmeticError) as error:
        raise ClockError("leads beyond 2199-12-31, the last day that the clock tells") from error
    if after < start or (isinstance(by, timedelta) and by < timedelta()):
        raise ClockError("must not be negative: time only moves forward")
    return after


def _text(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
