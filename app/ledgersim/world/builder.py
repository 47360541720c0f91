"""Builds the image of a world: all tables, and the rows and state of each vendor."""

import errno
import gc
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from ledgersim.ids import Stream
from ledgersim.plugin import Vendor, resolve
from ledgersim.spaces.models import STATE, VALUE, layout
from ledgersim.storage.database import Database
from ledgersim.storage.derived import add_derived_rows, create_triggers
from ledgersim.storage.statements import Row
from ledgersim.world.days import instant
from ledgersim.world.model import Definition
from ledgersim.world.seeding import SeedContext


def build(vendors: Sequence[Vendor], definition: Definition, seed: int, customers: int, as_of: date) -> bytes:
    """The database image of a world: equal arguments give equal bytes. Raises StartupError."""
    with closing(Database.for_building()) as database:
        _fill(database, vendors, definition, seed, customers, as_of)
        return database.image()


def build_file(
    path: Path, vendors: Sequence[Vendor], definition: Definition, seed: int, customers: int, as_of: date
) -> None:
    """Write the database image of a world to an empty file, which may be larger than the memory.

    Raises StartupError, and OSError if the file cannot be written to.
    """
    try:
        with closing(Database.for_building(path)) as database:
            _fill(database, vendors, definition, seed, customers, as_of)
    except (sqlite3.OperationalError, DBAPIError) as error:
        raise OSError(errno.EIO, str(error)) from error


def _fill(
    database: Database,
    vendors: Sequence[Vendor],
    definition: Definition,
    seed: int,
    customers: int,
    as_of: date,
) -> None:
    for vendor in vendors:
        resolve(vendor.models)
    with _without_garbage_collection(), database.transaction() as connection:
        _create_tables(connection)
        guids = Stream(seed, "guid")
        values = _run_seeds(vendors, SeedContext(connection, definition, guids, seed, customers, as_of))
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
        connection.execute(insert(VALUE), values)
        _create_indexes(connection)
        add_derived_rows(connection, SQLModel.metadata)
        create_triggers(connection, SQLModel.metadata)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Nothing that a build makes is garbage before its end; looking for it takes a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _run_seeds(vendors: Sequence[Vendor], context: SeedContext) -> list[Row]:
    """Run the seeds of the vendors in order. Returns their states and the personas as values."""
    states = [seed.fill(context) for vendor in vendors if (seed := resolve(vendor.seed)) is not None]
    context.rows.flush()
    values = [
        {"name": state.key, "value": state.model_dump(mode="json")} for state in states if state is not None
    ]
    return [*values, {"name": "personas", "value": [persona.entry for persona in context.personas]}]


def _create_tables(connection: Connection) -> None:
    for table in SQLModel.metadata.sorted_tables:
        connection.execute(CreateTable(table))


def _create_indexes(connection: Connection) -> None:
    """Create all indexes, once the rows are there, in a fixed order, so that the image is reproducible."""
    for table in SQLModel.metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: index.name or ""):
            connection.execute(CreateIndex(index))
