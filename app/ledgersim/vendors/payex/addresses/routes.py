"""The legal and the billing address of a customer."""

from typing import Any

from ledgersim.core.problems import CONFLICT
from ledgersim.core.vendor import NO_CONTENT, new_router, operation
from ledgersim.vendors.payex.addresses.reading import address_of, keep, remove, shown
from ledgersim.vendors.payex.addresses.schemas import Address, AddressInput
from ledgersim.vendors.payex.addresses.table import BILLING, LEGAL
from ledgersim.vendors.payex.calls import CurrentLedger, LedgerCall
from ledgersim.vendors.payex.customers.reading import find_customer
from ledgersim.vendors.payex.customers.writing import update_from_register
from ledgersim.vendors.payex.problems import NO_BILLING_ADDRESS, NO_LEGAL_ADDRESS

router = new_router("Addresses")

_CUSTOMER = "/customer/v1/{ledger}/customers/{no}"
_LEGAL, _BILLING = f"{_CUSTOMER}/legal-address", f"{_CUSTOMER}/billing-address"
_MISSING = {LEGAL: NO_LEGAL_ADDRESS, BILLING: NO_BILLING_ADDRESS}


def _about(identifier: str, summary: str) -> Any:
    return operation(f"payex.{identifier}", method="documented", path="documented", summary=summary)


@router.get(
    _LEGAL,
    response_model=Address,
    response_model_exclude_none=True,
    **_about("legaladdress.get", "Read the legal address"),
)
async def get_legal_address(call: CurrentLedger, no: str) -> Any:
    return _read(call, no, LEGAL)


@router.put(_LEGAL, **NO_CONTENT, **_about("legaladdress.replace", "Replace the legal address"))
async def replace_legal_address(call: CurrentLedger, no: str, body: AddressInput) -> None:
    customer = find_customer(call, no)
    with call.space.transaction() as connection:
        keep(connection, customer["id"], LEGAL, body.model_dump())


@router.post(
    f"{_LEGAL}/update-legal-address-from-population-register",
    **NO_CONTENT,
    **_about("legaladdress.register", "Replace the legal address by that of the population register"),
)
async def update_legal_address(call: CurrentLedger, no: str) -> None:
    update_from_register(call, find_customer(call, no))


@router.get(
    _BILLING,
    response_model=Address,
    response_model_exclude_none=True,
    **_about("billingaddress.get", "Read the billing address"),
)
async def get_billing_address(call: CurrentLedger, no: str) -> Any:
    return _read(call, no, BILLING)


@router.post(
    _BILLING,
    status_code=201,
    response_model=Address,
    response_model_exclude_none=True,
    **_about("billingaddress.create", "Add a billing address"),
)
async def create_billing_address(call: CurrentLedger, no: str, body: AddressInput) -> Any:
    customer = find_customer(call, no)
    if address_of(call.space.connection, customer["id"], BILLING) is not None:
        raise CONFLICT.with_detail("The customer has a billing address already; replace it with PUT.")
    with call.space.transaction() as connection:
        keep(connection, customer["id"], BILLING, body.model_dump())
    return _read(call, no, BILLING)


@router.put(_BILLING, **NO_CONTENT, **_about("billingaddress.replace", "Replace the billing address"))
async def replace_billing_address(call: CurrentLedger, no: str, body: AddressInput) -> None:
    customer = find_customer(call, no)
    _read(call, no, BILLING)
    with call.space.transaction() as connection:
        keep(connection, customer["id"], BILLING, body.model_dump())


@router.delete(_BILLING, **NO_CONTENT, **_about("billingaddress.delete", "Remove the billing address"))
async def delete_billing_address(call: CurrentLedger, no: str) -> None:
    customer = find_customer(call, no)
    _read(call, no, BILLING)
    with call.space.transaction() as connection:
        remove(connection, customer["id"], BILLING)


def _read(call: LedgerCall, no: str, kind: str) -> Any:
    customer = find_customer(call, no)
    address = address_of(call.space.connection, customer["id"], kind)
    if address is None:
        raise _MISSING[kind].with_detail(f"The customer {customer['customer_no']} has no {kind} address.")
    return shown(call, customer, address)
