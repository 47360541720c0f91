"""Recurring cards and the registrations that lead to them."""

from sqlmodel import Field, SQLModel


class PayexRecurringCard(SQLModel, table=True):
    """That a customer may be charged by a card."""

    __tablename__ = "payex_recurring_card"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="payex_customer.id", unique=True)
    card_token: str
    consent_expiry_date: str
    instrument_display_name: str
    card_expiry_date: str


class PayexCardRegistration(SQLModel, table=True):
    """The last registration of a customer; `key` is part of the address of its page."""

    __tablename__ = "payex_card_registration"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="payex_customer.id", unique=True)
    key: str = Field(unique=True)
    status: str
    complete_url: str
    cancel_url: str
    language: str


RECURRING_CARD = PayexRecurringCard.__table__  # type: ignore[attr-defined]
CARD_REGISTRATION = PayexCardRegistration.__table__  # type: ignore[attr-defined]
