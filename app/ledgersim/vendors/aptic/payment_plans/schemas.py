"""Schemas of payment plans. Members are in the order of the vendor's samples."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from ledgersim.schemas import (
    Amount,
    AmountIn,
    CurrencyIn,
    InstantIn,
    Int32,
    RequestModel,
    ResponseModel,
    RowModel,
)
from ledgersim.vendors.aptic.listing import Page
from ledgersim.vendors.aptic.payment_plans.dates import instant_of

Day = Annotated[datetime, BeforeValidator(instant_of)]  # a calendar day, shown as its midnight


class PaymentPlanListItem(RowModel):
    """A payment plan in a list."""

    payment_plan_guid: str
    registration_date: datetime
    start_date: datetime
    active: int
    payment_plan_type: int
    number_of_payments: int
    remaining_number_of_payments: int
    amount: Amount
    currency_code: str
    payment_type: int
    interval_type: int
    interval: int


class PaymentPlanPage(Page[PaymentPlanListItem]):
    """A page of payment plans."""


class SpecifiedPayment(RequestModel):
    """A payment that deviates from the regular ones."""

    payment_no: Int32
    specified_due_date: InstantIn | None = None
    specified_amount: AmountIn | None = None


# If absent, the engine reports the error; null is a type error.
_ABSENT: Any = Field(default=None, validate_default=False)


class PaymentPlanCreate(RequestModel):
    """A payment plan to create or to calculate."""

    model_config = ConfigDict(json_schema_extra={"required": ["paymentPlanType"]})

    active: Int32 | None = Field(
        None, json_schema_extra={"default": 2}, description="1: active, 2: a proposal [documented]"
    )
    payment_plan_type: Int32 = _ABSENT
    number_of_payments: Int32 | None = None
    amount: AmountIn | None = None
    currency_code: CurrencyIn | None = None
    registration_fee: AmountIn | None = None
    invoice_fee: AmountIn | None = None
    reminder_fee: AmountIn | None = None
    fee_currency_code: CurrencyIn | None = None
    payments: list[SpecifiedPayment] | None = None
    cases: list[str] | None = None


class PaymentPlanUpdate(RequestModel):
    """Changes to a payment plan."""

    payments: list[SpecifiedPayment] | None = None


class PlannedPayment(ResponseModel):
    """A payment of the schedule."""

    payment_no: int
    invoice_date: Day
    due_date: Day
    instalment: float
    interest: float
    fee: float
    amount: float
    unpaid: float
    paid_date: Day | None


class CoveredCase(ResponseModel):
    """A case that a plan covers."""

    case_guid: str
    case_number: str
    client_reference: str | None
    client_guid: str | None


class PaymentPeriod(ResponseModel):
    """A run of equal payments."""

    period_no: int
    start_date: Day
    end_date: Day
    interval_type: int
    interval: int
    amount: float
    payment_type: int


class PaymentPlan(ResponseModel):
    """A payment plan in full, with its schedule."""

    payment_plan_guid: str | None
    registration_date: datetime
    active: int
    payment_plan_type: int
    number_of_payments: int
    remaining_number_of_payments: int
    currency_code: str
    registration_fee: Amount
    invoice_fee: Amount
    reminder_fee: Amount
    fee_currency_code: str
    total_amount: float
    total_principal: float
    total_interest: float
    total_fee: float
    annual_percentage: float | None
    payments: list[PlannedPayment]
    cases: list[CoveredCase]
    periods: list[PaymentPeriod]
