"""The invoices behind debts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


def _instant() -> Any:
    return Field(default=None, sa_type=Instant)


class DebtInvoice(TableModel, table=True):
    """What the ledger of the creditor knows of a debt beyond the claim; no request can set it.

    The id is that of the claim. `delivery` are the members of the delivery address.
    """

    __tablename__ = "debt_invoice"

    id: int = Field(primary_key=True, foreign_key="claim.id", ondelete="CASCADE")
    old_account_ref: str | None = None
    object_ref: str | None = None
    original_payment_reference: str | None = None
    original_debt_ref: str | None = None
    original_due_date: datetime | None = _instant()
    vat_rate: int | None = None
    vat_code: str | None = None
    invoice_type: str | None = None
    handling_code: str | None = None
    document_date: datetime | None = _instant()
    accounting_date: datetime | None = _instant()
    disputed: bool = False
    dispute_date: datetime | None = _instant()
    dispute_reason: str | None = None
    dispute_rebutted: bool = False
    order_date: datetime | None = _instant()
    our_order: str | None = None
    your_order: str | None = None
    goods_mark: str | None = None
    delivery_method: str | None = None
    delivery_condition: str | None = None
    delivery_date: datetime | None = _instant()
    delivery_note: str | None = None
    delivery: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    credit_card_transaction_id: str | None = None
    seller: str | None = None
    receipt_number: str | None = None
    cash_register_number: str | None = None


DEBT_INVOICE = DebtInvoice.__table__  # type: ignore[attr-defined]
