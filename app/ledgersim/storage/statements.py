"""Shortcuts for executing prepared statements."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Insert

Row = dict[str, Any]  # by column name


def rows(connection: Connection, statement: Any, **values: Any) -> list[Row]:
    """All rows that a statement selects."""
    return [dict(row) for row in connection.execute(statement, values).mappings()]


def row(connection: Connection, statement: Any, **values: Any) -> Row | None:
    """The first row that a statement selects, or None."""
    found = connection.execute(statement, values).mappings().first()
    return None if found is None else dict(found)


def add(connection: Connection, statement: Insert, values: Mapping[str, Any]) -> int:
    """Insert one row and return its id."""
    key = connection.execute(statement, dict(values)).inserted_primary_key
    assert key is not None
    return int(key[0])
