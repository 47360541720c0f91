"""Credit insurances of customers."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class CreditInsurance(TableModel, table=True):
    """Cover for the credit risk of a customer. Amounts are in hundredths of `currency_code`."""

    __tablename__ = "credit_insurance"

    id: int | None = Field(default=None, primary_key=True)
    insurance_guid: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    insurance_date: datetime = Field(sa_type=Instant)
    insurance_company_reference_code: str | None = None
    insurance_company_name: str | None = None
    insurance_company_number: str | None = None
    insurance_company_customer_number: str | None = None
    note: str | None = None
    end_date: datetime | None = Field(default=None, sa_type=Instant)
    currency_code: str | None = None
    amount: int | None = Field(default=None, sa_type=BigInteger)
    extra_limit_amount: int | None = Field(default=None, sa_type=BigInteger)
    extra_limit_end_date: datetime | None = Field(default=None, sa_type=Instant)
    payment_term: int | None = None
    grace_days: int | None = None


CREDIT_INSURANCE = CreditInsurance.__table__  # type: ignore[attr-defined]
