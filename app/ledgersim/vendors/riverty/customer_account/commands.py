"""Opening and confirming accounts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, row
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.rules import (
    CORRECTED,
    OPEN,
    Decision,
    account_number,
    addresses_of,
)
from ledgersim.vendors.riverty.state import RivertyState

_C = CUSTOMER_ACCOUNT.c
BY_NUMBER = select(CUSTOMER_ACCOUNT).where(_C.account_number == bindparam("number"))
BY_CUSTOMER = select(CUSTOMER_ACCOUNT).where(_C.customer_number == bindparam("number"))
_LAST_ID = select(func.coalesce(func.max(_C.id), 0).label("id"))
_ADD = insert(CUSTOMER_ACCOUNT)
_CONFIRM = (
    update(CUSTOMER_ACCOUNT)
    .where(_C.id == bindparam("of_id"))
    .values(confirmed=True, address_list=bindparam("addresses", type_=_C.address_list.type))
)


def apply(connection: Connection, space: Space, sent: Mapping[str, Any], decision: Decision) -> Row:
    """The account after an application that is granted: the customer's present one, or a new one.

    An accepted application confirms a pending account [inferred].
    """
    customer = sent["customer"]
    found = row(connection, BY_CUSTOMER, number=customer["customer_number"])
    if found is None:
        return _open(connection, space, sent, decision)
    if decision is CORRECTED and not found["confirmed"]:
        return {**found, "address_list": addresses_of(customer["address"], decision)}
    if decision.outcome == "Accepted" and not found["confirmed"]:
        addresses = addresses_of(customer["address"], decision) or found["address_list"]
        connection.execute(_CONFIRM, {"of_id": found["id"], "addresses": addresses})
        return {**found, "confirmed": True, "address_list": addresses}
    return found


def _open(connection: Connection, space: Space, sent: Mapping[str, Any], decision: Decision) -> Row:
    customer = sent["customer"]
    last = row(connection, _LAST_ID)
    assert last is not None
    guid = space.guids.guid()
    account: Row = {
        "id": last["id"] + 1,
        "account_number": account_number(last["id"] + 1),
        "account_limit": sent["account_limit"],
        "account_status": sent.get("account_status", OPEN),  # sent by fixtures only, as is the balance
        "balance": sent.get("balance", 0),
        "bank_account": space.state(RivertyState).bank_accounts.get(customer["currency"]),
        "created_at": space.clock.now().replace(microsecond=0),
        "is_stopped": False,
        "confirmed": decision.outcome == "Accepted",
        "first_notice_date": sent["first_notice_date"],
        "customer_number": customer["customer_number"] or guid,
        "customer_account_id": guid,
        **{
            name: customer[name]
            for name in ("first_name", "last_name", "organization_personal_no", "category", "currency")
        },
        "address_list": addresses_of(customer["address"], decision),
        "country_code": sent["country_code"],
        "conversation_language": sent["conversation_language"],
    }
    add(connection, _ADD, account)
    return account
