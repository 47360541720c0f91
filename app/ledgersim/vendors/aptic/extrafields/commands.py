"""Storing extra fields."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from ledgersim.storage.statements import add, row, rows
from ledgersim.vendors.aptic.extrafields.models import EXTRA_FIELD
from ledgersim.vendors.aptic.repository import update_row

_ADD_EXTRA_FIELD = insert(EXTRA_FIELD)

# The extra fields of one owner.
OWN = (EXTRA_FIELD.c.owner == bindparam("of_owner")) & (EXTRA_FIELD.c.owner_id == bindparam("of_id"))
BY_NAME = select(EXTRA_FIELD).where(OWN, EXTRA_FIELD.c.name.is_not_distinct_from(bindparam("of_name")))
_OWN_FIELDS = select(EXTRA_FIELD).where(OWN)


def extra_fields_of(connection: Connection, owner: str, owner_id: int) -> dict[str | None, list[str]]:
    """Return the values of an owner's extra fields by name."""
    found = rows(connection, _OWN_FIELDS, of_owner=owner, of_id=owner_id)
    return {field["name"]: field["value"] for field in found}


def set_extra_fields(
    connection: Connection, owner: str, owner_id: int, fields: Iterable[Mapping[str, Any]]
) -> None:
    """Store extra fields, replacing those with the same names.

    Names need not be defined beforehand: the first use of a name defines it [inferred].
    """
    for field in fields:
        value = field["value"] or []
        existing = row(connection, BY_NAME, of_owner=owner, of_id=owner_id, of_name=field["name"])
        if existing is not None:
            update_row(connection, EXTRA_FIELD, existing["id"], {"value": value})
        else:
            stored = {"owner": owner, "owner_id": owner_id, "name": field["name"], "value": value}
            add(connection, _ADD_EXTRA_FIELD, stored)
