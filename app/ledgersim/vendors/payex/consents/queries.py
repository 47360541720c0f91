"""Finding recurring cards and card registrations."""

from sqlalchemy import bindparam, select

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row
from ledgersim.vendors.payex.consents.models import CARD_REGISTRATION, RECURRING_CARD
from ledgersim.vendors.payex.consents.rules import is_active

_R, _CARD = CARD_REGISTRATION.c, RECURRING_CARD.c
_LATEST = (
    select(CARD_REGISTRATION).where(_R.customer_id == bindparam("of_customer")).order_by(_R.id.desc()).limit(1)
)
_BY_KEY = select(CARD_REGISTRATION).where(_R.key == bindparam("of_key"))
_CARD_OF = select(RECURRING_CARD).where(_CARD.customer_id == bindparam("of_customer"))


def active_card(space: Space, customer: Row) -> Row | None:
    """The recurring card of a customer; None if the customer has no card or it has expired."""
    card = row(space.connection, _CARD_OF, of_customer=customer["id"])
    return card if card is not None and is_active(card, space.clock.today()) else None


def find_card(space: Space, customer: Row) -> Row:
    """The recurring card of a customer. Raises a 404 Problem."""
    card = active_card(space, customer)
    if card is None:
        raise NOT_FOUND.with_detail(f"The customer {customer['customer_no']} has no recurring card.")
    return card


def latest_registration(space: Space, customer: Row) -> Row | None:
    """The customer's latest card registration, or None."""
    return row(space.connection, _LATEST, of_customer=customer["id"])


def find_registration(space: Space, customer: Row) -> Row:
    """The customer's latest card registration. Raises a 404 Problem."""
    registration = latest_registration(space, customer)
    if registration is None:
        raise NOT_FOUND.with_detail(f"The customer {customer['customer_no']} has no card registration.")
    return registration


def registration_by_key(space: Space, key: str) -> Row | None:
    """The card registration whose page has this key, or None."""
    return row(space.connection, _BY_KEY, of_key=key.lower())
