"""A space: an isolated world with its own rows, clock, identifiers, tokens, faults and journal."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from ledgersim.clock import LATEST, Clock, ClockSetting, Mode
from ledgersim.diagnostics.faults import Faults
from ledgersim.diagnostics.journal import Journal
from ledgersim.ids import Stream
from ledgersim.spaces.models import STATE, TOKEN, VALUE
from ledgersim.spaces.vendor_state import VendorRecord, VendorState
from ledgersim.spaces.worker import Worker, in_background
from ledgersim.storage.database import Database
from ledgersim.storage.folder import read_start
from ledgersim.storage.images import Image
from ledgersim.storage.statements import Query, Row, add, add_all, change, prepare, row, rows, scalar, tables_of

ResetScope = Literal["all", "data", "clock", "faults", "journal"]

MAX_CACHED = 256
MAX_EVENTS = 1_000  # per space
MAX_TOKENS = 10_000  # per space; the oldest are dropped first
MAX_TOKEN = 1_000  # characters; those that are issued are shorter
EVENT_BYTES = 1_000  # roughly what an event uses

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
_FIND_VALUE = select(VALUE.c.value).where(VALUE.c.name == bindparam("of_name"))
prepare(_FIND_VALUE, "of_name")
_UPDATE_VALUE = update(VALUE).where(VALUE.c.name == bindparam("of_name")).values(value=bindparam("to"))
_ADD_VALUE = insert(VALUE)
_DELETE_TOKENS = delete(TOKEN).where(TOKEN.c.id <= bindparam("last_id"))


@dataclass(frozen=True)
class SpaceSettings:
    """Settings shared by all spaces of a server."""

    options: object = None  # the server's settings: an instance of every vendor's settings class
    journal_entries: int = 1_000
    journal_bytes: int = 4 * 2**20


State = TypeVar("State", bound=VendorState)
Record = TypeVar("Record", bound=VendorRecord)
Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An image of a space's database, and when it was taken on the clock of the space."""

    image: bytes
    taken_at: datetime


class _Cached(NamedTuple):
    """What was computed from tables at a version, and the last version of the database at which it held."""

    at: tuple[int, int]
    version: tuple[int, ...]
    value: Any


class Space:
    """All state of one world. A reset goes back to the image in the file `start`, or to `image` without one."""

    def __init__(
        self,
        name: str,
        database: Database,
        image: Image,
        settings: SpaceSettings = SpaceSettings(),
        start: Path | None = None,
    ) -> None:
        self.name = name
        self._settings = settings
        self.database = database
        self.worker = Worker()
        self.journal = Journal(settings.journal_entries, settings.journal_bytes)
        self.events: deque[Any] = deque(maxlen=MAX_EVENTS)  # of scheduled jobs, oldest first
        self._records: dict[type[VendorRecord], VendorRecord] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.image = image
        self._start = start
        self.in_flight = 0  # requests
        self.restarts = 0  # how often the database has been reset or restored
        self.used_at = 0.0  # when a request ended last, by `monotonic`
        self._close: Callable[[], object] | None = None  # what to do when no request is in flight
        self._cache: dict[Hashable, _Cached] = {}
        self._load()
        self.faults = Faults(Stream(self.seed, f"faults of {name}"))

    def _load(self) -> None:
        state = row(self.connection, _READ_STATE)
        assert state is not None, "the image of a space has a row of sim_state"
        self.seed: int = state["seed"]
        self.guids = Stream(state["seed"], "guid", state["guid_position"])
        self.chance = Stream(state["seed"], f"chance of {self.name}", state["chance_position"])
        self._states: dict[type[VendorState], VendorState] = {}  # those that have been read
        self._expiries: dict[tuple[str, str], datetime | None] = {}  # by vendor and token; recently used ones
        self.as_of = date.fromisoformat(state["as_of"])
        self.clock = self._load_clock(state)

    def _load_clock(self, state: Row) -> Clock:
        """The stored clock. The clock of a new world starts now, at the date of the world."""
        offset = state["clock_offset_microseconds"]
        if offset is None:
            clock = Clock.starting(start_of(self.as_of))
            with self.database.transaction() as connection:
                _save_clock(connection, clock.setting)
            return clock
        frozen_at, floor = state["clock_frozen_at"], state["clock_floor"]
        return Clock(ClockSetting(state["clock_mode"], timedelta(microseconds=offset), frozen_at, floor))

    @property
    def connection(self) -> Connection:
        """For reading; write in a `transaction()`. Raises a 503 Problem if SQLite has discarded changes."""
        self.database.check()
        return self.database.connection

    @property
    def records_size(self) -> int:
        """About how many bytes are taken by what is recorded beside the rows."""
        records = sum(record.size for record in self._records.values())
        return self.journal.size + records + EVENT_BYTES * len(self.events)

    @property
    def size(self) -> int:
        """About how many bytes it takes, without what it has in common with others and its snapshots."""
        return self.database.size + self.records_size

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit when the block ends. When it raises, roll back rows, identifiers, clock and vendor state.

        A nested transaction is part of the outer one.
        """
        position, setting = self.guids.position, self.clock.setting
        states = self._states
        changes = self.database.changes
        try:
            with self.database.transaction() as connection:
                yield connection
                if self.database.changes != changes:
                    self.clock.raise_floor()
                    if self.database.is_file:
                        self._save_progress(connection)
        except BaseException:
            self.guids.position, self.clock.setting = position, setting
            self._states = states
            raise

    def options(self, kind: type[Options]) -> Options:
        """The server's settings as an instance of a vendor's class; its defaults if there is no server."""
        options = self._settings.options
        return options if isinstance(options, kind) else kind()

    def state(self, kind: type[State]) -> State:
        """The state of a vendor in this space."""
        found = self._states.get(kind)
        if found is None:
            found = self._states[kind] = kind.model_validate(self._value(kind.key, {}))
        return found  # type: ignore[return-value]

    def save_state(self, connection: Connection, state: VendorState) -> None:
        """Replace the state of a vendor; rolled back with the transaction."""
        value = state.model_dump(mode="json")
        self._states = {**self._states, type(state): state}
        if not change(connection, _UPDATE_VALUE, of_name=state.key, to=value):
            add(connection, _ADD_VALUE, {"name": state.key, "value": value})

    def personas(self) -> list[dict[str, Any]]:
        """The personas of the world, with their ids at each vendor."""
        found: list[dict[str, Any]] = self._value("personas", [])
        return found

    def _value(self, name: str, default: Any) -> Any:
        found = row(self.connection, _FIND_VALUE, of_name=name)
        return default if found is None else found["value"]

    def record(self, kind: type[Record]) -> Record:
        """The record of a vendor in this space."""
        found = self._records.get(kind)
        if found is None:
            found = self._records[kind] = kind()
        return found  # type: ignore[return-value]

    def cancel_background_work(self) -> None:
        """Cancel what vendors are doing in the background."""
        for record in self._records.values():
            record.cancel(self.clock.now())

    def scalar(self, query: Query, **values: Any) -> Any:
        """The first column of the first row of a query, cached until the next write to one of its tables."""
        return self.cached(
            (query, *values.items()), lambda: scalar(self.connection, query, **values), tables_of(query)
        )

    def cached(self, key: Hashable, compute: Callable[[], Any], tables: Iterable[Table] | None = None) -> Any:
        """The result of `compute`, cached until the next write to one of these tables, or to any."""
        now = self.database.version
        found = self._cache.get(key)
        if found is None or found.at != now:
            version = now if tables is None else self.database.version_of(tables)
            value = compute() if found is None or found.version != version else found.value
            if len(self._cache) >= MAX_CACHED:
                self._cache.clear()
            found = self._cache[key] = _Cached(now, version, value)
        return found.value

    def set_clock(self, mode: Mode, now: datetime) -> None:
        """Set and store the clock. Raises ClockError if it would go backwards."""
        self._store_clock(self.clock.set(mode, now))

    async def reset(self, scope: ResetScope = "all") -> None:
        """Reset rows and identifiers (`data`), the clock, the faults, the journal, or all of them.

        `all` and `data` cancel background work; only `all` deletes tokens and the vendors' records.
        Snapshots stay.
        """
        if scope == "all":
            await self._restore_image(await self._start_image())
            for record in self._records.values():
                record.clear()
        elif scope == "clock":
            self._store_clock(Clock.starting(start_of(self.as_of)).setting)
        elif scope == "data":
            await self._restore_image(await self._start_image(), keeps_tokens_and_clock=True)
        # Last, for a reset that fails leaves everything as it was.
        if scope in ("all", "faults"):
            self.faults.clear()
        if scope in ("all", "journal"):
            self.journal.clear()

    async def _start_image(self) -> Image:
        start = self._start
        return self.image if start is None else await self.worker.run(lambda: read_start(start) or self.image)

    def snapshot(self) -> Snapshot:
        """A snapshot of the present state."""
        return Snapshot(self.current_image(), self.clock.now())

    def current_image(self) -> bytes:
        """The whole content, from which a space in this state can be created. Raises a 503 Problem."""
        if not self.database.is_file:
            with self.database.transaction() as connection:
                self._save_progress(connection)
        return self.database.image()

    async def restore(self, snapshot: Snapshot) -> None:
        """Restore rows, identifiers, clock and tokens from a snapshot, and cancel background work."""
        await self._restore_image(snapshot.image)

    async def _restore_image(self, image: Image, keeps_tokens_and_clock: bool = False) -> None:
        at = self.clock.now()
        await self.worker.run(partial(self._replace_rows, image, keeps_tokens_and_clock))
        for record in self._records.values():
            record.cancel(at)  # before it gets to use the space again

    def _replace_rows(self, image: Image, keeps_tokens_and_clock: bool) -> None:
        """Restore the database. The chance stream continues, so that no token is ever issued twice."""
        tokens: list[Row] = []
        if keeps_tokens_and_clock:
            tokens = rows(self.database.connection, select(TOKEN))  # also works after lost changes
        setting, chance = self.clock.setting, self.chance.position
        self.database.restore(image)
        self.restarts += 1
        self.events.clear()
        self._load()
        self.chance.position = chance
        if keeps_tokens_and_clock:
            with self.transaction() as connection:
                add_all(connection, _ADD_TOKEN, tokens)
            self._store_clock(setting)

    def _store_clock(self, setting: ClockSetting) -> None:
        with self.database.transaction() as connection:
            _save_clock(connection, setting)
        self.clock.setting = setting

    def issue_token(self, vendor: str, lifetime: timedelta) -> str:
        """Issue an access token that expires after `lifetime` on the clock of the space."""
        with self.database.transaction() as connection:
            token = self.chance.draw().hex() + self.chance.draw().hex()
            expires_at = self.clock.now() + lifetime
            last = add(connection, _ADD_TOKEN, {"vendor": vendor, "token": token, "expires_at": expires_at})
            change(connection, _DELETE_TOKENS, last_id=last - MAX_TOKENS)
            if self.database.is_file:
                self._save_progress(connection)
        self._expiries.clear()
        return token

    def _save_progress(self, connection: Connection) -> None:
        """Store what the next values of the streams and the clock depend on.

        A file may be read again after each transaction, a database in memory only by its image.
        """
        change(
            connection,
            _SAVE_PROGRESS,
            guids=self.guids.position,
            chance=self.chance.position,
            floor=self.clock.setting.floor,
        )

    def token_expiry(self, vendor: str, token: str) -> datetime | None:
        """When a token expires or expired; None for a token that this space has not issued."""
        key = vendor, token[:MAX_TOKEN]
        if key not in self._expiries:
            if len(self._expiries) >= MAX_CACHED:
                self._expiries.clear()
            self._expiries[key] = scalar(self.connection, _FIND_TOKEN, of_vendor=vendor, of_token=key[1])
        return self._expiries[key]

    @property
    def is_closing(self) -> bool:
        """Whether the space is deleted and waits for its requests in flight."""
        return self._close is not None

    def enter(self) -> None:
        """Begin a request. The space stays open until the request `leave`s."""
        self.in_flight += 1

    def leave(self) -> None:
        """End a request."""
        self.in_flight -= 1
        if self._close is not None and not self.in_flight:
            self._close()

    def close_when_idle(self, close: Callable[[], object] | None = None) -> None:
        """Close the space, by `close`, as soon as no request is in flight.

        Those that a fault delays are not carried out.
        """
        self._close = close or self._close_in_background
        self.restarts += 1
        self.cancel_background_work()
        if not self.in_flight:
            self._close()

    def close_after_request(self) -> None:
        """Close the space when the request that is about to begin has ended."""
        self._close = self._close_in_background

    def _close_in_background(self) -> None:
        self.cancel_background_work()
        in_background(self.database.close)  # it frees each page of its own

    @property
    def is_idle(self) -> bool:
        """Whether closing it would lose nothing but records: no request, fault, snapshot or work is left."""
        return not (
            self.in_flight
            or self.worker.is_busy
            or self.faults.active
            or self.snapshots
            or any(record.is_running for record in self._records.values())
        )

    def close(self) -> None:
        """Cancel background work and close the database."""
        self.cancel_background_work()
        self.database.close()


def start_of(day: date) -> datetime:
    """Midnight UTC on a date."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def start_of_day(number: int) -> datetime | None:
    """Midnight UTC on a day number (days since 0001-01-01); None if it is beyond the range of the clock."""
    return start_of(date.fromordinal(number)) if 0 < number < LATEST.toordinal() else None


def _save_clock(connection: Connection, setting: ClockSetting) -> None:
    change(
        connection,
        _SAVE_CLOCK,
        mode=setting.mode,
        offset=setting.offset // timedelta(microseconds=1),
        frozen_at=setting.frozen_at,
        floor=setting.floor,
    )
