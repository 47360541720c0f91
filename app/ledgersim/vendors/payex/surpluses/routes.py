"""The surpluses of a customer, and the orders to disburse them."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query

from ledgersim.http.vendor_app import new_router, operation
from ledgersim.storage.statements import Row
from ledgersim.vendors.payex.context import CurrentLedger, LedgerContext
from ledgersim.vendors.payex.customers.queries import find_customer
from ledgersim.vendors.payex.schemas import format_time
from ledgersim.vendors.payex.surpluses.commands import disburse
from ledgersim.vendors.payex.surpluses.queries import find_surplus, list_page
from ledgersim.vendors.payex.surpluses.rules import OPEN
from ledgersim.vendors.payex.surpluses.schemas import (
    DisbursementOrder,
    DisbursementOrderCreate,
    DisbursementOrderPage,
    Surplus,
    SurplusPage,
)

router = new_router("Surpluses")

DEFAULT_TAKE, MAX_TAKE = 20, 100  # [inferred]

_SURPLUSES = "/customer/v1/{ledger}/customers/{no}/surpluses"
_ORDERS = f"{_SURPLUSES}/{{sid}}/active-disbursement-orders"

Skip = Annotated[int, Query(ge=0, le=2**31 - 1)]
Take = Annotated[
    int, Query(ge=1, le=MAX_TAKE, description="Maximum number of surpluses in the response [inferred].")
]

_operation = partial(operation, method="documented", path="documented")


@router.get(
    _SURPLUSES,
    response_model=SurplusPage,
    response_model_exclude_none=True,
    **_operation("payex.surpluses.list", summary="List the surpluses"),
)
async def list_surpluses(context: CurrentLedger, no: str, skip: Skip = 0, take: Take = DEFAULT_TAKE) -> Any:
    customer = find_customer(context, no)
    surpluses, total = list_page(context.space, customer, skip, take)
    here = context.customer(customer, "surpluses")
    return {
        "items": [_to_response(context, customer, one) for one in surpluses],
        "navigation": _navigation(here, skip, take, total),
    }


@router.get(
    f"{_SURPLUSES}/{{sid}}",
    response_model=Surplus,
    response_model_exclude_none=True,
    **_operation("payex.surpluses.get", summary="Read one surplus"),
)
async def get_surplus(context: CurrentLedger, no: str, sid: str) -> Any:
    customer = find_customer(context, no)
    return _to_response(context, customer, find_surplus(context.space, customer, sid))


@router.get(
    _ORDERS,
    response_model=DisbursementOrderPage,
    response_model_exclude_none=True,
    **_operation("payex.disbursements.list", summary="List the disbursement orders of a surplus"),
)
async def list_orders(context: CurrentLedger, no: str, sid: str) -> Any:
    customer = find_customer(context, no)
    surplus = find_surplus(context.space, customer, sid)
    here = context.customer(customer, "surpluses", surplus["surplus_id"], "active-disbursement-orders")
    items = [] if surplus["payee"] is None else [{"operations": [], **surplus["payee"]}]
    return {"items": items, "navigation": {"id_": here}}


@router.post(
    _ORDERS,
    status_code=201,
    response_model=DisbursementOrder,
    response_model_exclude_none=True,
    **_operation("payex.disbursements.create", summary="Order the disbursement of a surplus"),
)
async def create_order(context: CurrentLedger, no: str, sid: str, body: DisbursementOrderCreate) -> Any:
    customer = find_customer(context, no)
    payee = body.model_dump(exclude_none=True)
    disburse(context.space, customer, find_surplus(context.space, customer, sid), payee)
    surplus = find_surplus(context.space, customer, sid)
    return {"operations": [], **surplus["payee"]}


def _to_response(context: LedgerContext, customer: Row, surplus: Row) -> Row:
    parts = "surpluses", surplus["surplus_id"]
    operations = []
    if surplus["status"] == OPEN and context.ledger.allows("payex.disbursements.create"):
        orders = *parts, "active-disbursement-orders"
        operations.append(context.operation("add-disbursement-orders", "POST", customer, *orders))
    invoice_no, account_no = surplus["invoice_no"], surplus["account_no"]
    return {
        **surplus,
        "date": format_time(surplus["date"]),
        "invoice": None if invoice_no is None else context.invoice(invoice_no),
        "account": None if account_no is None else context.account(account_no),
        "operations": operations,
        "id_": context.customer(customer, *parts),
    }


def _navigation(here: str, skip: int, take: int, total: int) -> Row:
    """Links to the list itself and, if it has several pages, to the other pages."""
    size = "" if take == DEFAULT_TAKE else f"&take={take}"
    links = {"id_": here}
    if total > take or skip:
        links["first"] = f"{here}?skip=0{size}"
    if skip:
        links["previous"] = f"{here}?skip={max(0, skip - take)}{size}"
    if skip + take < total:
        links["next"] = f"{here}?skip={skip + take}{size}"
    return links
