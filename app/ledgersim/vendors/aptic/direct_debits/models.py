"""Direct debit mandates of customers."""

from datetime import datetime

from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class DirectDebitMandate(TableModel, table=True):
    """Permission to collect payments from the account of a customer (the sending party)."""

    __tablename__ = "direct_debit_mandate"

    id: int | None = Field(default=None, primary_key=True)
    mandate_guid: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    direct_debit_mandate_type: int
    reference_no: str | None = None
    receiving_bank_account_no: str
    sending_bank_account_class: int | None = None
    sending_bank_account_no: str | None = None
    requested_at: datetime | None = Field(default=None, sa_type=Instant)
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    signed_date: datetime | None = Field(default=None, sa_type=Instant)
    validfrom: datetime | None = Field(default=None, sa_type=Instant)
    validuntil: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


DIRECT_DEBIT_MANDATE = DirectDebitMandate.__table__  # type: ignore[attr-defined]
