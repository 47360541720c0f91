"""Schemas of invoices and accounts."""

from typing import Literal

from pydantic import Field

from ledgersim.schemas import Amount
from ledgersim.vendors.payex.schemas import ResponseModel


class Seller(ResponseModel):
    """The sender of an invoice."""

    name: str
    number: str


class Invoice(ResponseModel):
    """An invoice."""

    id_: str = Field(alias="@id")
    created: str
    invoice_no: str
    external_invoice_id: str
    status: Literal["pending", "open", "closed"]
    claim_level: Literal[
        "Invoice", "RestReminder", "Reminder", "SecondReminder", "CollectionClaim", "DebtCollection"
    ]
    current_debt: Amount
    original_amount: Amount
    currency: str
    invoice_date: str
    due_date: str
    seller: Seller


class Account(ResponseModel):
    """An account; the available amount is limit plus balance minus reservations."""

    id_: str = Field(alias="@id")
    account_no: str
    start_date: str
    description: str
    customer_no: str
    status: Literal["open", "pending-close", "closed"]
    credit_limit: Amount
    total_balance: Amount
    reserved_amount: Amount
    available_amount: Amount
    currency: str
