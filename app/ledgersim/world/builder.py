"""Builds the image of a world: every table, the rows of the vendors, and what the space must know."""

import importlib
import pkgutil
from datetime import date

from sqlalchemy import Connection, insert
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from ledgersim import vendors
from ledgersim.ids import Stream
from ledgersim.spaces.models import FACT, STATE, layout
from ledgersim.storage.database import Database
from ledgersim.vendors.aptic.seed import fill as aptic
from ledgersim.vendors.payex.seed import fill as payex
from ledgersim.vendors.riverty import seed as riverty
from ledgersim.world.days import instant
from ledgersim.world.model import Definition


def build(definition: Definition, seed: int, customers: int, as_of: date) -> bytes:
    """The database image of a world: equal arguments give equal bytes. Raises CannotStart."""
    database = Database.in_memory()
    with database.transaction() as connection:
        _create_tables(connection)
        guids = Stream(seed, "guid")
        facts = aptic.fill(connection, definition, guids, seed, customers, as_of)
        facts |= payex.fill(connection, definition, guids, as_of, facts["personas"])
        facts |= riverty.fill(connection, definition, facts["personas"], as_of)
        connection.execute(
            insert(STATE),
            {
                "id": 1,
                "schema_version": layout(),
                "world": definition.name,
                "world_digest": definition.digest,
                "seed": seed,
                "customers": customers,
                "as_of": as_of.isoformat(),
                "guid_position": guids.position,
                "chance_position": 0,
                "clock_floor": instant(as_of.toordinal()),
            },
        )
        connection.execute(insert(FACT), [{"name": name, "value": value} for name, value in facts.items()])
    image = database.image()
    database.close()
    return image


def _create_tables(connection: Connection) -> None:
    """Every table of the simulator, with its indexes in an order that is always the same."""
    for module in pkgutil.walk_packages(vendors.__path__, f"{vendors.__name__}."):
        if module.name.endswith(".table"):
            importlib.import_module(module.name)
    for table in SQLModel.metadata.sorted_tables:
        connection.execute(CreateTable(table))
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            connection.execute(CreateIndex(index))
