"""The consents of a customer: the recurring card and its registration."""

from typing import Any

from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.vendors.payex.consents.commands import card_of, registration_of, start, take_card
from ledgersim.vendors.payex.consents.schemas import (
    CardRegistration,
    CardRegistrationCreate,
    CardRegistrationStarted,
    Consents,
    RecurringCard,
)
from ledgersim.vendors.payex.context import CurrentLedger, LedgerContext
from ledgersim.vendors.payex.customers.queries import find_customer

router = new_router("Consents")

_CONSENT = "/customer/v1/{ledger}/customers/{no}/consent"
_CARD, _REGISTRATION = "recurring-card", "recurring-card-redirect-registration"


def _about(identifier: str, summary: str) -> Any:
    return operation(f"payex.{identifier}", method="documented", path="documented", summary=summary)


@router.get(_CONSENT, response_model=Consents, **_about("consent.get", "List where consents are"))
async def get_consent(context: CurrentLedger, no: str) -> Any:
    customer = find_customer(context, no)
    return {
        "recurring_card": context.customer(customer, "consent", _CARD),
        "recurring_card_redirect_registration": context.customer(customer, "consent", _REGISTRATION),
    }


@router.get(
    f"{_CONSENT}/{_CARD}",
    response_model=RecurringCard,
    **_about("recurringcard.get", "Read the recurring card"),
)
async def get_recurring_card(context: CurrentLedger, no: str) -> Any:
    return card_of(context.space, find_customer(context, no))


@router.delete(
    f"{_CONSENT}/{_CARD}", **NO_CONTENT, **_about("recurringcard.delete", "Remove the recurring card")
)
async def delete_recurring_card(context: CurrentLedger, no: str) -> None:
    customer = find_customer(context, no)
    card_of(context.space, customer)
    with context.space.transaction() as connection:
        take_card(connection, customer["id"])


@router.post(
    f"{_CONSENT}/{_REGISTRATION}",
    response_model=CardRegistrationStarted,
    **_about("cardregistration.start", "Start a card registration"),
)
async def start_registration(context: CurrentLedger, no: str, body: CardRegistrationCreate) -> Any:
    customer = find_customer(context, no)
    registration = start(context, customer, body)
    return {**_shown(context, registration), "id_": context.customer(customer, "consent", _REGISTRATION)}


@router.get(
    f"{_CONSENT}/{_REGISTRATION}",
    response_model=CardRegistration,
    **_about("cardregistration.get", "Read the card registration"),
)
async def get_registration(context: CurrentLedger, no: str) -> Any:
    return _shown(context, registration_of(context.space, find_customer(context, no)))


def _shown(context: LedgerContext, registration: dict[str, Any]) -> dict[str, Any]:
    return {
        "redirect_url": context.page(f"card-check/{registration['key']}"),
        "status": registration["status"],
    }
