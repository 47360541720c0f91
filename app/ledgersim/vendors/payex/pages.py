"""What the dashboard shows of PayEx: customers, invoices, accounts and surpluses of all ledgers."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import FromClause, bindparam, select

from ledgersim.pages import (
    Card,
    Gone,
    Link,
    Pages,
    Read,
    Resource,
    RowPage,
    States,
    Table,
    Transition,
    Value,
    View,
    facts,
    hundredths,
    money,
    text_search,
)
from ledgersim.problems import Problem
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import row, scalar
from ledgersim.vendors.payex.addresses.models import ADDRESS
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.models import ACCOUNT, INVOICE
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.rules import GONE, TRANSITIONS

_Json = dict[str, Any]

_CUSTOMER = "/customer/v1/{ledger}/customers/{customerNo}"
_C, _I, _A, _S, _ADDRESS = CUSTOMER.c, INVOICE.c, ACCOUNT.c, SURPLUS.c, ADDRESS.c


async def _customer(_: Space, read: Read, path: str, item: _Json) -> Sequence[Card]:
    names = ("customerNo", "legalEntity", "legalStatus", "emailAddress", "msisdn", "preferredLanguageCode")
    known: list[tuple[str, Value]] = [(name, item[name]) for name in names if item.get(name)]
    national = item.get("nationalIdentifier") or {}
    if national.get("regNo"):
        known.insert(0, ("regNo", f"{national['regNo']} ({national['countryCode']})"))
    return [
        facts(item["name"], *known, ("consents", ", ".join(item.get("activeConsents", ())) or "none")),
        await _addresses(read, path),
        await _surpluses(read, path),
    ]


async def _addresses(read: Read, path: str) -> Table:
    rows: list[list[Value]] = []
    for kind in ("legal-address", "billing-address"):
        try:
            found = await read(f"{path}/{kind}")
        except Problem:  # it has none
            continue
        parts = [
            found.get(name)
            for name in ("addressee", "coAddress", "streetAddress", "zipCode", "city", "countryCode")
        ]
        rows.append([Link(text=kind, path=f"{path}/{kind}"), ", ".join(part for part in parts if part)])
    return Table(title="Addresses", columns=["Kind", "Address"], rows=rows, empty="No address.")


async def _surpluses(read: Read, path: str) -> Table:
    found = await read(f"{path}/surpluses")
    rows: list[list[Value]] = [
        [
            Link(text=one["surplusId"], path=f"{path}/surpluses/{quote(one['surplusId'])}"),
            one["date"][:10],
            one["status"],
            one["balance"],
            one["currency"],
        ]
        for one in found["items"]
    ]
    columns = ["Surplus", "Date", "Status", "Balance", ""]
    return Table(title="Surpluses", columns=columns, rows=rows, empty="No surplus.")


async def _surplus(_: Space, read: Read, path: str, item: _Json) -> Sequence[Card]:
    of_customer = path.partition("/surpluses/")[0]
    customer = await read(of_customer)
    own: list[tuple[str, Value]] = [
        ("customer", Link(text=customer["name"], path=of_customer)),
        ("balance", money(item["balance"], item["currency"])),
        ("date", item["date"][:10]),
        ("status", item["status"]),
    ]
    return [facts(f"Surplus {item['surplusId']}", *own), _states_of_surplus(item["status"])]


def _states_of_surplus(present: str) -> States:
    states = list(
        dict.fromkeys(state for (source, _), target in TRANSITIONS.items() for state in (source, target))
    )
    states.sort(key=lambda state: state == GONE)
    moves = [
        Transition(source=source, target=target, name=name) for (source, name), target in TRANSITIONS.items()
    ]
    return States(title="States of a surplus", states=states, moves=moves, present=present)


def _debt(kind: str, table: FromClause) -> View:
    """The card of an invoice or an account: its customer, and what it says of itself."""
    owner = select(table.c.customer_id).where(table.c.id == bindparam("of_id"))
    number = f"{kind}No"

    async def view(space: Space, _: Read, path: str, item: _Json) -> Sequence[Card]:
        own: list[tuple[str, Value]] = [
            (name, value)
            for name, value in item.items()
            if not (name.startswith("@") or isinstance(value, dict | list))
        ]
        for one in _ROWS[f"payex_{kind}"].below(space, path):
            own.insert(0, ("customer", _customer_link(space, scalar(space.connection, owner, of_id=one))))
        return [facts(f"{kind.title()} {item[number]}", *own)]

    return view


def _customer_link(space: Space, customer_id: int) -> Value:
    return _ROWS["payex_customer"].link(space, customer_id) or ""


_OF_CUSTOMER = "/customer/v1/{ledger}/customers/{customer_no}"
_ROWS = {
    "payex_customer": RowPage(
        _C.id, select(_C.ledger, _C.customer_no, _C.name), _OF_CUSTOMER, "Customer {customer_no}, {name}"
    ),
    "payex_address": RowPage(
        _ADDRESS.id,
        select(
            _C.ledger, _C.customer_no, _C.name, _ADDRESS.kind, (_ADDRESS.kind + "-address").label("address")
        ).join(CUSTOMER, _C.id == _ADDRESS.customer_id),
        f"{_OF_CUSTOMER}/{{address}}",
        "Address of {name} ({kind})",
    ),
    "payex_invoice": RowPage(
        _I.id,
        select(_I.ledger, _I.invoice_no, _C.name).join(CUSTOMER, _C.id == _I.customer_id),
        "/invoice/v1/{ledger}/invoices/{invoice_no}",
        "Invoice {invoice_no} of {name}",
    ),
    "payex_account": RowPage(
        _A.id,
        select(_A.ledger, _A.account_no, _C.name).join(CUSTOMER, _C.id == _A.customer_id),
        "/account/v1/{ledger}/accounts/{account_no}",
        "Account {account_no} of {name}",
    ),
    "payex_surplus": RowPage(
        _S.id,
        select(
            _C.ledger,
            _C.customer_no,
            _C.name,
            _S.surplus_id,
            hundredths(_S.balance).label("amount"),
            _S.currency,
        ).join(CUSTOMER, _C.id == _S.customer_id),
        f"{_OF_CUSTOMER}/surpluses/{{surplus_id}}",
        "Surplus of {name}, {amount} {currency}",
    ),
}

_EXECUTED = select(SURPLUS).where(_S.id == bindparam("of_id"), _S.status == GONE)


def _fate_of_surplus(space: Space, path: str) -> Gone | None:
    for number in _ROWS["payex_surplus"].below(space, path):
        if (found := row(space.connection, _EXECUTED, of_id=number)) is not None:
            invoice = found["set_off_invoice_no"]
            how = "paid out" if invoice is None else f"set off against the invoice {invoice}"
            amount = money(found["balance"] / 100, found["currency"])
            at = f"{found['executed_at']:%Y-%m-%d %H:%M:%S}"
            own: list[tuple[str, Value]] = [
                ("customer", _customer_link(space, found["customer_id"])),
                ("amount", amount),
            ]
            if invoice is not None:
                ledger = path.split("/")[3]
                link = _ROWS["payex_invoice"].at(space, f"/invoice/v1/{ledger}/invoices/{quote(invoice)}")
                own.append(("set off against", link or invoice))
            cards: list[Card] = [
                facts(f"Surplus {found['surplus_id']}", *own, ("executed", at), ("status", GONE)),
                _states_of_surplus(GONE),
            ]
            return Gone(f"The surplus of {amount} was {how} at {at}", cards)
    return None


PAGES = Pages(
    resources=[
        Resource(
            name="customers",
            title="Customers",
            path=_CUSTOMER,
            columns=("name", "ledger", "customerNo", "regNo", "legalEntity"),
            page=text_search(
                CUSTOMER,
                {"ledger": _C.ledger, "customerNo": _C.customer_no, "name": _C.name, "regNo": _C.reg_no,
                 "legalEntity": _C.legal_entity},
                _C.id,
            ),
        ),
        Resource(
            name="invoices",
            title="Invoices",
            path="/invoice/v1/{ledger}/invoices/{invoiceNo}",
            columns=("invoiceNo", "ledger", "status", "claimLevel", "currentDebt", "currency", "sellerName"),
            page=text_search(
                INVOICE,
                {"ledger": _I.ledger, "invoiceNo": _I.invoice_no, "status": _I.status,
                 "claimLevel": _I.claim_level,
                 "currentDebt": _I.current_debt,
                 "currency": _I.currency, "sellerName": _I.seller_name},
                _I.id,
                ["currentDebt"],
            ),
        ),
        Resource(
            name="accounts",
            title="Accounts",
            path="/account/v1/{ledger}/accounts/{accountNo}",
            columns=("accountNo", "ledger", "status", "totalBalance", "currency", "description"),
            page=text_search(
                ACCOUNT,
                {"ledger": _A.ledger, "accountNo": _A.account_no, "status": _A.status,
                 "totalBalance": _A.total_balance, "currency": _A.currency, "description": _A.description},
                _A.id,
                ["totalBalance"],
            ),
        ),
        Resource(
            name="surpluses",
            title="Surpluses",
            path=f"{_CUSTOMER}/surpluses/{{surplusId}}",
            columns=("surplusId", "name", "ledger", "customerNo", "status", "balance", "currency"),
            page=text_search(
                SURPLUS.join(CUSTOMER, (_C.id == _S.customer_id) & (_S.status != GONE)),
                {"ledger": _C.ledger, "customerNo": _C.customer_no, "name": _C.name,
                 "surplusId": _S.surplus_id, "status": _S.status,
                 "balance": _S.balance, "currency": _S.currency},
                _S.id,
                ["balance"],
            ),
        ),
    ],
    views={
        "payex.customers.get": _customer,
        "payex.surpluses.get": _surplus,
        "payex.invoices.get": _debt("invoice", INVOICE),
        "payex.accounts.get": _debt("account", ACCOUNT),
    },
    fates={"payex.surpluses.get": _fate_of_surplus},
    rows=_ROWS,
)  # fmt: skip
