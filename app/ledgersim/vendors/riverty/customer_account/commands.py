"""Opening, confirming and moving accounts."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledgersim.problems import CONFLICT, invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, change, row
from ledgersim.vendors.riverty.customer_account.models import ACCOUNT_MOVE, CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.queries import account_of
from ledgersim.vendors.riverty.customer_account.rules import (
    CORRECTED,
    OPEN,
    AccountState,
    Decision,
    account_number,
    addresses_of,
    described,
    differences,
    moved,
    notice_dates,
    noticed,
    possible_moves,
    remaining_credit,
)
from ledgersim.vendors.riverty.customer_account.schemas import Move, PastMove
from ledgersim.vendors.riverty.state import RivertyState

_C = CUSTOMER_ACCOUNT.c
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
_STATE = [field.name for field in fields(AccountState)]
_SET_STATE = (
    update(CUSTOMER_ACCOUNT)
    .where(_C.id == bindparam("of_id"))
    .values({name: bindparam(f"to_{name}", type_=_C[name].type) for name in _STATE})
)
_ADD_MOVE = insert(ACCOUNT_MOVE)


def apply(connection: Connection, space: Space, sent: Mapping[str, Any], decision: Decision) -> Row:
    """The account after an application that is granted: the customer's present one, or a new one.

    An accepted application confirms a pending account [inferred]. Raises a 400 Problem if the customer number
    belongs to another person.
    """
    customer = sent["customer"]
    found = account_of(space, customer["customer_number"])
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
    change(
        connection,
        _CONFIRM,
        of_id=account["id"],
        name=confirmed["first_name"],
        personal_no=confirmed["organization_personal_no"],
        addresses=confirmed["address_list"],
    )
    return confirmed


def _open(connection: Connection, space: Space, sent: Mapping[str, Any], decision: Decision) -> Row:
    customer = sent["customer"]
    last = row(connection, _LAST_ID)
    assert last is not None
    guid = space.guids.guid()
    last_notice, next_notice = notice_dates(sent["first_notice_date"], space.clock.today())
    account: Row = {
        "id": last["id"] + 1,
        "account_number": account_number(last["id"] + 1),
        "account_limit": sent["account_limit"],
        "account_status": OPEN,
        "balance": 0,
        "billed": 0,
        "bank_account": space.state(RivertyState).bank_accounts.get(customer["currency"]),
        "created_at": space.clock.now().replace(microsecond=0),
        "is_stopped": False,
        "confirmed": decision.outcome == "Accepted",
        "first_notice_date": sent["first_notice_date"],
        "last_notice_date": last_notice,
        "next_notice_date": next_notice,
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


def state_of(account: Row) -> AccountState:
    """What moves depend on and change about an account."""
    return AccountState(**{name: account[name] for name in _STATE})


def set_state(connection: Connection, account: Row, state: AccountState) -> Row:
    """Store the state of an account. Returns the account with it."""
    values = asdict(state)
    changes = {f"to_{name}": value for name, value in values.items()}
    change(connection, _SET_STATE, of_id=account["id"], **changes)
    return {**account, **values}


def make_move(space: Space, account: Row, move: Move, amount: int | None = None, carried: bool = False) -> Row:
    """Make and record a move; the amount, in hundredths, is that of a purchase or payment. Returns the account.

    `carried` is whether another vendor received the payment.
    Raises a 409 Problem if the account does not allow the move, and a 400 Problem if the amount is too large.
    """
    state = state_of(account)
    possible = possible_moves(state)
    if move not in possible:
        raise CONFLICT.with_detail(
            f"The account ({described(state)}) does not allow {move}; "
            f"possible moves: {', '.join(possible) or 'none'}."
        )
    credit = remaining_credit(state.account_limit, state.balance)
    if move == "purchase" and (amount or 0) > credit:
        raise invalid("amount", f"must be at most {credit / 100:,.2f}, the remaining credit")
    with space.transaction() as connection:
        account = set_state(connection, account, moved(state, move, space.clock.today(), amount or 0))
        _record(connection, space, account, move, amount, carried)
    return account


def send_notice(connection: Connection, space: Space, account: Row) -> tuple[PastMove | None, Row]:
    """Send the notice that is due today. Returns the move that this was, if any, and the account."""
    move, state = noticed(state_of(account), space.clock.today())
    account = set_state(connection, account, state)
    if move is not None:
        _record(connection, space, account, move)
    return move, account


def _record(
    connection: Connection,
    space: Space,
    account: Row,
    move: PastMove,
    amount: int | None = None,
    carried: bool = False,
) -> None:
    values = {
        "account_id": account["id"],
        "at": space.clock.now(),
        "move": move,
        "amount": amount,
        "account_status": account["account_status"],
        "balance": account["balance"],
        "carried": carried,
    }
    add(connection, _ADD_MOVE, values)
