"""The store. All that is particular to SQLite stands here; everything else is portable SQL.

One long-lived connection a space, on the event loop, without threads: far quicker than a pool of them.
Databases in memory that were made of the same image have its pages in common (see `_Original`).
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary, finalize

from sqlalchemy import Connection, Dialect, Insert, String, create_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

from ledgersim.core.startup import CannotStart


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as text of fixed width in UTC, so that order in text is order in time."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


def _lower(text: str | None) -> str | None:
    return text.lower() if isinstance(text, str) else text


def _upper(text: str | None) -> str | None:
    return text.upper() if isinstance(text, str) else text


# One engine for all spaces, so that all share its compiled statements. It holds no data: each
# connection that it hands out is the one that was put into `_opening` just before.
_opening: list[sqlite3.Connection] = []
_engine = create_engine("sqlite://", creator=_opening.pop, poolclass=NullPool)


class _Clone(sqlite3.Connection):
    """A connection to an original, which a commit would change for all."""

    def commit(self) -> None:
        raise sqlite3.ProgrammingError("what is written to a clone is never committed")


class _Original:
    """An image in memory whose pages all its clones have in common.

    A clone is a connection in a transaction that is never committed: the pages that it changes are in its own
    cache, the others here. So a clone costs next to nothing until it is written to, and a rollback takes it
    back for as much as has been changed. As only a commit would write here, nobody needs a lock.
    """

    def __init__(self, image: bytes) -> None:
        self._address = f"file:/ledgersim-{next(_numbers)}?vfs=memdb"
        self._keeper = _connect(self._address, uri=True)  # the pages stay as long as somebody is connected
        finalize(self, self._keeper.close)
        _copy(image, self._keeper)
        self.pages = int(self._keeper.execute("PRAGMA page_count").fetchone()[0])

    def clone(self) -> sqlite3.Connection:
        """A new connection, to be used in a transaction only."""
        if sqlite3.sqlite_version_info < (3, 36):  # connections had nothing in common then
            raw = _connect(":memory:", factory=_Clone)
            self._keeper.backup(raw)
        else:
            raw = _connect(f"{self._address}&nolock=1", uri=True, factory=_Clone)
        raw.execute("PRAGMA journal_mode = MEMORY")
        raw.execute("PRAGMA temp_store = MEMORY")  # a full disk would end the transaction
        raw.execute("PRAGMA cache_spill = OFF")  # else changed pages come here when the cache is full
        return raw


_numbers = count(1)
_originals: WeakValueDictionary[bytes, _Original] = WeakValueDictionary()


def _original(image: bytes) -> _Original:
    original = _originals.get(image)
    if original is None:
        original = _originals[image] = _Original(image)
    return original


_CACHED = 500  # pages that the cache of a clone may hold besides the changed ones
_WAL, _NO_WAL = b"\2\2", b"\1\1"  # bytes 18 and 19 of the file format

# How a transaction of ours begins, is kept, and is undone: in a database of its own, and in a clone.
_OWN = "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
_CLONED = "SAVEPOINT ours", "RELEASE ours", ("ROLLBACK TO ours", "RELEASE ours")


class Database:
    """One SQLite database and the connection to it."""

    def __init__(self, raw: sqlite3.Connection, original: _Original | None = None) -> None:
        self._restored = 0
        self._writing = False
        self._open(raw, original)

    def _open(self, raw: sqlite3.Connection, original: _Original | None) -> None:
        for name, function in (("lower", _lower), ("upper", _upper)):
            raw.create_function(name, 1, function, deterministic=True)
        self._raw = raw
        self._original = original
        _opening.append(raw)
        self.connection: Connection = _engine.connect()  # the first of all rolls back
        if original is not None:
            self._take_back()

    @classmethod
    def in_memory(cls, image: bytes | None = None) -> "Database":
        """A database in memory, empty or with the content of `image`.

        Raises sqlite3.DatabaseError for what is no image.
        """
        if image is None:
            return cls(_connect(":memory:"))
        original = _original(image)
        return cls(original.clone(), original)

    @classmethod
    def in_file(cls, path: Path, image: bytes) -> "Database":
        """The database in the file at `path`, for us alone; made from `image` where there is none.

        Call `keep_safe` before the first write. Raises CannotStart if the file cannot be used.
        """
        try:
            if not path.exists() or path.stat().st_size == 0:
                _write_file(path, image)
            raw = _connect(str(path))
            raw.execute("PRAGMA locking_mode = EXCLUSIVE")  # a second server on the same file is refused
            raw.execute("BEGIN EXCLUSIVE")
            raw.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            reason = "another server uses it" if "locked" in str(error) else str(error)
            raise CannotStart(f"the database {path} cannot be used: {reason}") from error
        except OSError as error:
            raise CannotStart(f"the database {path} cannot be used: {error.strerror}") from error
        return cls(raw)

    def keep_safe(self) -> None:
        """Write in the way that loses nothing committed by `kill -9` and is quick all the same."""
        self._raw.execute("PRAGMA journal_mode = WAL")
        self._raw.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing: kept when the block ends, undone when it raises. Not within another one."""
        if self._writing:
            raise sqlite3.ProgrammingError("a transaction within a transaction")
        begin, keep, undo = _OWN if self._original is None else _CLONED
        if self._original is not None and not self._raw.in_transaction:
            self._take_back()  # SQLite was out of memory and undid all by itself
        self._raw.execute(begin)
        self._writing = True
        try:
            yield self.connection
            self._raw.execute(keep)
        except BaseException:
            for statement in undo:
                if self._raw.in_transaction:
                    self._raw.execute(statement)
            raise
        finally:
            self._writing = False
        if self._original is not None and self._raw.total_changes > self._roomy_until:
            self._make_room()

    @property
    def changes(self) -> int:
        """How many rows have been written through this connection so far."""
        return self._raw.total_changes

    @property
    def version(self) -> tuple[int, int]:
        """Equal as long as nothing has been written or restored."""
        return self._restored, self._raw.total_changes

    @property
    def size(self) -> int:
        """How many bytes it takes, without what it has in common with others.

        For one in memory an estimate from above in the long run: what it has grown by, and a page for every
        row written since it was at its image, up to the size of that.
        """
        return self._pages * int(self._raw.execute("PRAGMA page_size").fetchone()[0])

    @property
    def _pages(self) -> int:
        pages = int(self._raw.execute("PRAGMA page_count").fetchone()[0])
        if self._original is None:
            return pages
        common = self._original.pages
        return pages - common + min(self._raw.total_changes - self._unchanged, common)

    def image(self) -> bytes:
        """The whole content, to make other databases from."""
        image = self._raw.serialize()
        if image[18:20] == _WAL:  # which a database in memory cannot have
            return image[:18] + _NO_WAL + image[20:]
        return image

    def restore(self, image: bytes) -> None:
        """Put the content of `image` in place of the present one, at once or not at all.

        Raises sqlite3.DatabaseError for what is no image.
        """
        if self._original is None:
            _copy(image, self._raw)
            self._restored += 1
        elif (original := _original(image)) is self._original:
            self._take_back()
        else:
            raw = original.clone()
            self.close()
            self._open(raw, original)

    def _take_back(self) -> None:
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        self._raw.execute("BEGIN IMMEDIATE")
        self._unchanged = self._raw.total_changes
        self._restored += 1
        self._make_room()

    def _make_room(self) -> None:
        """Let the cache hold the changed pages beside others; again when twice as much has been written."""
        self._raw.execute(f"PRAGMA cache_size = {_CACHED + self._pages}")
        self._roomy_until = self._unchanged + 2 * max(self._raw.total_changes - self._unchanged, 100)

    def close(self) -> None:
        """End the connection; what was in memory is gone."""
        self.connection.close()
        self._raw.close()


def _connect(target: str, **options: Any) -> sqlite3.Connection:
    raw: sqlite3.Connection = sqlite3.connect(
        target, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=512, **options
    )
    raw.execute("PRAGMA foreign_keys = ON")
    return raw


def _copy(image: bytes, target: sqlite3.Connection) -> None:
    """Put the content of an image into a database, at once or not at all."""
    with closing(_connect(":memory:")) as source:
        source.deserialize(image)
        source.backup(target)


def _write_file(path: Path, image: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(image)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(path)


def rows(connection: Connection, statement: Any, **values: Any) -> list[dict[str, Any]]:
    """The rows that a prepared statement selects, as dicts by column name."""
    return [dict(row) for row in connection.execute(statement, values).mappings()]


def row(connection: Connection, statement: Any, **values: Any) -> dict[str, Any] | None:
    """The first row that a prepared statement selects, as a dict by column name."""
    found = connection.execute(statement, values).mappings().first()
    return None if found is None else dict(found)


def add(connection: Connection, statement: Insert, values: Mapping[str, Any]) -> int:
    """Insert one row by a prepared statement; its id."""
    key = connection.execute(statement, dict(values)).inserted_primary_key
    assert key is not None
    return int(key[0])
