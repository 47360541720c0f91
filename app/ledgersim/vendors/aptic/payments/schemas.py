"""Schemas of payments. Members are in the order of the vendor's samples."""

from datetime import datetime
from typing import Any

from pydantic import Field

from ledgersim.schemas import (
    Amount,
    AmountIn,
    CurrencyIn,
    InstantIn,
    PositiveAmountIn,
    RequestModel,
    ResponseModel,
    RowModel,
)
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page


class PaymentListItem(RowModel):
    """A payment in a list."""

    payment_guid: str
    payment_date: datetime
    currency_code: str
    paid_amount: Amount
    source: str | None
    payment_reference: str | None
    direct_payment: bool
    paid_by: int


class PaymentPage(Page[PaymentListItem]):
    """A page of payments."""


class PaymentSpecificationInput(RequestModel):
    """The part of a payment that is directed to an invoice, in the payment's currency."""

    invoice_reference: str | None = None
    principal_amount: AmountIn | None = None
    interest_amount: AmountIn | None = None


# If absent, today; null is an error.
_TODAY: Any = Field(default=None, validate_default=False)


class PaymentCreate(RequestModel):
    """A payment to register on a case."""

    payment_reference: str | None = None
    payment_date: InstantIn = _TODAY
    accounting_date: InstantIn | None = None
    payment_amount: PositiveAmountIn
    currency_code: CurrencyIn | None = None
    received_amount: PositiveAmountIn | None = None
    exchange_date: InstantIn | None = None
    source: str | None = None
    specification: list[PaymentSpecificationInput] | None = None


class PaymentCreated(ResponseModel):
    """A payment as returned when it is created."""

    payment_guid: str
    payment_reference: str | None
    payment_date: datetime
    accounting_date: datetime | None
    payment_amount: Amount
    currency_code: str
    received_amount: Amount | None
    exchange_date: datetime | None
    source: str | None


class PaymentSpecification(ResponseModel):
    """A booked part of a payment. `amountType`: 1 costs, 2 interest, 3 principal [inferred]."""

    case_number: str
    invoice_number: str | None
    description: str | None
    amount_type: int
    currency_code: str
    used_amount: Amount
    commission: Amount
    commission_vat: Amount = Field(alias="commissionVAT")
    links: list[Link]


class Pledge(ResponseModel):
    """A pledge that a payment came from. Only payments of the seeded world have any."""

    pledge_type: str
    identity_number: str
    description: str
    amount: Amount
    links: list[Link]


class Payment(ResponseModel):
    """A payment in full, with a specification of all of it. The client's commission is withheld [inferred]."""

    payment_guid: str
    payment_date: datetime
    currency_code: str
    paid_amount: Amount
    source: str | None
    payment_reference: str | None
    direct_payment: bool
    paid_by: int
    amount_not_deducted: Amount
    total_amount_deducted: Amount
    withdrawn_commission: Amount
    withdrawn_vat: Amount = Field(alias="withdrawnVAT")
    remittence_amount: Amount  # spelled like this in the vendor's sample
    commission_netted_on_creditor_account: Amount = 0
    vat_netted_on_creditor_account: Amount = 0
    commission_to_invoice: Amount = 0
    vat_to_invoice: Amount = 0
    specifications: list[PaymentSpecification]
    pledges: list[Pledge]
    links: list[Link]
