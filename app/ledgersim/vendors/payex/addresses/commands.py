"""Storing and deleting addresses."""

from sqlalchemy import Connection, delete, insert

from ledgersim.storage.statements import Row, add, change
from ledgersim.vendors.payex.addresses.models import ADDRESS
from ledgersim.vendors.payex.addresses.queries import OF_CUSTOMER

_ADD = insert(ADDRESS)
_DELETE = delete(ADDRESS).where(OF_CUSTOMER)


def upsert_address(connection: Connection, customer_id: int, kind: str, address: Row) -> None:
    """Add or replace the customer's address of a kind."""
    delete_address(connection, customer_id, kind)
    add(connection, _ADD, {"customer_id": customer_id, "kind": kind, **address})


def delete_address(connection: Connection, customer_id: int, kind: str) -> None:
    """Delete the customer's address of a kind, if any."""
    change(connection, _DELETE, of_customer=customer_id, of_kind=kind)
