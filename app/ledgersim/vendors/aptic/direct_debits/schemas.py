"""Schemas of direct debit mandates."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from ledgersim.schemas import WHOLE, InstantIn, RequestModel, RowModel
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page

MandateType = Annotated[Literal[1, 2, 3, 4, 5, 7], WHOLE]
BankAccountClass = Annotated[Literal[1, 2, 3, 4, 5, 7, 8, 9, 10], WHOLE]


class DirectDebitMandate(RowModel):
    """A mandate; `bankAccountNo` is the sending account [inferred]."""

    mandate_guid: str
    direct_debit_mandate_type: int
    reference_no: str | None
    bank_account_no: str | None
    requested_at: datetime | None
    approved_at: datetime | None
    signed_date: datetime | None
    validfrom: datetime | None
    validuntil: datetime | None
    closed_at: datetime | None
    links: list[Link]


class DirectDebitMandatePage(Page[DirectDebitMandate]):
    """A page of direct debit mandates."""


class DirectDebitMandateCreate(RequestModel):
    """A mandate to register."""

    direct_debit_mandate_type: MandateType
    receiving_bank_account_no: str = Field(min_length=1)
    sending_bank_account_class: BankAccountClass | None = None
    sending_bank_account_no: str | None = None
    reference_no: str | None = None
    requested_at: InstantIn | None = None
    approved_at: InstantIn | None = None
    signed_date: InstantIn | None = None
    validfrom: InstantIn | None = None
    validuntil: InstantIn | None = None
