"""Opens SQLite connections and hands them to SQLAlchemy."""

import sqlite3
import threading
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool


def connect(target: str, **options: Any) -> sqlite3.Connection:
    """Open a connection in autocommit mode that enforces foreign keys and never waits for a lock."""
    raw: sqlite3.Connection = sqlite3.connect(
        target, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=512, **options
    )
    raw.execute("PRAGMA foreign_keys = ON")
    return raw


def copy_image(image: bytes, target: sqlite3.Connection) -> None:
    """Replace the content of a database with that of an image, all or nothing."""
    with closing(connect(":memory:")) as source:
        source.deserialize(image)
        source.backup(target)


class _Pending(threading.local):
    """The connections that the engine returns next, per thread: tests run servers in several threads."""

    def __init__(self) -> None:
        self.raw: list[sqlite3.Connection] = []


# All spaces share one engine, and with it one cache of compiled statements. The engine holds no data: each
# connection it returns is the one that `wrap` has just put into `_pending`.
_pending = _Pending()
engine = create_engine("sqlite://", creator=lambda: _pending.raw.pop(), poolclass=NullPool)


def wrap(raw: sqlite3.Connection) -> Connection:
    """A SQLAlchemy connection on top of an open SQLite connection."""
    # SQLite's own lower() and upper() only know ASCII.
    for name, function in (("lower", _lower), ("upper", _upper)):
        raw.create_function(name, 1, function, deterministic=True)
    _pending.raw.append(raw)
    return engine.connect()


def _lower(text: str | None) -> str | None:
    return text.lower() if isinstance(text, str) else text


def _upper(text: str | None) -> str | None:
    return text.upper() if isinstance(text, str) else text
