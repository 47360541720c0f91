"""The direct debit mandates of a customer."""

from typing import Any

from fastapi import Response
from sqlalchemy import insert

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import new_router
from ledgersim.problems import VALIDATION
from ledgersim.storage.statements import add
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.direct_debits.models import DIRECT_DEBIT_MANDATE
from ledgersim.vendors.aptic.direct_debits.schemas import (
    DirectDebitMandate,
    DirectDebitMandateCreate,
    DirectDebitMandatePage,
)
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.nested import NestedResource, inferred_operations

router = new_router("Customers")

_MANDATES = NestedResource(
    "customer",
    "DirectDebits",
    "direct debit mandate",
    DIRECT_DEBIT_MANDATE.c.mandate_guid,
    DirectDebitMandate,
    extra={"bank_account_no": DIRECT_DEBIT_MANDATE.c.sending_bank_account_no},
)
_ADD_MANDATE = insert(DIRECT_DEBIT_MANDATE)

_operation = inferred_operations("aptic.customers.directdebits")


@router.get(
    "/v1/Customers/{customerGuid}/DirectDebits",
    response_model=DirectDebitMandatePage,
    **_operation("list", "List the direct debit mandates"),
)
async def list_direct_debits(context: CurrentContext, customerGuid: str, query: ListOptions) -> Any:
    return _MANDATES.page(context, find_customer(context, customerGuid), query)


@router.put(
    "/v1/Customers/{customerGuid}/DirectDebits",
    status_code=201,
    response_model=DirectDebitMandate,
    **_operation("create", "Register a direct debit mandate"),
)
async def create_direct_debit(
    context: CurrentContext, customerGuid: str, body: DirectDebitMandateCreate, response: Response
) -> Any:
    # Imports stdnum, which is slow to load.
    from ledgersim.vendors.aptic.direct_debits.rules import account_errors, account_remarks

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
        remarks = account_remarks(sent)
        context.report(Diagnostic("account-number", name, remark) for name, remark in remarks.items())
    mandate["bank_account_no"] = body.sending_bank_account_no
    return _MANDATES.created(context, customer, mandate, response)


@router.get(
    "/v1/Customers/{customerGuid}/DirectDebits/{directDebitGuid}",
    response_model=DirectDebitMandate,
    **_operation("get", "Read one direct debit mandate"),
)
async def get_direct_debit(context: CurrentContext, customerGuid: str, directDebitGuid: str) -> Any:
    return _MANDATES.get(context, find_customer(context, customerGuid), directDebitGuid)
