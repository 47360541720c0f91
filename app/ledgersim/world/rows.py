"""Bulk inserts: rows are collected and stored many at a time, parents before children."""

from collections import Counter

from sqlalchemy import Connection, Table, insert
from sqlmodel import SQLModel

from ledgersim.storage.statements import Row

CHUNK = 4_000


class Rows:
    """Collects rows and stores them in chunks. All rows of a table must have the same columns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._order = {table: number for number, table in enumerate(SQLModel.metadata.sorted_tables)}
        self._pending: dict[Table, list[Row]] = {}
        self._ids: Counter[Table] = Counter()
        self._size = 0

    def new_id(self, table: Table) -> int:
        """The next primary key of a table."""
        self._ids[table] += 1
        return self._ids[table]

    def add(self, table: Table, row: Row) -> int:
        """Store a row, with the next id if it has none. Returns its id."""
        row_id: int = row["id"] if "id" in row else self.new_id(table)
        pending = self._pending.setdefault(table, [])
        pending.append({**row, "id": row_id})
        assert len(pending[0]) == len(pending[-1]), f"rows of {table.name} have different columns"
        self._size += 1
        if self._size >= CHUNK:
            self.flush()
        return row_id

    def flush(self) -> None:
        """Store the collected rows."""
        for table in sorted(self._pending, key=self._order.__getitem__):
            self._connection.execute(insert(table), self._pending[table])
        self._pending.clear()
        self._size = 0
