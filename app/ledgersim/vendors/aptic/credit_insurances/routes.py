"""The credit insurances of a customer."""

from typing import Any

from fastapi import Response
from sqlalchemy import insert

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router
from ledgersim.storage.statements import add
from ledgersim.vendors.aptic.credit_insurances.models import CREDIT_INSURANCE
from ledgersim.vendors.aptic.credit_insurances.rules import company_name
from ledgersim.vendors.aptic.credit_insurances.schemas import (
    CreditInsurance,
    CreditInsuranceCreate,
    CreditInsurancePage,
    CreditInsuranceUpdate,
)
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.nested import NestedResource, inferred_operations
from ledgersim.vendors.aptic.repository import delete_row, update_row

router = new_router("Customers")

_INSURANCES = NestedResource(
    "customer", "CreditInsurances", "credit insurance", CREDIT_INSURANCE.c.insurance_guid, CreditInsurance
)
_ADD_INSURANCE = insert(CREDIT_INSURANCE)

_operation = inferred_operations("aptic.customers.creditinsurances")


@router.get(
    "/v1/Customers/{customerGuid}/CreditInsurances",
    response_model=CreditInsurancePage,
    **_operation("list", "List the credit insurances"),
)
async def list_credit_insurances(context: CurrentContext, customerGuid: str, query: ListOptions) -> Any:
    return _INSURANCES.page(context, find_customer(context, customerGuid), query)


@router.put(
    "/v1/Customers/{customerGuid}/CreditInsurances",
    status_code=201,
    response_model=CreditInsurance,
    **_operation("create", "Add a credit insurance"),
)
async def create_credit_insurance(
    context: CurrentContext, customerGuid: str, body: CreditInsuranceCreate, response: Response
) -> Any:
    customer = find_customer(context, customerGuid)
    with context.space.transaction() as connection:
        insurance = {
            **body.model_dump(),
            "insurance_guid": context.space.guids.guid(),
            "customer_id": customer["id"],
            "insurance_date": context.space.clock.now(),
            "insurance_company_name": company_name(body.insurance_company_reference_code),
            "currency_code": body.currency_code or customer["currency_code"],
        }
        add(connection, _ADD_INSURANCE, insurance)
    return _INSURANCES.created(context, customer, insurance, response)


@router.get(
    "/v1/Customers/{customerGuid}/CreditInsurances/{insuranceGuid}",
    response_model=CreditInsurance,
    **_operation("get", "Read one credit insurance"),
)
async def get_credit_insurance(context: CurrentContext, customerGuid: str, insuranceGuid: str) -> Any:
    return _INSURANCES.get(context, find_customer(context, customerGuid), insuranceGuid)


@router.patch(
    "/v1/Customers/{customerGuid}/CreditInsurances/{insuranceGuid}",
    **NO_CONTENT,
    **_operation("update", "Change one credit insurance"),
)
async def update_credit_insurance(
    context: CurrentContext, customerGuid: str, insuranceGuid: str, body: CreditInsuranceUpdate
) -> None:
    insurance = _INSURANCES.find(context, find_customer(context, customerGuid), insuranceGuid)
    with context.space.transaction() as connection:
        update_row(connection, CREDIT_INSURANCE, insurance["id"], body.model_dump(exclude_unset=True))


@router.delete(
    "/v1/Customers/{customerGuid}/CreditInsurances/{insuranceGuid}",
    **NO_CONTENT,
    **_operation("delete", "Remove one credit insurance"),
)
async def delete_credit_insurance(context: CurrentContext, customerGuid: str, insuranceGuid: str) -> None:
    insurance = _INSURANCES.find(context, find_customer(context, customerGuid), insuranceGuid)
    with context.space.transaction() as connection:
        delete_row(connection, CREDIT_INSURANCE, insurance["id"])
