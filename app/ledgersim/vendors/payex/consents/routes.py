"""Consents of a customer: the recurring card and its registration."""

from functools import partial
from typing import Any

from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.storage.statements import Row
from ledgersim.vendors.payex.consents import commands, queries
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

_operation = partial(operation, method="documented", path="documented")


@router.get(
    _CONSENT,
    response_model=Consents,
    **_operation("payex.consent.get", summary="List the links to the consents"),
)
async def get_consent(context: CurrentLedger, no: str) -> Any:
    customer = find_customer(context, no)
    return {
        "recurring_card": context.customer(customer, "consent", _CARD),
        "recurring_card_redirect_registration": context.customer(customer, "consent", _REGISTRATION),
    }


@router.get(
    f"{_CONSENT}/{_CARD}",
    response_model=RecurringCard,
    **_operation("payex.recurringcard.get", summary="Read the recurring card"),
)
async def get_recurring_card(context: CurrentLedger, no: str) -> Any:
    return queries.find_card(context.space, find_customer(context, no))


@router.delete(
    f"{_CONSENT}/{_CARD}",
    **NO_CONTENT,
    **_operation("payex.recurringcard.delete", summary="Remove the recurring card"),
)
async def delete_recurring_card(context: CurrentLedger, no: str) -> None:
    customer = find_customer(context, no)
    queries.find_card(context.space, customer)
    with context.space.transaction() as connection:
        commands.revoke_card(connection, customer["id"])


@router.post(
    f"{_CONSENT}/{_REGISTRATION}",
    response_model=CardRegistrationStarted,
    **_operation("payex.cardregistration.start", summary="Start a card registration"),
)
async def start_registration(context: CurrentLedger, no: str, body: CardRegistrationCreate) -> Any:
    customer = find_customer(context, no)
    registration = commands.start_registration(context, customer, body)
    return {**_to_response(context, registration), "id_": context.customer(customer, "consent", _REGISTRATION)}


@router.get(
    f"{_CONSENT}/{_REGISTRATION}",
    response_model=CardRegistration,
    **_operation("payex.cardregistration.get", summary="Read the card registration"),
)
async def get_registration(context: CurrentLedger, no: str) -> Any:
    return _to_response(context, queries.find_registration(context.space, find_customer(context, no)))


def _to_response(context: LedgerContext, registration: Row) -> Row:
    return {
        "redirect_url": context.page(f"card-check/{registration['key']}"),
        "status": registration["status"],
    }
