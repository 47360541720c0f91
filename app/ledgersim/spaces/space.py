"""A space: one isolated world with its own rows, clock, identifiers and tokens."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ledgersim.clock import LATEST, Clock, Mode, Setting
from ledgersim.diagnostics.faults import Faults
from ledgersim.diagnostics.journal import Journal
from ledgersim.ids import Stream
from ledgersim.spaces.models import FACT, STATE, TOKEN
from ledgersim.spaces.scheduler import Event, ScheduledJob
from ledgersim.spaces.service_runs import Runs
from ledgersim.storage.database import Database, add, row, rows

ResetScope = Literal["all", "data", "clock", "faults", "journal"]

MAX_REMEMBERED = 256
MAX_EVENTS = 1_000  # a space
EVENT_BYTES = 1_000  # about what an event takes
MAX_TOKENS = 10_000  # a space; the oldest are forgotten first

_READ_STATE = select(STATE)
_SAVE_PROGRESS = update(STATE).values(
    guid_position=bindparam("guids"), chance_position=bindparam("chance"), clock_floor=bindparam("floor")
)
_SAVE_CLOCK = update(STATE).values(
    clock_mode=bindparam("mode"),
    clock_offset_microseconds=bindparam("offset"),
    clock_frozen_at=bindparam("frozen_at"),
    clock_floor=bindparam("floor"),
)
_FIND_TOKEN = select(TOKEN.c.expires_at).where(
    TOKEN.c.vendor == bindparam("of_vendor"), TOKEN.c.token == bindparam("of_token")
)
_ADD_TOKEN = insert(TOKEN)
_LEARN = update(FACT).where(FACT.c.name == bindparam("of_name")).values(value=bindparam("to"))
_FORGET_TOKENS = delete(TOKEN).where(TOKEN.c.id <= bindparam("last_id"))


@dataclass(frozen=True)
class SpaceSettings:
    """What holds for all spaces of a server: what falls due by itself, facts, and how much is recorded."""

    jobs: Sequence[ScheduledJob] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    journal_entries: int = 1_000
    journal_bytes: int = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows and the clock of a space as they were, and when on its clock."""

    image: bytes
    taken_at: datetime


class Space:
    """All the state of one world. `image` is the state that a reset goes back to."""

    def __init__(
        self, name: str, database: Database, image: bytes, settings: SpaceSettings = SpaceSettings()
    ) -> None:
        self.name = name
        self._settings = settings
        self.database = database
        self.runs = Runs()
        self.journal = Journal(settings.journal_entries, settings.journal_bytes)
        self.events: deque[Event] = deque(maxlen=MAX_EVENTS)  # what fell due
        self.snapshots: dict[str, Snapshot] = {}
        self.image = image
        self.busy = 0  # requests in flight
        self.restarts = 0  # how often all rows have been put back
        self._leaving = False
        self._remembered: dict[Hashable, Any] = {}
        self._remembered_at = database.version
        self._load()
        self.faults = Faults(Stream(self.seed, f"faults of {name}"))

    def _load(self) -> None:
        state = row(self.connection, _READ_STATE)
        assert state is not None, "a space is only made from the image of a world"
        self.seed: int = state["seed"]
        self.guids = Stream(state["seed"], "guid", state["guid_position"])
        self.chance = Stream(state["seed"], f"chance of {self.name}", state["chance_position"])
        facts = rows(self.connection, select(FACT))
        self.facts: dict[str, Any] = {fact["name"]: fact["value"] for fact in facts} | dict(
            self._settings.facts
        )
        self.as_of = date.fromisoformat(state["as_of"])
        self.clock = self._clock_of(state)

    def _clock_of(self, state: Mapping[str, Any]) -> Clock:
        """The clock as it was left; that of a new world starts now, at the date of the world."""
        offset = state["clock_offset_microseconds"]
        if offset is None:
            clock = Clock.starting(start_of(self.as_of))
            with self.database.transaction() as connection:
                _save_clock(connection, clock.setting)
            return clock
        frozen_at, floor = state["clock_frozen_at"], state["clock_floor"]
        return Clock(Setting(state["clock_mode"], timedelta(microseconds=offset), frozen_at, floor))

    @property
    def connection(self) -> Connection:
        """For reading; writes belong into `transaction()`."""
        return self.database.connection

    @property
    def records_size(self) -> int:
        """About how many bytes are taken by what is recorded beside the rows: journal, runs and events."""
        return self.journal.size + self.runs.size + EVENT_BYTES * len(self.events)

    @property
    def size(self) -> int:
        """About how many bytes it takes, without what it has in common with others and its snapshots."""
        return self.database.size + self.records_size

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One request's writes: all of them, the drawn identifiers and facts included, or none.

        One within another is a part of it.
        """
        position, setting, facts = self.guids.position, self.clock.setting, self.facts
        changes = self.database.changes
        try:
            with self.database.transaction() as connection:
                yield connection
                if self.database.changes != changes:
                    self.clock.recorded()
                    self._save_progress(connection)
        except BaseException:
            self.guids.position, self.clock.setting, self.facts = position, setting, facts
            raise

    def set_fact(self, connection: Connection, name: str, value: Any) -> None:
        """Let a fact of the world be another from now on, for as long as the rows last."""
        self.facts = {**self.facts, name: value}
        connection.execute(_LEARN, {"of_name": name, "to": value})

    def cached(self, key: Hashable, find_out: Callable[[], Any]) -> Any:
        """What `find_out` says of the rows; asked again only after something has been written."""
        if self._remembered_at != self.database.version or len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
            self._remembered_at = self.database.version
        if key not in self._remembered:
            self._remembered[key] = find_out()
        return self._remembered[key]

    def move_clock(self, mode: Mode, until: datetime) -> list[Event]:
        """Set the clock forward and let everything happen that falls due on the way, each at its time.

        Raises ClockError if it would go backwards.
        """
        self.clock.set(mode, until)  # refuses before anything happens
        events = self.run_due(until)
        self._set_setting(self.clock.set(mode, max(until, self.clock.setting.floor)))
        return events

    def run_due(self, until: datetime | None = None) -> list[Event]:
        """Let happen what is due by now or by `until`, each at its time."""
        events: list[Event] = []
        while (at := self._next_at()) is not None and at <= (until or self.clock.now()):
            with self.clock.standing_at(at):
                due = [one for one in self._settings.jobs if one.next_at(self) == at]
                events += [event for one in due for event in one.run(self)]
        self.events.extend(events)
        return events

    def _next_at(self) -> datetime | None:
        def soonest() -> datetime | None:
            times = [at for one in self._settings.jobs if (at := one.next_at(self)) is not None]
            return min(times, default=None)

        found: datetime | None = self.cached("next_at", soonest)
        return found

    def reset(self, scope: ResetScope = "all") -> None:
        """Go back to the start: rows and identifiers (data), clock, faults, journal, or all with the tokens.

        Jobs end where rows go; the record of runs is forgotten with all. Snapshots stay.
        """
        if scope in ("all", "faults"):
            self.faults.clear()
        if scope in ("all", "journal"):
            self.journal.clear()
        if scope == "all":
            self.runs.clear()
            self._put_back(self.image)
        elif scope == "clock":
            self._set_setting(Clock.starting(start_of(self.as_of)).setting)
        elif scope == "data":
            tokens = rows(self.connection, select(TOKEN))
            setting = self.clock.setting
            self._put_back(self.image)
            with self.transaction() as connection:
                if tokens:
                    connection.execute(_ADD_TOKEN, tokens)
            self._set_setting(setting)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to what a snapshot holds: rows, identifiers, clock and tokens. Jobs end."""
        self._put_back(snapshot.image)

    def _put_back(self, image: bytes) -> None:
        """Put an image in place of all rows. Chance goes on: a token of before is never issued again."""
        self.runs.cancel(self.clock.now())
        self.restarts += 1
        self.events.clear()
        chance = self.chance.position
        self.database.restore(image)
        self._load()
        self.chance.position = chance

    def _set_setting(self, setting: Setting) -> None:
        with self.database.transaction() as connection:
            _save_clock(connection, setting)
        self.clock.setting = setting

    def issue_token(self, vendor: str, lifetime: timedelta) -> str:
        """A new access token, valid for `lifetime` of this space's clock; never one that was issued before."""
        with self.database.transaction() as connection:
            token = self.chance.draw().hex() + self.chance.draw().hex()
            expires_at = self.clock.now() + lifetime
            last = add(connection, _ADD_TOKEN, {"vendor": vendor, "token": token, "expires_at": expires_at})
            connection.execute(_FORGET_TOKENS, {"last_id": last - MAX_TOKENS})
            self._save_progress(connection)
        return token

    def _save_progress(self, connection: Connection) -> None:
        connection.execute(
            _SAVE_PROGRESS,
            {
                "guids": self.guids.position,
                "chance": self.chance.position,
                "floor": self.clock.setting.floor,
            },
        )

    def token_expiry(self, vendor: str, token: str) -> datetime | None:
        """When a token of this space ends or ended; None for one that it does not know."""
        found = row(self.connection, _FIND_TOKEN, of_vendor=vendor, of_token=token)
        return None if found is None else found["expires_at"]

    def enter(self) -> None:
        """A request begins; the space stays open until it `leave`s."""
        self.busy += 1

    def leave(self) -> None:
        """A request has ended."""
        self.busy -= 1
        if self._leaving and not self.busy:
            self.close()

    def retire(self) -> None:
        """Let go of everything as soon as no request is in flight."""
        self._leaving = True
        self.runs.cancel(self.clock.now())
        if not self.busy:
            self.close()

    def close(self) -> None:
        """Let go of everything."""
        self.runs.cancel(self.clock.now())
        self.database.close()


def start_of(day: date) -> datetime:
    """Midnight UTC of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def start_of_day(number: int) -> datetime | None:
    """Midnight UTC of a day number (days since 0001-01-01); None for one beyond all clocks."""
    return start_of(date.fromordinal(number)) if number < LATEST.toordinal() else None


def _save_clock(connection: Connection, setting: Setting) -> None:
    connection.execute(
        _SAVE_CLOCK,
        {
            "mode": setting.mode,
            "offset": setting.offset // timedelta(microseconds=1),
            "frozen_at": setting.frozen_at,
            "floor": setting.floor,
        },
    )
