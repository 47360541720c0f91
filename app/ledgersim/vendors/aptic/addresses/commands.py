"""Storing, changing and removing addresses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from ledgersim.ids import Stream
from ledgersim.problems import invalid
from ledgersim.storage.statements import Row, add, change, row
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.queries import DEFAULT, OLDEST, OWN
from ledgersim.vendors.aptic.addresses.rules import LEGAL, PARTS, full_address, validated_at
from ledgersim.vendors.aptic.repository import delete_row, update_row

_ADD_ADDRESS = insert(ADDRESS)
_CLEAR_DEFAULT = update(ADDRESS).where(OWN, ADDRESS.c.default_address.is_(True)).values(default_address=False)


def add_address(
    connection: Connection, guids: Stream, now: datetime, owner: str, owner_id: int, values: Mapping[str, Any]
) -> Row:
    """Store an address. A new default replaces the old one.

    The first address of a party is its default unless the client says otherwise [inferred]. Raises a 400
    Problem if it ends before it begins.
    """
    check_validity(values)
    is_first = row(connection, OLDEST, of_owner=owner, of_id=owner_id) is None
    is_default = values.get("default_address")
    if is_default is None:
        is_default = is_first
    if is_default and not is_first:
        _clear_default(connection, owner, owner_id)
    return _store(connection, guids, now, owner, owner_id, {**values, "default_address": is_default})


def _store(
    connection: Connection, guids: Stream, now: datetime, owner: str, owner_id: int, values: Mapping[str, Any]
) -> Row:
    address = {
        **dict.fromkeys(PARTS),
        **values,
        "address_guid": guids.guid(),
        "owner": owner,
        "owner_id": owner_id,
        "full_address": values.get("full_address") or full_address(values),
        "validated_at": validated_at(values, now),
        "valid_override": False,
        "last_updated_at": now,
    }
    add(connection, _ADD_ADDRESS, address)
    return address


def add_main_address(
    connection: Connection, guids: Stream, now: datetime, owner: str, owner_id: int, sent: Mapping[str, Any]
) -> None:
    """Store the main address among the members of a new party, if there is one, as its LEGAL address."""
    address = {name: sent.get(name) for name in (*PARTS, "full_address")}
    if any(address.values()):
        main = {**address, "address_type": LEGAL, "default_address": True}
        _store(connection, guids, now, owner, owner_id, main)


def check_validity(address: Mapping[str, Any]) -> None:
    """Raise a 400 Problem for an address that ends before it begins."""
    start, end = address.get("valid_from"), address.get("valid_to")
    if start is not None and end is not None and end < start:
        raise invalid("validTo", "must not be before validFrom")


def change_address(connection: Connection, address: Row, now: datetime, sent: Mapping[str, Any]) -> None:
    """Change the members that were sent, and those that follow from them.

    Raises a 400 Problem if the address would end before it begins.
    """
    check_validity({**address, **sent})
    changes = dict(sent)
    if "default_address" in changes:
        changes["default_address"] = bool(changes["default_address"])
        if changes["default_address"]:
            _clear_default(connection, address["owner"], address["owner_id"])
    if not sent.keys().isdisjoint(PARTS):
        changes["full_address"] = full_address(address | changes)
    changes["last_updated_at"] = now
    changes["validated_at"] = validated_at(address | changes, now)
    update_row(connection, ADDRESS, address["id"], changes)


def remove_address(connection: Connection, address: Row) -> None:
    """Remove an address. If it was the default, the party's oldest other address becomes the default."""
    owner = {"of_owner": address["owner"], "of_id": address["owner_id"]}
    delete_row(connection, ADDRESS, address["id"])
    oldest = row(connection, OLDEST, **owner)
    if oldest is not None and row(connection, DEFAULT, **owner) is None and address["default_address"]:
        update_row(connection, ADDRESS, oldest["id"], {"default_address": True})


def _clear_default(connection: Connection, owner: str, owner_id: int) -> None:
    change(connection, _CLEAR_DEFAULT, of_owner=owner, of_id=owner_id)
