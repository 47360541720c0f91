"""Opening and confirming accounts."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledgersim.problems import invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, row
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.rules import (
    CORRECTED,
    OPEN,
    Decision,
    account_number,
    addresses_of,
    differences,
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
    .values(
        confirmed=True,
        first_name=bindparam("name"),
        organization_personal_no=bindparam("personal_no"),
        address_list=bindparam("addresses", type_=_C.address_list.type),
    )
)


def apply(connection: Connection, space: Space, sent: Mapping[str, Any], decision: Decision) -> Row:
    """The account after an application that is granted: the customer's present one, or a new one.

    An accepted application confirms a pending account [inferred]. Raises a 400 Problem if the customer number
    belongs to another person.
    """
    customer = sent["customer"]
    found = row(connection, BY_CUSTOMER, number=customer["customer_number"])
    if found is None:
        return _open(connection, space, sent, decision)
    if different := differences(found, sent):
        reason = f"{', '.join(different)} differ{'s' if len(different) == 1 else ''}"
        raise invalid("customer.customerNumber", f"The customer number belongs to another customer: {reason}.")
    if decision is CORRECTED and not found["confirmed"]:
        return {**found, "address_list": addresses_of(customer["address"], decision)}
    if decision.outcome == "Accepted" and not found["confirmed"]:
        return _confirm(connection, found, customer, decision)
    return found


def _confirm(connection: Connection, account: Row, customer: Row, decision: Decision) -> Row:
    """Confirm a pending account: what the customer sends now replaces what was sent before."""
    confirmed = {
        **account,
        "confirmed": True,
        "first_name": customer["first_name"] or account["first_name"],
        "organization_personal_no": customer["organization_personal_no"] or account["organization_personal_no"],
        "address_list": addresses_of(customer["address"], decision) or account["address_list"],
    }
    connection.execute(
        _CONFIRM,
        {
            "of_id": account["id"],
            "name": confirmed["first_name"],
            "personal_no": confirmed["organization_personal_no"],
            "addresses": confirmed["address_list"],
        },
    )
    return confirmed


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
