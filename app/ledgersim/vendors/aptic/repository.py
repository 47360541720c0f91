"""Reading and writing rows in the ways that all resources share."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select, update

from ledgersim.ids import parse_guid
from ledgersim.problems import CONFLICT, NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.database import row

Row = dict[str, Any]


def by_guid(column: Any) -> Select[Any]:
    """The statement that finds the row with a GUID in a column of its table."""
    return select(column.table).where(column == bindparam("guid"))


def find(connection: Connection, statement: Select[Any], what: str, guid: str, **values: Any) -> Row:
    """The row that `statement` finds for a GUID in any case. Raises a 404 Problem."""
    parsed = parse_guid(guid)
    found = None if parsed is None else row(connection, statement, guid=parsed, **values)
    if found is None:
        reason = "it is not a GUID" if parsed is None else "no such guid in this space"
        raise NOT_FOUND.with_detail(f"There is no {what} {guid[:80]!r}: {reason}.")
    return found


def free_guid(connection: Connection, space: Space, statement: Select[Any], name: str, sent: str | None) -> str:
    """The GUID that was sent as `name`, if `statement` finds no row with it, else the next that none has.

    Raises a 409 Problem.
    """
    if sent is not None:
        if row(connection, statement, guid=sent) is not None:
            raise CONFLICT.with_detail(f"Another {name.removesuffix('Guid')} has the {name} {sent!r} already.")
        return sent
    guid = space.guids.guid()
    while row(connection, statement, guid=guid) is not None:  # a client may have foreseen it
        guid = space.guids.guid()
    return guid


def change(connection: Connection, table: Table, row_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of one row."""
    if values:
        connection.execute(update(table).where(table.c.id == bindparam("row_id")), {"row_id": row_id, **values})
