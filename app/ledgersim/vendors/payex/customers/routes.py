"""Reading, creating, changing and finding customers."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from ledgersim.http.body import JsonRoute
from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.vendors.payex.context import CurrentLedger, current_ledger
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
from ledgersim.vendors.payex.state import Ledger

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


class _CreateRoute(JsonRoute):
    """Adds what the ledger does not accept to what is invalid in any ledger, so that no fault hides another."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_with_ledger(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                context = await current_ledger(request, request.path_params["ledger"])
                raise _with_ledger_errors(context.ledger, error) from error

        return handle_with_ledger


def _with_ledger_errors(ledger: Ledger, error: RequestValidationError) -> RequestValidationError:
    if not isinstance(error.body, dict):
        return error
    sent = {name.lower(): value for name, value in error.body.items()}
    number, protected = sent.get("customerno"), sent.get("protectedidentity")
    has_identifier = sent.get("nationalidentifier") is not None
    found = commands.creation_errors(
        ledger, number if isinstance(number, str) else None, has_identifier, protected is True
    )
    reported = {one["loc"][1] for one in error.errors() if len(one["loc"]) > 1}
    more = [
        {"type": "ledger", "loc": ("body", name), "msg": message, "input": error.body}
        for name, messages in found.items()
        for message in messages
        if name not in reported
    ]
    return RequestValidationError([*error.errors(), *more], body=error.body)


async def create_customer(context: CurrentLedger, body: CustomerCreate) -> Any:
    """Create a customer."""
    return to_reference(context, commands.create_customer(context, body))


router.add_api_route(
    f"{_LEDGER}/customers",
    create_customer,
    methods=["POST"],
    status_code=201,
    response_model=CustomerReference,
    route_class_override=_CreateRoute,
    **_operation("payex.customers.create", summary="Create a customer"),
)


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
