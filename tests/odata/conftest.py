"""A small table with what makes filters fail: nulls, å ä ö, wildcards, quotes, money."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
)
from sqlalchemy.pool import StaticPool

from ledgersim.odata import Field, Fields, Kind, filter_to_sql, orderby_to_sql, parse_filter, parse_orderby
from ledgersim.storage.types import Instant

Row = Mapping[str, Any]


_table = Table(
    "people",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("full_name", String),
    Column("code", String, nullable=False),
    Column("balance", BigInteger),
    Column("rate", BigInteger),
    Column("points", BigInteger),
    Column("active", Boolean),
    Column("company", Boolean, nullable=False),
    Column("created", Instant),
    Column("ref", String(36)),
    Index("by_name", "full_name"),
    Index("by_ref", "ref"),
)
_columns = _table.c

FIELDS: Fields = {
    "id": Field(_columns.id, Kind.NUMBER, nullable=False),
    "fullName": Field(_columns.full_name, Kind.STRING),
    "code": Field(_columns.code, Kind.STRING, nullable=False),
    "balance": Field(_columns.balance, Kind.NUMBER, scale=100),
    "rate": Field(_columns.rate, Kind.NUMBER, scale=10_000),
    "points": Field(_columns.points, Kind.NUMBER),
    "isActive": Field(_columns.active, Kind.BOOLEAN),
    "isCompany": Field(_columns.company, Kind.BOOLEAN, nullable=False),
    "createdDate": Field(_columns.created, Kind.DATETIME),
    "ref": Field(_columns.ref, Kind.GUID),
}

_REF = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
_OTHER_REF = "00000000-0000-4000-8000-0000000000ab"
_ROWS: list[tuple[Any, ...]] = [
    (1, "Åsa Öberg", "A", "12.50", "12.5", 12, True, False, datetime(2026, 1, 31, tzinfo=UTC), _REF),
    (
        2,
        "ada lovelace",
        "B",
        "-0.01",
        "0.0001",
        0,
        False,
        False,
        datetime(2026, 1, 31, 23, tzinfo=UTC),
        _OTHER_REF,
    ),
    (3, None, "", None, None, None, None, True, None, None),
    (
        4,
        "O'Brien & Co",
        "a_b",
        "100",
        "100",
        100,
        True,
        True,
        datetime(2025, 12, 31, 23, 59, 59, 999999, UTC),
        None,
    ),
    (5, "100% Öl", "a%b", "0", None, -5, None, False, datetime(1999, 5, 17, 12, tzinfo=UTC), _REF),
    (6, "  Ada  ", "aXb", "92233720368547758.07", "0", 2**63 - 1, False, True, None, _OTHER_REF),
    (7, "nul\0inside", "ÅÄÖ", "3", "3", 3, True, False, datetime(2026, 1, 31, 0, 0, 0, 1, UTC), None),
    (8, "", _REF, None, "-1", -(2**63), True, True, datetime(2026, 1, 30, 22, tzinfo=UTC), _REF),
]


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """The rows as clients see them."""
    return [dict(zip(FIELDS, _as_seen(row), strict=True)) for row in _ROWS]


@pytest.fixture(scope="session")
def fields() -> Fields:
    """The fields of the table."""
    return FIELDS


@pytest.fixture(scope="session")
def connection(rows: list[Row]) -> Iterator[Connection]:
    """An in-memory database with the rows, whose `lower` and `upper` support å ä ö."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.create_function("lower", 1, lambda text: text if text is None else text.lower())
        raw.create_function("upper", 1, lambda text: text if text is None else text.upper())
        _table.create(connection)
        connection.execute(insert(_table), [_as_stored(row) for row in rows])
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def where(fields: Fields) -> Callable[[str], ColumnElement[bool]]:
    """Translates a filter text to a condition."""
    return lambda text: filter_to_sql(parse_filter(text), fields)


@pytest.fixture(scope="session")
def ids(connection: Connection, where: Callable[[str], ColumnElement[bool]]) -> Callable[[str], list[int]]:
    """The ids of the rows that a filter selects, in ascending order."""

    def selected(text: str) -> list[int]:
        query = select(_columns.id).where(where(text)).order_by(_columns.id)
        return list(connection.execute(query).scalars())

    return selected


@pytest.fixture(scope="session")
def ordered_ids(connection: Connection, fields: Fields) -> Callable[[str], list[int]]:
    """The ids of all rows in the order of an orderby, ties by id."""

    def ordered(text: str) -> list[int]:
        query = select(_columns.id).order_by(*orderby_to_sql(parse_orderby(text), fields), _columns.id)
        return list(connection.execute(query).scalars())

    return ordered


@pytest.fixture(scope="session")
def plan(connection: Connection, where: Callable[[str], ColumnElement[bool]]) -> Callable[[str], str]:
    """SQLite's query plan for a filter."""

    def explained(text: str) -> str:
        query = select(_columns.id).where(where(text)).compile(connection)
        values = tuple(query.params[name] for name in query.positiontup or ())
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
        return " ".join(step.detail for step in steps)

    return explained


def _as_seen(row: tuple[Any, ...]) -> list[Any]:
    return [Decimal(value) if position in (3, 4) and value else value for position, value in enumerate(row)]


def _as_stored(row: Row) -> dict[str, Any]:
    """The row by column name, with numbers multiplied by their scale."""
    stored: dict[str, Any] = {}
    for name, field in FIELDS.items():
        value = row[name]
        scaled = value is not None and field.scale != 1
        stored[field.column.key or name] = int(value * field.scale) if scaled else value
    return stored
