"""What the dashboard shows of Aptic: people and cases, and cards for debts, payments and plans."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel
from sqlalchemy import FromClause, Select, case, func, literal, select, union_all

from ledgersim.pages import (
    Card,
    Chart,
    Facts,
    Link,
    ListQuery,
    Page,
    Pages,
    Point,
    Read,
    Resource,
    RowPage,
    Table,
    Value,
    facts,
    hundredths,
    money,
)
from ledgersim.problems import Problem
from ledgersim.spaces.space import Space
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.cases.schemas import CaseListItem
from ledgersim.vendors.aptic.claims.models import CLAIM, FEE
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.clients.schemas import ClientDetails
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.customers.schemas import CustomerListItem
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.schemas import DebtorListItem
from ledgersim.vendors.aptic.payment_plans.models import ACTIVE, COMPLETED, PAYMENT_PLAN, PROPOSAL
from ledgersim.vendors.aptic.payments.models import PAYMENT

MAX_PAYMENTS = 20  # of a case, whose allocations are shown

_Json = dict[str, Any]


def _resource(
    name: str, guid: str, columns: Sequence[str], item: type[BaseModel], title: str | None = None
) -> Resource:
    title = title or name.title()
    path = f"/v1/{title}"
    return Resource(
        name=name,
        title=title,
        path=f"{path}/{{{guid}}}",
        columns=columns,
        page=_listed(path),
        filter="$filter",
        fields=[str(one.alias) for one in item.model_fields.values() if one.alias is not None],
    )


def _listed(path: str) -> Callable[[Space, Read, ListQuery], Awaitable[Page]]:
    async def page(_: Space, read: Read, query: ListQuery) -> Page:
        options = {"$filter": query.filter, "$skip": query.skip, "$top": query.top}
        found = await read(f"{path}?{urlencode({name: value for name, value in options.items() if value})}")
        return Page(found["total"], found["value"])

    return page


def _name(person: _Json) -> str:
    parts = (person.get("firstname"), person.get("middlename"), person.get("lastname"), person.get("fullName"))
    return " ".join(part for part in parts if part)


def _person(person: _Json, further: Sequence[tuple[str, Value]] = ()) -> Facts:
    known = ("idNumber", "dateOfBirth", "email", "cellularPhone", "languageCode")
    own = [(name, _short(person[name])) for name in known if person.get(name)]
    return facts(_name(person) or "Unnamed", *own, *further)


def _short(value: Any) -> Any:
    """A value without a time of day that says nothing."""
    return value.removesuffix("T00:00:00Z") if isinstance(value, str) else value


def _addresses(found: _Json, path: str) -> Table:
    rows: list[list[Value]] = [
        [
            Link(text=one["addressType"], path=f"{path}/Addresses/{one['addressGuid']}"),
            one["fullAddress"],
            _short(one["validFrom"]),
            _short(one["validTo"]),
            "default" if one["defaultAddress"] else "",
        ]
        for one in found["value"]
    ]
    return Table(
        title="Addresses", columns=["Type", "Address", "From", "To", ""], rows=rows, empty="No address."
    )


async def _debtor(_: Space, read: Read, path: str, item: _Json) -> Sequence[Card]:
    summary = await read(f"{path}/Summary")
    plans = await read(f"{path}/Paymentplans")
    currency = item["currencyCode"] or next((one["currencyCode"] for one in summary["cases"]), None)
    balances: list[tuple[str, Value]] = [
        ("remaining principal", money(summary["remainingPrincipal"], currency)),
        ("remaining interest", money(summary["remainingInterest"], currency)),
        ("remaining fees", money(summary["remaininFee"], currency)),
        ("remaining in all", money(summary["remainingSum"], currency)),
        ("cases", f"{summary['activeCases']} active, {summary['closedCases']} closed"),
    ]
    cases: list[list[Value]] = [
        [
            Link(text=one["caseNumber"], path=f"/v1/Cases/{one['caseGuid']}"),
            one["clientName"],
            one["debtorRole"],
            one["status"],
            one["remainingSum"],
            one["currencyCode"],
        ]
        for one in summary["cases"]
    ]
    of_plans: list[list[Value]] = [
        [
            Link(text=_short(one["registrationDate"]), path=f"{path}/Paymentplans/{one['paymentPlanGuid']}"),
            str(one["numberOfPayments"]),
            str(one["remainingNumberOfPayments"]),
        ]
        for one in plans["value"]
    ]
    return [
        _person({**item, "fullName": None if _name(item) else summary["fullName"]}, balances),
        _addresses(await read(f"{path}/Addresses"), path),
        Table(
            title="Cases",
            columns=["Case", "Client", "Role", "Status", "Remaining", ""],
            rows=cases,
            empty="No case.",
        ),
        Table(
            title="Payment plans",
            columns=["Since", "Payments", "Remaining"],
            rows=of_plans,
            empty="No payment plan.",
        ),
    ]


async def _customer(_: Space, read: Read, path: str, item: _Json) -> Sequence[Card]:
    summary = await read(f"{path}/Summary")
    currency = summary["currencyCode"]
    balances: list[tuple[str, Value]] = [
        ("total balance", money(summary["totalBalance"], currency)),
        ("accounts", money(summary["accountBalance"], currency)),
        ("unsettled payments", money(summary["unsettledPaymentBalance"], currency)),
    ]
    return [_person(item, balances), _addresses(await read(f"{path}/Addresses"), path)]


async def _case(_: Space, read: Read, path: str, item: _Json) -> Sequence[Card]:
    claims = [
        *(("Debts", "debtGuid", one) for one in (await read(f"{path}/Debts"))["value"]),
        *(("Fees", "feeGuid", one) for one in (await read(f"{path}/Fees"))["value"]),
    ]
    sums: list[list[Value]] = [
        [
            Link(text=one.get("referenceNumber") or one["description"] or one.get("name") or kind[:-1],
                 path=f"{path}/{kind}/{one[guid]}"),
            "fee" if kind == "Fees" else "debt",
            _short(one.get("dueDate") or one.get("feeDate")),
            one["originalSum"],
            one["paidSum"],
            one["remainingPrincipal"],
            one["remainingInterest"],
            one["remainingSum"],
        ]
        for kind, guid, one in claims
    ]  # fmt: skip
    total: list[Value] = [
        "all", "", "", item["originalSum"], item["paidSum"],
        item["remainingPrincipal"] + item["remainingFee"], item["remainingInterest"], item["remainingSum"],
    ]  # fmt: skip
    debtors: list[list[Value]] = [
        [
            Link(text=one["fullName"], path=f"/v1/Debtors/{one['debtorGuid']}"),
            one["debtorRole"],
            one["idNumber"],
        ]
        for one in await read(f"{path}/Debtors")
    ]
    columns = ["Claim", "Kind", "Due", "Original", "Paid", "Principal left", "Interest left", "Remaining"]
    client = f" of {item['clientName']}" if item["clientName"] else ""
    title = f"Case {item['caseNumber']}{client}, {item['status']}"
    return [
        Table(title=f"{title}, in {item['currencyCode']}", columns=columns, rows=[*sums, total]),
        Table(title="Debtors", columns=["Name", "Role", "Number"], rows=debtors, empty="No debtor."),
        await _payments(read, path),
    ]


async def _payments(read: Read, path: str) -> Table:
    found = await read(f"{path}/Payments")
    rows: list[list[Value]] = []
    for one in found["value"][:MAX_PAYMENTS]:
        at = f"{path}/Payments/{one['paymentGuid']}"
        rows.append([Link(text=_short(one["paymentDate"]), path=at), one["source"], one["paidAmount"], "", ""])
        try:
            details = await read(at)
        except Problem:
            continue
        for used in details["specifications"]:
            what = used["description"] or used["invoiceNumber"]
            part = {1: "costs", 2: "interest", 3: "principal"}[used["amountType"]]
            rows.append(["", "", "", f"{part}: {what}", used["usedAmount"]])
    columns = ["Payment", "Source", "Amount", "Allocated to", "Used"]
    return Table(title="Payments and what they were used for", columns=columns, rows=rows, empty="No payment.")


async def _plan(_: Space, __: Read, ___: str, item: _Json) -> Sequence[Card]:
    currency, payments = item["currencyCode"], item["payments"] or []
    rows: list[list[Value]] = [
        [
            str(one["paymentNo"]),
            _short(one["invoiceDate"]),
            _short(one["dueDate"]),
            one["instalment"],
            one["interest"],
            one["fee"],
            one["amount"],
            one["unpaid"],
            _short(one["paidDate"]),
        ]
        for one in payments
    ]
    start = Point(at=_short(item["registrationDate"]), value=item["totalAmount"], done=True)
    points = [
        Point(at=_short(one["dueDate"]), value=one["unpaid"], done=one["paidDate"] is not None)
        for one in payments
    ]
    columns = ["No", "Invoice", "Due", "Instalment", "Interest", "Fee", "Amount", "Remaining", "Paid"]
    state = {COMPLETED: "ended", ACTIVE: "active", PROPOSAL: "proposed"}[item["active"]]
    if state == "ended":
        points = [one for one in points if one.done]
    return [
        facts(
            f"Payment plan, {state}",
            ("since", _short(item["registrationDate"])),
            (
                "payments",
                f"{item['numberOfPayments']}, of which {item['remainingNumberOfPayments']} are not paid",
            ),
            ("total", money(item["totalAmount"], currency)),
        ),
        *([Chart(title="Remaining debt over time", unit=currency, points=[start, *points])] if points else []),
        Table(
            title=f"Schedule{' as it was planned' if state == 'ended' else ''}, in {currency}",
            columns=columns,
            rows=rows,
            empty="No payment is planned.",
        ),
    ]


def _addresses_of(owner: str, table: FromClause) -> Select[Any]:
    of = table.c
    return select(
        ADDRESS.c.id,
        ADDRESS.c.address_guid,
        literal(f"{owner.title()}s").label("list"),
        of[f"{owner}_guid"].label("owner_guid"),
        of.full_name,
    ).join(table, (ADDRESS.c.owner == owner) & (ADDRESS.c.owner_id == of.id))


_ADDRESSES = union_all(_addresses_of("debtor", DEBTOR), _addresses_of("customer", CUSTOMER)).subquery()

_CASE = "/v1/Cases/{case_guid}"
_ROWS = {
    "debtor": RowPage(
        DEBTOR.c.id,
        select(DEBTOR.c.debtor_guid, DEBTOR.c.full_name),
        "/v1/Debtors/{debtor_guid}",
        "Debtor {full_name}",
    ),
    "customer": RowPage(
        CUSTOMER.c.id,
        select(CUSTOMER.c.customer_guid, CUSTOMER.c.full_name),
        "/v1/Customers/{customer_guid}",
        "Customer {full_name}",
    ),
    "client": RowPage(
        CLIENT.c.id,
        select(CLIENT.c.unique_id, CLIENT.c.full_name),
        "/v1/Clients/{unique_id}",
        "Client {full_name}",
    ),
    "address": RowPage(
        _ADDRESSES.c.id,
        select(*(one for one in _ADDRESSES.c if one.key != "id")),
        "/v1/{list}/{owner_guid}/Addresses/{address_guid}",
        "Address of {full_name}",
    ),
    "case": RowPage(CASE.c.id, select(CASE.c.case_guid, CASE.c.case_number), _CASE, "Case {case_number}"),
    "payment": RowPage(
        PAYMENT.c.id,
        select(
            CASE.c.case_guid,
            CASE.c.case_number,
            PAYMENT.c.payment_guid,
            hundredths(PAYMENT.c.paid_amount).label("amount"),
            PAYMENT.c.currency_code,
        ).join(CASE, CASE.c.id == PAYMENT.c.case_id),
        f"{_CASE}/Payments/{{payment_guid}}",
        "Payment of {amount} {currency_code} on case {case_number}",
    ),
    "claim": RowPage(
        CLAIM.c.id,
        select(
            CASE.c.case_guid,
            CASE.c.case_number,
            CLAIM.c.guid,
            case((CLAIM.c.kind == FEE, "Fees"), else_="Debts").label("list"),
            case((CLAIM.c.kind == FEE, "Fee"), else_="Debt").label("kind"),
            func.coalesce(" " + CLAIM.c.reference_number, " " + CLAIM.c.name, "").label("called"),
        ).join(CASE, CASE.c.id == CLAIM.c.case_id),
        f"{_CASE}/{{list}}/{{guid}}",
        "{kind}{called} of case {case_number}",
    ),
    "payment_plan": RowPage(
        PAYMENT_PLAN.c.id,
        select(DEBTOR.c.debtor_guid, DEBTOR.c.full_name, PAYMENT_PLAN.c.payment_plan_guid).join(
            DEBTOR, DEBTOR.c.id == PAYMENT_PLAN.c.debtor_id
        ),
        "/v1/Debtors/{debtor_guid}/Paymentplans/{payment_plan_guid}",
        "Payment plan of {full_name}",
    ),
}

PAGES = Pages(
    resources=[
        _resource("debtors", "debtorGuid", ("fullName", "idNumber", "city", "countryCode"), DebtorListItem),
        _resource(
            "cases",
            "caseGuid",
            ("caseNumber", "mainDebtorName", "clientName", "status", "remainingSum", "currencyCode"),
            CaseListItem,
        ),
        _resource(
            "customers", "customerGuid", ("fullName", "idNumber", "email", "currencyCode"), CustomerListItem
        ),
        _resource(
            "clients", "uniqueId", ("fullName", "referenceCode", "countryCodeOfOperation"), ClientDetails
        ),
    ],
    views={
        "aptic.debtors.get": _debtor,
        "aptic.customers.get": _customer,
        "aptic.cases.get": _case,
        "aptic.debtors.cases.get": _case,
        "aptic.debtors.paymentplans.get": _plan,
    },
    rows=_ROWS,
)
