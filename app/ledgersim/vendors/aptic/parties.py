"""Columns and names that debtors and customers share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel

NAME_PARTS = ("firstname", "middlename", "lastname", "name_suffix")


class Party(TableModel):
    """A person or company. Columns have the vendor's names in snake case."""

    id: int | None = Field(default=None, primary_key=True)
    id_number: str | None = Field(default=None, index=True)
    juridical_type: int = 0
    place_of_birth: str | None = None
    date_of_birth: datetime | None = Field(default=None, sa_type=Instant)
    gender: int = 0
    culture_code: str | None = None
    full_name: str | None = Field(default=None, index=True)
    firstname: str | None = None
    middlename: str | None = None
    lastname: str | None = None
    name_suffix: str | None = None
    domicile: str | None = None
    municipal_code: str | None = None
    vat_number: str | None = None
    nace_code: str | None = None
    company_type: str | None = None
    home_phone: str | None = None
    work_phone: str | None = None
    cellular_phone: str | None = None
    telefax: str | None = None
    email: str | None = None
    language_code: str | None = None
    currency_code: str | None = None
    preferred_channel: str | None = None
    under_aged: bool | None = None
    reg_date: datetime = Field(sa_type=Instant)


def full_name(first: str | None, middle: str | None, last: str | None, suffix: str | None) -> str | None:
    """Join the parts of a name; None if all are empty."""
    return " ".join(filter(None, (first, middle, last, suffix))) or None


def with_full_name(party: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes with a full name derived from its parts.

    A full name that a client has set explicitly stays until a client changes or clears it.
    """
    if changes.get("full_name") is not None:
        return dict(changes)
    derived = full_name(*map(party.get, NAME_PARTS))
    if "full_name" in changes or party.get("full_name") in (None, derived):
        merged = {**party, **changes}
        return {**changes, "full_name": full_name(*map(merged.get, NAME_PARTS))}
    return dict(changes)
