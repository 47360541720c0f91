"""A persona owes the same in all vendors, as read over HTTP."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.worlds import world_image

OWING = 19  # of the 24 personas
# What Aptic shows and Riverty does not: debts in other currencies than that of the account, and those of co-debtors.
NOT_AT_RIVERTY = {
    "Three Currencies AB": {"NOK": 10_000, "EUR": 1_000},
    "Kalle Codebtor": {"SEK": 5_000},
}
KEY = {"X-Auth-Key": "any"}


def listed(api: Api, path: str) -> list[dict[str, Any]]:
    """The items of a list, paged or not."""
    found = api.get(path).json()
    items: list[dict[str, Any]] = found["value"] if isinstance(found, dict) else found
    return items


def aptic_debts(api: Api, ids: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    """The debts of the cases of which a persona is the main debtor, by reference number.

    A case with a co-debtor is invoiced to the main debtor only.
    """
    found = {}
    for guid in ids.get("caseGuids", []):
        debtors = listed(api, f"{APTIC}/Cases/{guid}/Debtors")
        if debtors[0]["debtorGuid"] != ids["debtorGuid"]:
            continue
        case = api.get(f"{APTIC}/Cases/{guid}").json()
        for debt in listed(api, f"{APTIC}/Cases/{guid}/Debts"):
            reminded = case["service"] == "PreCollection" or case["closureCode"] == "RETRIEVED"
            found[debt["referenceNumber"]] = (
                case["clientName"],
                "Reminder" if reminded else "DebtCollection",
                case["currencyCode"],
                debt["originalPrincipal"],
                debt["remainingPrincipal"],
                debt["billDate"][:10],
                debt["dueDate"][:10],
            )
    return found


def purchased(api: Api, ids: dict[str, Any]) -> float:
    """What a persona owes as a customer."""
    if "customerGuid" not in ids:
        return 0
    owed: float = api.get(f"{APTIC}/Customers/{ids['customerGuid']}/Summary").json()["totalBalance"]
    return owed


def not_at_riverty(api: Api, persona: dict[str, Any]) -> dict[str, float]:
    """What a persona owes in cases, also as a co-debtor, and as a customer, less the balance at Riverty."""
    owed: dict[str, float] = {}
    for guid in persona["aptic"].get("caseGuids", []):
        currency = api.get(f"{APTIC}/Cases/{guid}").json()["currencyCode"]
        debts = listed(api, f"{APTIC}/Cases/{guid}/Debts")
        owed[currency] = owed.get(currency, 0) + sum(debt["remainingPrincipal"] for debt in debts)
    own = next(iter(owed), "")  # the first case is in the currency of the account
    balance = api.get(f"/_sim/riverty/accounts/{persona['riverty']['accountNumber']}").json()["balance"]
    owed[own] = owed.get(own, 0) + purchased(api, persona["aptic"]) - balance
    return {currency: amount for currency, amount in owed.items() if amount}


def invoices(api: Api, ids: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The invoices of a persona in all its ledgers."""
    here = f"/ledger/invoice/v1/{ids['ledger']}/invoices"
    for path in (*(f"{here}/{number}" for number in ids["invoiceNos"]), *ids.get("otherInvoices", [])):
        yield api.get(path).json()


def assert_agree(api: Api) -> int:
    """Compare the debts of all personas. Returns the number of personas that owe something."""
    owing = 0
    for persona in api.get("/_sim/personas").json()["personas"]:
        name = persona["name"]
        debts, owed = aptic_debts(api, persona["aptic"]), purchased(api, persona["aptic"])
        found = list(invoices(api, persona["payex"]))
        shown = {
            one["externalInvoiceId"]: (
                one["seller"]["name"],
                one["claimLevel"],
                one["currency"],
                one["originalAmount"],
                one["currentDebt"],
                one["invoiceDate"][:10],
                one["dueDate"][:10],
            )
            for one in found
        }
        assert {number: shown[number] for number in debts} == debts, name
        assert sum(one["currentDebt"] for one in found if one["externalInvoiceId"] not in debts) == owed, name
        assert all((one["status"] == "open") == (one["currentDebt"] > 0) for one in found), name
        if "riverty" in persona:
            number = persona["riverty"]["accountNumber"]
            balance = api.send("GET", f"/api/v3/customer-account/{number}/credit-limit", headers=KEY).json()
            account = api.get(f"/_sim/riverty/accounts/{number}").json()
            currency = shown and next(iter(shown.values()))[2]
            assert balance["balance"] == owed + sum(one[4] for one in debts.values() if one[2] == currency), (
                name
            )
            purchased_levels = {one[1] for number, one in shown.items() if number.startswith("BUY-")}
            assert purchased_levels <= {"Invoice" if account["accountStatus"] == "Ok" else "Reminder"}, name
            if account["accountStatus"] not in ("Ok", "ClosedFromDebtCollection"):
                assert account["lastNoticeDate"] < account["nextNoticeDate"], name
        owing += any(one["currentDebt"] for one in found)
    return owing


@pytest.mark.parametrize("as_of", ["2026-01-01", "2024-02-29", "2031-12-31"])
def test_the_three_vendors_agree_about_each_persona(serve: Callable[..., Api], as_of: str) -> None:
    api = serve(image=world_image("nordic-basic", 1, 1, date.fromisoformat(as_of)))
    api.freeze(f"{as_of}T12:00:00Z")
    assert assert_agree(api) == OWING


def test_two_personas_owe_more_than_is_on_their_account(small_api: Api) -> None:
    personas = [one for one in small_api.get("/_sim/personas").json()["personas"] if "riverty" in one]
    different = {one["name"]: not_at_riverty(small_api, one) for one in personas}
    assert {name: owed for name, owed in different.items() if owed} == NOT_AT_RIVERTY


def test_a_part_paid_account_is_handed_on_like_any_other(small_api: Api) -> None:
    """What Pertti has paid in the seeded past is no part of what is received for the remainder."""
    small_api.freeze("2026-01-02T09:00:00Z")
    number = small_api.get("/_sim/personas").json()["personas"][4]["riverty"]["accountNumber"]
    transfer = {"from": "riverty", "to": "payex", "creditor": "JARVILAINA"}
    at = small_api.post(f"/_sim/debts/{number}/transfer", transfer).json()["vendors"]
    invoice = at["payex"]["href"].rpartition("/")[2]
    small_api.post(f"/_sim/payex/35801/invoices/{invoice}/moves/pay", {"amount": 100})
    settled = small_api.post(f"/_sim/debts/{number}/settle", {"from": "payex", "to": "riverty"}).json()
    assert (at["riverty"]["remaining"], settled["vendors"]["riverty"]["remaining"]) == (600, 500)


def test_they_agree_after_an_export_and_import(small_api: Api) -> None:
    exported = small_api.get("/_sim/export").json()
    paid = small_api.post(
        "/_sim/payex/46001/customers/1000001/payments", {"amount": 1, "invoiceNo": "100000101"}
    )
    assert paid.status_code == 201
    assert small_api.post("/_sim/import", exported).status_code in (200, 204)
    assert assert_agree(small_api) == OWING
