"""What the dashboard shows of Riverty: credit accounts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from ledgersim.pages import Card, Pages, Read, Resource, RowPage, facts, text_search
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT

_A = CUSTOMER_ACCOUNT.c


async def _credit_limit(_: Read, path: str, item: dict[str, Any]) -> Sequence[Card]:
    return [facts(f"Account {path.split('/')[-2]}", *item.items())]


PAGES = Pages(
    resources=[
        Resource(
            name="accounts",
            title="Accounts",
            path="/customer-account/{accountNumber}/credit-limit",
            columns=("accountNumber", "firstName", "lastName", "accountStatus", "balance", "currency"),
            page=text_search(
                CUSTOMER_ACCOUNT,
                {
                    "accountNumber": _A.account_number,
                    "firstName": _A.first_name,
                    "lastName": _A.last_name,
                    "organizationPersonalNo": _A.organization_personal_no,
                    "accountStatus": _A.account_status,
                    "balance": _A.balance,
                    "currency": _A.currency,
                },
                _A.id,
                ["balance"],
            ),
        )
    ],
    rows={
        "riverty_customer_account": RowPage(
            _A.id,
            select(_A.account_number, _A.first_name, _A.last_name),
            "/customer-account/{account_number}/credit-limit",
            "Account {account_number} of {first_name} {last_name}",
        )
    },
    views={"riverty.customeraccount.creditlimit": _credit_limit},
)
