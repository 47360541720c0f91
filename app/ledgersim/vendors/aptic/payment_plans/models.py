"""Payment plans and the cases that they cover."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field, SQLModel

from ledgersim.storage.types import Instant
from ledgersim.vendors.aptic.claims.rules import NEVER

COMPLETED, ACTIVE, PROPOSAL = 0, 1, 2  # values of `active`; terminated plans are 0 too [inferred]


class PaymentPlan(SQLModel, table=True):
    """An agreement to pay in instalments. Its schedule is computed from these columns.

    Amounts are in hundredths; in JSON columns they are decimals as text. `covered` is what was owed on the
    cases when the plan was registered, `receipts` what has been paid on them since, `invoiced` the number of
    invoiced payments, `reminders` the reminder fees by payment number, `next_event` the day of the next step.
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
    covered: list[Any] = Field(default=[], sa_type=JSON)
    deviations: list[Any] = Field(default=[], sa_type=JSON)
    receipts: list[Any] = Field(default=[], sa_type=JSON)
    reminders: dict[str, Any] = Field(default={}, sa_type=JSON)
    invoiced: int = 0
    next_event: int = Field(default=NEVER, index=True)


class PaymentPlanCase(SQLModel, table=True):
    """A case that a plan covers."""

    __tablename__ = "payment_plan_case"

    id: int | None = Field(default=None, primary_key=True)
    payment_plan_id: int = Field(foreign_key="payment_plan.id", index=True)
    case_id: int = Field(foreign_key="case.id", index=True)


PAYMENT_PLAN = PaymentPlan.__table__  # type: ignore[attr-defined]
PAYMENT_PLAN_CASE = PaymentPlanCase.__table__  # type: ignore[attr-defined]
