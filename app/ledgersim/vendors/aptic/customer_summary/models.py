"""The parts of a customer summary: purchases, invoices, accounts, payments, guarantees and collateral.

Amounts are in hundredths of `currency_code`, or of the customer's currency in tables without that column.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel
from ledgersim.vendors.aptic.customer_summary.schemas import PurchaseField


def _cents() -> Any:
    return Field(default=0, sa_type=BigInteger)


def _instant() -> Any:
    return Field(default=None, sa_type=Instant)


def _customer() -> Any:
    return Field(foreign_key="customer.id", index=True)


class Purchase(TableModel, table=True):
    """A purchase on credit, optionally paid by instalments in a campaign.

    With a `customer_account_number`, the balance of that account includes its remaining amount.
    """

    __tablename__ = "purchase"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = _customer()
    reservation_id: int = Field(unique=True)
    purchased_at: datetime = Field(sa_type=Instant)
    claimant_reference: str
    claimant_name: str
    invoice_no: str
    creditor_reference: str
    description: str
    currency_code: str
    purchase_amount: int = _cents()
    activated_amount: int = _cents()
    remaining_amount: int = _cents()
    campaign_code: str | None = None
    campaign_description: str | None = None
    customer_account_number: str | None = None
    original_campaign_amount: int = _cents()
    remaining_campaign_amount: int = _cents()
    campaign_fee: int = _cents()
    total_number_of_payments: int = 0
    remaining_number_of_payments: int = 0
    next_period_date: datetime | None = _instant()
    next_period_amount: int = _cents()
    last_payment_date: datetime | None = _instant()
    extra_fields: list[PurchaseField] = Field(sa_type=JSON)


class CustomerInvoice(TableModel, table=True):
    """The invoice of a purchase. It claims the same money as the purchase and adds nothing to the balance."""

    __tablename__ = "customer_invoice"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = _customer()
    reservation_id: int
    invoice_date: datetime = Field(sa_type=Instant)
    due_date: datetime = Field(sa_type=Instant)
    description: str
    invoice_number: str
    invoice_grouping_reference: str | None = None
    payment_reference_number: str
    payment_bank_account_number: str
    currency_code: str
    invoice_amount: int = _cents()
    minimum_to_pay: int = _cents()
    minimum_to_pay_including_campaign: int = _cents()
    customer_account_invoice: bool
    invoice_status: int


class CustomerAccount(TableModel, table=True):
    """An account for purchases. A positive balance is what the customer owes."""

    __tablename__ = "customer_account"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = _customer()
    account_number: str = Field(unique=True)
    unique_id: str = Field(unique=True)
    description: str
    currency_code: str
    balance: int = _cents()


class UnsettledPayment(TableModel, table=True):
    """Money from a customer that has not been allocated yet."""

    __tablename__ = "unsettled_payment"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = _customer()
    received_at: datetime = Field(sa_type=Instant)
    currency_code: str
    amount: int = _cents()


class Guarantee(TableModel, table=True):
    """A guarantee by one customer, the guarantor, for the debts of another."""

    __tablename__ = "guarantee"

    id: int | None = Field(default=None, primary_key=True)
    guarantee_guid: str = Field(unique=True)
    customer_id: int = _customer()
    guarantor_id: int = _customer()
    pledge_type: int
    reference_number: str
    guarantee_date: datetime = Field(sa_type=Instant)
    original_guarantee_amount: int = _cents()
    guarantee_amount: int = _cents()
    description: str
    note: str | None = None
    valid_until: datetime | None = _instant()
    guarantee_type: int


class Collateral(TableModel, table=True):
    """Property that secures the debts of a customer, with its insurance."""

    __tablename__ = "collateral"

    id: int | None = Field(default=None, primary_key=True)
    collateral_guid: str = Field(unique=True)
    customer_id: int = _customer()
    pledge_type: int
    reference_number: str
    pledge_date: datetime = Field(sa_type=Instant)
    pledge_amount: int = _cents()
    description: str
    note: str | None = None
    insurer: str | None = None
    insurance_number: str | None = None
    insured_amount: int | None = Field(default=None, sa_type=BigInteger)
    insurance_expiry_date: datetime | None = _instant()
    realized: bool = False


PURCHASE = Purchase.__table__  # type: ignore[attr-defined]
CUSTOMER_INVOICE = CustomerInvoice.__table__  # type: ignore[attr-defined]
CUSTOMER_ACCOUNT = CustomerAccount.__table__  # type: ignore[attr-defined]
UNSETTLED_PAYMENT = UnsettledPayment.__table__  # type: ignore[attr-defined]
GUARANTEE = Guarantee.__table__  # type: ignore[attr-defined]
COLLATERAL = Collateral.__table__  # type: ignore[attr-defined]
