"""One debt through three vendors, made to happen over HTTP: from the application for credit to the disbursement."""

from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.vendors.riverty.conftest import ACCOUNTS, KEY

GUSTAV = "19610923-9993"
ORDER = {"internationalAccount": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}}


def apply(api: Api, **customer: Any) -> str:
    """The number of a credit account of Gustav Guarantor at another shop."""
    body = {
        "accountLimit": 5000,
        "customer": {
            "firstName": "Gustav",
            "lastName": "Guarantor",
            "customerNumber": "SHOP-7",
            "organizationPersonalNo": GUSTAV,
            "category": "Person",
            "currency": "SEK",
            "address": {
                "street": "Borgensvägen",
                "streetNumber": "5",
                "postalCode": "803 20",
                "postalPlace": "Gävle",
                "countryCode": "SE",
            },
            **customer,
        },
        "countryCode": "SE",
        "conversationLanguage": "SV",
    }
    answer = api.send("POST", ACCOUNTS, KEY, json=body)
    assert answer.json()["outcome"] == "Accepted", answer.text
    number: str = answer.json()["account"]["accountNumber"]
    return number


def advance(api: Api, by: str) -> None:
    assert api.post("/_sim/clock/advance", {"by": by}).status_code == 200


def collected(api: Api, amount: float = 1250, **customer: Any) -> str:
    """The number of an account that was sent to collection, by notices that nobody paid."""
    api.freeze("2026-01-02T10:00:00Z")
    number = apply(api, **customer)
    bought = api.post(f"/_sim/riverty/accounts/{number}/purchases", {"amount": amount})
    assert bought.status_code == 201
    advance(api, "P5M")
    account = api.get(f"/_sim/riverty/accounts/{number}").json()
    assert account["accountStatus"] == "SentToDebtCollection"
    assert [one["move"] for one in account["moves"]] == [
        *("purchase", "notice", "reminder", "reminder", "reminder"),
    ] + ["send-to-collection"] * (len(account["moves"]) - 5)
    return number


def carry(api: Api, number: str, verb: str, **body: str) -> dict[str, dict[str, Any]]:
    """Transfer or settle a debt; the debt at each vendor."""
    sent = {name.rstrip("_"): value for name, value in body.items()}
    answer = api.post(f"/_sim/debts/{number}/{verb}", sent)
    assert answer.status_code == (201 if verb == "transfer" else 200), answer.text
    return {one["vendor"]: one for one in answer.json()["vendors"]}


def rejected(api: Api, number: str, verb: str, body: dict[str, Any]) -> tuple[int, Any]:
    """The status of a request that is rejected, and why; nothing has changed."""
    before = api.get("/_sim/export").content
    answer = api.post(f"/_sim/debts/{number}/{verb}", body)
    assert api.get("/_sim/export").content == before
    return answer.status_code, answer.json().get("errors") or answer.json()["detail"]


def test_one_debt_passes_through_three_vendors_and_back(small_api: Api) -> None:
    api = small_api
    api.freeze("2026-01-02T10:00:00Z")
    number = apply(api)
    api.post(f"/_sim/riverty/accounts/{number}/purchases", {"amount": 1250})
    advance(api, "P6M")
    account = api.get(f"/_sim/riverty/accounts/{number}").json()
    assert [(str(one["at"])[:10], one["move"], one["accountStatus"]) for one in account["moves"]] == [
        ("2026-01-02", "purchase", "Ok"),
        ("2026-02-02", "notice", "Ok"),
        ("2026-03-02", "reminder", "FirstReminder"),
        ("2026-04-02", "reminder", "SecondReminder"),
        ("2026-05-02", "reminder", "UnderCancelation"),
        ("2026-06-02", "send-to-collection", "SentToDebtCollection"),
    ]

    # To PayEx, where the creditor's invoice ages from Invoice to DebtCollection.
    at = carry(api, number, "transfer", from_="riverty", to="payex", creditor="BJORKVIK")
    invoice = at["payex"]["href"].removeprefix("http://sim.test")
    levels = [api.get(invoice).json()["claimLevel"]]
    for days in (40, 14, 14, 30):
        advance(api, f"P{days}D")
        levels.append(api.get(invoice).json()["claimLevel"])
    assert levels == ["Invoice", "Reminder", "SecondReminder", "CollectionClaim", "DebtCollection"]

    # To Aptic: the same amount, number and debtor at all three.
    at = carry(api, number, "transfer", from_="payex", to="aptic")
    assert set(at) == {"riverty", "payex", "aptic"}
    for one in at.values():
        assert (one["debtor"], one["national_number"]) == ("Gustav Guarantor", GUSTAV)
        assert (one["amount"], one["remaining"], one["currency"]) == (1250.0, 1250.0, "SEK")
    case = at["aptic"]["href"].removeprefix("http://sim.test")
    assert api.get(case).json()["clientName"] == "Björkvik Handel AB"
    (debt,) = api.get(f"{case}/Debts").json()["value"]
    assert debt["referenceNumber"] == api.get(invoice).json()["externalInvoiceId"] == number
    (debtor,) = api.get(f"{case}/Debtors").json()

    # A plan, a part payment, and then more than the rest: the case is closed.
    guid = case.rpartition("/")[2]
    plan = {"paymentPlanType": 3, "numberOfPayments": 5, "active": 1, "cases": [guid]}
    made = api.create(f"{APTIC}/Debtors/{debtor['debtorGuid']}/Paymentplans", plan)
    api.create(f"{case}/Payments", {"paymentAmount": 250})
    at = carry(api, number, "settle", from_="aptic", to="payex")
    assert (at["aptic"]["remaining"], at["payex"]["remaining"], at["riverty"]["remaining"]) == (1000, 1000, 1250)
    api.create(f"{case}/Payments", {"paymentAmount": 1040})
    ended = api.get(f"{APTIC}/Debtors/{debtor['debtorGuid']}/Paymentplans/{made['paymentPlanGuid']}").json()
    assert (ended["active"], ended["remainingNumberOfPayments"]) == (0, 0)
    assert api.post(f"{case}/Close", {"closureCode": "PAID"}).status_code == 204

    # Back to PayEx, with a surplus, and to Riverty; once more changes nothing.
    for _ in range(2):
        carry(api, number, "settle", from_="aptic", to="payex")
        at = carry(api, number, "settle", from_="payex", to="riverty")
    assert [(one["closed"], one["remaining"], one["status"]) for one in at.values()] == [
        (True, 0.0, "Closed"),
        (True, 0.0, "closed"),
        (True, 0.0, "ClosedFromDebtCollection"),
    ]
    (surplus,) = api.get(f"{customer_of(api)}/surpluses").json()["items"]
    assert (surplus["balance"], surplus["invoice"]) == (40.0, invoice)

    # The surplus is disbursed by the clock.
    timeline = f"/_sim/personas/Gustav Guarantor/timeline"
    assert [one["event"] for one in api.get(timeline).json()["timeline"]][-4:]


def customer_of(api: Api) -> str:
    payex = next(
        one["payex"] for one in api.get("/_sim/personas").json()["personas"] if one["name"] == "Gustav Guarantor"
    )
    return f"/ledger/customer/v1/{payex['ledger']}/customers/{payex['customerNo']}"
