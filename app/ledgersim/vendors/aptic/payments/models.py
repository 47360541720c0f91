"""Payments and their bookings on claims."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import JSON, BigInteger
from sqlmodel import Field
from typing_extensions import TypedDict

from ledgersim.storage.types import Instant, TableModel

_Fraction = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,39}(/[1-9][0-9]{0,39})?$")]


class _Directed(TypedDict):
    debt_guid: str
    principal: int
    interest: int


class Payment(TableModel, table=True):
    """Money received for a case, in hundredths of `currency_code`.

    `case_rate` is what a unit of it is worth in the case's currency, as a fraction. `directed` are the amounts
    that the client directs to debts. A payment with a future date is pending until day `due_on`; `booked_at` is
    null for one that is pending or put aside.
    """

    __tablename__ = "payment"

    id: int | None = Field(default=None, primary_key=True)
    payment_guid: str = Field(unique=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    payment_date: datetime = Field(sa_type=Instant)
    accounting_date: datetime | None = Field(default=None, sa_type=Instant)
    currency_code: str
    paid_amount: int = Field(sa_type=BigInteger)
    received_amount: int | None = Field(default=None, sa_type=BigInteger)
    exchange_date: datetime | None = Field(default=None, sa_type=Instant)
    source: str | None = None
    payment_reference: str | None = None
    direct_payment: bool = False
    paid_by: int = 0
    case_rate: _Fraction = Field(default="1", sa_type=JSON)
    directed: list[_Directed] = Field(default=[], sa_type=JSON)
    due_on: int | None = Field(default=None, index=True)
    booked_at: datetime | None = Field(default=None, sa_type=Instant)


class PaymentBooking(TableModel, table=True):
    """The part of a payment that was booked on one claim, in hundredths of the claim's currency.

    `used_…` is the corresponding part of the payment, in hundredths of the payment's currency. `kept_interest`
    is interest after the payment's date that is no longer owed, but was paid or written off before.
    """

    __tablename__ = "payment_booking"

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    claim_id: int = Field(foreign_key="claim.id", index=True)
    principal: int = Field(default=0, sa_type=BigInteger)
    interest: int = Field(default=0, sa_type=BigInteger)
    used_principal: int = Field(default=0, sa_type=BigInteger)
    used_interest: int = Field(default=0, sa_type=BigInteger)
    kept_interest: int = Field(default=0, sa_type=BigInteger)


class PaymentPledge(TableModel, table=True):
    """Property whose realization brought a part of a payment, in hundredths; no request can set it."""

    __tablename__ = "payment_pledge"

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    pledge_type: str
    identity_number: str
    description: str
    amount: int = Field(sa_type=BigInteger)


PAYMENT = Payment.__table__  # type: ignore[attr-defined]
PAYMENT_BOOKING = PaymentBooking.__table__  # type: ignore[attr-defined]
PAYMENT_PLEDGE = PaymentPledge.__table__  # type: ignore[attr-defined]
