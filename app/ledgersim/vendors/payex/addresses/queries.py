"""Reading and keeping addresses."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from ledgersim.storage.database import row
from ledgersim.vendors.payex.addresses.models import ADDRESS, BILLING, LEGAL
from ledgersim.vendors.payex.context import LedgerContext

Row = dict[str, Any]

SEGMENT = {LEGAL: "legal-address", BILLING: "billing-address"}
FROM_REGISTER = "update-legal-address-from-population-register"

_OF = (ADDRESS.c.customer_id == bindparam("of_customer")) & (ADDRESS.c.kind == bindparam("of_kind"))
_FIND = select(ADDRESS).where(_OF)
_ADD = insert(ADDRESS)
_REMOVE = delete(ADDRESS).where(_OF)


def address_of(connection: Connection, customer_id: int, kind: str) -> Row | None:
    """The address of a kind that a customer has, if any."""
    return row(connection, _FIND, of_customer=customer_id, of_kind=kind)


def keep(connection: Connection, customer_id: int, kind: str, address: Row) -> None:
    """Put an address in place of the present one of its kind."""
    remove(connection, customer_id, kind)
    connection.execute(_ADD, {"customer_id": customer_id, "kind": kind, **address})


def remove(connection: Connection, customer_id: int, kind: str) -> None:
    """Take away the address of a kind."""
    connection.execute(_REMOVE, {"of_customer": customer_id, "of_kind": kind})


def shown(context: LedgerContext, customer: Row, address: Row) -> Row:
    """An address with what can be done with it."""
    href = context.customer(customer, SEGMENT[address["kind"]])
    operations = [{"rel": "update", "href": href, "method": "PUT"}]
    if address["kind"] == BILLING:
        operations.append({"rel": "delete", "href": href, "method": "DELETE"})
    elif context.ledger.grants_to("payex.legaladdress.register") and _is_in_register(customer):
        operations.append({"rel": FROM_REGISTER, "href": f"{href}/{FROM_REGISTER}", "method": "POST"})
    return {**address, "operations": operations}


def _is_in_register(customer: Row) -> bool:
    """Whether the population register may know a customer: people with a national number only."""
    return customer["reg_no"] is not None and customer["legal_entity"] != "business"
