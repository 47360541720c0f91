"""Schemas of credit insurances."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from ledgersim.schemas import (
    Amount,
    AmountIn,
    CurrencyIn,
    InstantIn,
    Int32,
    RequestModel,
    RowModel,
)
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page

Days = Annotated[Int32, Field(ge=0)]


class CreditInsurance(RowModel):
    """A credit insurance."""

    insurance_guid: str
    insurance_date: datetime
    insurance_company_name: str | None
    insurance_company_number: str | None
    insurance_company_customer_number: str | None
    note: str | None
    end_date: datetime | None
    currency_code: str | None
    amount: Amount | None
    extra_limit_amount: Amount | None
    extra_limit_end_date: datetime | None
    payment_term: int | None
    grace_days: int | None
    links: list[Link]


class CreditInsurancePage(Page[CreditInsurance]):
    """A page of credit insurances."""


class CreditInsuranceUpdate(RequestModel):
    """Changes to a credit insurance."""

    insurance_company_number: str | None = None
    insurance_company_customer_number: str | None = None
    note: str | None = None
    end_date: InstantIn | None = None
    currency_code: CurrencyIn | None = None
    amount: AmountIn | None = None
    extra_limit_amount: AmountIn | None = None
    extra_limit_end_date: InstantIn | None = None
    payment_term: Days | None = None
    grace_days: Days | None = None


class _Company(RequestModel):
    insurance_company_reference_code: str | None = None


class CreditInsuranceCreate(CreditInsuranceUpdate, _Company):
    """A credit insurance to add."""
