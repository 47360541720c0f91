"""The fixtures of Riverty: accounts."""

from ledgersim.problems import CONFLICT, invalid
from ledgersim.schemas import AmountIn
from ledgersim.storage.statements import Row, row
from ledgersim.vendors.riverty.customer_account.commands import BY_CUSTOMER, apply
from ledgersim.vendors.riverty.customer_account.rules import decide
from ledgersim.vendors.riverty.customer_account.schemas import AccountApplication, AccountStatus
from ledgersim.world.fixtures import FixtureContext, FixtureKind


class Account(AccountApplication):
    """The body of `POST /customer-account`, with the status and balance of the account."""

    account_status: AccountStatus = "Ok"
    balance: AmountIn = 0


def _add_account(context: FixtureContext, item: Account) -> Row:
    """Open an account. Raises a 400 Problem if the application for it is not granted."""
    sent = item.model_dump()
    number = sent["customer"]["customer_number"]
    if number is not None and row(context.connection, BY_CUSTOMER, number=number) is not None:
        raise CONFLICT.with_errors(
            {"customer.customerNumber": [f"the customer {number!r} already has an account"]}
        )
    decision = decide(item.customer.first_name, item.customer.organization_personal_no, item.account_limit)
    if not decision.grants:
        why = f"an application by {item.customer.first_name!r} for this limit is not granted"
        raise invalid("customer.firstName", f"{why}: {decision.outcome}")
    account = apply(context.connection, context.space, sent, decision)
    path = f"/customer-account/{account['account_number']}/credit-limit"
    return {
        "customerAccountId": account["customer_account_id"],
        "customerNumber": account["customer_number"],
        "accountNumber": account["account_number"],
        "href": context.url(path),
    }


KINDS = (FixtureKind("accounts", Account, _add_account),)
