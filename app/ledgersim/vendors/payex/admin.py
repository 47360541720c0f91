"""The PayEx admin API for tests, and the page that stands in for a hosted card check."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from ledgersim.admin import MOUNT
from ledgersim.admin.base import PUBLIC, Strict, new_router
from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.problems import CONFLICT, NOT_FOUND, Problem, invalid
from ledgersim.schemas import AdminResponse, PositiveAmountIn
from ledgersim.storage.statements import Row
from ledgersim.vendors.payex import card_check
from ledgersim.vendors.payex.consents import commands as consents
from ledgersim.vendors.payex.consents.queries import find_registration, registration_by_key
from ledgersim.vendors.payex.consents.rules import INITIALIZED, TRANSITIONS, redirect_url
from ledgersim.vendors.payex.context import LedgerContext, current_ledger
from ledgersim.vendors.payex.customers.commands import set_columns
from ledgersim.vendors.payex.customers.queries import customer_by_id, find_customer
from ledgersim.vendors.payex.customers.rules import ActiveConsent
from ledgersim.vendors.payex.invoices import commands as invoices
from ledgersim.vendors.payex.invoices.queries import (
    account_to_response,
    find_account,
    find_invoice,
    invoice_to_response,
)
from ledgersim.vendors.payex.invoices.rules import ACCOUNT_AMOUNTS, INVOICE_AMOUNTS, AccountMove, InvoiceMove
from ledgersim.vendors.payex.invoices.schemas import Account, AccountCreate, Invoice, InvoiceCreate
from ledgersim.vendors.payex.ledgers import commands as ledgers
from ledgersim.vendors.payex.ledgers.queries import find_ledger
from ledgersim.vendors.payex.plugin import VENDOR
from ledgersim.vendors.payex.surpluses import commands as surpluses
from ledgersim.vendors.payex.surpluses.queries import find_surplus

router = new_router("PayEx", "/payex", "What happens behind PayEx's API: payments, executions, consents")

_CUSTOMER = "/{ledger}/customers/{no}"

_PAGE = {"text/html": {"schema": {"type": "string"}}}

# The action of each button of the page on the registration.
_ACTIONS = {"confirm": "complete", "cancel": "abort", "fail": "fail"}


async def _current_ledger(request: Request, ledger: str) -> LedgerContext:
    try:
        context = await current_ledger(request, ledger)
        return replace(context, root=context.root.removesuffix(MOUNT) + VENDOR.mount)  # links lead to PayEx
    except Problem as problem:
        raise NOT_FOUND.with_detail(problem.detail) from problem


CurrentLedger = Annotated[LedgerContext, Depends(_current_ledger)]


class IncomingPayment(Strict):
    """A payment in the ledger's currency, to an invoice or an account, or to neither."""

    amount: PositiveAmountIn
    invoice_no: str | None = Field(None, alias="invoiceNo")
    account_no: str | None = Field(None, alias="accountNo")


class PaymentReceived(AdminResponse):
    """The surplus left over from a payment; null if the payment was used up."""

    surplusId: str | None  # noqa: N815 - the name in the API


class Move(Strict):
    """The amount of a move that needs one."""

    amount: PositiveAmountIn | None = None


class InvoiceMoved(Invoice):
    """An invoice after a move; with the surplus if more has been paid than it claims."""

    surplus_id: str | None


class AccountMoved(Account):
    """An account after a move; with the surplus if more has been paid than is owed."""

    surplus_id: str | None


class SetOff(Strict):
    """The invoice to set a surplus off against."""

    invoice_no: str = Field(alias="invoiceNo")


class ActiveConsents(Strict):
    """All consents of the customer."""

    active_consents: list[ActiveConsent] = Field(alias="activeConsents")


class NextProblem(Strict):
    """The problem that the next request to a ledger returns."""

    code: Literal["fatal", "internal-server-error", "handled-exception", "unhandled-exception"]


class CardRegistrationEnded(AdminResponse):
    """The status of a registration that has ended, and the URL that a browser would be redirected to."""

    status: str
    redirectTo: str  # noqa: N815 - the name in the API


@router.get(
    "/card-check/{key}",
    operation_id="sim.payex.cardcheck.show",
    openapi_extra=PUBLIC,
    summary="Show the page of a card registration",
    response_class=HTMLResponse,
    responses={404: {"description": "There is no such registration.", "content": _PAGE}},
)
async def show_card_check(request: Request, key: str) -> Response:
    """The page on which a customer registers a card, or reads how that ended. It requires no token."""
    registration = registration_by_key(context_of(request.scope).space, key)
    return _unknown_page(request) if registration is None else _page(request, registration)


@router.post(
    "/card-check/{key}/{button}",
    operation_id="sim.payex.cardcheck.press",
    openapi_extra=PUBLIC,
    summary="Press a button on the page of a card registration: confirm, cancel or fail",
    status_code=303,
    response_class=Response,
    responses={
        303: {"description": "The registration has ended. Redirects away from its page."},
        404: {"description": "There is no such registration or button.", "content": _PAGE},
        409: {"description": "The registration had already ended otherwise.", "content": _PAGE},
    },
)
async def press_button(request: Request, key: str, button: str) -> Response:
    """Ends the registration and redirects to the URL that was sent at its start; again if pressed again."""
    space = context_of(request.scope).space
    registration = registration_by_key(space, key)
    action = _ACTIONS.get(button.lower())
    if registration is None or action is None:
        return _unknown_page(request)
    if registration["status"] == INITIALIZED:
        registration = consents.end_registration(space, registration, action)
    elif registration["status"] != TRANSITIONS[INITIALIZED, action]:
        return _page(request, registration, 409)
    return RedirectResponse(redirect_url(registration), 303, {"Cache-Control": "no-store"})


def _page(request: Request, registration: Row, status: int = 200) -> Response:
    space = context_of(request.scope).space
    here = f"{context_of(request.scope).root_path}/payex/card-check/{registration['key']}"
    ledger = find_ledger(space, customer_by_id(space, registration["customer_id"])["ledger"])
    content = card_check.page(registration, ledger, here, space.clock.today())
    return HTMLResponse(content, status, card_check.HEADERS)


def _unknown_page(request: Request) -> Response:
    content = card_check.unknown_page(request.headers.get("accept-language", ""))
    return HTMLResponse(content, 404, card_check.HEADERS)


@router.post(
    f"{_CUSTOMER}/card-registration/{{action}}",
    response_model=CardRegistrationEnded,
    operation_id="sim.payex.cardregistration.end",
    summary="End a card registration without a browser: complete, abort or fail",
)
async def end_registration(context: CurrentLedger, no: str, action: str) -> Any:
    """Has the effect of a button of the page, for tests without a browser."""
    action = action.lower()
    if action not in _ACTIONS.values():
        raise invalid("action", "Input should be complete, abort or fail")
    registration = find_registration(context.space, find_customer(context, no))
    ended = consents.end_registration(context.space, registration, action)
    return {"status": ended["status"], "redirectTo": redirect_url(ended)}


@router.post(
    f"{_CUSTOMER}/payments",
    status_code=201,
    response_model=PaymentReceived,
    operation_id="sim.payex.payments.create",
    summary="Receive a payment; the remainder after paying debt is a surplus",
)
async def receive_payment(context: CurrentLedger, no: str, body: IncomingPayment) -> Any:
    """The payment pays what is owed on its invoice or account; the remainder becomes a surplus."""
    customer = find_customer(context, no)
    surplus = surpluses.receive_payment(context.space, customer, body.amount, body.invoice_no, body.account_no)
    return {"surplusId": None if surplus is None else surplus["surplus_id"]}


@router.post(
    f"{_CUSTOMER}/invoices",
    status_code=201,
    response_model=Invoice,
    operation_id="sim.payex.invoices.create",
    summary="Create an invoice of a customer, in any state",
)
async def create_invoice(context: CurrentLedger, no: str, body: InvoiceCreate) -> Any:
    """The clock issues it on its date and ages it while it is not paid."""
    created = invoices.create_invoice(context, find_customer(context, no), body)
    return invoice_to_response(context, created)


@router.post(
    f"{_CUSTOMER}/accounts",
    status_code=201,
    response_model=Account,
    operation_id="sim.payex.accounts.create",
    summary="Create an account of a customer, in any state",
)
async def create_account(context: CurrentLedger, no: str, body: AccountCreate) -> Any:
    """The members are those that the vendor returns."""
    created = invoices.create_account(context, find_customer(context, no), body)
    return account_to_response(context, created)


@router.post(
    "/{ledger}/invoices/{no}/moves/{move}",
    response_model=InvoiceMoved,
    response_model_exclude_none=True,
    operation_id="sim.payex.invoices.move",
    summary=f"Move an invoice: {', '.join(get_args(InvoiceMove))}",
)
async def move_invoice(context: CurrentLedger, no: str, move: str, body: Move | None = None) -> Any:
    """`add` and `pay` need an amount. A move that the state of the invoice does not allow returns 409."""
    name, amount = _move(move, get_args(InvoiceMove), INVOICE_AMOUNTS, body)
    invoice = find_invoice(context.space, context.ledger.number, no)
    owner = customer_by_id(context.space, invoice["customer_id"])
    surplus = surpluses.move_invoice(context.space, owner, invoice, name, amount)
    moved = find_invoice(context.space, context.ledger.number, no)
    return {**invoice_to_response(context, moved), "surplus_id": surplus and surplus["surplus_id"]}


@router.post(
    "/{ledger}/accounts/{no}/moves/{move}",
    response_model=AccountMoved,
    response_model_exclude_none=True,
    operation_id="sim.payex.accounts.move",
    summary=f"Move an account: {', '.join(get_args(AccountMove))}",
)
async def move_account(context: CurrentLedger, no: str, move: str, body: Move | None = None) -> Any:
    """All moves but `close` need an amount. A move that the status does not allow returns 409."""
    name, amount = _move(move, get_args(AccountMove), ACCOUNT_AMOUNTS, body)
    account = find_account(context.space, context.ledger.number, no)
    owner = customer_by_id(context.space, account["customer_id"])
    surplus = surpluses.move_account(context.space, owner, account, name, amount)
    moved = find_account(context.space, context.ledger.number, no)
    return {**account_to_response(context, moved), "surplus_id": surplus and surplus["surplus_id"]}


def _move(name: str, moves: Sequence[str], with_amount: Sequence[str], body: Move | None) -> tuple[str, int]:
    """A move in lower case, and its amount or 0. Raises a 400 Problem."""
    move, amount = name.lower(), None if body is None else body.amount
    if move not in moves:
        raise invalid("move", f"Input should be {', '.join(moves[:-1])} or {moves[-1]}")
    if amount is None and move in with_amount:
        raise invalid("amount", f"Field required: how much to {move}")
    if amount is not None and move not in with_amount:
        raise invalid("amount", f"must be absent: only {', '.join(with_amount)} have an amount")
    return move, amount or 0


@router.post(
    f"{_CUSTOMER}/surpluses/{{sid}}/regulate",
    **NO_CONTENT,
    operation_id="sim.payex.surpluses.regulate",
    summary="Order the set-off of a surplus against an invoice of the customer",
)
async def set_off_surplus(context: CurrentLedger, no: str, sid: str, body: SetOff) -> None:
    """The surplus is pending until the set-off is executed."""
    customer = find_customer(context, no)
    surplus = find_surplus(context.space, customer, sid)
    surpluses.set_off(context.space, customer, surplus, body.invoice_no)


@router.post(
    f"{_CUSTOMER}/surpluses/{{sid}}/execute",
    **NO_CONTENT,
    operation_id="sim.payex.surpluses.execute",
    summary="Execute the order for a pending surplus now",
)
async def execute_order(context: CurrentLedger, no: str, sid: str) -> None:
    """Executes the disbursement or set-off at once, before it is due."""
    customer = find_customer(context, no)
    surpluses.execute(context.space, customer, find_surplus(context.space, customer, sid))


@router.post(
    f"{_CUSTOMER}/expire-kyc",
    **NO_CONTENT,
    operation_id="sim.payex.kyc.expire",
    summary="Make the customer's KYC answers due for renewal now",
)
async def expire_kyc(context: CurrentLedger, no: str) -> None:
    """Responses for the customer then offer `update-kyc-answers`."""
    customer = find_customer(context, no)
    if context.ledger.kyc is None:
        raise CONFLICT.with_detail(f"The ledger {context.ledger.number} is not configured for KYC.")
    answered = context.space.clock.now() - timedelta(days=context.ledger.kyc["renewal_days"])
    with context.space.transaction() as connection:
        set_columns(connection, customer["id"], {"kyc_answered_at": answered, "kyc_renewal_at": None})


@router.put(
    f"{_CUSTOMER}/consents",
    **NO_CONTENT,
    operation_id="sim.payex.consents.set",
    summary="Set the customer's consents",
)
async def set_consents(context: CurrentLedger, no: str, body: ActiveConsents) -> None:
    """Withdraws all consents that are not in the body."""
    customer = find_customer(context, no)
    with context.space.transaction() as connection:
        consents.set_consents(connection, context.space, customer["id"], body.active_consents)


@router.put(
    "/{ledger}/next-problem",
    **NO_CONTENT,
    operation_id="sim.payex.problem.set",
    summary="Make the next request to the ledger fail with one of the vendor's 500 problems",
)
async def set_next_problem(context: CurrentLedger, body: NextProblem) -> None:
    """Only that request fails."""
    ledgers.set_next_problem(context.space, context.ledger, body.code)
