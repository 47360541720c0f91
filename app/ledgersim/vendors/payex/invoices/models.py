"""The invoices and accounts that surpluses come from, and their moves."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class PayexInvoice(TableModel, table=True):
    """An invoice of a ledger; amounts in hundredths of `currency`.

    `next_move_on` is the number of the day on which the clock moves it; null if it does not.
    """

    __tablename__ = "payex_invoice"
    __table_args__ = (UniqueConstraint("ledger", "invoice_no"),)

    id: int | None = Field(default=None, primary_key=True)
    ledger: str
    invoice_no: str
    customer_id: int = Field(foreign_key="payex_customer.id", index=True)
    external_invoice_id: str
    created: datetime = Field(sa_type=Instant)
    status: str
    claim_level: str
    current_debt: int = Field(sa_type=BigInteger)
    original_amount: int = Field(sa_type=BigInteger)
    currency: str
    invoice_date: datetime = Field(sa_type=Instant)
    due_date: datetime = Field(sa_type=Instant)
    seller_name: str
    seller_number: str
    next_move_on: int | None = Field(default=None, index=True)


class PayexInvoiceMove(TableModel, table=True):
    """A move of an invoice, with its state afterwards; the amount of one that adds or pays, in hundredths.

    `carried` is whether another vendor received the payment.
    """

    __tablename__ = "payex_invoice_move"

    id: int | None = Field(default=None, primary_key=True)
    invoice_id: int = Field(foreign_key="payex_invoice.id", index=True)
    at: datetime = Field(sa_type=Instant)
    move: str
    amount: int | None = Field(default=None, sa_type=BigInteger)
    status: str
    claim_level: str
    current_debt: int = Field(sa_type=BigInteger)
    carried: bool = False


class PayexAccount(TableModel, table=True):
    """An account of a ledger; a negative balance is debt. Amounts in hundredths of `currency`."""

    __tablename__ = "payex_account"
    __table_args__ = (UniqueConstraint("ledger", "account_no"),)

    id: int | None = Field(default=None, primary_key=True)
    ledger: str
    account_no: str
    customer_id: int = Field(foreign_key="payex_customer.id", index=True)
    start_date: datetime = Field(sa_type=Instant)
    description: str
    status: str
    credit_limit: int = Field(sa_type=BigInteger)
    total_balance: int = Field(sa_type=BigInteger)
    reserved_amount: int = Field(sa_type=BigInteger)
    currency: str


class PayexAccountMove(TableModel, table=True):
    """A move of an account, `open` for its creation, with its status and balance afterwards, in hundredths."""

    __tablename__ = "payex_account_move"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="payex_account.id", index=True)
    at: datetime = Field(sa_type=Instant)
    move: str
    amount: int | None = Field(default=None, sa_type=BigInteger)
    status: str
    total_balance: int = Field(sa_type=BigInteger)


INVOICE = PayexInvoice.__table__  # type: ignore[attr-defined]
INVOICE_MOVE = PayexInvoiceMove.__table__  # type: ignore[attr-defined]
ACCOUNT = PayexAccount.__table__  # type: ignore[attr-defined]
ACCOUNT_MOVE = PayexAccountMove.__table__  # type: ignore[attr-defined]
