"""Bulk inserts: rows are collected and stored many at a time, parents before children."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlmodel import SQLModel

from ledgersim.storage.statements import Row, add_all, insert_into

CHUNK = 20_000


class Rows:
    """Collects rows and stores them in chunks, those with the same columns together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._order = {table: number for number, table in enumerate(SQLModel.metadata.sorted_tables)}
        self._pending: defaultdict[tuple[Table, tuple[str, ...]], list[Row]] = defaultdict(list)
        self._ids: Counter[Table] = Counter()
        self._size = 0

    def new_id(self, table: Table) -> int:
        """The next primary key of a table."""
        self._ids[table] += 1
        return self._ids[table]

    def last_ids(self) -> Counter[Table]:
        """The greatest primary key of each table so far."""
        return self._ids.copy()

    def skip_ids(self, number_by_table: Mapping[Table, int]) -> None:
        """Reserve primary keys, by table, for rows that are stored in another way."""
        self._ids.update(number_by_table)

    def add(self, table: Table, row: Row) -> int:
        """Store a row, with the next id if it has none. Returns its id."""
        if "id" not in row:
            row = {**row, "id": self.new_id(table)}
        self._pending[table, tuple(row)].append(row)
        self._size += 1
        if self._size >= CHUNK:
            self.flush()
        row_id: int = row["id"]
        return row_id

    def flush(self) -> None:
        """Store the collected rows."""
        for columns in sorted(self._pending, key=lambda columns: self._order[columns[0]]):
            add_all(self._connection, insert_into(columns[0]), self._pending[columns])
        self._pending.clear()
        self._size = 0
