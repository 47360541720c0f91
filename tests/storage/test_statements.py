"""Statements give the same rows as SQLAlchemy for columns of every type."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)
from sqlalchemy.schema import CreateTable

from ledgersim.storage.database import Database
from ledgersim.storage.functions import listed
from ledgersim.storage.statements import add, add_all, change, row, rows, scalar
from ledgersim.storage.types import Instant

THING = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("at", Instant),
    Column("day", Date),
    Column("good", Boolean, default=True),
    Column("tags", JSON),
)
_T = THING.c
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
VALUES = {"name": "a", "at": AT, "day": date(2026, 3, 1), "good": False, "tags": ["x", {"y": 1}]}
BY_NAME = select(THING).where(_T.name == bindparam("name"))


@pytest.fixture
def connection() -> Iterator[Connection]:
    database = Database.in_memory()
    database.connection.execute(CreateTable(THING))
    yield database.connection
    database.close()


def test_a_row_is_read_as_it_was_added(connection: Connection) -> None:
    row_id = add(connection, insert(THING), VALUES)
    found = row(connection, BY_NAME, name="a")
    assert found == {"id": row_id, **VALUES}
    assert found == dict(connection.execute(BY_NAME, {"name": "a"}).mappings().one())


def test_columns_that_are_not_sent_have_their_defaults(connection: Connection) -> None:
    add(connection, insert(THING), {"name": "a"})
    assert row(connection, BY_NAME, name="a") == {
        "id": 1,
        "name": "a",
        "at": None,
        "day": None,
        "good": True,
        "tags": None,
    }


def test_one_statement_takes_different_columns(connection: Connection) -> None:
    statement = insert(THING)
    add(connection, statement, {"name": "a", "day": date(2026, 1, 1)})
    add(connection, statement, {"name": "b", "at": AT})
    assert rows(connection, select(_T.day, _T.at).order_by(_T.id)) == [
        {"day": date(2026, 1, 1), "at": None},
        {"day": None, "at": AT},
    ]


def test_a_change_sets_the_columns_that_are_sent(connection: Connection) -> None:
    add_all(connection, insert(THING), [{"name": "a", "good": True}, {"name": "b", "good": True}])
    statement = update(THING).where(_T.name == bindparam("of_name"))
    assert change(connection, statement, of_name="a", good=False, tags=[1]) == 1
    assert change(connection, statement, of_name="c", good=False) == 0
    assert rows(connection, select(_T.name, _T.good, _T.tags).order_by(_T.name)) == [
        {"name": "a", "good": False, "tags": [1]},
        {"name": "b", "good": True, "tags": None},
    ]
    assert change(connection, delete(THING).where(_T.good.is_(True))) == 1


def test_constants_and_parameters_of_a_statement(connection: Connection) -> None:
    add_all(connection, insert(THING), [{"name": name} for name in ("a", "b", "c")])
    after = select(_T.name).where(_T.name > "a", _T.name < bindparam("end")).order_by(_T.name).limit(1)
    assert rows(connection, after, end="c") == [{"name": "b"}]
    both = union_all(
        select(_T.id.label("found")).where(_T.name == "a"), select(func.count()).select_from(THING)
    )
    assert [one["found"] for one in rows(connection, both)] == [1, 3]


@pytest.mark.parametrize("names", [[], ["a"], ["c", "a", "d"], ["d'"] * 2_000])
def test_a_list_may_have_any_length(connection: Connection, names: list[str]) -> None:
    add_all(connection, insert(THING), [{"name": name} for name in ("a", "b", "c")])
    among = select(_T.name).where(_T.name.in_(listed("names"))).order_by(_T.name)
    assert [one["name"] for one in rows(connection, among, names=names)] == sorted(set(names) & {"a", "c"})


def test_scalar_is_none_without_rows(connection: Connection) -> None:
    assert scalar(connection, select(func.max(_T.at))) is None
    assert scalar(connection, BY_NAME, name="a") is None
    add(connection, insert(THING), VALUES)
    assert scalar(connection, select(func.max(_T.at))) == AT


def test_a_returned_row_is_typed(connection: Connection) -> None:
    assert row(connection, insert(THING).values(VALUES).returning(_T.at, _T.tags)) == {
        "at": AT,
        "tags": VALUES["tags"],
    }


def test_adding_no_rows_does_nothing(connection: Connection) -> None:
    add_all(connection, insert(THING), [])
    assert scalar(connection, select(func.count()).select_from(THING)) == 0


def test_errors_of_a_statement_pass(connection: Connection) -> None:
    add(connection, insert(THING), {"name": "a"})
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        add(connection, insert(THING), {"name": "a"})
    with pytest.raises(KeyError, match="name"):
        row(connection, BY_NAME)
