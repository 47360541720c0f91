"""The summary of a customer: balances, their parts, and related customers."""

from typing import Any

import pytest

from ledgersim.vendors.aptic.customer_summary.rules import Balances, balances, summary_currency
from tests.client import APTIC, Api

CUSTOMERS = f"{APTIC}/Customers"
BERIT = "5eed0017-c057-4000-8000-000000000001"
GUSTAV = "5eed0018-c057-4000-8000-000000000001"


def summary(api: Api, guid: str) -> dict[str, Any]:
    answer = api.get(f"{CUSTOMERS}/{guid}/Summary")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_new_customer_owes_nothing_and_knows_nobody(api: Api) -> None:
    assert summary(api, api.customer(currencyCode="DKK")["customerGuid"]) == {
        "totalBalance": 0,
        "accountBalance": 0,
        "currencyCode": "DKK",
        "unsettledPaymentBalance": 0,
        "purchases": [],
        "invoices": [],
        "accounts": [],
        "guarantees": [],
        "collaterals": [],
        "myGuarantors": [],
        "guaranteeFor": [],
        "allRelatedCustomers": [],
    }


def test_the_total_is_what_the_parts_say(api: Api) -> None:
    found = summary(api, BERIT)
    assert (found["totalBalance"], found["accountBalance"], found["unsettledPaymentBalance"]) == (
        4500,
        4700,
        500,
    )
    assert found["currencyCode"] == "SEK"
    assert [(one["accountNumber"], one["balance"]) for one in found["accounts"]] == [("880017", 4700)]
    assert [
        (one["description"], one["purchaseAmount"], one["remainingAmount"], one["customerAccountNumber"])
        for one in found["purchases"]
    ] == [("Bicycle", 6000, 3500, "880017"), ("Shoes", 1200, 1200, "880017"), ("Bag", 800, 300, None)]


def test_a_campaign_lists_its_payments(api: Api) -> None:
    bicycle = summary(api, BERIT)["purchases"][0]
    campaign_members = ("campaignCode", "originalCampaignAmount", "remainingCampaignAmount", "campaignFee",
            "totalNumberOfPayments", "remainingNumberOfPayments", "nextPeriodDate", "nextPeriodAmount", "lastPaymentDate")  # fmt: skip
    assert [bicycle[name] for name in campaign_members] == [
        "PART12", 6000, 3500, 29, 12, 7, "2026-01-31T00:00:00Z", 529, "2025-12-31T00:00:00Z",
    ]  # fmt: skip


def test_invoices_ask_for_what_remains_of_their_purchase(api: Api) -> None:
    found = summary(api, BERIT)
    assert [one["reservationId"] for one in found["invoices"]] == [
        one["reservationId"] for one in found["purchases"]
    ]
    asked = (
        "invoiceAmount",
        "minimumToPay",
        "minimumToPayIncludingCampaign",
        "customerAccountInvoice",
        "invoiceStatus",
    )
    assert [[one[name] for name in asked] for one in found["invoices"]] == [
        [6000, 0, 529, True, 0],
        [1200, 1200, 1200, True, 0],
        [800, 300, 300, False, 0],
    ]


def test_guarantors_and_guaranteed_find_each_other(api: Api) -> None:
    berit, gustav = summary(api, BERIT), summary(api, GUSTAV)
    assert [(one["guarantorGuid"], one["fullName"]) for one in berit["myGuarantors"]] == [
        (GUSTAV, "Gustav Guarantor")
    ]
    assert [(one["customerGuid"], one["fullName"]) for one in gustav["guaranteeFor"]] == [
        (BERIT, "Berit Balances")
    ]
    assert (berit["guaranteeFor"], gustav["myGuarantors"], gustav["guarantees"]) == ([], [], [])
    assert [one["guaranteeAmount"] for one in berit["guarantees"]] == [5000]


def test_related_customers_have_roles_and_working_links(api: Api) -> None:
    parent = api.customer()["customerGuid"]
    child = api.customer(parentCustomer=BERIT)["customerGuid"]
    api.patch(f"{CUSTOMERS}/{BERIT}", {"parentCustomer": parent})
    related = summary(api, BERIT)["allRelatedCustomers"]
    assert [(one["customerGuid"], one["customerRoleCode"]) for one in related] == [
        (parent, "PARENT"),
        (child, "SUBSIDIARY"),
        (GUSTAV, "GUARANTOR"),
    ]
    assert [one["customerRoleCode"] for one in summary(api, child)["allRelatedCustomers"]] == ["PARENT"]
    assert [one["customerRoleCode"] for one in summary(api, GUSTAV)["allRelatedCustomers"]] == ["GUARANTEED"]
    for one in related:
        assert [(link["name"], link["guid"]) for link in one["links"]] == [
            ("self", one["customerGuid"]),
            ("summary", one["customerGuid"]),
        ]
        for link in one["links"]:
            assert api.get(link["href"].removeprefix("http://sim.test")).status_code == 200


def test_the_balances_stay_in_their_currency_when_the_customers_changes(api: Api) -> None:
    api.patch(f"{CUSTOMERS}/{BERIT}", {"currencyCode": "EUR"})
    found = summary(api, BERIT)
    assert (found["totalBalance"], found["currencyCode"]) == (4500, "SEK")


def purchase(remaining: int, account: str | None = None, currency: str = "SEK") -> dict[str, Any]:
    return {"remaining_amount": remaining, "customer_account_number": account, "currency_code": currency}


def account(balance: int, currency: str = "SEK") -> dict[str, Any]:
    return {"balance": balance, "currency_code": currency}


def unsettled(amount: int, currency: str = "SEK") -> dict[str, Any]:
    return {"amount": amount, "currency_code": currency}


@pytest.mark.parametrize(
    ("purchases", "accounts", "payments", "sums"),
    [
        ([], [], [], Balances(0, 0, 0)),
        ([purchase(5)], [], [], Balances(5, 0, 0)),
        ([purchase(5, "A")], [account(5)], [], Balances(5, 5, 0)),
        ([purchase(5, "A"), purchase(7)], [account(5)], [unsettled(2), unsettled(1)], Balances(9, 5, 3)),
        ([purchase(1)], [], [unsettled(5)], Balances(-4, 0, 5)),
        ([purchase(5, currency="EUR")], [account(7, "NOK")], [unsettled(1, "DKK")], Balances(0, 0, 0)),
        ([purchase(10**13)] * 3, [account(1)], [], Balances(3 * 10**13 + 1, 1, 0)),
    ],
)
def test_purchases_on_an_account_count_once_and_unsettled_payments_are_subtracted(
    purchases: list[dict[str, Any]],
    accounts: list[dict[str, Any]],
    payments: list[dict[str, Any]],
    sums: Balances,
) -> None:
    assert balances("SEK", purchases, accounts, payments) == sums


def test_the_currency_is_that_of_what_is_owed_else_the_customers() -> None:
    assert summary_currency("SEK", [purchase(1, currency="EUR")], []) == "EUR"
    assert summary_currency("SEK", [purchase(1, currency="EUR")], [account(1, "NOK")]) == "NOK"
    assert summary_currency("SEK", [], []) == "SEK"
    assert summary_currency(None, [], []) is None
