"""The parts of an address, and what follows from them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

LEGAL = "LEGAL"
PARTS = ("street", "house_no", "house_no_extension", "city", "zip_code", "state_code", "country_code")

_LINES = ("street", "house_no", "house_no_extension"), ("zip_code", "city"), ("state_code",), ("country_code",)


def full_address(parts: Mapping[str, Any]) -> str | None:
    """Join the parts in one line, as in `Storgatan 1 A, 111 22 Stockholm, SE`; None if all are empty."""
    joined = [" ".join([str(parts[name]) for name in line if parts.get(name)]) for line in _LINES]
    return ", ".join([line for line in joined if line]) or None


def validated_at(parts: Mapping[str, Any], now: datetime) -> datetime | None:
    """Return `now` for an address with street, postcode and city, which counts as validated [inferred]."""
    return now if all(parts.get(name) for name in ("street", "zip_code", "city")) else None
