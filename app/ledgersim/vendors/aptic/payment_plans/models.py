"""Payment plans and the cases that they cover."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator
from sqlalchemy import JSON, BigInteger
from sqlmodel import Field
from typing_extensions import TypedDict

from ledgersim.storage.types import Instant, TableModel
from ledgersim.vendors.aptic.claims.rules import NEVER

COMPLETED, ACTIVE, PROPOSAL = 0, 1, 2  # values of `active`; terminated plans are 0 too [inferred]


def _require_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a day is a text such as 2026-01-31")
    return value


_Day = Annotated[date, BeforeValidator(_require_text)]


class _Debt(TypedDict):
    principal: Decimal
    interest_rate: Decimal


class _Covered(TypedDict):
    case_id: int
    debts: list[_Debt]
    interest: Decimal
    fees: Decimal


class _Deviation(TypedDict):
    payment_no: int
    due_date: _Day | None
    amount: Decimal | None


class PaymentPlan(TableModel, table=True):
    """An agreement to pay in instalments. Its schedule is computed from these columns.

    Amounts are in hundredths; in JSON columns they are decimals as text. `covered` is what was owed on the
    cases when the plan was registered, `receipts` what has been paid on them since, `invoiced` the number of
    invoiced payments, `reminders` the reminder fees by payment number, `next_event` the day of the next step,
    `ended_at` when the plan was completed or terminated.
    """

    __tablename__ = "payment_plan"

    id: int | None = Field(default=None, primary_key=True)
    payment_plan_guid: str = Field(unique=True)
    debtor_id: int = Field(foreign_key="debtor.id", index=True)
    registration_date: datetime = Field(sa_type=Instant)
    start_date: datetime = Field(sa_type=Instant)
    active: int
    payment_plan_type: int
    number_of_payments: int
    remaining_number_of_payments: int
    amount: int = Field(sa_type=BigInteger)
    currency_code: str
    payment_type: int = 0
    interval_type: int = 3
    interval: int = 1
    requested_number: int | None = None
    requested_amount: int | None = Field(default=None, sa_type=BigInteger)
    registration_fee: int = Field(default=0, sa_type=BigInteger)
    invoice_fee: int = Field(default=0, sa_type=BigInteger)
    reminder_fee: int = Field(default=0, sa_type=BigInteger)
    covered: list[_Covered] = Field(default=[], sa_type=JSON)
    deviations: list[_Deviation] = Field(default=[], sa_type=JSON)
    receipts: list[tuple[_Day, Decimal, Decimal]] = Field(default=[], sa_type=JSON)
    reminders: dict[int, Decimal] = Field(default={}, sa_type=JSON)
    invoiced: int = 0
    next_event: int = Field(default=NEVER, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class PaymentPlanCase(TableModel, table=True):
    """A case that a plan covers, with the service that it had before the plan was active."""

    __tablename__ = "payment_plan_case"

    id: int | None = Field(default=None, primary_key=True)
    payment_plan_id: int = Field(foreign_key="payment_plan.id", index=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    former_service: str | None = None


PAYMENT_PLAN = PaymentPlan.__table__  # type: ignore[attr-defined]
PAYMENT_PLAN_CASE = PaymentPlanCase.__table__  # type: ignore[attr-defined]
