"""Customer accounts."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field, SQLModel

from ledgersim.storage.types import Instant
from ledgersim.vendors.riverty.customer_account.schemas import Address


class CustomerAccount(SQLModel, table=True):
    """A credit account and its customer. Amounts in hundredths; a positive balance is debt [inferred].

    `confirmed` is false while the application is pending.
    """

    __tablename__ = "riverty_customer_account"

    id: int | None = Field(default=None, primary_key=True)
    account_number: str = Field(unique=True)
    account_limit: int = Field(sa_type=BigInteger)
    account_status: str = "Ok"
    balance: int = Field(default=0, sa_type=BigInteger)
    bank_account: str | None = None
    created_at: datetime = Field(sa_type=Instant)
    is_stopped: bool = False
    confirmed: bool = True
    first_notice_date: date | None = None
    customer_number: str = Field(unique=True)
    customer_account_id: str = Field(unique=True)
    first_name: str | None = None
    last_name: str | None = None
    organization_personal_no: str | None = None
    category: str
    currency: str
    address_list: list[Address] = Field(sa_type=JSON)
    country_code: str
    conversation_language: str


CUSTOMER_ACCOUNT = CustomerAccount.__table__  # type: ignore[attr-defined]
