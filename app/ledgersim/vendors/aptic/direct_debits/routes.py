"""The direct debit mandates of a customer."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam, insert, select

from ledgersim.http.vendor_app import CurrentContext, RequestContext, new_router, operation
from ledgersim.problems import VALIDATION
from ledgersim.storage.database import add
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.direct_debits.models import DIRECT_DEBIT_MANDATE
from ledgersim.vendors.aptic.direct_debits.rules import account_errors
from ledgersim.vendors.aptic.direct_debits.schemas import (
    DirectDebitMandate,
    DirectDebitMandateCreate,
    DirectDebitMandatePage,
)
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.repository import Row, find

router = new_router("Customers")

_C = DIRECT_DEBIT_MANDATE.c
_OF_CUSTOMER = _C.customer_id == bindparam("of_customer")
_COLUMNS = {name: _C[name] for name in DirectDebitMandate.model_fields if name in _C} | {
    "bank_account_no": _C.sending_bank_account_no
}
_LIST = Listing(DIRECT_DEBIT_MANDATE, _COLUMNS, fields_of(DirectDebitMandate, _COLUMNS), _C.id, _OF_CUSTOMER)
_BY_GUID = select(*(column.label(name) for name, column in _COLUMNS.items())).where(
    _C.mandate_guid == bindparam("guid"), _OF_CUSTOMER
)
_ADD_MANDATE = insert(DIRECT_DEBIT_MANDATE)


def _about(verb: str, summary: str) -> Any:
    return operation(
        f"aptic.customers.directdebits.{verb}", method="inferred", path="inferred", summary=summary
    )


@router.get(
    "/v1/Customers/{customerGuid}/DirectDebits",
    response_model=DirectDebitMandatePage,
    **_about("list", "List the direct debit mandates"),
)
async def list_direct_debits(context: CurrentContext, customerGuid: str, query: ListOptions) -> Any:
    customer = find_customer(context, customerGuid)
    page = _LIST.page(context.space, query, of_customer=customer["id"])
    return {**page, "value": [_with_links(context, customer, mandate) for mandate in page["value"]]}


@router.put(
    "/v1/Customers/{customerGuid}/DirectDebits",
    status_code=201,
    response_model=DirectDebitMandate,
    **_about("create", "Register a direct debit mandate"),
)
async def create_direct_debit(
    context: CurrentContext, customerGuid: str, body: DirectDebitMandateCreate, response: Response
) -> Any:
    customer = find_customer(context, customerGuid)
    sent = body.model_dump()
    if errors := account_errors(sent):
        raise VALIDATION.with_errors(errors)
    with context.space.transaction() as connection:
        mandate = {
            **sent,
            "mandate_guid": context.space.guids.guid(),
            "customer_id": customer["id"],
            "requested_at": body.requested_at or context.space.clock.now(),
            "closed_at": None,
        }
        add(connection, _ADD_MANDATE, mandate)
    mandate["bank_account_no"] = body.sending_bank_account_no
    answer = _with_links(context, customer, mandate)
    response.headers["Location"] = answer["links"][0]["href"]
    return answer


@router.get(
    "/v1/Customers/{customerGuid}/DirectDebits/{directDebitGuid}",
    response_model=DirectDebitMandate,
    **_about("get", "Read one direct debit mandate"),
)
async def get_direct_debit(context: CurrentContext, customerGuid: str, directDebitGuid: str) -> Any:
    customer = find_customer(context, customerGuid)
    what = "direct debit mandate of this customer"
    mandate = find(context.space.connection, _BY_GUID, what, directDebitGuid, of_customer=customer["id"])
    return _with_links(context, customer, mandate)


def _with_links(context: RequestContext, customer: Row, mandate: Row) -> Row:
    guid, of = mandate["mandate_guid"], customer["customer_guid"]
    path = f"/v1/Customers/{of}"
    links = [
        link(context, "self", f"{path}/DirectDebits/{guid}", "DirectDebits", guid, "item"),
        link(context, "customer", path, "Customers", of, "item"),
    ]
    return {**mandate, "links": links}
