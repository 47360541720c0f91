"""Schemas of fees. Members are in the order of the vendor's samples."""

from datetime import datetime

from pydantic import Field

from ledgersim.schemas import (
    Amount,
    AmountIn,
    CurrencyIn,
    InstantIn,
    Rate,
    RateIn,
    RequestModel,
    ResponseModel,
)
from ledgersim.vendors.aptic.claims.schemas import ClaimSums
from ledgersim.vendors.aptic.listing import Page
from ledgersim.vendors.aptic.predefined import FeeName, InterestCode


class _FeeHead(ResponseModel):
    fee_guid: str
    name: str | None
    fee_type: str | None
    description: str | None
    fee_date: datetime | None
    currency_code: str


class FeeListItem(ClaimSums, _FeeHead):
    """A fee in a list. `ledger…` are remaining amounts in the case's currency [inferred]."""


class FeePage(Page[FeeListItem]):
    """A page of fees."""


class FeeCreate(RequestModel):
    """A fee to add to a case."""

    name: FeeName | None = None
    description: str | None = None
    fee_date: InstantIn | None = None
    currency_code: CurrencyIn | None = None
    original_principal: AmountIn | None = None
    remaining_principal: AmountIn | None = None
    interest_rate: RateIn | None = None
    interest_code: InterestCode | None = None
    interest_from: InstantIn | None = None


class FeeUpdate(RequestModel):
    """Changes to a fee."""

    description: str | None = None


class FeeCreated(ResponseModel):
    """A fee as returned when it is created."""

    name: str | None
    description: str | None
    fee_date: datetime | None
    currency_code: str
    original_principal: Amount
    remaining_principal: Amount
    interest_rate: Rate | None
    interest_code: str | None
    interest_from: datetime | None


class Fee(ResponseModel):
    """A fee in full."""

    name: str | None
    description: str | None
    fee_date: datetime | None
    currency_code: str
    original_principal: Amount
    remaining_principal: Amount
    original_interest: Amount
    remaining_interest: Amount
    original_vat: Amount = Field(alias="originalVAT")
    remaining_vat: Amount = Field(alias="remainingVAT")
    interest_rate: Rate | None
    interest_code: str | None
    interest_from: datetime | None
    interest_to: datetime | None
