"""Extra fields of debtors, customers and cases."""

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from ledgersim.storage.types import TableModel


class ExtraField(TableModel, table=True):
    """A list of values; `owner` is `debtor`, `customer` or `case`. Names are case-sensitive and may be null."""

    __tablename__ = "extra_field"
    __table_args__ = (UniqueConstraint("owner_id", "owner", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    owner: str
    owner_id: int
    name: str | None
    value: list[str] = Field(sa_type=JSON)


EXTRA_FIELD = ExtraField.__table__  # type: ignore[attr-defined]
