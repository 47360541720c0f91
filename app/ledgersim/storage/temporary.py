"""Temporary copies of rows: SQLite sets aside the rows of a table that it inserts into, but not of another."""

from sqlalchemy import Connection, Table, TableClause, column


def keep_rows(connection: Connection, table: Table, first: int, last: int) -> TableClause:
    """A temporary table of the rows of a table with ids from `first` to `last`, in this order."""
    name, row_id = f"kept_{table.name}", next(iter(table.primary_key)).name
    connection.exec_driver_sql(
        f'CREATE TEMPORARY TABLE {name} AS SELECT * FROM "{table.name}" '
        f"WHERE {row_id} BETWEEN {first} AND {last} ORDER BY {row_id}"
    )
    return TableClause(name, *(column(one.name, one.type) for one in table.columns))
