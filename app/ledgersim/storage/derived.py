"""Tables whose rows follow from those of other tables: triggers of SQLite keep them with every write."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, MetaData, Select, Table, insert, select
from sqlalchemy.dialects.sqlite import dialect

_KEY = "derived"  # in `Table.info`


class Derived(NamedTuple):
    """How a table is derived: `rows` computes all of its rows, `triggers` makes the SQL of what keeps them."""

    table: Table
    rows: Select[Any]
    triggers: Callable[[], Sequence[str]]


def derive(table: Table, rows: Select[Any], triggers: Callable[[], Sequence[str]]) -> None:
    """Declare that a table is derived; `rows` selects its columns in their order.

    `triggers` are made when a world is built, as servers do not need them.
    """
    table.info[_KEY] = Derived(table, rows, triggers)


def derivation(table: Table) -> Derived | None:
    """How a table is derived, if it is."""
    found: Derived | None = table.info.get(_KEY)
    return found


def derived_tables(metadata: MetaData) -> Iterator[Derived]:
    """All derived tables, in a fixed order."""
    return (found for table in metadata.sorted_tables if (found := derivation(table)) is not None)


def add_derived_rows(connection: Connection, metadata: MetaData) -> None:
    """Add the rows that derived tables lack: those whose first column, the key, does not occur in them."""
    for table, rows, _ in derived_tables(metadata):
        key, stored = next(iter(rows.selected_columns)), next(iter(table.columns))
        is_missing = key.not_in(select(stored))
        connection.execute(insert(table).from_select(list(table.columns), rows.where(is_missing)))


def create_triggers(connection: Connection, metadata: MetaData) -> None:
    """Create the triggers that keep derived tables."""
    for _, _, triggers in derived_tables(metadata):
        for trigger in triggers():
            connection.exec_driver_sql(trigger)


def sql_of(expression: ColumnElement[Any]) -> str:
    """An expression as SQL for a trigger, where a row is an alias of its table: `NEW` or `OLD`."""
    compiled = expression.compile(dialect=dialect(), compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())
