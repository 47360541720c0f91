"""Applying for account credit, and reading the remaining credit."""

from typing import Any

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import new_router, operation
from ledgersim.vendors.riverty.customer_account import rules
from ledgersim.vendors.riverty.customer_account.commands import apply
from ledgersim.vendors.riverty.customer_account.queries import find_account, to_response
from ledgersim.vendors.riverty.customer_account.schemas import (
    AccountApplication,
    AccountApplicationResult,
    CreditLimit,
)
from ledgersim.vendors.riverty.messages import Message

router = new_router("Customer accounts")

_ERROR = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}}
_DENIED: Any = {401: {**_ERROR, "description": "Authorization has been denied for this request."}}
_INVALID: Any = {400: {"model": list[Message], "description": "Model validation failed."}}
_UNKNOWN: Any = {404: {**_ERROR, "description": "Unknown account."}}


@router.post(
    "/customer-account",
    response_model=AccountApplicationResult,
    responses={**_INVALID, **_DENIED},
    **operation(
        "riverty.customeraccount.apply",
        method="documented",
        path="documented",
        summary="Apply for account credit",
    ),
)
async def apply_for_account(context: CurrentContext, body: AccountApplication) -> Any:
    sent = body.model_dump()
    customer = sent["customer"]
    decision = rules.decide(
        body.customer.first_name, body.customer.organization_personal_no, body.account_limit
    )
    if decision.grants:
        with context.space.transaction() as connection:
            account = apply(connection, context.space, sent, decision)
        result = account
    else:
        account = None
        addresses = rules.addresses_of(customer["address"], decision)
        result = {**customer, "customer_account_id": None, "address_list": addresses}
    return {
        "account": None if account is None else to_response(account),
        "temporary_external_problem": decision.temporary_external_problem,
        "customer": result,
        "outcome": decision.outcome,
        "risk_check_messages": decision.messages,
    }


@router.get(
    "/customer-account/{accountNumber}/credit-limit",
    response_model=CreditLimit,
    responses={**_DENIED, **_UNKNOWN},
    **operation(
        "riverty.customeraccount.creditlimit",
        method="documented elsewhere",
        path="documented elsewhere",
        summary="Read the remaining credit of an account",
    ),
)
async def get_credit_limit(context: CurrentContext, accountNumber: str) -> Any:
    account = find_account(context.space, accountNumber)
    reason = rules.closing_reason(account["account_status"], account["is_stopped"], account["confirmed"])
    return {
        "remaining_credit_limit": rules.remaining_credit(account["account_limit"], account["balance"]),
        "balance": account["balance"],
        "is_open_for_new_transactions": reason is None,
        "account_message": reason,
        "total_balance": account["balance"],
    }
