"""Customers: people and companies that buy on account."""

from sqlmodel import Field

from ledgersim.vendors.aptic.parties import Party


class Customer(Party, table=True):
    """A customer of a client."""

    __tablename__ = "customer"

    customer_guid: str = Field(unique=True)
    customer_reference: str | None = None
    parent_customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    client_id: int | None = Field(default=None, foreign_key="client.id")
    contact_person: str | None = None
    gln_number: str | None = None
    invoice_channel: str | None = None


CUSTOMER = Customer.__table__  # type: ignore[attr-defined]
