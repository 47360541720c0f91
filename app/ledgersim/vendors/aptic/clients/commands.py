"""Storing clients."""

from sqlalchemy import Connection, bindparam, func, insert, select

from ledgersim.problems import CONFLICT
from ledgersim.spaces.space import Space
from ledgersim.storage.database import add, row
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.repository import Row, change

_ADD_CLIENT = insert(CLIENT)
_BY_REFERENCE = select(CLIENT).where(CLIENT.c.reference_code == bindparam("code"))
_LAST_ID = select(func.coalesce(func.max(CLIENT.c.id), 0).label("id"))


def add_client(connection: Connection, space: Space, sent: Row) -> Row:
    """Create a client. Raises a 409 Problem for a referenceCode that is taken."""
    client = {**sent, "reference_code": _free_reference(connection, sent["reference_code"])}
    client |= {"unique_id": space.guids.guid(), "reg_date": space.clock.now()}
    add(connection, _ADD_CLIENT, client)
    return client


def change_client(connection: Connection, client: Row, sent: Row) -> None:
    """Change what was sent. Raises a 409 Problem for a referenceCode that is taken."""
    changes = dict(sent)
    if "reference_code" in changes and changes["reference_code"] != client["reference_code"]:
        changes["reference_code"] = _free_reference(connection, changes["reference_code"])
    change(connection, CLIENT, client["id"], changes)


def _free_reference(connection: Connection, code: str | None) -> str:
    """The code that was sent, if nobody has it, else the next that nobody has. Raises a 409 Problem."""
    if code is not None:
        if row(connection, _BY_REFERENCE, code=code):
            raise CONFLICT.with_detail(f"Another client has the referenceCode {code!r} already.")
        return code
    last = row(connection, _LAST_ID)
    number = 1001 + (last["id"] if last else 0)
    while row(connection, _BY_REFERENCE, code=f"C{number}"):
        number += 1
    return f"C{number}"
