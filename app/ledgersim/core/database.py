"""The store. All that is particular to SQLite stands here; everything else is portable SQL.

One long-lived connection a space, on the event loop, without threads: far quicker than a pool of them.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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


class Database:
    """One SQLite database and the connection to it."""

    def __init__(self, raw: sqlite3.Connection, in_memory: bool) -> None:
        raw.execute("PRAGMA foreign_keys = ON")
        for name, function in (("lower", _lower), ("upper", _upper)):
            raw.create_function(name, 1, function, deterministic=True)
        self._raw = raw
        self._in_memory = in_memory
        self._restored = 0
        self._page_size: int = raw.execute("PRAGMA page_size").fetchone()[0]
        _opening.append(raw)
        self.connection: Connection = _engine.connect()

    @classmethod
    def in_memory(cls, image: bytes | None = None) -> "Database":
        """A database in memory, empty or with the content of `image`."""
        raw = _connect(":memory:")
        if image is not None:
            raw.deserialize(image)
        return cls(raw, in_memory=True)

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
        return cls(raw, in_memory=False)

    def keep_safe(self) -> None:
        """Write in the way that loses nothing committed by `kill -9` and is quick all the same."""
        self._raw.execute("PRAGMA journal_mode = WAL")
        self._raw.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing: committed when the block ends, rolled back when it raises.

        Within another it is a part of that one, which alone commits or rolls back: let what is raised pass.
        """
        within_another = self._raw.in_transaction
        if within_another:
            yield self.connection
            return
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            self._raw.execute("COMMIT")
        except BaseException:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
            self._restored += 1  # what was found out meanwhile is not so
            raise

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
        """How many bytes the content takes."""
        pages: int = self._raw.execute("PRAGMA page_count").fetchone()[0]
        return pages * self._page_size

    def image(self) -> bytes:
        """The whole content, to make other databases from."""
        return self._raw.serialize()

    def restore(self, image: bytes) -> None:
        """Put the content of `image` in place of the present one, at once or not at all."""
        self._restored += 1
        if self._in_memory:
            self._raw.deserialize(image)
            return
        source = _connect(":memory:")
        source.deserialize(image)
        source.backup(self._raw)
        source.close()

    def close(self) -> None:
        """End the connection; what was in memory is gone."""
        self.connection.close()
        self._raw.close()


def _connect(target: str) -> sqlite3.Connection:
    return sqlite3.connect(
        target, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=512
    )


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
