"""Storing customers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from ledgersim.problems import VALIDATION, invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.database import add, row
from ledgersim.vendors.aptic.addresses.rules import add_main_address
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.customers.rules import customer_reference, is_ancestor
from ledgersim.vendors.aptic.parties import named
from ledgersim.vendors.aptic.repository import Row, by_guid, change, free_guid

BY_GUID = by_guid(CUSTOMER.c.customer_guid)

_ADD_CUSTOMER = insert(CUSTOMER)
_PARENT = select(CUSTOMER.c.parent_customer_id).where(CUSTOMER.c.id == bindparam("row_id"))
_CLIENT = select(CLIENT.c.id).where(CLIENT.c.reference_code == bindparam("code"))

_COLUMNS = CUSTOMER.c.keys()


def add_customer(connection: Connection, space: Space, sent: Mapping[str, Any]) -> Row:
    """Create a customer from a client's members; a main address among them becomes its LEGAL address.

    Raises a 400 Problem for an unknown client or parent, a 409 for a customerGuid that is taken.
    """
    now = space.clock.now()
    relatives = _relatives(connection, sent)
    customer: Row = {
        **dict.fromkeys(_COLUMNS),
        **{name: value for name, value in named({}, sent).items() if name in _COLUMNS},
        **relatives,
        "customer_guid": free_guid(connection, space, BY_GUID, "customerGuid", sent["customer_guid"]),
        "reg_date": now,
    }
    del customer["id"]
    customer["id"] = add(connection, _ADD_CUSTOMER, customer)
    if customer["customer_reference"] is None:
        customer["customer_reference"] = customer_reference(customer["id"])
        reference = {"customer_reference": customer["customer_reference"]}
        change(connection, CUSTOMER, customer["id"], reference)
    add_main_address(connection, space.guids, now, "customer", customer["id"], sent)
    return customer


def change_customer(connection: Connection, customer: Row, sent: Mapping[str, Any]) -> None:
    """Change what was sent. Raises a 400 Problem for a parent that is unknown or stands below."""
    changes = named(customer, sent)
    if "parent_customer" in changes:
        guid = changes.pop("parent_customer")
        parent = None if guid is None else _find_parent(connection, guid)
        if guid is not None and parent is None:
            raise invalid("parentCustomer", f"There is no customer {guid!r}")
        if is_ancestor(customer["id"], parent, lambda row_id: _parent_of(connection, row_id)):
            raise invalid("parentCustomer", "A customer cannot stand above itself")
        changes["parent_customer_id"] = parent
    change(connection, CUSTOMER, customer["id"], changes)


def _relatives(connection: Connection, sent: Mapping[str, Any]) -> Row:
    """The client and the parent that a new customer names."""
    found: Row = {"client_id": None, "parent_customer_id": None}
    errors: dict[str, list[str]] = {}
    if (code := sent["client_reference"]) is not None:
        client = row(connection, _CLIENT, code=code)
        if client is None:
            errors["clientReference"] = [f"There is no client with the referenceCode {code[:80]!r}"]
        else:
            found["client_id"] = client["id"]
    if (guid := sent["parent_customer"]) is not None:
        found["parent_customer_id"] = _find_parent(connection, guid)
        if found["parent_customer_id"] is None:
            errors["parentCustomer"] = [f"There is no customer {guid!r}"]
    if errors:
        raise VALIDATION.with_errors(errors)
    return found


def _find_parent(connection: Connection, guid: str) -> int | None:
    found = row(connection, BY_GUID, guid=guid)
    return None if found is None else found["id"]


def _parent_of(connection: Connection, row_id: int) -> int | None:
    found = row(connection, _PARENT, row_id=row_id)
    return None if found is None else found["parent_customer_id"]
