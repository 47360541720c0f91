"""The invoices and accounts that surpluses link to: read-only parts of the invoice and account APIs."""

from functools import partial
from typing import Any

from ledgersim.http.vendor_app import new_router, operation
from ledgersim.vendors.payex.context import CurrentLedger
from ledgersim.vendors.payex.invoices.queries import find_account, find_invoice
from ledgersim.vendors.payex.invoices.rules import available_amount
from ledgersim.vendors.payex.invoices.schemas import Account, Invoice
from ledgersim.vendors.payex.schemas import format_time

router = new_router("Invoices and accounts")

_operation = partial(operation, method="documented elsewhere", path="documented")


@router.get(
    "/invoice/v1/{ledger}/invoices/{invoiceNo}",
    response_model=Invoice,
    **_operation("payex.invoices.get", summary="Read one invoice"),
)
async def get_invoice(context: CurrentLedger, invoiceNo: str) -> Any:
    invoice = find_invoice(context.space, context.ledger.number, invoiceNo)
    return {
        **invoice,
        "id_": context.invoice(invoice["invoice_no"]),
        "created": format_time(invoice["created"]),
        "invoice_date": format_time(invoice["invoice_date"]),
        "due_date": format_time(invoice["due_date"]),
        "seller": {"name": invoice["seller_name"], "number": invoice["seller_number"]},
    }


@router.get(
    "/account/v1/{ledger}/accounts/{accountNo}",
    response_model=Account,
    **_operation("payex.accounts.get", summary="Read one account"),
)
async def get_account(context: CurrentLedger, accountNo: str) -> Any:
    account = find_account(context.space, context.ledger.number, accountNo)
    limit, balance, reserved = account["credit_limit"], account["total_balance"], account["reserved_amount"]
    return {
        **account,
        "id_": context.account(account["account_no"]),
        "start_date": format_time(account["start_date"]),
        "available_amount": available_amount(limit, balance, reserved),
    }
