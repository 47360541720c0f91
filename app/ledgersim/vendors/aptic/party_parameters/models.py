"""Party parameters of customers."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from ledgersim.storage.types import TableModel


class PartyParameter(TableModel, table=True):
    """A value. Names are case-sensitive and may be null. Without `href`, responses contain its own URL."""

    __tablename__ = "party_parameter"
    __table_args__ = (UniqueConstraint("customer_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    name: str | None
    type: str | None = None
    value: str | None = None
    href: str | None = None


PARTY_PARAMETER = PartyParameter.__table__  # type: ignore[attr-defined]
