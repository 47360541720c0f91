"""Creating debtors."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, prepare, scalar
from ledgersim.vendors.aptic.addresses.commands import add_main_address
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.rules import debtor_reference
from ledgersim.vendors.aptic.parties import with_full_name
from ledgersim.vendors.aptic.repository import by_guid, unused_guid

BY_GUID = by_guid(DEBTOR.c.debtor_guid)
prepare(BY_GUID, "guid")

_ADD_DEBTOR = insert(DEBTOR)
_LAST_ID = select(func.max(DEBTOR.c.id))

_EMPTY: Row = dict.fromkeys(DEBTOR.c.keys())


def add_debtor(connection: Connection, space: Space, sent: Mapping[str, Any]) -> Row:
    """Create a debtor from the members of a request, among them the main address, its LEGAL address.

    Only fixtures choose its GUID. Raises a 409 Problem if that is already in use.
    """
    now = space.clock.now()
    row_id = (scalar(connection, _LAST_ID) or 0) + 1
    debtor: Row = {
        **_EMPTY,
        "gender": 0,
        "conversation_notification_channel": 0,
        "protected": False,
        **{name: value for name, value in with_full_name({}, sent).items() if name in _EMPTY},
        "debtor_guid": unused_guid(
            connection, space, DEBTOR.c.debtor_guid, "debtorGuid", sent.get("debtor_guid")
        ),
        "id": row_id,
        "debtor_reference": debtor_reference(row_id),
        "reg_date": now,
    }
    debtor["juridical_type"] = debtor["juridical_type"] or 0
    debtor["protected"] = bool(debtor["protected"])
    add(connection, _ADD_DEBTOR, debtor)
    add_main_address(connection, space.guids, now, "debtor", row_id, sent)
    return debtor
