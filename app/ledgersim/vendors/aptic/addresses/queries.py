"""Reading addresses."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import String, bindparam, select

from ledgersim.storage.types import instant_to_text
from ledgersim.vendors.aptic.addresses.models import ADDRESS

# The addresses of one party.
OWN = (ADDRESS.c.owner == bindparam("of_owner")) & (ADDRESS.c.owner_id == bindparam("of_id"))
OLDEST = select(ADDRESS).where(OWN).order_by(ADDRESS.c.id).limit(1)
DEFAULT = select(ADDRESS).where(OWN, ADDRESS.c.default_address.is_(True))

# Addresses that are valid on a day (parameters: `valid_on`): within their dates, not marked as invalid by then.
VALID = (
    (ADDRESS.c.valid_from.is_(None) | (ADDRESS.c.valid_from < bindparam("day_end", type_=String)))
    & (ADDRESS.c.valid_to.is_(None) | (ADDRESS.c.valid_to >= bindparam("day_start", type_=String)))
    & (
        ADDRESS.c.address_not_valid_date.is_(None)
        | (ADDRESS.c.address_not_valid_date >= bindparam("day_end", type_=String))
    )
)


@lru_cache(maxsize=8)
def valid_on(day: date) -> dict[str, str | None]:
    """Return the parameters of `VALID` for a day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return {"day_start": instant_to_text(start), "day_end": instant_to_text(start + timedelta(days=1))}
