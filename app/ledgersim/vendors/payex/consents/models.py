"""Recurring cards and card registrations."""

from datetime import datetime

from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class PayexRecurringCard(TableModel, table=True):
    """A customer's consent to recurring charges to a card."""

    __tablename__ = "payex_recurring_card"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="payex_customer.id", unique=True)
    card_token: str
    consent_expiry_date: str
    instrument_display_name: str
    card_expiry_date: str


class PayexCardRegistration(TableModel, table=True):
    """A card registration; `key` is part of the URL of its page. Only a customer's latest may not have ended.

    If nothing else ends it, the clock does, at `expires_at`; null if something else has.
    """

    __tablename__ = "payex_card_registration"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="payex_customer.id", index=True)
    key: str = Field(unique=True)
    status: str
    complete_url: str
    cancel_url: str
    language: str
    expires_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


RECURRING_CARD = PayexRecurringCard.__table__  # type: ignore[attr-defined]
CARD_REGISTRATION = PayexCardRegistration.__table__  # type: ignore[attr-defined]
