"""The invoices and accounts that surpluses link to: read-only parts of the invoice and account APIs."""

from functools import partial
from typing import Any

from ledgersim.http.vendor_app import new_router, operation
from ledgersim.vendors.payex.context import CurrentLedger
from ledgersim.vendors.payex.invoices.queries import (
    account_to_response,
    find_account,
    find_invoice,
    invoice_to_response,
)
from ledgersim.vendors.payex.invoices.schemas import Account, Invoice

router = new_router("Invoices and accounts")

_operation = partial(operation, method="documented elsewhere", path="documented")


@router.get(
    "/invoice/v1/{ledger}/invoices/{invoiceNo}",
    response_model=Invoice,
    **_operation("payex.invoices.get", summary="Read one invoice"),
)
async def get_invoice(context: CurrentLedger, invoiceNo: str) -> Any:
    return invoice_to_response(context, find_invoice(context.space, context.ledger.number, invoiceNo))


@router.get(
    "/account/v1/{ledger}/accounts/{accountNo}",
    response_model=Account,
    **_operation("payex.accounts.get", summary="Read one account"),
)
async def get_account(context: CurrentLedger, accountNo: str) -> Any:
    return account_to_response(context, find_account(context.space, context.ledger.number, accountNo))
