"""Setting extra fields."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from ledgersim.storage.database import add, row
from ledgersim.vendors.aptic.extrafields.models import EXTRA_FIELD
from ledgersim.vendors.aptic.repository import change

_ADD_EXTRA_FIELD = insert(EXTRA_FIELD)

OWN = (EXTRA_FIELD.c.owner == bindparam("of_owner")) & (EXTRA_FIELD.c.owner_id == bindparam("of_id"))
BY_NAME = select(EXTRA_FIELD).where(OWN, EXTRA_FIELD.c.name == bindparam("of_name"))


def set_extra_fields(
    connection: Connection, owner: str, owner_id: int, fields: Iterable[Mapping[str, Any]]
) -> None:
    """Store fields under their names; what had the name before is replaced.

    The vendor wants names to be defined beforehand; here an unknown name is defined by its first use.
    """
    for field in fields:
        value = field["value"] or []
        present = row(connection, BY_NAME, of_owner=owner, of_id=owner_id, of_name=field["name"])
        if present is not None:
            change(connection, EXTRA_FIELD, present["id"], {"value": value})
        else:
            stored = {"owner": owner, "owner_id": owner_id, "name": field["name"], "value": value}
            add(connection, _ADD_EXTRA_FIELD, stored)
