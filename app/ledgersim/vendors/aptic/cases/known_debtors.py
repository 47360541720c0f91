"""Debtors of an import who exist already: what it says of them updates them, or is ignored [inferred]."""

from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel
from sqlalchemy import Connection, select

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, rows
from ledgersim.vendors.aptic.addresses.commands import add_address, change_address
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.queries import OWN
from ledgersim.vendors.aptic.addresses.rules import LEGAL, PARTS
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.rules import with_contacts
from ledgersim.vendors.aptic.extrafields.commands import extra_fields_of, set_extra_fields
from ledgersim.vendors.aptic.parties import with_full_name
from ledgersim.vendors.aptic.repository import update_row
from ledgersim.vendors.aptic.settings import ApticSettings

_COLUMNS = frozenset(DEBTOR.c.keys()) - {"id", "debtor_guid"}
_ADDRESSES = select(ADDRESS).where(OWN)
_SENT_AS = {"full_name": "companyname", "email": "emails", "other_emails": "emails"}
_ADDRESS_PARTS = (*PARTS, "full_address")


def import_known(
    connection: Connection, space: Space, debtor: Row, sent: Mapping[str, Any], where: str
) -> list[Diagnostic]:
    """Update a debtor by the members of an import that differ and are not null, unless a setting ignores them.

    An address that is not the default one becomes it, beside those that the debtor has. Returns a diagnostic if
    a member differs.
    """
    given = {name: value for name, value in sent.items() if value is not None}
    own = with_contacts(debtor, {name: value for name, value in given.items() if name in _COLUMNS}, given)
    changes = {name: value for name, value in own.items() if value != debtor[name]}
    address = {name: given[name] for name in _ADDRESS_PARTS if given.get(name)}
    known = _known_address(connection, debtor, address) if address else None
    if known is not None and known["default_address"]:
        address = {}
    stored = extra_fields_of(connection, "debtor", debtor["id"]) if given.get("extra_fields") else {}
    fields = [one for one in given.get("extra_fields", ()) if stored.get(one["name"]) != (one["value"] or [])]
    differing = [*changes, *address, *(["extra_fields"] if fields else [])]
    if not differing:
        return []
    members = ", ".join(
        dict.fromkeys(
            to_camel(_SENT_AS.get(name, name)) for name in differing if name in given or name in _SENT_AS
        )
    )
    text = f"The debtor {debtor['debtor_guid']} exists already"
    if space.options(ApticSettings).known_debtors == "ignore":
        return [Diagnostic("known-debtor", where, f"{text}: ignored {members} (--known-debtors ignore).")]
    update_row(connection, DEBTOR, debtor["id"], with_full_name(debtor, changes))
    if address and known is not None:
        change_address(connection, known, space.clock.now(), {"default_address": True})
    elif address:
        new = {**address, "address_type": LEGAL, "default_address": True}
        add_address(connection, space.guids, space.clock.now(), "debtor", debtor["id"], new)
    set_extra_fields(connection, "debtor", debtor["id"], fields)
    return [Diagnostic("known-debtor", where, f"{text}: updated {members}.")]


def _known_address(connection: Connection, debtor: Row, address: Row) -> Row | None:
    """Return the debtor's address that has all of these members, the default one if it has."""
    found = rows(connection, _ADDRESSES, of_owner="debtor", of_id=debtor["id"])
    found.sort(key=lambda one: not one["default_address"])
    return next((one for one in found if all(one[name] == value for name, value in address.items())), None)
