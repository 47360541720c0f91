"""The credit insurances of a customer."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam, delete, insert

from ledgersim.http.vendor_app import NO_CONTENT, CurrentContext, RequestContext, new_router, operation
from ledgersim.storage.database import add
from ledgersim.vendors.aptic.credit_insurances.models import CREDIT_INSURANCE
from ledgersim.vendors.aptic.credit_insurances.rules import company_name
from ledgersim.vendors.aptic.credit_insurances.schemas import (
    CreditInsurance,
    CreditInsuranceCreate,
    CreditInsurancePage,
    CreditInsuranceUpdate,
)
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.repository import Row, by_guid, change, find

router = new_router("Customers")

_C = CREDIT_INSURANCE.c
_OF_CUSTOMER = _C.customer_id == bindparam("of_customer")
_COLUMNS = {name: _C[name] for name in CreditInsurance.model_fields if name in _C}
_LIST = Listing(CREDIT_INSURANCE, _COLUMNS, fields_of(CreditInsurance, _COLUMNS), _C.id, _OF_CUSTOMER)
_BY_GUID = by_guid(_C.insurance_guid).where(_OF_CUSTOMER)
_ADD_INSURANCE = insert(CREDIT_INSURANCE)
_REMOVE = delete(CREDIT_INSURANCE).where(_C.id == bindparam("row_id"))


def _about(verb: str, summary: str) -> Any:
    return operation(
        f"aptic.customers.creditinsurances.{verb}", method="inferred", path="inferred", summary=summary
    )


@router.get(
    "/v1/Customers/{customerGuid}/CreditInsurances",
    response_model=CreditInsurancePage,
    **_about("list", "List the credit insurances"),
)
async def list_credit_insurances(context: CurrentContext, customerGuid: str, query: ListOptions) -> Any:
    customer = find_customer(context, customerGuid)
    page = _LIST.page(context.space, query, of_customer=customer["id"])
    return {**page, "value": [_with_links(context, customer, insurance) for insurance in page["value"]]}


@router.put(
    "/v1/Customers/{customerGuid}/CreditInsurances",
    status_code=201,
    response_model=CreditInsurance,
    **_about("create", "Add a credit insurance"),
)
async def create_credit_insurance(
    context: CurrentContext, customerGuid: str, body: CreditInsuranceCreate, response: Response
) -> Any:
    customer = find_customer(context, customerGuid)
    code = body.insurance_company_reference_code
    with context.space.transaction() as connection:
        insurance = {
            **body.model_dump(),
            "insurance_guid": context.space.guids.guid(),
            "customer_id": customer["id"],
            "insurance_date": context.space.clock.now(),
            "insurance_company_name": company_name(code),
            "currency_code": body.currency_code or customer["currency_code"],
        }
        add(connection, _ADD_INSURANCE, insurance)
    answer = _with_links(context, customer, insurance)
    response.headers["Location"] = answer["links"][0]["href"]
    return answer


@router.get(
    "/v1/Customers/{customerGuid}/CreditInsurances/{insuranceGuid}",
    response_model=CreditInsurance,
    **_about("get", "Read one credit insurance"),
)
async def get_credit_insurance(context: CurrentContext, customerGuid: str, insuranceGuid: str) -> Any:
    customer = find_customer(context, customerGuid)
    return _with_links(context, customer, _find(context, customer, insuranceGuid))


@router.patch(
    "/v1/Customers/{customerGuid}/CreditInsurances/{insuranceGuid}",
    **NO_CONTENT,
    **_about("update", "Change one credit insurance"),
)
async def update_credit_insurance(
    context: CurrentContext, customerGuid: str, insuranceGuid: str, body: CreditInsuranceUpdate
) -> None:
    insurance = _find(context, find_customer(context, customerGuid), insuranceGuid)
    with context.space.transaction() as connection:
        change(connection, CREDIT_INSURANCE, insurance["id"], body.model_dump(exclude_unset=True))


@router.delete(
    "/v1/Customers/{customerGuid}/CreditInsurances/{insuranceGuid}",
    **NO_CONTENT,
    **_about("delete", "Remove one credit insurance"),
)
async def delete_credit_insurance(context: CurrentContext, customerGuid: str, insuranceGuid: str) -> None:
    insurance = _find(context, find_customer(context, customerGuid), insuranceGuid)
    with context.space.transaction() as connection:
        connection.execute(_REMOVE, {"row_id": insurance["id"]})


def _find(context: RequestContext, customer: Row, guid: str) -> Row:
    what = "credit insurance of this customer"
    return find(context.space.connection, _BY_GUID, what, guid, of_customer=customer["id"])


def _with_links(context: RequestContext, customer: Row, insurance: Row) -> Row:
    guid, of = insurance["insurance_guid"], customer["customer_guid"]
    path = f"/v1/Customers/{of}"
    links = [
        link(context, "self", f"{path}/CreditInsurances/{guid}", "CreditInsurances", guid, "item"),
        link(context, "customer", path, "Customers", of, "item"),
    ]
    return {**insurance, "links": links}
