"""Finding and updating rows, as all resources do it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Delete, Select, Table, Update, bindparam, delete, select, update

from ledgersim.ids import parse_guid
from ledgersim.problems import CONFLICT, NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, change, row


def by_guid(column: Any) -> Select[Any]:
    """Return the statement that selects a row by its GUID column (parameter `guid`)."""
    return select(column.table).where(column == bindparam("guid"))


def find(connection: Connection, statement: Select[Any], what: str, guid: str, **values: Any) -> Row:
    """Return the row that `statement` selects for a GUID, in upper or lower case. Raises a 404 Problem."""
    parsed = parse_guid(guid)
    found = None if parsed is None else row(connection, statement, guid=parsed, **values)
    if found is None:
        reason = "This is not a GUID." if parsed is None else "This space has no such GUID."
        raise NOT_FOUND.with_detail(f"Unknown {what} {guid[:80]!r}. {reason}")
    return found


def unused_guid(connection: Connection, space: Space, column: Column[Any], name: str, sent: str | None) -> str:
    """Return the GUID that the client sent as `name`, or else a new one.

    Raises a 409 Problem if a row has the GUID that was sent in the column.
    """
    uses = _uses(column)
    if sent is not None:
        if row(connection, uses, guid=sent) is not None:
            raise CONFLICT.with_detail(f"Another {name.removesuffix('Guid')} already has the {name} {sent!r}.")
        return sent
    guid = space.guids.guid()
    while row(connection, uses, guid=guid) is not None:  # GUIDs are predictable: a client may use one
        guid = space.guids.guid()
    return guid


def update_row(connection: Connection, table: Table, row_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of one row; does nothing without values."""
    if values:
        change(connection, _update(table), row_id=row_id, **values)


def delete_row(connection: Connection, table: Table, row_id: int) -> None:
    """Delete one row."""
    change(connection, _delete(table), row_id=row_id)


@cache
def _uses(column: Column[Any]) -> Select[Any]:
    return select(column).where(column == bindparam("guid"))


@cache
def _update(table: Table) -> Update:
    return update(table).where(table.c.id == bindparam("row_id"))


@cache
def _delete(table: Table) -> Delete:
    return delete(table).where(table.c.id == bindparam("row_id"))
