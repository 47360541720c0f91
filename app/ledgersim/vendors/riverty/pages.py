"""What the dashboard shows of Riverty: credit accounts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from ledgersim.pages import OF_ROW, Card, Pages, Read, Resource, facts, path_of_row, text_search
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
    paths={
        "riverty_customer_account": path_of_row(
            select(_A.account_number).where(_A.id == OF_ROW), "/customer-account/{account_number}/credit-limit"
        )
    },
    views={"riverty.customeraccount.creditlimit": _credit_limit},
)
