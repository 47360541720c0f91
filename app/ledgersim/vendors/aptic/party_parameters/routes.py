"""The party parameters of a customer."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Body, Response
from sqlalchemy import Connection, String, bindparam, func, insert, select

from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router
from ledgersim.problems import NOT_FOUND, VALIDATION
from ledgersim.storage.statements import Row, add, row
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.nested import inferred_operations
from ledgersim.vendors.aptic.party_parameters.models import PARTY_PARAMETER
from ledgersim.vendors.aptic.party_parameters.schemas import (
    PartyParameter,
    PartyParameterCreate,
    PartyParameterPage,
    PartyParameterUpdate,
)
from ledgersim.vendors.aptic.repository import delete_row, update_row

router = new_router("Customers")

Parameters = Annotated[list[PartyParameterCreate], Body(min_length=1, strict=True)]
Changes = Annotated[list[PartyParameterUpdate], Body(strict=True)]

_OF_CUSTOMER = PARTY_PARAMETER.c.customer_id == bindparam("of_customer")
_SEGMENT = "/" + func.percent_encoded(PARTY_PARAMETER.c.name, type_=String())
# The `href` that the client sent, or else the parameter's own URL [inferred].
_HREF = func.coalesce(
    func.nullif(PARTY_PARAMETER.c.href, ""),
    bindparam("list_url", type_=String()) + func.coalesce(_SEGMENT, ""),
    type_=String(),
)
_COLUMNS = {**{name: PARTY_PARAMETER.c[name] for name in PartyParameter.model_fields}, "href": _HREF}
_LIST = Listing(PARTY_PARAMETER, _COLUMNS, fields_of(PartyParameter, _COLUMNS), _OF_CUSTOMER)
_BY_NAME = select(PARTY_PARAMETER).where(
    _OF_CUSTOMER, PARTY_PARAMETER.c.name.is_not_distinct_from(bindparam("of_name"))
)
_ADD_PARAMETER = insert(PARTY_PARAMETER)


_operation = inferred_operations("aptic.customers.parameters")


@router.get(
    "/v1/Customers/{customerGuid}/Parameters",
    response_model=PartyParameterPage,
    **_operation("list", "List the party parameters"),
)
async def list_parameters(context: CurrentContext, customerGuid: str, query: ListOptions) -> Any:
    customer = find_customer(context, customerGuid)
    list_url = _url(context, customer, None)
    return _LIST.page(context.space, query, of_customer=customer["id"], list_url=list_url)


@router.put(
    "/v1/Customers/{customerGuid}/Parameters",
    status_code=201,
    response_model=PartyParameter,
    **_operation("create", "Add party parameters (the body is an array)"),
)
async def create_parameters(
    context: CurrentContext, customerGuid: str, body: Parameters, response: Response
) -> Any:
    customer = find_customer(context, customerGuid)
    with context.space.transaction() as connection:
        for parameter in body:
            _set(connection, customer, parameter.model_dump())
    response.headers["Location"] = _url(context, customer, body[-1].name)
    return _with_href(context, customer, body[-1].model_dump())


@router.get(
    "/v1/Customers/{customerGuid}/Parameters/{name}",
    response_model=PartyParameter,
    **_operation("get", "Read one party parameter"),
)
async def get_parameter(context: CurrentContext, customerGuid: str, name: str) -> Any:
    customer = find_customer(context, customerGuid)
    return _with_href(context, customer, _find(context, customer, name))


@router.patch(
    "/v1/Customers/{customerGuid}/Parameters/{name}",
    **NO_CONTENT,
    **_operation("update", "Change one party parameter (the body is an array)"),
)
async def update_parameter(context: CurrentContext, customerGuid: str, name: str, body: Changes) -> None:
    parameter = _find(context, find_customer(context, customerGuid), name)
    errors = {
        f"[{index}].name": [f"must be {name!r}, as in the path, or absent"]
        for index, changes in enumerate(body)
        if changes.name not in (None, name)
    }
    if errors:
        raise VALIDATION.with_errors(errors)
    with context.space.transaction() as connection:
        for changes in body:
            values = changes.model_dump(exclude_unset=True, exclude={"name"})
            update_row(connection, PARTY_PARAMETER, parameter["id"], values)


@router.delete(
    "/v1/Customers/{customerGuid}/Parameters/{name}",
    **NO_CONTENT,
    **_operation("delete", "Remove one party parameter"),
)
async def delete_parameter(context: CurrentContext, customerGuid: str, name: str) -> None:
    parameter = _find(context, find_customer(context, customerGuid), name)
    with context.space.transaction() as connection:
        delete_row(connection, PARTY_PARAMETER, parameter["id"])


def _find(context: RequestContext, customer: Row, name: str) -> Row:
    found = row(context.space.connection, _BY_NAME, of_customer=customer["id"], of_name=name)
    if found is None:
        raise NOT_FOUND.with_detail(
            f"This customer has no party parameter {name[:80]!r}; names are case-sensitive."
        )
    return found


def _set(connection: Connection, customer: Row, sent: Row) -> None:
    """Store a parameter, replacing the one with the same name [inferred]."""
    existing = row(connection, _BY_NAME, of_customer=customer["id"], of_name=sent["name"])
    if existing is None:
        add(connection, _ADD_PARAMETER, {**sent, "customer_id": customer["id"]})
    else:
        update_row(connection, PARTY_PARAMETER, existing["id"], sent)


def _with_href(context: RequestContext, customer: Row, parameter: Row) -> Row:
    """Return the parameter with the `href` that the client sent, or else its own URL [inferred]."""
    return {**parameter, "href": parameter["href"] or _url(context, customer, parameter["name"])}


def _url(context: RequestContext, customer: Row, name: str | None) -> str:
    """Return the URL of a parameter, or of the list for the one without a name."""
    path = f"/v1/Customers/{customer['customer_guid']}/Parameters"
    return context.url(path if name is None else f"{path}/{quote(name, safe='')}")
