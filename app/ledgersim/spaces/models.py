"""The tables of the simulator's own: what a space must remember besides the vendors' rows."""

from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import JSON, Table
from sqlmodel import Field, SQLModel

from ledgersim.storage.database import Instant


class SpaceState(SQLModel, table=True):
    """One row: of which world the space is, and where its streams and its clock stand."""

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
    clock_offset_microseconds: int | None = None  # None: the clock has not been started
    clock_frozen_at: datetime | None = Field(default=None, sa_type=Instant)
    clock_floor: datetime = Field(sa_type=Instant)


class Token(SQLModel, table=True):
    """An access token that this space has issued."""

    __tablename__ = "sim_token"

    id: int | None = Field(default=None, primary_key=True)
    vendor: str
    token: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)


class Fact(SQLModel, table=True):
    """What the world's definition says that is no vendor's row: credentials, personas and the like."""

    __tablename__ = "sim_fact"

    name: str = Field(primary_key=True)
    value: Any = Field(sa_type=JSON)


STATE: Table = SpaceState.__table__  # type: ignore[attr-defined]
TOKEN: Table = Token.__table__  # type: ignore[attr-defined]
FACT: Table = Fact.__table__  # type: ignore[attr-defined]


def layout() -> int:
    """A number that stands for the layout of all tables: a database file of another layout is refused."""
    tables = sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
    return crc32(repr([(table.name, [repr(column) for column in table.columns]) for table in tables]).encode())
