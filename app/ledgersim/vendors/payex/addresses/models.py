"""Addresses of customers."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from ledgersim.storage.types import TableModel

LEGAL, BILLING = "legal", "billing"


class PayexAddress(TableModel, table=True):
    """An address of a customer; at most one of each `kind`, legal or billing."""

    __tablename__ = "payex_address"
    __table_args__ = (UniqueConstraint("customer_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="payex_customer.id")
    kind: str
    addressee: str
    street_address: str | None = None
    co_address: str | None = None
    city: str
    zip_code: str
    country_code: str


ADDRESS = PayexAddress.__table__  # type: ignore[attr-defined]
