"""Party parameters of customers."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class PartyParameter(SQLModel, table=True):
    """A named value. Names are case-sensitive. Without `href`, responses contain the parameter's own URL."""

    __tablename__ = "party_parameter"
    __table_args__ = (UniqueConstraint("customer_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    name: str
    type: str | None = None
    value: str | None = None
    href: str | None = None


PARTY_PARAMETER = PartyParameter.__table__  # type: ignore[attr-defined]
