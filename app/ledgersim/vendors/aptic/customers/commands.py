"""Creating and changing customers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from ledgersim.problems import VALIDATION, invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, row
from ledgersim.vendors.aptic.addresses.commands import add_main_address
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.customers.rules import customer_reference, is_ancestor
from ledgersim.vendors.aptic.parties import with_full_name
from ledgersim.vendors.aptic.repository import by_guid, unused_guid, update_row

BY_GUID = by_guid(CUSTOMER.c.customer_guid)

_ADD_CUSTOMER = insert(CUSTOMER)
_PARENT = select(CUSTOMER.c.parent_customer_id).where(CUSTOMER.c.id == bindparam("row_id"))
_CLIENT = select(CLIENT.c.id).where(CLIENT.c.reference_code == bindparam("code"))

_COLUMNS = CUSTOMER.c.keys()


def add_customer(connection: Connection, space: Space, sent: Mapping[str, Any]) -> Row:
    """Create a customer from the members of a request, among them the main address, its LEGAL address.

    Raises a 400 Problem for an unknown client or parent, a 409 if the customerGuid is already in use.
    """
    now = space.clock.now()
    relatives = _relatives(connection, sent)
    customer: Row = {
        **dict.fromkeys(_COLUMNS),
        **{name: value for name, value in with_full_name({}, sent).items() if name in _COLUMNS},
        **relatives,
        "customer_guid": unused_guid(
            connection, space, CUSTOMER.c.customer_guid, "customerGuid", sent["customer_guid"]
        ),
        "reg_date": now,
    }
    del customer["id"]
    customer["id"] = add(connection, _ADD_CUSTOMER, customer)
    if customer["customer_reference"] is None:
        customer["customer_reference"] = customer_reference(customer["id"])
        reference = {"customer_reference": customer["customer_reference"]}
        update_row(connection, CUSTOMER, customer["id"], reference)
    add_main_address(connection, space.guids, now, "customer", customer["id"], sent)
    return customer


def change_customer(connection: Connection, customer: Row, sent: Mapping[str, Any]) -> None:
    """Change the members that were sent. Raises a 400 Problem if the parent is unknown or a descendant."""
    changes = with_full_name(customer, sent)
    if "parent_customer" in changes:
        guid = changes.pop("parent_customer")
        parent = None if guid is None else _find_parent(connection, guid)
        if guid is not None and parent is None:
            raise invalid("parentCustomer", f"Unknown customer {guid!r}")
        if is_ancestor(customer["id"], parent, lambda row_id: _parent_of(connection, row_id)):
            raise invalid("parentCustomer", "A customer cannot be its own ancestor")
        changes["parent_customer_id"] = parent
    update_row(connection, CUSTOMER, customer["id"], changes)


def _relatives(connection: Connection, sent: Mapping[str, Any]) -> Row:
    """Return the ids of the client and the parent of a new customer. Raises a 400 Problem."""
    found: Row = {"client_id": None, "parent_customer_id": None}
    errors: dict[str, list[str]] = {}
    if (code := sent["client_reference"]) is not None:
        client = row(connection, _CLIENT, code=code)
        if client is None:
            errors["clientReference"] = [f"No client has the referenceCode {code[:80]!r}"]
        else:
            found["client_id"] = client["id"]
    if (guid := sent["parent_customer"]) is not None:
        found["parent_customer_id"] = _find_parent(connection, guid)
        if found["parent_customer_id"] is None:
            errors["parentCustomer"] = [f"Unknown customer {guid!r}"]
    if errors:
        raise VALIDATION.with_errors(errors)
    return found


def _find_parent(connection: Connection, guid: str) -> int | None:
    found = row(connection, BY_GUID, guid=guid)
    return None if found is None else found["id"]


def _parent_of(connection: Connection, row_id: int) -> int | None:
    found = row(connection, _PARENT, row_id=row_id)
    return None if found is None else found["parent_customer_id"]
