"""The legal and billing address of a customer."""

from functools import partial
from typing import Any

from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.problems import CONFLICT
from ledgersim.vendors.payex.addresses.commands import delete_address, upsert_address
from ledgersim.vendors.payex.addresses.models import BILLING, LEGAL
from ledgersim.vendors.payex.addresses.queries import address_of, to_response
from ledgersim.vendors.payex.addresses.schemas import Address, AddressInput
from ledgersim.vendors.payex.context import CurrentLedger, LedgerContext
from ledgersim.vendors.payex.customers.commands import update_from_register
from ledgersim.vendors.payex.customers.queries import find_customer
from ledgersim.vendors.payex.problems import NO_BILLING_ADDRESS, NO_LEGAL_ADDRESS

router = new_router("Addresses")

_CUSTOMER = "/customer/v1/{ledger}/customers/{no}"
_LEGAL, _BILLING = f"{_CUSTOMER}/legal-address", f"{_CUSTOMER}/billing-address"
_MISSING = {LEGAL: NO_LEGAL_ADDRESS, BILLING: NO_BILLING_ADDRESS}

_operation = partial(operation, method="documented", path="documented")


@router.get(
    _LEGAL,
    response_model=Address,
    response_model_exclude_none=True,
    **_operation("payex.legaladdress.get", summary="Read the legal address"),
)
async def get_legal_address(context: CurrentLedger, no: str) -> Any:
    return _read(context, no, LEGAL)


@router.put(
    _LEGAL, **NO_CONTENT, **_operation("payex.legaladdress.replace", summary="Replace the legal address")
)
async def replace_legal_address(context: CurrentLedger, no: str, body: AddressInput) -> None:
    customer = find_customer(context, no)
    with context.space.transaction() as connection:
        upsert_address(connection, customer["id"], LEGAL, body.model_dump())


@router.post(
    f"{_LEGAL}/update-legal-address-from-population-register",
    **NO_CONTENT,
    **_operation(
        "payex.legaladdress.register",
        summary="Replace the legal address with the one in the population register",
    ),
)
async def update_legal_address(context: CurrentLedger, no: str) -> None:
    update_from_register(context, find_customer(context, no))


@router.get(
    _BILLING,
    response_model=Address,
    response_model_exclude_none=True,
    **_operation("payex.billingaddress.get", summary="Read the billing address"),
)
async def get_billing_address(context: CurrentLedger, no: str) -> Any:
    return _read(context, no, BILLING)


@router.post(
    _BILLING,
    status_code=201,
    response_model=Address,
    response_model_exclude_none=True,
    **_operation("payex.billingaddress.create", summary="Add a billing address"),
)
async def create_billing_address(context: CurrentLedger, no: str, body: AddressInput) -> Any:
    customer = find_customer(context, no)
    if address_of(context.space.connection, customer["id"], BILLING) is not None:
        raise CONFLICT.with_detail("The customer already has a billing address; use PUT to replace it.")
    with context.space.transaction() as connection:
        upsert_address(connection, customer["id"], BILLING, body.model_dump())
    return _read(context, no, BILLING)


@router.put(
    _BILLING, **NO_CONTENT, **_operation("payex.billingaddress.replace", summary="Replace the billing address")
)
async def replace_billing_address(context: CurrentLedger, no: str, body: AddressInput) -> None:
    customer = find_customer(context, no)
    _read(context, no, BILLING)
    with context.space.transaction() as connection:
        upsert_address(connection, customer["id"], BILLING, body.model_dump())


@router.delete(
    _BILLING, **NO_CONTENT, **_operation("payex.billingaddress.delete", summary="Remove the billing address")
)
async def delete_billing_address(context: CurrentLedger, no: str) -> None:
    customer = find_customer(context, no)
    _read(context, no, BILLING)
    with context.space.transaction() as connection:
        delete_address(connection, customer["id"], BILLING)


def _read(context: LedgerContext, no: str, kind: str) -> Any:
    customer = find_customer(context, no)
    address = address_of(context.space.connection, customer["id"], kind)
    if address is None:
        raise _MISSING[kind].with_detail(f"The customer {customer['customer_no']} has no {kind} address.")
    return to_response(context, customer, address)
