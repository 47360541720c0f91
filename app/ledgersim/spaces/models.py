"""The simulator's own tables: what a space stores besides the vendors' rows."""

from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import JSON, BigInteger, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

from ledgersim.storage.types import Instant, TableModel


class SpaceState(TableModel, table=True):
    """The only row identifies the world, and holds the positions of the streams and the state of the clock."""

    __tablename__ = "sim_state"

    id: int = Field(default=1, primary_key=True)
    schema_version: int
    world: str
    world_digest: str
    fixtures_digest: str | None = None
    seed: int
    customers: int
    as_of: str
    guid_position: int = 0
    chance_position: int = 0
    clock_mode: str = "real"
    clock_offset_microseconds: int | None = None  # None: the clock has not started yet
    clock_frozen_at: datetime | None = Field(default=None, sa_type=Instant)
    clock_floor: datetime = Field(sa_type=Instant)


class Token(TableModel, table=True):
    """An access token issued by this space."""

    __tablename__ = "sim_token"

    id: int | None = Field(default=None, primary_key=True)
    vendor: str
    token: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)


class StoredValue(TableModel, table=True):
    """A JSON value by name: the personas, and the state of each vendor under the vendor's name."""

    __tablename__ = "sim_value"

    name: str = Field(primary_key=True)
    value: Any = Field(sa_type=JSON)


class DebtTransfer(TableModel, table=True):
    """A debt that one vendor handed on to another; the ids are those of the vendors' rows.

    `settled` is what the source has booked of what the target received, in hundredths.
    It belongs to the vendors' rows, so that exports contain it.
    """

    __tablename__ = "debt_transfer"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    source_id: int
    target: str
    target_id: int
    settled: int = Field(default=0, sa_type=BigInteger)


ADOPTED_VALUES = "adopted:"  # begins the names of values that clients sent beyond the vendors' rows

STATE: Table = SpaceState.__table__  # type: ignore[attr-defined]
TOKEN: Table = Token.__table__  # type: ignore[attr-defined]
VALUE: Table = StoredValue.__table__  # type: ignore[attr-defined]
DEBT_TRANSFER: Table = DebtTransfer.__table__  # type: ignore[attr-defined]


FORMAT = 2  # raise it when the meaning of stored data changes but the tables do not


def layout() -> int:
    """A checksum of all tables and FORMAT. Database files with another checksum are rejected."""
    tables = sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
    columns = [(table.name, [repr(column) for column in table.columns]) for table in tables]
    return crc32(repr((FORMAT, columns)).encode())
