"""Addresses of debtors and customers."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class Address(TableModel, table=True):
    """An address; `owner` is `debtor` or `customer`, `owner_id` the id of its row."""

    __tablename__ = "address"
    __table_args__ = (Index("ix_address_owner", "owner_id", "owner", "default_address"),)

    id: int | None = Field(default=None, primary_key=True)
    address_guid: str = Field(unique=True)
    owner: str
    owner_id: int
    address_type: str | None = None
    full_name: str | None = None
    care_of: str | None = None
    street: str | None = None
    house_no: str | None = None
    house_no_extension: str | None = None
    city: str | None = None
    zip_code: str | None = None
    state_code: str | None = None
    country_code: str | None = None
    full_address: str | None = None
    address_not_valid_date: datetime | None = Field(default=None, sa_type=Instant)
    default_address: bool = False
    valid_from: datetime | None = Field(default=None, sa_type=Instant)
    valid_to: datetime | None = Field(default=None, sa_type=Instant)
    validated_at: datetime | None = Field(default=None, sa_type=Instant)
    valid_override: bool = False
    last_updated_at: datetime = Field(sa_type=Instant)


ADDRESS = Address.__table__  # type: ignore[attr-defined]
