"""Building worlds with the installed vendors."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from sqlmodel import SQLModel

from ledgersim.plugin import resolve
from ledgersim.storage.database import Database
from ledgersim.storage.statements import rows
from ledgersim.vendors import installed_vendors
from ledgersim.world import builder, definition, fixtures, template

VENDORS = installed_vendors()
for vendor in VENDORS:
    resolve(vendor.models)  # declares the tables, which an image from the cache does not

Row = dict[str, Any]
Tables = dict[str, list[Row]]

AS_OF = date(2026, 1, 1)
TODAY = AS_OF.toordinal()
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)

build = partial(builder.build, VENDORS)
load = partial(definition.load, VENDORS)
seeded = partial(fixtures.seeded, VENDORS)
world_image = partial(template.world_image, VENDORS)


def tables_of(image: bytes) -> Tables:
    """All rows of a world by table, in the order of their ids."""
    database = Database.in_memory(image)
    found = {
        table.name: rows(database.connection, table.select().order_by(*table.primary_key))
        for table in SQLModel.metadata.sorted_tables
    }
    database.close()
    return found
