"""Reading addresses."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import bindparam, select

from ledgersim.storage.types import Instant
from ledgersim.vendors.aptic.addresses.models import ADDRESS

# The addresses of one party.
OWN = (ADDRESS.c.owner == bindparam("of_owner")) & (ADDRESS.c.owner_id == bindparam("of_id"))
OLDEST = select(ADDRESS).where(OWN).order_by(ADDRESS.c.id).limit(1)
DEFAULT = select(ADDRESS).where(OWN, ADDRESS.c.default_address.is_(True))

# Addresses that are valid on a day (parameters: `valid_on`): within their dates, not marked as invalid by then.
VALID = (
    (ADDRESS.c.valid_from.is_(None) | (ADDRESS.c.valid_from < bindparam("day_end", type_=Instant)))
    & (ADDRESS.c.valid_to.is_(None) | (ADDRESS.c.valid_to >= bindparam("day_start", type_=Instant)))
    & (
        ADDRESS.c.address_not_valid_date.is_(None)
        | (ADDRESS.c.address_not_valid_date >= bindparam("day_end", type_=Instant))
    )
)


def valid_on(day: date) -> dict[str, datetime]:
    """Return the parameters of `VALID` for a day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return {"day_start": start, "day_end": start + timedelta(days=1)}
