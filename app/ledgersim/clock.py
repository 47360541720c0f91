"""The simulated clock of a space. No other module reads the system time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Literal, NamedTuple

import isodate

Mode = Literal["real", "frozen"]

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)  # exclusive


class ClockError(ValueError):
    """A time or duration that the clock cannot be set to."""


class ClockBackwardsError(ClockError):
    """A time before the latest change in the space."""


def system_time() -> datetime:
    """The system time, in UTC."""
    return datetime.now(UTC)


class ClockSetting(NamedTuple):
    """The state of a clock. `floor` is the time of the latest change in the space."""

    mode: Mode = "real"
    offset: timedelta = timedelta()
    frozen_at: datetime | None = None
    floor: datetime = EARLIEST


class Clock:
    """The clock of one space: it ticks with the system time, plus an offset, or is frozen."""

    def __init__(self, setting: ClockSetting, system_time: Callable[[], datetime] = system_time) -> None:
        self.setting = setting
        self._system_time = system_time
        self._http_date = (EARLIEST, b"")  # of the second it was formatted for

    def now(self) -> datetime:
        """The current time of the space, in UTC."""
        if self.setting.frozen_at is not None:
            return self.setting.frozen_at
        return self._system_time() + self.setting.offset

    def today(self) -> date:
        """The current date of the space, in UTC."""
        return self.now().date()

    def http_date(self) -> bytes:
        """The current time as a `Date` header."""
        second = self.now().replace(microsecond=0)
        if self._http_date[0] != second:
            self._http_date = second, format_datetime(second, usegmt=True).encode()
        return self._http_date[1]

    def set(self, mode: Mode, now: datetime | None) -> ClockSetting:
        """The setting for which the clock reads `now` (default: its current time).

        Raises ClockBackwardsError for a time before the latest change in the space, and ClockError for a time
        that is not from 1900 to 2199.
        """
        target = self.now() if now is None else now
        if target < self.setting.floor:
            raise ClockBackwardsError(
                f"{isoformat(target)} is before {isoformat(self.setting.floor)}, when this space's clock was "
                "last set or its data last changed; time only moves forward: reset the space, or use a new "
                "one, whose clock can be set to any time from the date of its world"
            )
        if not EARLIEST <= target < LATEST:
            raise ClockError("must be from 1900-01-01 to 2199-12-31")
        if mode == "frozen":
            return ClockSetting(mode, frozen_at=target, floor=target)
        return ClockSetting(mode, offset=target - self._system_time(), floor=target)

    @classmethod
    def starting(cls, start: datetime) -> "Clock":
        """A clock that reads `start` now and ticks."""
        return cls(ClockSetting(offset=start - system_time(), floor=start))

    @contextmanager
    def frozen_at(self, instant: datetime) -> Iterator[None]:
        """Freeze the clock at `instant` inside the block."""
        before = self.setting
        self.setting = before._replace(mode="frozen", frozen_at=instant)
        try:
            yield
        finally:
            self.setting = before._replace(floor=self.setting.floor)

    def raise_floor(self) -> None:
        """Record a change in the space: from now on the clock cannot be set to an earlier time."""
        now = self.now()
        if now > self.setting.floor:
            self.setting = self.setting._replace(floor=now)


def isoformat(instant: datetime) -> str:
    """An instant in UTC as ISO 8601 text that ends in `Z`."""
    return instant.isoformat().replace("+00:00", "Z")


def add_duration(start: datetime, duration: str) -> datetime:
    """`start` plus an ISO 8601 duration such as P1M; months and years are calendar ones. Raises ClockError."""
    if "." in duration.partition("T")[0] or "," in duration.partition("T")[0]:
        raise ClockError("must have whole days, months and years; only the part after T may have fractions")
    try:
        by = isodate.parse_duration(duration)  # type: ignore[no-untyped-call]
    except (isodate.ISO8601Error, ValueError, ArithmeticError, TypeError) as error:
        raise ClockError(
            f"{duration[:40]!r} is not an ISO 8601 duration such as P1M, P3DT12H or PT90S"
        ) from error
    try:
        after: datetime = start + by
    except (ValueError, ArithmeticError) as error:
        raise ClockError("must not lead beyond 2199-12-31, the last day of the clock") from error
    if after < start or (isinstance(by, timedelta) and by < timedelta()):
        raise ClockError("must not be negative: time only moves forward")
    return after
