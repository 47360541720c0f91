"""Executes statements that SQLAlchemy compiles once and SQLite prepares once.

SQLAlchemy builds a statement, compiles it and knows the types of its columns; the driver executes it. This is
several times as fast as `Connection.execute`, which remains for statements that are executed once. Keep
statements in constants: those built for each request are compiled for each request.
"""

import sqlite3
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Boolean,
    Column,
    CompoundSelect,
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    insert,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import ReturningInsert

from ledgersim.storage.connections import ANY_TABLE, MAX_WRITTEN, count_write, engine, written
from ledgersim.storage.derived import derivation

Row = dict[str, Any]  # by column name
OWN = "sim_"  # the names of the simulator's own tables begin with it
Query = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | ReturningInsert[*tuple[Any, ...]]
Statement = Query | Insert | Update | Delete


def prepare(statement: Statement, *names: str) -> None:
    """Compile a statement for values of these names now, rather than when it is first executed.

    For large ones, which take some milliseconds: modules are imported before there are requests to hold up.
    """
    _prepare(statement, names)


def rows(connection: Connection, query: Query, /, **values: Any) -> list[Row]:
    """All rows that a query selects."""
    prepared = _prepare(query, tuple(values))
    to_row = prepared.to_row
    return [to_row(one) for one in _execute(connection, prepared, values, sqlite3.Cursor.fetchall)]


def slices(connection: Connection, query: Query, size: int, /, **values: Any) -> Iterator[list[Row]]:
    """All rows that a query selects, so many at a time."""
    prepared = _prepare(query, tuple(values))
    cursor: sqlite3.Cursor = _execute(connection, prepared, values, lambda cursor: cursor)
    while part := cursor.fetchmany(size):
        yield [prepared.to_row(one) for one in part]


def row(connection: Connection, query: Query, /, **values: Any) -> Row | None:
    """The first row that a query selects, or None."""
    prepared = _prepare(query, tuple(values))
    found = _execute(connection, prepared, values, sqlite3.Cursor.fetchone)
    return None if found is None else prepared.to_row(found)


def scalar(connection: Connection, query: Query, /, **values: Any) -> Any:
    """The first column of the first row that a query selects, or None."""
    found = row(connection, query, **values)
    return None if found is None else next(iter(found.values()))


def change(connection: Connection, statement: Update | Delete, /, **values: Any) -> int:
    """Execute an update or delete and return the number of rows. Columns named by `values` are set, too."""
    count: int = _execute(connection, _prepare(statement, tuple(values)), values, _ROWCOUNT)
    return count


def add(connection: Connection, statement: Insert, values: Mapping[str, Any]) -> int:
    """Insert one row and return its id."""
    row_id: int = _execute(connection, _prepare(statement, tuple(values)), values, _LASTROWID)
    return row_id


def add_all(connection: Connection, statement: Insert, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns."""
    if values:
        prepared = _prepare(statement, tuple(values[0]))
        info = connection.info
        count_write(info, prepared.writes_to)
        try:
            info["raw"].executemany(prepared.sql, map(prepared.parameters, values))
        except sqlite3.Error as error:
            info["on_error"](error)
            raise
        if prepared.table is not None:
            _note(prepared.table, None)


@cache
def insert_into(table: Table) -> Insert:
    """The statement that inserts rows into a table."""
    return insert(table)


@lru_cache(maxsize=2048)
def tables_of(query: Query) -> frozenset[Table]:
    """The tables that a query reads; of a derived table, those that it is derived from."""
    parts = [part.table if isinstance(part, Column) else part for part in visitors.iterate(query)]
    tables = {part for part in parts if isinstance(part, Table)}
    return frozenset().union(
        *({one} if (of := derivation(one)) is None else tables_of(of.rows) for one in tables)
    )


class _Prepared(NamedTuple):
    sql: str
    writes_to: Hashable  # a table, or any; None for a query
    table: str | None  # the name of the vendor's table that is written to
    row_id: str | None  # the name of the value that is the id of the only row that is changed
    parameters: Callable[[Mapping[str, Any]], Sequence[Any]]  # the values in the order of the SQL, as stored
    to_row: Callable[[tuple[Any, ...]], Row]


_ROWCOUNT, _LASTROWID = attrgetter("rowcount"), attrgetter("lastrowid")


def _execute(
    connection: Connection,
    prepared: _Prepared,
    values: Mapping[str, Any],
    get: Callable[[sqlite3.Cursor], Any],
) -> Any:
    """Execute a statement, and get something from its cursor: SQLite reads further rows as they are fetched."""
    info = connection.info
    if prepared.writes_to is not None:
        count_write(info, prepared.writes_to)
    try:
        found = get(info["raw"].execute(prepared.sql, prepared.parameters(values)))
    except sqlite3.Error as error:
        info["on_error"](error)
        raise
    if prepared.table is not None:
        row_id = found if get is _LASTROWID else values[prepared.row_id] if prepared.row_id else None
        _note(prepared.table, row_id)
    return found


def _note(table: str, row_id: int | None) -> None:
    """Note that a row was written, if anybody asks."""
    noted = written.get()
    if noted is not None and len(noted) < MAX_WRITTEN:
        noted[table, row_id] = None


@lru_cache(maxsize=2048)
def _prepare(statement: Statement, sent: tuple[str, ...]) -> _Prepared:
    """Compile a statement for values of these names: an insert or update sets the columns among them."""
    defaults: Row = {}
    if isinstance(statement, Insert):
        columns = [column for column in statement.table.columns if column.default is not None]
        defaults = {column.key: column.default.arg for column in columns}  # type: ignore[union-attr]
    compiled = statement.compile(engine, column_keys=[*defaults, *sent])
    names = compiled.positiontup or []
    binds = {name: compiled.binds[name] for name in names}
    constants = {name: bind.value for name, bind in binds.items() if not bind.required} | defaults
    dialect = engine.dialect
    processors = {  # the driver stores booleans itself
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in binds.items()
        if not isinstance(bind.type, Boolean)
    }
    encoders = [(index, encode) for index, name in enumerate(names) if (encode := processors.get(name))]

    pick = itemgetter(*names) if len(names) > 1 else lambda given: [given[name] for name in names]
    constants = {name: value for name, value in constants.items() if name not in sent}

    def parameters(values: Mapping[str, Any]) -> list[Any]:
        found = [*pick({**constants, **values} if constants else values)]
        for index, encode in encoders:
            found[index] = encode(found[index])
        return found

    results = {str(name): column.type for name, column in statement.exported_columns.items()}
    processors = {
        name: one.dialect_impl(dialect).result_processor(dialect, None) for name, one in results.items()
    }
    keys = tuple(results)
    decoders = [(name, decode) for name, decode in processors.items() if decode is not None]

    def to_row(found: tuple[Any, ...]) -> Row:
        row = dict(zip(keys, found, strict=True))
        for name, decode in decoders:
            if row[name] is not None:
                row[name] = decode(row[name])
        return row

    writes_to = getattr(statement, "table", None)
    if isinstance(statement, Delete) and _is_cascading(statement.table):
        writes_to = ANY_TABLE
    name = str(getattr(getattr(statement, "table", None), "name", OWN))
    table = None if name.startswith(OWN) else name
    return _Prepared(compiled.string, writes_to, table, _row_id(statement), parameters, to_row)


def _row_id(statement: Statement) -> str | None:
    if isinstance(statement, Update | Delete):
        where = statement.whereclause
        if isinstance(where, BinaryExpression) and isinstance(where.right, BindParameter):
            left = where.left
            if isinstance(left, Column) and left.name == "id" and left.table is statement.table:
                return where.right.key
    return None


def _is_cascading(table: Any) -> bool:
    """Whether deleting a row may change rows of other tables that refer to it."""
    keys = (key for other in table.metadata.tables.values() for key in other.foreign_keys)
    return any(key.ondelete is not None and key.column.table is table for key in keys)
