"""Opens SQLite connections and hands them to SQLAlchemy."""

import os
import sqlite3
import threading
from collections.abc import Callable, Hashable
from contextlib import closing
from contextvars import ContextVar
from math import inf
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, ExceptionContext, create_engine, event
from sqlalchemy.pool import NullPool

from ledgersim.storage.images import Image


def connect(target: str, **options: Any) -> sqlite3.Connection:
    """Open a connection in autocommit mode that enforces foreign keys and never waits for a lock."""
    raw: sqlite3.Connection = sqlite3.connect(
        target, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=512, **options
    )
    raw.execute("PRAGMA foreign_keys = ON")
    return raw


CORRUPT = "it is corrupt"

# What SQLite's errors mean that a statement is not to blame for.
_FAILURES = {
    sqlite3.SQLITE_FULL: "the file system is full: make room; the next request tries again",
    sqlite3.SQLITE_IOERR: "the file system reports an error",
    sqlite3.SQLITE_READONLY_DIRECTORY: "its folder is read-only",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "one of its files cannot be opened or created",
    sqlite3.SQLITE_BUSY: "another server is using it",
    sqlite3.SQLITE_CORRUPT: CORRUPT,
    sqlite3.SQLITE_NOTADB: "it is not a SQLite database",
}


def failure(error: sqlite3.Error) -> str | None:
    """Why a database cannot be used at present; None if the error is about a statement or its values."""
    if "UTF-8" in str(error):  # which has no code
        return CORRUPT
    code = getattr(error, "sqlite_errorcode", 0)
    return _FAILURES.get(code) or _FAILURES.get(code & 0xFF)


def is_writable(path: Path) -> bool:
    """Whether this process may write to a file."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def copy_image(image: Image, target: sqlite3.Connection) -> None:
    """Replace the content of a database with that of an image, all or nothing."""
    with closing(connect(":memory:")) as source:
        source.deserialize(image)
        source.backup(target)


# The driver looks for an adapter of each None and boolean. Not finding one takes longer than storing the value.
sqlite3.register_adapter(type(None), dict[None, None]().get)  # which returns None
sqlite3.register_adapter(bool, int)


class _Pending(threading.local):
    """The connections that the engine returns next, per thread: tests run servers in several threads."""

    def __init__(self) -> None:
        self.raw: list[sqlite3.Connection] = []


class _Deadline(threading.local):
    """When the queries of a thread must have ended, in seconds of `perf_counter`."""

    at = inf

    def has_passed(self) -> bool:
        return perf_counter() > self.at


deadline = _Deadline()

# All spaces share one engine, and with it one cache of compiled statements. The engine holds no data: each
# connection it returns is the one that `wrap` has just put into `_pending`.
_pending = _Pending()
engine = create_engine("sqlite://", creator=lambda: _pending.raw.pop(), poolclass=NullPool)


def wrap(raw: sqlite3.Connection, on_error: Callable[[sqlite3.Error], None]) -> Connection:
    """A SQLAlchemy connection on top of an open SQLite connection.

    `on_error` may raise an exception in place of SQLAlchemy's.
    """
    # SQLite's own lower() and upper() only know ASCII, and it has no function for segments of URLs.
    for name, function in (("lower", _lower), ("upper", _upper), ("percent_encoded", _percent_encoded)):
        raw.create_function(name, 1, function, deterministic=True)
    _pending.raw.append(raw)
    connection = engine.connect()
    connection.info.update(raw=raw, on_error=on_error, writes={})
    return connection


@event.listens_for(engine, "before_cursor_execute")
def _count(connection: Connection, *_: Any) -> None:
    count_write(connection.info, ANY_TABLE)


ANY_TABLE = "any"

# The rows that the present task writes, in order: table and id, or None for an unknown one. None: nobody asks.
written: ContextVar[dict[tuple[str, int | None], None] | None] = ContextVar("written", default=None)
MAX_WRITTEN = 100  # rows that are noted


def count_write(info: dict[Any, Any], table: Hashable) -> None:
    """Count a statement that may write to a table, or to any, in the `info` of a connection."""
    writes = info["writes"]
    writes[table] = writes.get(table, 0) + 1


@event.listens_for(engine, "handle_error")
def _handle_error(context: ExceptionContext) -> None:
    on_error = context.connection and context.connection.info.get("on_error")
    if on_error and isinstance(context.original_exception, sqlite3.Error):
        on_error(context.original_exception)


def _lower(text: str | None) -> str | None:
    _check_deadline()
    return text.lower() if isinstance(text, str) else text


def _upper(text: str | None) -> str | None:
    _check_deadline()
    return text.upper() if isinstance(text, str) else text


def _percent_encoded(text: str | None) -> str | None:
    return quote(text, safe="") if isinstance(text, str) else text


def _check_deadline() -> None:
    # A row with texts of megabytes can take seconds, and SQLite checks the time only between rows.
    if deadline.has_passed():
        raise TimeoutError
