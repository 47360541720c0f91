"""Customer accounts and their moves."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel
from ledgersim.vendors.riverty.customer_account.schemas import Address


class CustomerAccount(TableModel, table=True):
    """A credit account and its customer. Amounts in hundredths; a positive balance is debt [inferred].

    `confirmed` is false while the application is pending. Notices are monthly from `first_notice_date`; while
    the account is Ok, `billed` is the unpaid part of the last one.
    """

    __tablename__ = "riverty_customer_account"

    id: int | None = Field(default=None, primary_key=True)
    account_number: str = Field(unique=True)
    account_limit: int = Field(sa_type=BigInteger)
    account_status: str = "Ok"
    balance: int = Field(default=0, sa_type=BigInteger)
    billed: int = Field(default=0, sa_type=BigInteger)
    bank_account: str | None = None
    created_at: datetime = Field(sa_type=Instant)
    is_stopped: bool = False
    confirmed: bool = True
    first_notice_date: date | None = None
    last_notice_date: date | None = None
    next_notice_date: date | None = Field(default=None, index=True)
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


class AccountMove(TableModel, table=True):
    """A move of an account, with its status and balance afterwards; the amount of a purchase or payment.

    `carried` is whether another vendor received the payment.
    """

    __tablename__ = "riverty_account_move"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="riverty_customer_account.id", index=True)
    at: datetime = Field(sa_type=Instant)
    move: str
    amount: int | None = Field(default=None, sa_type=BigInteger)
    account_status: str
    balance: int = Field(sa_type=BigInteger)
    carried: bool = False


CUSTOMER_ACCOUNT = CustomerAccount.__table__  # type: ignore[attr-defined]
ACCOUNT_MOVE = AccountMove.__table__  # type: ignore[attr-defined]
