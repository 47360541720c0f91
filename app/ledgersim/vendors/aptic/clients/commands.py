"""Creating and changing clients."""

from sqlalchemy import Connection, bindparam, func, insert, select

from ledgersim.problems import CONFLICT
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, row
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.repository import update_row

_ADD_CLIENT = insert(CLIENT)
_BY_REFERENCE = select(CLIENT).where(CLIENT.c.reference_code == bindparam("code"))
_LAST_ID = select(func.coalesce(func.max(CLIENT.c.id), 0).label("id"))


def add_client(connection: Connection, space: Space, sent: Row) -> Row:
    """Create a client. Raises a 409 Problem if the referenceCode is already in use."""
    client = {**sent, "reference_code": _unused_reference(connection, sent["reference_code"])}
    client |= {"unique_id": space.guids.guid(), "reg_date": space.clock.now()}
    add(connection, _ADD_CLIENT, client)
    return client


def change_client(connection: Connection, client: Row, sent: Row) -> None:
    """Change the members that were sent. Raises a 409 Problem if the referenceCode is already in use."""
    changes = dict(sent)
    if "reference_code" in changes and changes["reference_code"] != client["reference_code"]:
        changes["reference_code"] = _unused_reference(connection, changes["reference_code"])
    update_row(connection, CLIENT, client["id"], changes)


def _unused_reference(connection: Connection, code: str | None) -> str:
    """Return the code that was sent, or else an unused one. Raises a 409 Problem if it is already in use."""
    if code is not None:
        if row(connection, _BY_REFERENCE, code=code):
            raise CONFLICT.with_detail(f"Another client already has the referenceCode {code!r}.")
        return code
    last = row(connection, _LAST_ID)
    number = 1001 + (last["id"] if last else 0)
    while row(connection, _BY_REFERENCE, code=f"C{number}"):
        number += 1
    return f"C{number}"
