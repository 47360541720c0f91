"""Customers of the ledgers."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel
from ledgersim.vendors.payex.customers.schemas import EdiAddress


class PayexCustomer(TableModel, table=True):
    """A customer of a ledger. `consents` excludes the recurring card, which has its own table.

    `kyc_renewal_at` is when the KYC answers will be due for renewal; null once they are.
    """

    __tablename__ = "payex_customer"
    __table_args__ = (
        UniqueConstraint("ledger", "customer_no"),
        Index("ix_payex_customer_reg_no", "ledger", "country_code", "reg_no"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ledger: str
    customer_no: str
    reg_no: str | None = None
    country_code: str | None = None
    vat_no: str | None = None
    legal_entity: str | None = None
    name: str
    email_address: str | None = None
    protected_identity: bool | None = None
    preferred_language_code: str | None = None
    legal_status: str | None = None
    msisdn: str | None = None
    distribution_type: str | None = None
    tax_identification_number: str | None = None
    consents: list[str] = Field(sa_type=JSON)
    edi_address_info: EdiAddress | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    kyc_answers: list[Any] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    kyc_answered_at: datetime | None = Field(default=None, sa_type=Instant)
    kyc_renewal_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


CUSTOMER = PayexCustomer.__table__  # type: ignore[attr-defined]
