"""The backstage of PayEx for tests, and the page that looks like a hosted card check."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from ledgersim.admin import card_check
from ledgersim.admin.base import Strict, new_router
from ledgersim.http.schemas import AmountIn
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.problems import CONFLICT, NOT_FOUND, Problem
from ledgersim.spaces.space import Space
from ledgersim.vendors.payex.consents import commands as consents
from ledgersim.vendors.payex.consents.rules import INITIALIZED, redirect_of
from ledgersim.vendors.payex.context import LedgerContext, current_ledger
from ledgersim.vendors.payex.customers.commands import change
from ledgersim.vendors.payex.customers.queries import find_customer
from ledgersim.vendors.payex.customers.rules import RECURRING_CARD, in_order
from ledgersim.vendors.payex.ledgers.rules import NEXT_PROBLEM
from ledgersim.vendors.payex.surpluses import commands as surpluses

router = new_router("PayEx", "/payex")

_CUSTOMER = "/{ledger}/customers/{no}"

_PAGE = {"text/html": {"schema": {"type": "string"}}}

# What a button of the page does to the registration.
_BUTTONS = {"confirm": "complete", "cancel": "abort", "fail": "fail"}


async def _current_ledger(request: Request, ledger: str) -> LedgerContext:
    try:
        return await current_ledger(request, ledger)
    except Problem as problem:
        raise NOT_FOUND.with_detail(problem.detail) from problem


CurrentLedger = Annotated[LedgerContext, Depends(_current_ledger)]


class IncomingPayment(Strict):
    """A payment, in units of the ledger's currency; at most one of the numbers."""

    amount: AmountIn
    invoice_no: str | None = Field(None, alias="invoiceNo")
    account_no: str | None = Field(None, alias="accountNo")


class PaymentReceived(BaseModel):
    """The surplus that a payment left, if it left one."""

    surplusId: str | None  # noqa: N815 - as it goes over the wire


class SetOff(Strict):
    """The invoice to set a surplus off against."""

    invoice_no: str = Field(alias="invoiceNo")


class ActiveConsents(Strict):
    """The consents that the customer is to have."""

    active_consents: list[
        Literal[
            "Autogiro",
            "Avtalegiro",
            "Betalingsservice",
            "RecurringCard",
            "RecurringInvoiceToken",
            "EInvoice",
            "Kivra",
            "EBoks",
        ]
    ] = Field(alias="activeConsents")


class NextProblem(Strict):
    """The failure that the next request to a ledger is to meet."""

    code: Literal["fatal", "internal-server-error", "handled-exception", "unhandled-exception"]


class CardRegistrationEnded(BaseModel):
    """How a registration ended, and where a browser would have gone."""

    status: str
    redirectTo: str  # noqa: N815 - as it goes over the wire


@router.get(
    "/card-check/{key}",
    operation_id="sim.payex.cardcheck.show",
    summary="The page of a card registration",
    response_class=HTMLResponse,
)
async def show_card_check(request: Request, key: str) -> Response:
    """The page that a customer sees who registers a card. It works without a token."""
    registration = consents.registration_by_key(request.scope["space"], key)
    return _page(request, registration)


@router.post(
    "/card-check/{key}/{button}",
    operation_id="sim.payex.cardcheck.press",
    summary="Press a button of the page of a card registration: confirm, cancel or fail",
    status_code=303,
    response_class=Response,
    responses={
        303: {"description": "The registration has ended; its page is left."},
        409: {"description": "The registration had ended before.", "content": _PAGE},
    },
)
async def press_button(request: Request, key: str, button: str) -> Response:
    """Ends the registration and redirects to the address that was sent when it was started."""
    space: Space = request.scope["space"]
    registration = consents.registration_by_key(space, key)
    button = button.lower()
    if button not in _BUTTONS:
        raise NOT_FOUND.with_detail(f"There is no button {button[:20]!r}.")
    if registration["status"] != INITIALIZED:
        return _page(request, registration)
    ended = consents.end(space, registration, _BUTTONS[button])
    return RedirectResponse(redirect_of(ended), 303, {"Cache-Control": "no-store"})


def _page(request: Request, registration: dict[str, Any]) -> Response:
    here = f"{request.scope['root_path']}/payex/card-check/{registration['key']}"
    gone = registration["status"] != INITIALIZED
    return HTMLResponse(
        card_check.page(registration, here),
        409 if gone and request.method == "POST" else 200,
        card_check.HEADERS,
    )


@router.post(
    f"{_CUSTOMER}/card-registration/{{act}}",
    response_model=CardRegistrationEnded,
    operation_id="sim.payex.cardregistration.end",
    summary="End a card registration without a browser: complete, abort or fail",
)
async def end_registration(context: CurrentLedger, no: str, act: str) -> Any:
    """What the buttons of the page do, for tests without a browser."""
    act = act.lower()
    if act not in _BUTTONS.values():
        raise NOT_FOUND.with_detail(f"{act[:20]!r} is none of complete, abort and fail.")
    registration = consents.registration_of(context.space, find_customer(context, no))
    ended = consents.end(context.space, registration, act)
    return {"status": ended["status"], "redirectTo": redirect_of(ended)}


@router.post(
    f"{_CUSTOMER}/payments",
    status_code=201,
    response_model=PaymentReceived,
    operation_id="sim.payex.payments.create",
    summary="Receive a payment; what is left over is a surplus",
)
async def receive_payment(context: CurrentLedger, no: str, body: IncomingPayment) -> Any:
    """The payment covers the invoice or account that it names; what is left over becomes a surplus."""
    customer = find_customer(context, no)
    surplus = surpluses.receive(context.space, customer, body.amount, body.invoice_no, body.account_no)
    return {"surplusId": None if surplus is None else surplus["surplus_id"]}


@router.post(
    f"{_CUSTOMER}/surpluses/{{sid}}/regulate",
    **NO_CONTENT,
    operation_id="sim.payex.surpluses.regulate",
    summary="Order a surplus to be set off against an invoice of the customer",
)
async def regulate(context: CurrentLedger, no: str, sid: str, body: SetOff) -> None:
    """The surplus is pending until it is executed."""
    customer = find_customer(context, no)
    surpluses.regulate(
        context.space, customer, surpluses.find_surplus(context.space, customer, sid), body.invoice_no
    )


@router.post(
    f"{_CUSTOMER}/surpluses/{{sid}}/execute",
    **NO_CONTENT,
    operation_id="sim.payex.surpluses.execute",
    summary="Let a pending surplus end now",
)
async def execute(context: CurrentLedger, no: str, sid: str) -> None:
    """The disbursement or set-off of a pending surplus is carried out without waiting for the clock."""
    customer = find_customer(context, no)
    surpluses.execute(context.space, customer, surpluses.find_surplus(context.space, customer, sid))


@router.post(
    f"{_CUSTOMER}/expire-kyc",
    **NO_CONTENT,
    operation_id="sim.payex.kyc.expire",
    summary="Let the customer's KYC answers be due for renewal now",
)
async def expire_kyc(context: CurrentLedger, no: str) -> None:
    """The customer then offers `update-kyc-answers`."""
    customer = find_customer(context, no)
    if context.ledger.kyc is None:
        raise CONFLICT.with_detail(f"The ledger {context.ledger.number} is not configured for KYC.")
    answered = context.space.clock.now() - timedelta(days=context.ledger.kyc["renewal_days"])
    with context.space.transaction() as connection:
        change(connection, customer["id"], {"kyc_answered_at": answered, "kyc_renewal_at": None})


@router.put(
    f"{_CUSTOMER}/consents",
    **NO_CONTENT,
    operation_id="sim.payex.consents.set",
    summary="Set the customer's consents",
)
async def set_consents(context: CurrentLedger, no: str, body: ActiveConsents) -> None:
    """Those that are not named are withdrawn."""
    customer = find_customer(context, no)
    wanted: set[str] = set(body.active_consents)
    with context.space.transaction() as connection:
        change(connection, customer["id"], {"consents": in_order(wanted - {RECURRING_CARD})})
        if RECURRING_CARD in wanted:
            consents.give_card(connection, context.space, customer["id"])
        else:
            consents.take_card(connection, customer["id"])


@router.put(
    "/{ledger}/next-problem",
    **NO_CONTENT,
    operation_id="sim.payex.problem.set",
    summary="Let the next request to the ledger fail with one of the vendor's 500 problems",
)
async def set_next_problem(context: CurrentLedger, body: NextProblem) -> None:
    """The request after it is answered as usual."""
    context.space.facts.setdefault(NEXT_PROBLEM, {})[context.ledger.number] = body.code
