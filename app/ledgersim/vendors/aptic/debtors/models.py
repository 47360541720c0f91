"""Debtors."""

from sqlmodel import Field

from ledgersim.vendors.aptic.parties import Party


class Debtor(Party, table=True):
    """A person or company that owes money."""

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
    bank_account_no: str | None = None


DEBTOR = Debtor.__table__  # type: ignore[attr-defined]
