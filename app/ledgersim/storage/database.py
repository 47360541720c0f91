"""A database and the one connection to it.

Each space has one long-lived connection, used on the event loop without threads: much faster than a pool.
"""

import logging
import sqlite3
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, Table

from ledgersim.problems import Problem
from ledgersim.storage.clones import SharedImage, shared_image
from ledgersim.storage.connections import ANY_TABLE, CORRUPT, connect, copy_image, deadline, failure, wrap
from ledgersim.storage.files import DatabaseFile, create_file, write_file
from ledgersim.storage.images import (
    Image,
    InvalidImageError,
    check_content,
    check_header,
    foreign_key_violation,
    without_wal,
)


class StorageProblem(Problem):
    """A database that cannot be read or written to at present."""


class TooSlowError(Exception):
    """A query took longer than its time limit."""


CHANGES_LOST = StorageProblem(
    503,
    "changes-lost",
    "Changes lost",
    "SQLite ran out of memory or disk and rolled back everything that this space had changed. "
    "POST /_sim/reset in this space, or restore a snapshot, to continue from a known state.",
)
DATABASE_UNAVAILABLE = StorageProblem(503, "database-unavailable", "Database unavailable")

log = logging.getLogger(__name__)

# Pages that a clone's cache may hold in addition to the changed ones: half a MiB. The image's file is in the
# system's cache anyway, but reading a page from there again takes longer than most queries need.
_BASE_CACHE = 128

_BUILDING_CACHE = "cache_size = -262144"  # KiB, as the indexes of GUIDs are filled in random order

# Steps of SQLite's virtual machine between two checks of the time, which it makes only between rows.
_STEPS = 1_000

# How a transaction begins, is committed and is rolled back: in a stand-alone database, and in a clone.
_STAND_ALONE = "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
_CLONED = "SAVEPOINT write", "RELEASE write", ("ROLLBACK TO write", "RELEASE write")


class Database:
    """A SQLite database in a file, in memory, or a clone of a shared image."""

    def __init__(
        self,
        raw: sqlite3.Connection,
        shared: SharedImage | None = None,
        file: DatabaseFile | None = None,
    ) -> None:
        self._rollbacks = 0
        self._writing = self._deferring = False
        self.failure: str | None = None  # that has been logged
        self._open(raw, shared, file)

    def _open(
        self, raw: sqlite3.Connection, shared: SharedImage | None, file: DatabaseFile | None = None
    ) -> None:
        self._raw = raw
        self._shared = shared
        self._file = file
        self._page_size = int(raw.execute("PRAGMA page_size").fetchone()[0])
        self.connection: Connection = wrap(raw, self._on_error)  # SQLAlchemy's first connection ever rolls back
        self._writes: dict[Hashable, int] = self.connection.info["writes"]
        if shared is not None:
            self._reset_clone()

    @classmethod
    def in_memory(cls, image: Image | None = None) -> "Database":
        """An empty database in memory, or a clone of an image. Raises sqlite3.DatabaseError if invalid."""
        if image is None:
            return cls(connect(":memory:"))
        shared = shared_image(image)
        return cls(shared.clone(), shared)

    @classmethod
    def for_building(cls, path: Path | None = None) -> "Database":
        """An empty database in memory, or in an empty file, for one transaction that fills it.

        Foreign keys are checked at its end. If it fails, the content is undefined.
        """
        raw = connect(":memory:" if path is None else str(path))
        for setting in ("foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", _BUILDING_CACHE):
            raw.execute(f"PRAGMA {setting}")
        database = cls(raw)
        database._deferring = True
        return database

    @classmethod
    def in_file(cls, path: Path, image: Image) -> "Database":
        """The database in the file at `path`, locked for this process. A missing file is created from `image`.

        Call `enable_wal` before the first write. Raises StartupError if the file cannot be used.
        """
        create_file(path, image)
        file = DatabaseFile(path)
        return cls(file.raw, file=file)

    @classmethod
    def from_untrusted(cls, image: bytes, reference: "Database") -> "Database":
        """A database in memory from an image of any origin.

        Raises InvalidImageError unless the image is intact and has the schema of `reference`.
        """
        check_header(image)
        raw = connect(":memory:")
        try:
            raw.deserialize(image)
            raw.execute("PRAGMA trusted_schema = OFF")
            check_content(raw, reference._raw)
            return cls(raw)
        except (sqlite3.Error, UnicodeError) as error:
            raw.close()
            raise InvalidImageError(f"SQLite cannot read it: {error}") from error
        except InvalidImageError:
            raw.close()
            raise

    def enable_wal(self) -> None:
        """Switch a file to write-ahead logging: fast, and committed changes survive `kill -9`.

        Raises StartupError.
        """
        assert self._file is not None
        self._file.enable_wal()

    def check_content(self, reference: "Database") -> None:
        """Raise InvalidImageError unless the content is intact and has the schema of `reference`."""
        try:
            check_content(self._raw, reference._raw, quick=True)
        except sqlite3.Error as error:
            raise InvalidImageError(f"it is corrupt: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit when the block ends, roll back when it raises.

        A nested transaction is part of the outer one, so let its exceptions pass. Raises a StorageProblem as
        `check` does, and if the file has been taken away or cannot be written to.
        """
        if self._writing:
            yield self.connection
            return
        begin, commit, rollback = _STAND_ALONE if self._shared is None else _CLONED
        self.check()
        if self._file is not None and (reason := self._file.check()) is not None:
            raise self._unavailable(reason)
        self._writing = True
        try:
            self._raw.execute(begin)
            yield self.connection
            if self._deferring:
                self._check_references()
            self._raw.execute(commit)
        except BaseException as error:
            for statement in rollback:
                if self._raw.in_transaction:
                    self._raw.execute(statement)
            self._rollbacks += 1  # invalidates what was cached during the transaction
            if isinstance(error, sqlite3.Error):
                self._on_error(error)
            raise
        finally:
            if self._deferring:
                self._raw.execute("PRAGMA defer_foreign_keys = OFF")
            self._writing = self._deferring = False
        if self._shared is not None and self._raw.total_changes > self._cache_suffices_until:
            self._grow_cache()
        if self.failure not in (None, CORRUPT):
            log.warning("The database %s can be written to again", self._name)
            self.failure = None

    @property
    def _name(self) -> str:
        return "in memory" if self._file is None else str(self._file.path)

    def _on_error(self, error: sqlite3.Error) -> None:
        """Raise a StorageProblem for an error that no statement is to blame for."""
        if self._is_lost:
            log.error("SQLite rolled back all changes of a space: %s", error)
            raise CHANGES_LOST from error
        if self._file is not None and (reason := failure(error)) is not None:
            raise self._unavailable(reason) from error

    def _unavailable(self, reason: str) -> StorageProblem:
        if reason != self.failure:  # one line, not one for each request
            log.error("The database %s is unavailable: %s", self._name, reason)
            self.failure = reason
        return DATABASE_UNAVAILABLE.with_detail(
            f"The database {self._name} is unavailable: {reason}. Nothing of this request was stored."
        )

    @property
    def _is_lost(self) -> bool:
        # A clone lives in one transaction, which SQLite rolls back when it runs out of memory or disk.
        return self._shared is not None and not self._raw.in_transaction

    def check(self) -> None:
        """Raise a 503 Problem if SQLite has discarded the changes. It lasts until `restore`."""
        if self._is_lost:
            raise CHANGES_LOST

    @property
    def is_file(self) -> bool:
        """Whether it is in a file, which outlives the process."""
        return self._file is not None

    @property
    def changes(self) -> int:
        """The number of rows written through this connection so far."""
        return self._raw.total_changes

    @property
    def version(self) -> tuple[int, int]:
        """Changes with every write, restore and rollback."""
        return self._rollbacks, self._raw.total_changes

    def version_of(self, tables: Iterable[Table]) -> tuple[int, ...]:
        """Changes with every write to these tables by `ledgersim.storage.statements`, and like `version`."""
        writes = self._writes
        return self._rollbacks, writes.get(ANY_TABLE, 0), *[writes.get(table, 0) for table in tables]

    @property
    def size(self) -> int:
        """Bytes of memory in use, without shared pages; nothing for a file.

        For a clone an upper estimate: its growth, plus one page for each row written since its image, at most
        the size of the image.
        """
        return 0 if self._file is not None else self._pages * self._page_size

    @property
    def _pages(self) -> int:
        pages = int(self._raw.execute("PRAGMA page_count").fetchone()[0])
        if self._shared is None:
            return pages
        shared = self._shared.pages
        return pages - shared + min(self._raw.total_changes - self._changes_at_image, shared)

    def image(self) -> bytes:
        """The whole content, from which databases can be created. Raises a 503 Problem as `check` does."""
        self.check()
        return without_wal(self._raw.serialize())

    def defer_foreign_keys(self) -> None:
        """Check foreign keys at the end of the current transaction instead of for each row."""
        self._raw.execute("PRAGMA defer_foreign_keys = ON")
        self._deferring = True

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Interrupt the queries of the block, which may not write, after some seconds. Raises TooSlowError."""
        deadline.at = perf_counter() + seconds
        self._raw.set_progress_handler(deadline.has_passed, _STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if not deadline.has_passed():
                raise
            raise TooSlowError from error
        finally:
            self._raw.set_progress_handler(None, 0)
            deadline.at = inf

    def _check_references(self) -> None:
        # SQLite checks deferred foreign keys on commit, which a clone never does.
        if (violation := foreign_key_violation(self._raw)) is not None:
            raise sqlite3.IntegrityError(violation)

    def restore(self, image: Image) -> None:
        """Replace the content with that of `image`, all or nothing.

        Raises sqlite3.DatabaseError for an invalid image.
        """
        if self._file is not None:
            self._restore_file(self._file, image)
            self._rollbacks += 1
        elif self._shared is None:
            copy_image(image, self._raw)
            self._rollbacks += 1
        elif (shared := shared_image(image)) is self._shared:
            self._reset_clone()
        else:
            raw = shared.clone()
            self.close()
            self._open(raw, shared)

    def _restore_file(self, file: DatabaseFile, image: Image) -> None:
        if file.is_missing:
            try:
                write_file(file.path, image)
            except OSError as error:
                raise self._unavailable(str(error.strerror)) from error
            self.close()
            file = DatabaseFile(file.path)
            file.enable_wal()
            self._open(file.raw, None, file)
        with self.transaction():
            pass  # raises if the file cannot be written to
        try:
            copy_image(file.stamp(image), self._raw)
        except sqlite3.Error as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:  # which the image is
                self._on_error(error)
            raise

    def _reset_clone(self) -> None:
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
            self._raw.execute("PRAGMA shrink_memory")  # the cache keeps the pages that the rollback put back
        self._raw.execute("BEGIN IMMEDIATE")
        self._changes_at_image = self._raw.total_changes
        self._rollbacks += 1
        self._grow_cache()

    def _grow_cache(self) -> None:
        """Make room for all changed pages; due again when twice as many rows have been written."""
        self._raw.execute(f"PRAGMA cache_size = {_BASE_CACHE + self._pages}")
        written = self._raw.total_changes - self._changes_at_image
        self._cache_suffices_until = self._changes_at_image + 2 * max(written, 100)

    def close(self) -> None:
        """Close the connection. The content of a database in memory is gone."""
        if self._file is not None:
            self._file.release()
        self.connection.close()
        self._raw.close()
        if self._file is not None:
            self._file.close()
