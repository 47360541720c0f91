"""Loans of customers and their interest periods."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class Loan(TableModel, table=True):
    """A loan of a customer."""

    __tablename__ = "loan"

    id: int | None = Field(default=None, primary_key=True)
    loan_guid: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    loan_number: str


class LoanInterestPeriod(TableModel, table=True):
    """A period of a loan with one rate and one principal; open-ended without `interest_to`.

    `interest_rate` is in ten-thousandths of a per cent per year, `principal_amount` in hundredths.
    """

    __tablename__ = "loan_interest_period"

    id: int | None = Field(default=None, primary_key=True)
    loan_id: int = Field(foreign_key="loan.id", index=True)
    loan_type: str
    interest_code: str
    interest_margin_code: str | None = None
    interest_rate: int
    interest_from: datetime = Field(sa_type=Instant)
    interest_to: datetime | None = Field(default=None, sa_type=Instant)
    principal_amount: int = Field(sa_type=BigInteger)


LOAN = Loan.__table__  # type: ignore[attr-defined]
LOAN_INTEREST_PERIOD = LoanInterestPeriod.__table__  # type: ignore[attr-defined]
