"""Debtors."""

from sqlalchemy import JSON, Index
from sqlmodel import Field

from ledgersim.vendors.aptic.parties import Party

_STRINGS = JSON(none_as_null=True)  # most debtors have none: cheaper than a JSON null


class Debtor(Party, table=True):
    """A person or company that owes money.

    `other_emails` and `other_phones` are those that imports have sent beside, or before, the current ones.
    """

    __tablename__ = "debtor"
    __table_args__ = (Index("ix_debtor_type", "juridical_type", "full_name"),)

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
    other_emails: list[str] | None = Field(default=None, sa_type=_STRINGS)
    other_phones: list[str] | None = Field(default=None, sa_type=_STRINGS)


DEBTOR = Debtor.__table__  # type: ignore[attr-defined]
