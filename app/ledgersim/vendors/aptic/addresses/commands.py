"""Storing, changing and removing addresses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from ledgersim.ids import Stream
from ledgersim.storage.statements import Row, add, row
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.queries import DEFAULT, OLDEST, OWN
from ledgersim.vendors.aptic.addresses.rules import LEGAL, PARTS, full_address, validated_at
from ledgersim.vendors.aptic.repository import delete_row, update_row

_ADD_ADDRESS = insert(ADDRESS)
_CLEAR_DEFAULT = update(ADDRESS).where(OWN, ADDRESS.c.default_address.is_(True)).values(default_address=False)


def add_address(
    connection: Connection, guids: Stream, now: datetime, owner: str, owner_id: int, values: Mapping[str, Any]
) -> Row:
    """Store an address. The first address of a party is its default; a new default replaces the old one."""
    is_first = row(connection, OLDEST, of_owner=owner, of_id=owner_id) is None
    address = {
        **dict.fromkeys(PARTS),
        **values,
        "address_guid": guids.guid(),
        "owner": owner,
        "owner_id": owner_id,
        "full_address": full_address(values) or values.get("full_address"),
        "default_address": bool(values.get("default_address")) or is_first,
        "validated_at": validated_at(values, now),
        "valid_override": False,
        "last_updated_at": now,
    }
    if address["default_address"]:
        _clear_default(connection, owner, owner_id)
    add(connection, _ADD_ADDRESS, address)
    return address


def add_main_address(
    connection: Connection, guids: Stream, now: datetime, owner: str, owner_id: int, sent: Mapping[str, Any]
) -> None:
    """Store the main address among the members of a new party, if there is one, as its LEGAL address."""
    address = {name: sent.get(name) for name in (*PARTS, "full_address")}
    if any(address.values()):
        add_address(connection, guids, now, owner, owner_id, {**address, "address_type": LEGAL})


def change_address(connection: Connection, address: Row, now: datetime, sent: Mapping[str, Any]) -> None:
    """Change the members that were sent, and those that follow from them."""
    changes = dict(sent)
    if "default_address" in changes:
        changes["default_address"] = bool(changes["default_address"])
        if changes["default_address"]:
            _clear_default(connection, address["owner"], address["owner_id"])
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
    connection.execute(_CLEAR_DEFAULT, {"of_owner": owner, "of_id": owner_id})
