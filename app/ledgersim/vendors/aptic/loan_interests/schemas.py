"""Schemas of the interest of loans."""

from datetime import datetime

from ledgersim.schemas import Amount, Rate, ResponseModel


class InterestPeriod(ResponseModel):
    """A period of one rate and one principal, with its interest up to today."""

    loan_type: str
    interest_code: str
    interest_margin_code: str | None
    interest_rate: Rate
    interest_from: datetime
    interest_to: datetime | None
    days: int
    principal_amount: Amount
    accrued_interest: Amount


class LoanInterests(ResponseModel):
    """A loan with its periods, the oldest first."""

    loan_guid: str
    loan_number: str
    periods: list[InterestPeriod]
