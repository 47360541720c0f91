"""The simulated population register as the world defines it; other people are generated on demand."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from ledgersim.storage.types import TableModel


class RegisterEntry(TableModel, table=True):
    """A person; `known` is false for people whom the register lacks."""

    __tablename__ = "payex_register_entry"
    __table_args__ = (UniqueConstraint("country_code", "reg_no"),)

    id: int | None = Field(default=None, primary_key=True)
    country_code: str
    reg_no: str
    name: str = ""
    street_address: str | None = None
    city: str = ""
    zip_code: str = ""
    protected: bool = False
    known: bool = True


REGISTER_ENTRY = RegisterEntry.__table__  # type: ignore[attr-defined]
