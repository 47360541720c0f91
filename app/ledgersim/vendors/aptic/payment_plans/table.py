"""Payment plans and the cases that they cover."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from ledgersim.core.database import Instant


class PaymentPlan(SQLModel, table=True):
    """An agreement to pay in instalments; `amount` in hundredths is that of the first regular payment."""

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


class PaymentPlanCase(SQLModel, table=True):
    """That a plan covers a case."""

    __tablename__ = "payment_plan_case"

    id: int | None = Field(default=None, primary_key=True)
    payment_plan_id: int = Field(foreign_key="payment_plan.id", index=True)
    case_id: int = Field(foreign_key="case.id", index=True)


PAYMENT_PLAN = PaymentPlan.__table__  # type: ignore[attr-defined]
PAYMENT_PLAN_CASE = PaymentPlanCase.__table__  # type: ignore[attr-defined]
