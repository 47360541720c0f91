"""What an address must look like, and which of a party's is the default."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ledgersim.ids import Stream
from ledgersim.storage.database import Instant, add, row
from ledgersim.vendors.aptic.addresses.models import ADDRESS

_ADD_ADDRESS = insert(ADDRESS)

LEGAL = "LEGAL"
MAIN = ("street", "house_no", "house_no_extension", "city", "zip_code", "state_code", "country_code")

OWN = (ADDRESS.c.owner == bindparam("of_owner")) & (ADDRESS.c.owner_id == bindparam("of_id"))
OLDEST = select(ADDRESS).where(OWN).order_by(ADDRESS.c.id).limit(1)
DEFAULT = select(ADDRESS).where(OWN, ADDRESS.c.default_address.is_(True))
_CLEAR_DEFAULT = update(ADDRESS).where(OWN, ADDRESS.c.default_address.is_(True)).values(default_address=False)


# Whether an address is valid on a day: within its dates, and not marked as invalid by then.
VALID = (
    (ADDRESS.c.valid_from.is_(None) | (ADDRESS.c.valid_from < bindparam("day_end", type_=Instant)))
    & (ADDRESS.c.valid_to.is_(None) | (ADDRESS.c.valid_to >= bindparam("day_start", type_=Instant)))
    & (
        ADDRESS.c.address_not_valid_date.is_(None)
        | (ADDRESS.c.address_not_valid_date >= bindparam("day_end", type_=Instant))
    )
)


def full_address(parts: Mapping[str, Any]) -> str | None:
    """The parts in one line: `Storgatan 1 A, 111 22 Stockholm, SE`; None where there are none."""
    lines = (
        ("street", "house_no", "house_no_extension"),
        ("zip_code", "city"),
        ("state_code",),
        ("country_code",),
    )
    joined = (" ".join(str(parts[name]) for name in line if parts.get(name)) for line in lines)
    return ", ".join(line for line in joined if line) or None


def validated_at(parts: Mapping[str, Any], now: datetime) -> datetime | None:
    """When an address was found valid: as it is stored, if it has street, postcode and city [inferred]."""
    return now if all(parts.get(name) for name in ("street", "zip_code", "city")) else None


def valid_on(day: date) -> dict[str, datetime]:
    """The parameters of `VALID` for a day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return {"day_start": start, "day_end": start + timedelta(days=1)}


def add_address(
    connection: Connection, guids: Stream, now: datetime, owner: str, owner_id: int, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Store an address. A party's first one is its default; a new default takes the place of the old."""
    first = row(connection, OLDEST, of_owner=owner, of_id=owner_id) is None
    address = {
        **dict.fromkeys(MAIN),
        **values,
        "address_guid": guids.guid(),
        "owner": owner,
        "owner_id": owner_id,
        "full_address": full_address(values) or values.get("full_address"),
        "default_address": bool(values.get("default_address")) or first,
        "validated_at": validated_at(values, now),
        "valid_override": False,
        "last_updated_at": now,
    }
    if address["default_address"]:
        clear_default(connection, owner, owner_id)
    add(connection, _ADD_ADDRESS, address)
    return address


def add_main_address(
    connection: Connection, guids: Stream, now: datetime, owner: str, owner_id: int, sent: Mapping[str, Any]
) -> None:
    """Store the main address among the members of a new party, if there is one, as its LEGAL address."""
    address = {name: sent.get(name) for name in (*MAIN, "full_address")}
    if any(address.values()):
        add_address(connection, guids, now, owner, owner_id, {**address, "address_type": LEGAL})


def clear_default(connection: Connection, owner: str, owner_id: int) -> None:
    """Leave a party without a default address, to make another one the default."""
    connection.execute(_CLEAR_DEFAULT, {"of_owner": owner, "of_id": owner_id})
