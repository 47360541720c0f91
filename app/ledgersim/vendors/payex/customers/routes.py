"""Reading, creating, changing and finding customers."""

from functools import partial
from typing import Annotated, Any

from fastapi import Query

from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.vendors.payex.context import CurrentLedger
from ledgersim.vendors.payex.customers import commands
from ledgersim.vendors.payex.customers.queries import (
    find_by_national_number,
    find_customer,
    parse_expand,
    to_reference,
    to_response,
)
from ledgersim.vendors.payex.customers.schemas import (
    Customer,
    CustomerCreate,
    CustomerReference,
    CustomerUpdate,
    FindCustomer,
    GenerateCustomer,
)

router = new_router("Customers")

_LEDGER = "/customer/v1/{ledger}"

_operation = partial(operation, method="documented", path="documented")


@router.get(
    f"{_LEDGER}/customers/{{no}}",
    response_model=Customer,
    response_model_exclude_none=True,
    **_operation("payex.customers.get", summary="Read one customer"),
)
async def get_customer(
    context: CurrentLedger, no: str, expand: Annotated[str | None, Query(alias="$expand")] = None
) -> Any:
    kinds = parse_expand(expand)
    return to_response(context, find_customer(context, no), kinds)


@router.post(
    f"{_LEDGER}/customers",
    status_code=201,
    response_model=CustomerReference,
    **_operation("payex.customers.create", summary="Create a customer"),
)
async def create_customer(context: CurrentLedger, body: CustomerCreate) -> Any:
    return to_reference(context, commands.create_customer(context, body))


@router.patch(
    f"{_LEDGER}/customers/{{no}}",
    **NO_CONTENT,
    **_operation("payex.customers.update", summary="Change one customer"),
)
async def update_customer(context: CurrentLedger, no: str, body: CustomerUpdate) -> None:
    commands.update_customer(context, find_customer(context, no), body)


@router.post(
    f"{_LEDGER}/find-customer",
    response_model=CustomerReference,
    **_operation("payex.findcustomer", summary="Find a customer by national number"),
)
async def find_customer_by_national_number(context: CurrentLedger, body: FindCustomer) -> Any:
    identifier = body.national_identifier
    customer = find_by_national_number(context, identifier.country_code, identifier.reg_no)
    return to_reference(context, customer)


@router.post(
    f"{_LEDGER}/generate-consumer-customer-by-reg-no",
    status_code=201,
    response_model=CustomerReference,
    **_operation("payex.generatecustomer", summary="Create a consumer from the population register"),
)
async def generate_customer(context: CurrentLedger, body: GenerateCustomer) -> Any:
    return to_reference(context, commands.generate_customer(context, body))
