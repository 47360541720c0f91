"""The store: one connection for each database, whichever thread opens it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert

from ledgersim.core import database
from ledgersim.core.database import Database

THREADS = 8
NUMBERS = Table("numbers", MetaData(), Column("number", Integer, primary_key=True))


def changes_by_one_row(number: int) -> int:
    """How many changes a new database counts of the one row written to it."""
    one = Database.in_memory()
    NUMBERS.create(one.connection)
    one.connection.execute(insert(NUMBERS).values(number=number))
    changes = one.changes
    one.close()
    return changes


def test_databases_that_are_opened_in_several_threads_at_once_are_not_mixed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect, all_are_opening = database._engine.connect, Barrier(THREADS)

    def connect_together() -> Connection:
        all_are_opening.wait(timeout=30)
        return connect()

    monkeypatch.setattr(database._engine, "connect", connect_together)
    with ThreadPoolExecutor(THREADS) as threads:
        changes = list(threads.map(changes_by_one_row, range(THREADS)))
    assert changes == [1] * THREADS
