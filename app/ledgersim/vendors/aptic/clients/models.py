"""Clients: the creditors that cases belong to."""

from datetime import datetime

from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class Client(TableModel, table=True):
    """A client, the creditor of cases.

    Its commission and the VAT on it are rates in ten-thousandths of a per cent of what is paid; no request can
    set them.
    """

    __tablename__ = "client"

    id: int | None = Field(default=None, primary_key=True)
    unique_id: str = Field(unique=True)
    reference_code: str = Field(unique=True)
    informal_name: str | None = None
    full_name: str | None = None
    id_number: str | None = None
    company_phone: str | None = None
    email: str | None = None
    web_page: str | None = None
    active: bool = True
    blocked: bool = False
    country_code_of_operation: str | None = None
    bank_account_no: str | None = None
    report_paid_interest: bool = False  # by default, of its cases
    reg_date: datetime = Field(sa_type=Instant)
    commission_rate: int = 0
    commission_vat_rate: int = 0


CLIENT = Client.__table__  # type: ignore[attr-defined]
