"""Debtors."""

from sqlalchemy import JSON
from sqlmodel import Field

from ledgersim.vendors.aptic.parties import Party


class Debtor(Party, table=True):
    """A person or company that owes money.

    `other_emails` and `other_phones` are those that imports have sent beside, or before, the current ones.
    """

    __tablename__ = "debtor"

    debtor_guid: str = Field(unique=True)
    debtor_reference: str
    protected: bool = False
    conversation_notification_channel: int = 0
    conversation_notification_email: str | None = None
    conversation_notification_cellular_phone: str | None = None
    care_of: str | None = None
    initials: str | None = None
    digital_mailbox: bool | None = None
    allow_calls: bool | None = None
    allow_sms: bool | None = None
    allow_email: bool | None = None
    other_emails: list[str] | None = Field(default=None, sa_type=JSON)
    other_phones: list[str] | None = Field(default=None, sa_type=JSON)


DEBTOR = Debtor.__table__  # type: ignore[attr-defined]
