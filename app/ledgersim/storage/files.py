"""Database files: creating, opening and locking one, its write-ahead log, and noticing when it is taken away.

SQLite does not record which file a write-ahead log belongs to, and replays any log that is beside a file. So
each log here begins with a change that names two generations: the one in the header of the file that it
continues, and its own, which the header gets when the log is copied into the file. The header fields
`application_id` and `user_version` hold them.
"""

import logging
import os
import sqlite3
import struct
from contextlib import closing, suppress
from glob import escape
from pathlib import Path
from time import monotonic

from ledgersim.errors import StartupError
from ledgersim.storage.connections import connect, failure, is_writable
from ledgersim.storage.images import Generations, Image, generations, schema_version, with_generations

CHECK_EVERY = 1.0  # seconds
LOCK_WITHIN = 500  # milliseconds
CHECKPOINT_FROM = 4 * 2**20  # bytes of a write-ahead log
_WAL_HEADER, _FRAME_HEADER = 32, 24  # bytes: https://www.sqlite.org/fileformat2.html#walformat
_MAX_PAGE = 65_536
_UNKNOWN = Generations(0, 0)  # until the write-ahead log is enabled
_REOPEN = (
    "to use what is there now, restart the server or, with --data, wait until it has closed the idle space"
)
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")

log = logging.getLogger(__name__)


class DatabaseFile:
    """A database file that this process has locked. Raises StartupError if it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._path = path.resolve()  # SQLite puts the log beside the target of a symbolic link
        self._wal = _beside(self._path, "-wal")
        self._generations = _UNKNOWN
        self._check_at = 0.0
        try:
            _check_journals(path)
            self.raw = _lock(self._path)
            # Opened after the lock and closed after it: closing any handle of a file gives up its POSIX locks.
            self._file = self._path.open("rb", buffering=0)
        except sqlite3.Error as error:
            reason = failure(error) or str(error) if is_writable(path) else "it is read-only"
            raise _cannot_use(path, reason) from error
        except OSError as error:
            raise _cannot_use(path, error.strerror) from error
        for part in self._path.parent.glob(f".{escape(self._path.name)}.*.part"):
            with suppress(OSError):
                part.unlink()  # of a server that was killed when it created the file

    def enable_wal(self) -> None:
        """Switch to write-ahead logging. Raises StartupError."""
        try:
            self._enable_wal()
        except sqlite3.Error as error:
            raise _cannot_use(self.path, failure(error) or str(error)) from error

    def _enable_wal(self) -> None:
        self.raw.execute("PRAGMA journal_mode = WAL")
        self.raw.execute("PRAGMA synchronous = NORMAL")
        self.raw.execute("PRAGMA wal_autocheckpoint = 0")
        self._begin_generation()
        if self._generations.previous == 0:  # an image, which has no generation; all of them would look alike
            self._begin_generation()
        self.raw.execute("PRAGMA main.shrink_memory")  # the checks have read all pages

    def _begin_generation(self) -> None:
        """Copy the log into the file and begin a new one."""
        # Without `main` it fails after a check of the database, which leaves the temporary database in use.
        self.raw.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
        (previous,) = self.raw.execute("PRAGMA user_version").fetchone()
        current = _new_generation()
        self.raw.execute("BEGIN IMMEDIATE")
        try:
            self.raw.execute(f"PRAGMA application_id = {previous}")
            self.raw.execute(f"PRAGMA user_version = {current}")
            self.raw.execute("COMMIT")
        except sqlite3.Error:
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
            raise
        self._generations = Generations(previous, current)

    def check(self) -> str | None:
        """Why the file must not be written to: it has been removed, replaced or overwritten.

        Looks once a second, and then also copies a large log into the file.
        """
        now = monotonic()
        if now < self._check_at:
            return None
        if (reason := self._what_is_wrong()) is not None:
            return reason
        self._check_at = now + CHECK_EVERY
        with suppress(sqlite3.Error):  # the log goes on; whether it can be written to, the next write shows
            self._tend_log()
        return None

    def _what_is_wrong(self) -> str | None:
        try:
            found, opened = self._path.stat(), os.fstat(self._file.fileno())
            if (found.st_dev, found.st_ino) != (opened.st_dev, opened.st_ino):
                return f"another file has taken its place; {_REOPEN}"
            if not self._is_own_content():
                return f"another program has overwritten it; {_REOPEN}"
        except FileNotFoundError:
            return "it has been removed; put it back, or POST /_sim/reset in this space"
        except OSError as error:
            return error.strerror
        return None

    def _is_own_content(self) -> bool:
        self._file.seek(0)
        return generations(self._file.read(100)).current in self._generations

    def _tend_log(self) -> None:
        try:
            size = self._wal.stat().st_size
        except FileNotFoundError:
            log.warning("%s has been removed; it is created again, and nothing is lost", self._wal)
            self.raw.execute("PRAGMA journal_mode = DELETE")  # copies what was in it, which is still open
            self._enable_wal()
        else:
            if size == 0 or size > CHECKPOINT_FROM:  # empty: no generation could be written
                self._begin_generation()

    @property
    def is_missing(self) -> bool:
        """Whether nothing is at the path any more."""
        return not self._path.exists()

    def stamp(self, image: Image) -> bytes:
        """The image, with the generations of this file."""
        return with_generations(image, self._generations)

    def release(self) -> None:
        """Prepare to close the connection: leave no log, wherever the file is by now."""
        if self._generations == _UNKNOWN:
            return
        with suppress(OSError, sqlite3.Error):
            if self._is_own_content():
                self.raw.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
            else:
                os.truncate(self._wal, 0)  # else SQLite would mix the log into what has overwritten the file
            if self.is_missing and not _size(self._wal):
                self._wal.unlink()

    def close(self) -> None:
        """Close what is open beside the connection, after the connection."""
        self._file.close()


def create_file(path: Path, image: Image) -> None:
    """Create a database file from an image unless there is one.

    Raises StartupError, also if journals of a removed file are there.
    """
    try:
        real = path.resolve()
        if real.exists() and not real.is_file():
            raise _cannot_use(path, "it is a folder" if real.is_dir() else "it is not a regular file")
        if _size(real):
            return
        journals = [one for one in (_beside(real, "-wal"), _beside(real, "-journal")) if _size(one)]
        if journals and not _size(real):  # by now another server may have created it
            raise StartupError(
                f"the database {path} is missing, but its journal is not: put the database back or, for a new "
                f"one, remove {' and '.join(map(str, journals))}"
            )
        write_file(path, image)
    except OSError as error:
        raise _cannot_use(path, error.strerror) from error


def write_file(path: Path, image: Image, wal: bool = True) -> None:
    """Create a database file from an image, completely or not at all, unless there is one. Raises OSError.

    Without `wal` it is the image as it is, which can be opened in memory.
    """
    path = path.resolve()
    part = path.with_name(f".{path.name}.{os.urandom(4).hex()}.part")
    try:
        with part.open("xb") as file:
            file.write(with_generations(image, Generations(0, _new_generation()), wal=True) if wal else image)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # unlike a replacement, it fails if another server was faster
        except OSError:  # or if there is an empty file, or the file system has no hard links
            if not _size(path):
                part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def remove_file(path: Path) -> None:
    """Remove a database file, if there is one, and its log.

    Raises StartupError, also if another server uses it.
    """
    try:
        if path.exists():
            _lock(path).close()  # which copies the log into the file and removes it
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:  # not if it is corrupt
            raise _cannot_use(path, failure(error)) from error
    try:
        for one in (path, _beside(path, "-wal"), _beside(path, "-journal")):
            one.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_use(path, error.strerror) from error


def _lock(path: Path) -> sqlite3.Connection:
    raw = connect(str(path))
    try:
        raw.execute("PRAGMA locking_mode = EXCLUSIVE")  # keeps a second server off the file
        raw.execute(f"PRAGMA busy_timeout = {LOCK_WITHIN}")  # else two that try at once may both fail
        raw.execute("BEGIN EXCLUSIVE")
        raw.execute("COMMIT")
        raw.execute("PRAGMA busy_timeout = 0")
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def _check_journals(path: Path) -> None:
    """Raise StartupError if SQLite would mix a journal of another file into this one."""
    real = path.resolve()
    journal = _beside(real, "-journal")
    if _size(journal) and journal.read_bytes()[:8] == _JOURNAL_MAGIC:
        raise _cannot_use(
            path,
            f"{journal} was left by another program; if it belongs to the database, open that once with the "
            "sqlite3 program, else remove the journal",
        )
    wal = _beside(real, "-wal")
    if not _size(wal):
        return
    with wal.open("rb") as file:
        page = _first_page(file.read(_WAL_HEADER + _FRAME_HEADER + _MAX_PAGE))
    if page is None:
        return
    generation, schema = _header(real)
    logged = generations(page)
    # VACUUM INTO and .backup keep the generation, but count the schema up: their pages may be other ones.
    continues = generation == logged.previous and schema == schema_version(page)
    if not (continues or generation == logged.current):
        raise _cannot_use(
            path,
            f"{wal} has changes of another file; to use the database without them, remove that file",
        )


def _header(path: Path) -> tuple[int, int]:
    """The generation and the schema version in the header of a database file."""
    try:
        # SQLite reads it: closing a file that is opened here would give up locks that this process has on it.
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as raw:
            (generation,) = raw.execute("PRAGMA user_version").fetchone()
            (schema,) = raw.execute("PRAGMA schema_version").fetchone()
            return generation, schema
    except sqlite3.DatabaseError:  # when the log was copied, there was no room for pages that the header counts
        with path.open("rb") as file:
            header = file.read(100)
        return generations(header).current, schema_version(header)


def _first_page(wal: bytes) -> bytes | None:
    """The first page of a database if a log begins with it; None also if SQLite will ignore the log."""
    frame = wal[_WAL_HEADER:]
    page_size = int.from_bytes(wal[8:12], "big")
    page = frame[_FRAME_HEADER : _FRAME_HEADER + page_size]
    if len(page) < max(page_size, 100) or frame[:4] != b"\0\0\0\1" or frame[8:16] != wal[16:24]:
        return None
    order = ">" if wal[3] & 1 else "<"
    first = _checksum(order, wal[:24])
    checksums = first, _checksum(order, frame[:8] + page, first)
    stored = struct.unpack(">II", wal[24:32]), struct.unpack(">II", frame[16:24])
    return page if checksums == stored else None


def _checksum(order: str, data: bytes, start: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    first, second = start
    for one, two in struct.iter_unpack(f"{order}II", data):
        first = (first + one + second) & 0xFFFF_FFFF
        second = (second + two + first) & 0xFFFF_FFFF
    return first, second


def _new_generation() -> int:
    return int.from_bytes(os.urandom(4), "big") >> 1 or 1  # a positive number of 31 bits


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cannot_use(path: Path, reason: str | None) -> StartupError:
    return StartupError(f"the database {path} cannot be used: {reason}")
