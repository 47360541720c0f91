"""What the dashboard shows of Riverty: credit accounts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from ledgersim.pages import Card, Pages, Read, Resource, RowPage, Value, facts, money, text_search
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import row
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT

_A = CUSTOMER_ACCOUNT.c


_OWNER = select(_A.first_name, _A.last_name, _A.account_status, _A.currency).where(_A.id == bindparam("of_id"))


async def _credit_limit(space: Space, _: Read, path: str, item: dict[str, Any]) -> Sequence[Card]:
    owners = (row(space.connection, _OWNER, of_id=one) for one in _ACCOUNTS.below(space, path))
    owner = next(filter(None, owners), {})
    own: list[tuple[str, Value]] = [
        ("customer", " ".join(owner[name] for name in ("first_name", "last_name") if owner.get(name))),
        ("status", owner.get("account_status", "")),
        *(
            (name, money(value, owner.get("currency")) if isinstance(value, float) else value)
            for name, value in item.items()
        ),
    ]
    return [facts(f"Account {path.split('/')[-2]}", *own)]


_ACCOUNTS = RowPage(
    _A.id,
    select(_A.account_number, _A.first_name, _A.last_name),
    "/customer-account/{account_number}/credit-limit",
    "Account {account_number} of {first_name} {last_name}",
)


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
    rows={"riverty_customer_account": _ACCOUNTS},
    views={"riverty.customeraccount.creditlimit": _credit_limit},
)
