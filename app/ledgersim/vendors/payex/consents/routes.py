"""The consents of a customer: the recurring card and its registration."""

from typing import Any

from ledgersim.core.vendor import NO_CONTENT, new_router, operation
from ledgersim.vendors.payex.calls import CurrentLedger, LedgerCall
from ledgersim.vendors.payex.consents.schemas import (
    CardRegistration,
    CardRegistrationCreate,
    CardRegistrationStarted,
    Consents,
    RecurringCard,
)
from ledgersim.vendors.payex.consents.writing import card_of, registration_of, start, take_card
from ledgersim.vendors.payex.customers.reading import find_customer

router = new_router("Consents")

_CONSENT = "/customer/v1/{ledger}/customers/{no}/consent"
_CARD, _REGISTRATION = "recurring-card", "recurring-card-redirect-registration"


def _about(identifier: str, summary: str) -> Any:
    return operation(f"payex.{identifier}", method="documented", path="documented", summary=summary)


@router.get(_CONSENT, response_model=Consents, **_about("consent.get", "List where consents are"))
async def get_consent(call: CurrentLedger, no: str) -> Any:
    customer = find_customer(call, no)
    return {
        "recurring_card": call.customer(customer, "consent", _CARD),
        "recurring_card_redirect_registration": call.customer(customer, "consent", _REGISTRATION),
    }


@router.get(
    f"{_CONSENT}/{_CARD}",
    response_model=RecurringCard,
    **_about("recurringcard.get", "Read the recurring card"),
)
async def get_recurring_card(call: CurrentLedger, no: str) -> Any:
    return card_of(call.space, find_customer(call, no))


@router.delete(
    f"{_CONSENT}/{_CARD}", **NO_CONTENT, **_about("recurringcard.delete", "Remove the recurring card")
)
async def delete_recurring_card(call: CurrentLedger, no: str) -> None:
    customer = find_customer(call, no)
    card_of(call.space, customer)
    with call.space.transaction() as connection:
        take_card(connection, customer["id"])


@router.post(
    f"{_CONSENT}/{_REGISTRATION}",
    response_model=CardRegistrationStarted,
    **_about("cardregistration.start", "Start a card registration"),
)
async def start_registration(call: CurrentLedger, no: str, body: CardRegistrationCreate) -> Any:
    customer = find_customer(call, no)
    registration = start(call, customer, body)
    return {**_shown(call, registration), "id_": call.customer(customer, "consent", _REGISTRATION)}


@router.get(
    f"{_CONSENT}/{_REGISTRATION}",
    response_model=CardRegistration,
    **_about("cardregistration.get", "Read the card registration"),
)
async def get_registration(call: CurrentLedger, no: str) -> Any:
    return _shown(call, registration_of(call.space, find_customer(call, no)))


def _shown(call: LedgerCall, registration: dict[str, Any]) -> dict[str, Any]:
    return {
        "redirect_url": call.page(f"card-check/{registration['key']}"),
        "status": registration["status"],
    }
