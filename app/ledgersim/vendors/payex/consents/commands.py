"""Recurring cards and card registrations: starting and ending them."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ledgersim.problems import CONFLICT
from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, change, rows
from ledgersim.vendors.payex.consents.models import CARD_REGISTRATION, RECURRING_CARD
from ledgersim.vendors.payex.consents.queries import latest_registration
from ledgersim.vendors.payex.consents.rules import INITIALIZED, TRANSITIONS, new_card
from ledgersim.vendors.payex.consents.schemas import CardRegistrationCreate
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.commands import set_columns
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.customers.rules import RECURRING_CARD as RECURRING_CARD_CONSENT
from ledgersim.vendors.payex.customers.rules import sort_consents
from ledgersim.vendors.payex.settings import PayexSettings
from ledgersim.vendors.payex.state_machine import transition

_R, _CARD = CARD_REGISTRATION.c, RECURRING_CARD.c
_DUE = (
    select(CARD_REGISTRATION, CUSTOMER.c.ledger, CUSTOMER.c.customer_no)
    .join(CUSTOMER, CUSTOMER.c.id == _R.customer_id)
    .where(_R.status == INITIALIZED, _R.expires_at <= bindparam("now"))
    .order_by(_R.id)
)
_ADD = insert(CARD_REGISTRATION)
_SET_STATUS = (
    update(CARD_REGISTRATION)
    .where(_R.id == bindparam("row_id"))
    .values(status=bindparam("to"), expires_at=bindparam("at"))
)
_ADD_CARD = insert(RECURRING_CARD)
_DELETE_CARD = delete(RECURRING_CARD).where(_CARD.customer_id == bindparam("of_customer"))


def start_registration(context: LedgerContext, customer: Row, body: CardRegistrationCreate) -> Row:
    """Start a registration. Raises a 409 Problem unless the latest one has ended."""
    latest = latest_registration(context.space, customer)
    if latest is not None and latest["status"] == INITIALIZED:
        raise CONFLICT.with_detail("The customer has a card registration that has not ended.")
    minutes = context.space.options(PayexSettings).payex_card_check_minutes
    with context.space.transaction() as connection:
        registration = {
            "customer_id": customer["id"],
            "key": context.space.guids.guid(),
            "status": INITIALIZED,
            "expires_at": context.space.clock.now() + timedelta(minutes=minutes),
            **body.model_dump(),
        }
        add(connection, _ADD, registration)
    return registration


def end_registration(space: Space, registration: Row, action: str) -> Row:
    """Complete, abort, fail or expire a registration; completing it issues a card. Raises a 409 Problem."""
    status = transition(TRANSITIONS, registration["status"], action, "card registration")
    with space.transaction() as connection:
        at = registration["expires_at"] if action == "expire" else None
        change(connection, _SET_STATUS, row_id=registration["id"], to=status, at=at)
        if action == "complete":
            issue_card(connection, space, registration["customer_id"])
    return {**registration, "status": status, "expires_at": at}


def issue_card(connection: Connection, space: Space, customer_id: int) -> None:
    """Give the customer a new recurring card in place of the present one."""
    revoke_card(connection, customer_id)
    card = new_card(space.guids.guid(), space.clock.today())
    add(connection, _ADD_CARD, {"customer_id": customer_id, **card})


def revoke_card(connection: Connection, customer_id: int) -> None:
    """Delete the customer's recurring card, if any."""
    change(connection, _DELETE_CARD, of_customer=customer_id)


def set_consents(connection: Connection, space: Space, customer_id: int, wanted: Collection[str]) -> None:
    """Give the customer these consents, and withdraw all others."""
    own = sort_consents(set(wanted) - {RECURRING_CARD_CONSENT})
    set_columns(connection, customer_id, {"consents": own})
    if RECURRING_CARD_CONSENT in wanted:
        issue_card(connection, space, customer_id)
    else:
        revoke_card(connection, customer_id)


next_at = DueRows(_R.expires_at, _R.status == INITIALIZED)


def run(space: Space) -> Iterator[list[Event]]:
    """End the registrations that have been abandoned."""
    now = space.clock.now()
    for registration in rows(space.connection, _DUE, now=now):
        end_registration(space, registration, "expire")
        customer = f"/ledger/customer/v1/{registration['ledger']}/customers/{registration['customer_no']}"
        path = f"{customer}/consent/recurring-card-redirect-registration"
        yield [Event(now, "payex.card-registration.expired", path, {})]
