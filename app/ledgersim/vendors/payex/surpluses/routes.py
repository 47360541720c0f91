"""The surpluses of a customer, and the orders to pay them out."""

from typing import Annotated, Any

from fastapi import Query

from ledgersim.http.vendor_app import new_router, operation
from ledgersim.vendors.payex.context import CurrentLedger, LedgerContext
from ledgersim.vendors.payex.customers.queries import find_customer
from ledgersim.vendors.payex.surpluses.commands import disburse, find_surplus, page_of
from ledgersim.vendors.payex.surpluses.rules import OPEN
from ledgersim.vendors.payex.surpluses.schemas import (
    DisbursementOrder,
    DisbursementOrderCreate,
    DisbursementOrderPage,
    Surplus,
    SurplusPage,
)
from ledgersim.vendors.payex.times import as_time

router = new_router("Surpluses")

DEFAULT_TAKE, MAX_TAKE = 20, 100  # [inferred]

_SURPLUSES = "/customer/v1/{ledger}/customers/{no}/surpluses"
_ORDERS = f"{_SURPLUSES}/{{sid}}/active-disbursement-orders"

Row = dict[str, Any]
Skip = Annotated[int, Query(ge=0, le=2**31 - 1)]
Take = Annotated[int, Query(ge=1, le=MAX_TAKE, description="Size of a page [inferred].")]


def _about(identifier: str, summary: str) -> Any:
    return operation(f"payex.{identifier}", method="documented", path="documented", summary=summary)


@router.get(
    _SURPLUSES,
    response_model=SurplusPage,
    response_model_exclude_none=True,
    **_about("surpluses.list", "List the surpluses"),
)
async def list_surpluses(context: CurrentLedger, no: str, skip: Skip = 0, take: Take = DEFAULT_TAKE) -> Any:
    customer = find_customer(context, no)
    found, total = page_of(context.space, customer, skip, take)
    here = context.customer(customer, "surpluses")
    return {
        "items": [_shown(context, customer, one) for one in found],
        "navigation": _navigation(here, skip, take, total),
    }


@router.get(
    f"{_SURPLUSES}/{{sid}}",
    response_model=Surplus,
    response_model_exclude_none=True,
    **_about("surpluses.get", "Read one surplus"),
)
async def get_surplus(context: CurrentLedger, no: str, sid: str) -> Any:
    customer = find_customer(context, no)
    return _shown(context, customer, find_surplus(context.space, customer, sid))


@router.get(
    _ORDERS,
    response_model=DisbursementOrderPage,
    response_model_exclude_none=True,
    **_about("disbursements.list", "List the orders to pay out a surplus"),
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
    **_about("disbursements.create", "Order a surplus to be paid out"),
)
async def create_order(context: CurrentLedger, no: str, sid: str, body: DisbursementOrderCreate) -> Any:
    customer = find_customer(context, no)
    payee = body.model_dump(exclude_none=True)
    disburse(context.space, customer, find_surplus(context.space, customer, sid), payee)
    surplus = find_surplus(context.space, customer, sid)
    return {"operations": [], **surplus["payee"]}


def _shown(context: LedgerContext, customer: Row, surplus: Row) -> Row:
    here = context.customer(customer, "surpluses", surplus["surplus_id"])
    operations = []
    if surplus["status"] == OPEN and context.ledger.grants_to("payex.disbursements.create"):
        href = f"{here}/active-disbursement-orders"
        operations.append({"rel": "add-disbursement-orders", "method": "POST", "href": href})
    invoice_no, account_no = surplus["invoice_no"], surplus["account_no"]
    return {
        **surplus,
        "date": as_time(surplus["date"]),
        "invoice": None if invoice_no is None else context.invoice(invoice_no),
        "account": None if account_no is None else context.account(account_no),
        "operations": operations,
        "id_": here,
    }


def _navigation(here: str, skip: int, take: int, total: int) -> Row:
    """Links to the other pages, where the list has more than one."""
    size = "" if take == DEFAULT_TAKE else f"&take={take}"
    found = {"id_": here}
    if total > take or skip:
        found["first"] = f"{here}?skip=0{size}"
    if skip:
        found["previous"] = f"{here}?skip={max(0, skip - take)}{size}"
    if skip + take < total:
        found["next"] = f"{here}?skip={skip + take}{size}"
    return found
