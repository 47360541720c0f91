"""Recurring cards and their registrations: finding, starting and ending them."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ledgersim.problems import CONFLICT, NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.database import row
from ledgersim.vendors.payex.consents.models import CARD_REGISTRATION, RECURRING_CARD
from ledgersim.vendors.payex.consents.rules import INITIALIZED, MOVES, new_card
from ledgersim.vendors.payex.consents.schemas import CardRegistrationCreate
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.state_machine import move

Row = dict[str, Any]

_R, _CARD = CARD_REGISTRATION.c, RECURRING_CARD.c
_OF_CUSTOMER = select(CARD_REGISTRATION).where(_R.customer_id == bindparam("of_customer"))
_BY_KEY = select(CARD_REGISTRATION).where(_R.key == bindparam("of_key"))
_FORGET = delete(CARD_REGISTRATION).where(_R.customer_id == bindparam("of_customer"))
_ADD = insert(CARD_REGISTRATION)
_MOVE = update(CARD_REGISTRATION).where(_R.id == bindparam("row_id")).values(status=bindparam("to"))
_CARD_OF = select(RECURRING_CARD).where(_CARD.customer_id == bindparam("of_customer"))
_ADD_CARD = insert(RECURRING_CARD)
_REMOVE_CARD = delete(RECURRING_CARD).where(_CARD.customer_id == bindparam("of_customer"))


def card_of(space: Space, customer: Row) -> Row:
    """The recurring card of a customer. Raises a 404 Problem."""
    found = row(space.connection, _CARD_OF, of_customer=customer["id"])
    if found is None:
        raise NOT_FOUND.with_detail(f"The customer {customer['customer_no']} has no recurring card.")
    return found


def registration_of(space: Space, customer: Row) -> Row:
    """The last card registration of a customer. Raises a 404 Problem."""
    found = row(space.connection, _OF_CUSTOMER, of_customer=customer["id"])
    if found is None:
        raise NOT_FOUND.with_detail(f"The customer {customer['customer_no']} has no card registration.")
    return found


def registration_by_key(space: Space, key: str) -> Row:
    """The registration whose page has a key. Raises a 404 Problem."""
    found = row(space.connection, _BY_KEY, of_key=key.lower())
    if found is None:
        raise NOT_FOUND.with_detail("There is no such card registration.")
    return found


def start(context: LedgerContext, customer: Row, body: CardRegistrationCreate) -> Row:
    """Begin a registration. Raises a 409 Problem while another goes on."""
    before = row(context.space.connection, _OF_CUSTOMER, of_customer=customer["id"])
    if before is not None and before["status"] == INITIALIZED:
        raise CONFLICT.with_detail("A registration of this customer is Initialized; one at a time.")
    with context.space.transaction() as connection:
        connection.execute(_FORGET, {"of_customer": customer["id"]})
        registration = {
            "customer_id": customer["id"],
            "key": context.space.guids.guid(),
            "status": INITIALIZED,
            **body.model_dump(),
        }
        connection.execute(_ADD, registration)
    return registration


def end(space: Space, registration: Row, act: str) -> Row:
    """Complete, abort or fail a registration; a completed one leaves a card. Raises a 409 Problem."""
    status = move(MOVES, registration["status"], act, "card registration")
    with space.transaction() as connection:
        connection.execute(_MOVE, {"row_id": registration["id"], "to": status})
        if act == "complete":
            give_card(connection, space, registration["customer_id"])
    return {**registration, "status": status}


def give_card(connection: Connection, space: Space, customer_id: int) -> None:
    """Put a new recurring card in place of the present one."""
    take_card(connection, customer_id)
    card = new_card(space.guids.guid(), space.clock.today())
    connection.execute(_ADD_CARD, {"customer_id": customer_id, **card})


def take_card(connection: Connection, customer_id: int) -> None:
    """Remove the recurring card, if there is one."""
    connection.execute(_REMOVE_CARD, {"of_customer": customer_id})
