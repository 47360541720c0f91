"""Customers."""

from typing import Any

from fastapi import Response

from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.addresses.routes import address_router
from ledgersim.vendors.aptic.customers.commands import BY_GUID, add_customer, change_customer
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.customers.queries import customer_response
from ledgersim.vendors.aptic.customers.schemas import (
    Customer,
    CustomerCreate,
    CustomerListItem,
    CustomerPage,
    CustomerUpdate,
)
from ledgersim.vendors.aptic.extrafields.routes import extra_field_router
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.repository import find

router = new_router("Customers")
addresses = address_router("customer", "Customers", BY_GUID)
extra_fields = extra_field_router("customer", "Customers", BY_GUID)

_COLUMNS = {name: CUSTOMER.c[name] for name in CustomerListItem.model_fields}
_LIST = Listing(CUSTOMER, _COLUMNS, fields_of(CustomerListItem, _COLUMNS))


def find_customer(context: RequestContext, guid: str) -> Row:
    """Return the customer with that GUID. Raises a 404 Problem."""
    return find(context.space.connection, BY_GUID, "customer", guid)


@router.get(
    "/v1/Customers",
    response_model=CustomerPage,
    **operation(
        "aptic.customers.list",
        method="observed",
        path="observed",
        summary="List customers, filtered, sorted and paged",
    ),
)
async def list_customers(context: CurrentContext, query: ListOptions) -> Any:
    return _LIST.page(context.space, query)


@router.put(
    "/v1/Customers",
    status_code=201,
    response_model=Customer,
    **operation("aptic.customers.create", method="observed", path="observed", summary="Create a customer"),
)
async def create_customer(context: CurrentContext, body: CustomerCreate, response: Response) -> Any:
    with context.space.transaction() as connection:
        customer = add_customer(connection, context.space, body.model_dump())
    response.headers["Location"] = context.url(f"/v1/Customers/{customer['customer_guid']}")
    return customer_response(context, customer)


@router.get(
    "/v1/Customers/{guid}",
    response_model=Customer,
    **operation("aptic.customers.get", method="observed", path="observed", summary="Read one customer"),
)
async def get_customer(context: CurrentContext, guid: str) -> Any:
    return customer_response(context, find_customer(context, guid))


@router.patch(
    "/v1/Customers/{customerGuid}",
    **NO_CONTENT,
    **operation(
        "aptic.customers.update", method="observed", path="observed", summary="Change fields of a customer"
    ),
)
async def update_customer(context: CurrentContext, customerGuid: str, body: CustomerUpdate) -> None:
    customer = find_customer(context, customerGuid)
    with context.space.transaction() as connection:
        change_customer(connection, customer, body.model_dump(exclude_unset=True))
