"""Creating, reading, changing and finding customers."""

from typing import Annotated, Any

from fastapi import Query

from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.vendors.payex.context import CurrentLedger
from ledgersim.vendors.payex.customers import commands as writing
from ledgersim.vendors.payex.customers.queries import (
    expanded,
    find_customer,
    reference,
    shown,
    with_national_number,
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


def _about(identifier: str, summary: str) -> Any:
    return operation(f"payex.{identifier}", method="documented", path="documented", summary=summary)


@router.get(
    f"{_LEDGER}/customers/{{no}}",
    response_model=Customer,
    response_model_exclude_none=True,
    **_about("customers.get", "Read one customer"),
)
async def get_customer(
    context: CurrentLedger, no: str, expand: Annotated[str | None, Query(alias="$expand")] = None
) -> Any:
    kinds = expanded(expand)
    return shown(context, find_customer(context, no), kinds)


@router.post(
    f"{_LEDGER}/customers",
    status_code=201,
    response_model=CustomerReference,
    **_about("customers.create", "Create a customer"),
)
async def create_customer(context: CurrentLedger, body: CustomerCreate) -> Any:
    return reference(context, writing.create(context, body))


@router.patch(f"{_LEDGER}/customers/{{no}}", **NO_CONTENT, **_about("customers.update", "Change one customer"))
async def update_customer(context: CurrentLedger, no: str, body: CustomerUpdate) -> None:
    writing.update_customer(context, find_customer(context, no), body)


@router.post(
    f"{_LEDGER}/find-customer",
    response_model=CustomerReference,
    **_about("findcustomer", "Find a customer by national number"),
)
async def find_by_national_number(context: CurrentLedger, body: FindCustomer) -> Any:
    sought = body.national_identifier
    return reference(context, with_national_number(context, sought.country_code, sought.reg_no))


@router.post(
    f"{_LEDGER}/generate-consumer-customer-by-reg-no",
    status_code=201,
    response_model=CustomerReference,
    **_about("generatecustomer", "Create a consumer from the population register"),
)
async def generate_customer(context: CurrentLedger, body: GenerateCustomer) -> Any:
    return reference(context, writing.generate(context, body))
