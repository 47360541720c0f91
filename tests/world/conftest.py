"""The default world, built once, and its rows by table."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import SQLModel

from ledgersim.storage.database import Database, rows
from ledgersim.world.builder import build
from ledgersim.world.definition import load
from ledgersim.world.model import Definition

Row = dict[str, Any]
Tables = dict[str, list[Row]]

AS_OF = date(2026, 1, 1)
TODAY = AS_OF.toordinal()
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def tables_of(image: bytes) -> Tables:
    """All rows of a world by table, in the order of their ids."""
    database = Database.in_memory(image)
    found = {
        table.name: rows(database.connection, table.select().order_by(*table.primary_key))
        for table in SQLModel.metadata.sorted_tables
    }
    database.close()
    return found


@pytest.fixture(scope="session")
def definition() -> Definition:
    return load("nordic-basic")


@pytest.fixture(scope="session")
def world(definition: Definition) -> Tables:
    """The default world's rows."""
    return tables_of(build(definition, 1, 200, AS_OF))


@pytest.fixture(scope="session")
def personas(world: Tables) -> dict[str, Row]:
    """What the world tells of its personas, by name."""
    (fact,) = (fact["value"] for fact in world["sim_fact"] if fact["name"] == "personas")
    return {persona["name"]: persona for persona in fact}
