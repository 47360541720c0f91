"""The store. All that is particular to SQLite stands here; everything else is portable SQL.

One long-lived connection a space, on the event loop, without threads: far quicker than a pool of them.
Databases in memory that were made of the same image have its pages in common (see `_Original`). The file is
long because nothing of this may stand elsewhere.
"""

import os
import sqlite3
import threading
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

from ledgersim.errors import StartupError


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


class _Opening(threading.local):
    """What the engine is to hand out next, in each thread: tests may run a server in each of several."""

    def __init__(self) -> None:
        self.raw: list[sqlite3.Connection] = []


# One engine for all spaces, so that all share its compiled statements. It holds no data: each
# connection that it hands out is the one that was put into `_opening` just before.
_opening = _Opening()
_engine = create_engine("sqlite://", creator=lambda: _opening.raw.pop(), poolclass=NullPool)


# The header of a SQLite file: https://www.sqlite.org/fileformat2.html#the_database_header
_MAGIC = b"SQLite format 3\0"
_PAGE_SIZE, _WRITE_VERSIONS, _PAGES = slice(16, 18), slice(18, 20), slice(28, 32)
_WITHOUT_LOG, _WITH_LOG = b"\1\1", b"\2\2"


class BadImage(ValueError):
    """Why bytes are not the image of a database of ours."""


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


# Pages that the cache of a clone may hold besides the changed ones. More would make nothing quicker, as the
# original is in memory anyhow, but each is a copy that nobody counts.
_CACHED = 50

# How a transaction of ours begins, is kept, and is undone: in a database of its own, and in a clone.
_OWN = "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
_CLONED = "SAVEPOINT ours", "RELEASE ours", ("ROLLBACK TO ours", "RELEASE ours")


class Database:
    """One SQLite database and the connection to it."""

    def __init__(self, raw: sqlite3.Connection, original: _Original | None = None) -> None:
        self._restored = 0
        self._writing = self._deferring = False
        self._open(raw, original)

    def _open(self, raw: sqlite3.Connection, original: _Original | None) -> None:
        for name, function in (("lower", _lower), ("upper", _upper)):
            raw.create_function(name, 1, function, deterministic=True)
        self._raw = raw
        self._original = original
        self._page_size = int(raw.execute("PRAGMA page_size").fetchone()[0])
        _opening.raw.append(raw)
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
            raise StartupError(f"the database {path} cannot be used: {reason}") from error
        except OSError as error:
            raise StartupError(f"the database {path} cannot be used: {error.strerror}") from error
        return cls(raw)

    @classmethod
    def from_outside(cls, image: bytes, like: "Database") -> "Database":
        """A database in memory with the content of an image that anybody may have made.

        Raises BadImage unless it is whole, consistent and has the tables and indexes of `like`.
        """
        _check_header(image)
        raw = _connect(":memory:")
        try:
            raw.deserialize(image)
            raw.execute("PRAGMA trusted_schema = OFF")
            _check_content(raw, like._raw)
            return cls(raw)
        except (sqlite3.Error, UnicodeError) as error:
            raw.close()
            raise BadImage(f"SQLite cannot read it: {error}") from error
        except BadImage:
            raw.close()
            raise

    def keep_safe(self) -> None:
        """Write in the way that loses nothing committed by `kill -9` and is quick all the same."""
        self._raw.execute("PRAGMA journal_mode = WAL")
        self._raw.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing: kept when the block ends, undone when it raises.

        Within another it is a part of that one, which alone is kept or undone: let what is raised pass.
        """
        if self._writing:
            yield self.connection
            return
        begin, keep, undo = _OWN if self._original is None else _CLONED
        if self._original is not None and not self._raw.in_transaction:
            self._take_back()  # SQLite was out of memory and undid all by itself
        self._raw.execute(begin)
        self._writing = True
        try:
            yield self.connection
            if self._deferring:
                self._check_references()
            self._raw.execute(keep)
        except BaseException:
            for statement in undo:
                if self._raw.in_transaction:
                    self._raw.execute(statement)
            self._restored += 1  # what was found out meanwhile is not so
            raise
        finally:
            if self._deferring:
                self._raw.execute("PRAGMA defer_foreign_keys = OFF")
            self._writing = self._deferring = False
        if self._original is not None and self._raw.total_changes > self._roomy_until:
            self._make_room()

    @property
    def changes(self) -> int:
        """How many rows have been written through this connection so far."""
        return self._raw.total_changes

    @property
    def version(self) -> tuple[int, int]:
        """Equal as long as nothing has been written, restored or rolled back."""
        return self._restored, self._raw.total_changes

    @property
    def size(self) -> int:
        """How many bytes it takes, without what it has in common with others.

        For one in memory an estimate from above in the long run: what it has grown by, and a page for every
        row written since it was at its image, up to the size of that.
        """
        return self._pages * self._page_size

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
        if image[_WRITE_VERSIONS] != _WITH_LOG:
            return image
        # What was in the log is in the image now, and a database in memory has none.
        return image[: _WRITE_VERSIONS.start] + _WITHOUT_LOG + image[_WRITE_VERSIONS.stop :]

    def defer_foreign_keys(self) -> None:
        """Check references when the present transaction ends, not with each row."""
        self._raw.execute("PRAGMA defer_foreign_keys = ON")
        self._deferring = True

    def _check_references(self) -> None:
        # A clone's transactions end by no commit, which alone would check what was deferred.
        for table, row_id, parent, _ in self._raw.execute("PRAGMA foreign_key_check"):
            raise sqlite3.IntegrityError(f"row {row_id} of {table} refers to one of {parent} that is not there")

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
            self._raw.execute(
                "PRAGMA shrink_memory"
            )  # the cache keeps the pages that the rollback has put back
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


def _check_header(image: bytes) -> None:
    if not image.startswith(_MAGIC):
        raise BadImage("it is not a SQLite database")
    if image[_WRITE_VERSIONS] != _WITHOUT_LOG:
        raise BadImage(
            "it is in WAL mode, as a file of --database is, and its last changes may be in another file; "
            "take a snapshot of the server instead"
        )
    page_size = int.from_bytes(image[_PAGE_SIZE], "big")
    pages = int.from_bytes(image[_PAGES], "big")
    if len(image) != pages * (2**16 if page_size == 1 else page_size):
        raise BadImage("it is longer or shorter than its header says")


def _check_content(raw: sqlite3.Connection, like: sqlite3.Connection) -> None:
    found, wanted = _layout(raw), _layout(like)
    if found != wanted:
        names = sorted({str(name) for _, name, *_ in found ^ wanted})
        raise BadImage(f"it has not the layout of a database of this version: see {', '.join(names[:5])}")
    damage = [str(message) for (message,) in raw.execute("PRAGMA integrity_check(1)")]
    if damage != ["ok"]:
        raise BadImage(f"it is damaged: {'; '.join(damage)}")
    for table, row_id, parent, _ in raw.execute("PRAGMA foreign_key_check"):
        raise BadImage(f"row {row_id} of {table} refers to one of {parent} that is not there")


def _layout(raw: sqlite3.Connection) -> set[tuple[Any, ...]]:
    """Whatever there is by type, name, table and SQL; the size of pages and the encoding of text."""
    schema = set(raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"))
    pragmas = ("page_size", "encoding")  # known only after something has been read
    return schema | {("pragma", name, *raw.execute(f"PRAGMA {name}").fetchone()) for name in pragmas}


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
