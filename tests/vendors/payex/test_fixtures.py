"""Fixtures of PayEx: a customer with everything that a seeded one has."""

from typing import Any

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import CUSTOMER, IDENTIFIER, NO, SE

EVERYTHING: dict[str, Any] = {
    **CUSTOMER,
    "ledger": "46001",
    "legalStatus": "deceased",
    "activeConsents": ["EBoks", "RecurringCard"],
    "invoices": [
        {"originalAmount": 100, "claimLevel": "Reminder"},
        {"invoiceNo": "F-2", "originalAmount": 50, "status": "closed"},
    ],
    "accounts": [{"creditLimit": 1000, "totalBalance": -20}],
    "surpluses": [
        {"amount": 5},
        {"amount": 7, "invoiceNo": "F-2"},
        {"amount": 50, "accountNo": "999990"},
        {"amount": 30, "invoiceNo": "999901"},
    ],
}


def load(api: Api, **kinds: Any) -> Any:
    return api.post("/_sim/fixtures", {"payex": kinds})


def test_a_customer_can_have_everything_that_a_seeded_one_has(api: Api) -> None:
    created = load(api, customers=[EVERYTHING]).json()["payex"]["customers"][0]
    first, second, third = created["surplusIds"]  # all of the fourth payment was owed
    found = api.get(f"{SE}/customers/9999").json()
    assert (found["legalStatus"], found["activeConsents"]) == ("deceased", ["RecurringCard", "EBoks"])
    surpluses = {one["surplusId"]: one for one in api.get(f"{SE}/customers/9999/surpluses").json()["items"]}
    assert {name: one["balance"] for name, one in surpluses.items()} == {first: 5.0, second: 7.0, third: 30.0}
    assert api.get(surpluses[second]["invoice"]).json()["status"] == "closed"
    assert api.get(surpluses[third]["account"]).json()["totalBalance"] == 30.0
    assert api.get("/ledger/invoice/v1/46001/invoices/999901").json()["currentDebt"] == 70.0


def test_a_ledger_that_generates_numbers_gives_the_invoices_theirs(api: Api) -> None:
    body = {name: value for name, value in EVERYTHING.items() if name not in ("customerNo", "surpluses")}
    created = load(api, customers=[{**body, "ledger": "47001"}]).json()["payex"]["customers"][0]
    number = created["customerNo"]
    assert api.get(f"{NO}/customers/{number}").status_code == 200
    assert api.get(f"/ledger/invoice/v1/47001/invoices/{number}01").json()["currency"] == "NOK"


def test_invoices_and_accounts_can_be_given_to_any_customer(api: Api) -> None:
    of = {"ledger": "46001", "customerNo": "1000001"}
    created = load(
        api,
        invoices=[{**of, "originalAmount": 10, "invoiceNo": "F-1"}],
        accounts=[{**of, "creditLimit": 10, "accountNo": "A-1"}],
        surpluses=[{**of, "amount": 15, "invoiceNo": "F-1"}],
    ).json()["payex"]
    assert created["invoices"] == [
        {"invoiceNo": "F-1", "href": "http://sim.test/ledger/invoice/v1/46001/invoices/F-1"}
    ]
    assert created["accounts"] == [
        {"accountNo": "A-1", "href": "http://sim.test/ledger/account/v1/46001/accounts/A-1"}
    ]
    surplus = api.send("GET", created["surpluses"][0]["href"]).json()
    assert (surplus["balance"], surplus["invoice"]) == (5.0, "/ledger/invoice/v1/46001/invoices/F-1")


@pytest.mark.parametrize(
    ("kinds", "status", "field"),
    [
        ({"customers": [{**EVERYTHING, "invoices": [{"originalAmount": 1, "currentDebt": 2}]}]}, 400,
         "payex.customers[0].invoices[0].currentDebt"),
        ({"customers": [{**EVERYTHING, "invoices": [{"originalAmount": 1, "invoiceDate": "2026-01-02", "dueDate": "2026-01-01"}]}]},
         400, "payex.customers[0].invoices[0].dueDate"),
        ({"customers": [{**EVERYTHING, "invoices": [{"originalAmount": 1, "invoiceNo": "100000101"}]}]}, 409,
         "payex.customers[0].invoices[0].invoiceNo"),
        ({"customers": [{**EVERYTHING, "accounts": [{"totalBalance": 5}]}]}, 400,
         "payex.customers[0].accounts[0].totalBalance"),
        ({"customers": [{**EVERYTHING, "surpluses": [{"amount": 0}]}]}, 400, "payex.customers[0].surpluses[0].amount"),
        ({"customers": [{**EVERYTHING, "surpluses": [{"amount": 1, "invoiceNo": "x"}]}]}, 400,
         "payex.customers[0].surpluses[0]"),
        ({"customers": [{**EVERYTHING, "nationalIdentifier": {**IDENTIFIER, "regNo": "1"}}]}, 400,
         "payex.customers[0].nationalIdentifier.regNo"),
        ({"invoices": [{"ledger": "46001", "customerNo": "0", "originalAmount": 1}]}, 400,
         "payex.invoices[0].customerNo"),
        ({"invoices": [{"ledger": "1", "customerNo": "0", "originalAmount": 1}]}, 400, "payex.invoices[0].ledger"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_nothing_is_created(
    api: Api, kinds: dict[str, Any], status: int, field: str
) -> None:
    answer = load(api, **kinds)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [field])
    assert api.get(f"{SE}/customers/9999").status_code == 404
