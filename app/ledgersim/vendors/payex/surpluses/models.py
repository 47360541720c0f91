"""Surpluses of customers."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field
from typing_extensions import TypedDict

from ledgersim.storage.types import Instant, TableModel
from ledgersim.vendors.payex.surpluses.schemas import BankAccount, InternationalAccount, SwedishSus


class Payee(TypedDict, total=False):
    """Who gets a disbursement, by the kind of account."""

    norwegian_bank_account: BankAccount
    swedish_bank_account: BankAccount
    international: InternationalAccount
    swedish_sus: SwedishSus


class PayexSurplus(TableModel, table=True):
    """The remainder of a payment, in hundredths.

    `ordered_at` is when its disbursement or set-off was ordered, `execute_on` the number of the day on which
    the order will be executed, `executed_at` when it was.
    """

    __tablename__ = "payex_surplus"
    __table_args__ = (Index("ix_payex_surplus_customer", "customer_id", "status"),)

    id: int | None = Field(default=None, primary_key=True)
    surplus_id: str = Field(unique=True)
    customer_id: int = Field(foreign_key="payex_customer.id")
    balance: int = Field(sa_type=BigInteger)
    currency: str
    date: datetime = Field(sa_type=Instant)
    status: str
    invoice_no: str | None = None
    account_no: str | None = None
    payee: Payee | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    set_off_invoice_no: str | None = None
    ordered_at: datetime | None = Field(default=None, sa_type=Instant)
    execute_on: int | None = Field(default=None, index=True)
    executed_at: datetime | None = Field(default=None, sa_type=Instant)


SURPLUS = PayexSurplus.__table__  # type: ignore[attr-defined]
