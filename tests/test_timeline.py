"""The timeline of a persona: in order of time, with links that answer and amounts that agree."""

from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest

from ledgersim.timeline import EVENTS
from tests.client import APTIC, BEARER, Api
from tests.vendors.riverty.conftest import KEY
from tests.worlds import Row

Entry = dict[str, Any]
DUNNING = ("reminder", "collection-claim", "sent-to-collection")


def timeline(api: Api, name: str) -> list[Entry]:
    answer = api.get(f"/_sim/personas/{name}/timeline")
    assert (answer.status_code, answer.json()["name"]) == (200, name)
    found: list[Entry] = answer.json()["timeline"]
    return found


def day(at: str) -> date:
    return date.fromisoformat(at[:10])


def amounts(entries: list[Entry], vendor: str, event: str) -> Counter[tuple[str, float]]:
    """The amounts of the entries of an event, with their currencies."""
    return Counter(
        (one["currency"], one["amount"]) for one in entries if (one["vendor"], one["event"]) == (vendor, event)
    )


def total(amounts: Counter[tuple[str, float]]) -> float:
    return sum(amount * number for (_, amount), number in amounts.items())


def dated_events(entries: list[Entry]) -> list[tuple[str, str, str]]:
    return [(one["at"][:10], one["vendor"], one["event"]) for one in entries]


def test_every_timeline_is_in_order_and_its_links_answer(small_api: Api, personas: dict[str, Row]) -> None:
    for name in personas:
        entries = timeline(small_api, name)
        instants = [datetime.fromisoformat(one["at"]) for one in entries]
        assert instants == sorted(instants), name
        assert {one["event"] for one in entries} <= set(EVENTS), name
        for href in {one["href"] for one in entries}:
            assert small_api.send("GET", href, BEARER | KEY).status_code == 200, href


def test_the_amounts_of_every_timeline_agree(small_api: Api, personas: dict[str, Row]) -> None:
    for name, persona in personas.items():
        entries = timeline(small_api, name)
        invoices = amounts(entries, "payex", "invoice")
        if persona["aptic"].get("debtorGuid") and name != "Kalle Codebtor":
            assert amounts(entries, "aptic", "case") <= invoices, name
        if "riverty" in persona:
            bought = amounts(entries, "riverty", "purchase")
            assert amounts(entries, "aptic", "purchase") <= bought <= invoices, name
            account = persona["riverty"]["accountNumber"]
            paid = amounts(entries, "riverty", "payment")
            assert paid <= amounts(entries, "payex", "payment"), name
            balance = small_api.get(f"/_sim/riverty/accounts/{account}").json()["balance"]
            assert total(bought) - total(paid) == balance, name


def test_a_debt_passes_through_three_vendors(small_api: Api) -> None:
    assert dated_events(timeline(small_api, "Mikko Virtanen")) == [
        ("2024-01-08", "riverty", "credit-granted"),
        ("2025-07-13", "riverty", "purchase"),
        ("2025-07-13", "payex", "invoice"),
        ("2025-08-06", "payex", "reminder"),
        ("2025-08-13", "riverty", "invoice"),
        ("2025-08-20", "payex", "reminder"),
        ("2025-09-03", "payex", "collection-claim"),
        ("2025-09-13", "riverty", "reminder"),
        ("2025-10-03", "riverty", "sent-to-collection"),
        ("2025-10-03", "payex", "sent-to-collection"),
        ("2025-10-03", "aptic", "case"),
        ("2025-11-02", "aptic", "payment"),
        ("2025-11-02", "payex", "payment"),
        ("2025-11-02", "riverty", "payment"),
        ("2025-12-02", "aptic", "payment"),
        ("2025-12-02", "aptic", "closed"),
        ("2025-12-02", "payex", "payment"),
        ("2025-12-02", "payex", "closed"),
        ("2025-12-02", "riverty", "payment"),
        ("2025-12-02", "riverty", "closed"),
    ]


def test_the_seeded_past_keeps_the_intervals_of_the_vendors(small_api: Api, personas: dict[str, Row]) -> None:
    """At PayEx the days after the due date; at Riverty monthly notices, the first of which bills."""
    for name in personas:
        entries = timeline(small_api, name)
        cases = [day(one["at"]) for one in entries if one["event"] == "case"]
        for href in {one["href"] for one in entries if "/invoices/" in one["href"]}:
            due = day(small_api.get(href).json()["dueDate"])
            dunned = [day(one["at"]) for one in entries if one["href"] == href and one["event"] in DUNNING]
            days = [(at - due).days for at in dunned]
            assert days in ([], [10], [10, 24, 38, 68]), name
            assert not days[1:] or dunned[-1] in cases, name
        bills = [
            one for one in entries if one["vendor"] == "riverty" and one["event"] in ("invoice", "reminder")
        ]
        assert all(one["event"] == "invoice" for one in bills[:1]), name
        for before, bill in pairwise(bills):
            if bill["event"] == "reminder":
                assert 28 <= (day(bill["at"]) - day(before["at"])).days <= 31, name


def test_a_story_within_one_instant_is_in_the_order_of_its_events(small_api: Api) -> None:
    small_api.freeze("2026-02-02T09:00:00Z")
    before = timeline(small_api, "Gustav Guarantor")
    application = {
        "accountLimit": 5000,
        "customer": {
            "firstName": "Gustav",
            "lastName": "Guarantor",
            "organizationPersonalNo": "19610923-9993",
            "category": "Person",
            "currency": "SEK",
            "address": {"street": "Gatan", "postalCode": "80320", "postalPlace": "Gävle", "countryCode": "SE"},
        },
        "countryCode": "SE",
        "conversationLanguage": "SV",
    }
    answer = small_api.send("POST", "/api/v3/customer-account", KEY, json=application)
    debt = answer.json()["account"]["accountNumber"]
    small_api.post(f"/_sim/riverty/accounts/{debt}/purchases", {"amount": 1000})
    for move in ("reminder", "send-to-collection"):
        small_api.post(f"/_sim/riverty/accounts/{debt}/moves/{move}")
    small_api.post(f"/_sim/debts/{debt}/transfer", {"from": "riverty", "to": "payex", "creditor": "NORDLJUS"})
    invoice = small_api.get(f"/_sim/debts/{debt}").json()["vendors"]["payex"]["href"].rpartition("/")[2]
    for move in ("remind", "collect", "transfer"):
        small_api.post(f"/_sim/payex/46001/invoices/{invoice}/moves/{move}")
    small_api.post(f"/_sim/debts/{debt}/transfer", {"from": "payex", "to": "aptic"})
    case = small_api.get(f"/_sim/debts/{debt}").json()["vendors"]["aptic"]["href"]
    small_api.put(f"{case}/Fees", {"name": "KK", "originalPrincipal": 180})
    small_api.put(f"{case}/Payments", {"paymentAmount": 1220})
    small_api.post(f"{case}/Close", {"closureCode": "PAID"})
    small_api.post(f"/_sim/debts/{debt}/settle", {"from": "aptic", "to": "payex"})
    small_api.post(f"/_sim/debts/{debt}/settle", {"from": "payex", "to": "riverty"})
    entries = [one for one in timeline(small_api, "Gustav Guarantor") if one not in before]
    assert {one["at"] for one in entries} == {"2026-02-02T09:00:00Z"}
    assert [(one["vendor"], one["event"]) for one in entries] == [
        ("riverty", "credit-granted"),
        ("riverty", "purchase"),
        ("riverty", "reminder"),
        ("riverty", "sent-to-collection"),
        ("payex", "invoice"),
        ("payex", "reminder"),
        ("payex", "collection-claim"),
        ("payex", "sent-to-collection"),
        ("aptic", "case"),
        ("aptic", "fee"),
        ("aptic", "payment"),
        ("aptic", "closed"),
        ("payex", "payment"),
        ("payex", "closed"),
        ("payex", "surplus"),
        ("riverty", "payment"),
        ("riverty", "closed"),
    ]


def test_entries_of_one_vendor_are_in_the_order_of_its_events(small_api: Api) -> None:
    """The company's invoices are in several ledgers."""
    small_api.freeze("2026-02-02T09:00:00Z")
    before = timeline(small_api, "Three Currencies AB")
    company = small_api.get("/_sim/personas").json()["personas"][3]["payex"]["customerNo"]
    for ledger, number in (("46001", "A-1"), ("47001", "A-2")):
        body = {"originalAmount": 10, "invoiceNo": number}
        small_api.post(f"/_sim/payex/{ledger}/customers/{company}/invoices", body)
    for ledger, number, move in (
        ("47001", "A-2", "remind"),
        ("46001", "A-1", "cancel"),
        ("47001", "A-2", "collect"),
    ):
        small_api.post(f"/_sim/payex/{ledger}/invoices/{number}/moves/{move}")
    entries = [one for one in timeline(small_api, "Three Currencies AB") if one not in before]
    assert [(one["event"], one["href"].split("/")[-3]) for one in entries] == [
        ("invoice", "46001"),
        ("invoice", "47001"),
        ("reminder", "47001"),
        ("cancelled", "46001"),
        ("collection-claim", "47001"),
    ]


def test_what_a_test_does_and_the_clock_appear_in_it(small_api: Api) -> None:
    before = timeline(small_api, "Paula Pending")
    small_api.post("/_sim/payex/46001/customers/1000020/invoices", {"originalAmount": 99.5})
    small_api.post("/_sim/payex/46001/invoices/100002003/moves/add", {"amount": 0.5})
    small_api.post("/_sim/payex/46001/invoices/100002003/moves/cancel")
    small_api.freeze("2026-01-05T00:00:00Z")
    after = timeline(small_api, "Paula Pending")
    new = [(one["event"], one["amount"]) for one in after if one not in before]
    assert new[:2] == [("invoice", 99.5), ("invoice", 0.5)]
    assert new[2][0] == "cancelled"
    assert Counter(new[3:]) == Counter([("disbursed", 30.0), ("set-off", 40.0), ("payment", 40.0)])


def test_an_account_and_the_orders_of_its_surplus_appear_in_it(small_api: Api) -> None:
    small_api.freeze("2026-01-07T09:00:00Z")
    before = timeline(small_api, "Gustav Guarantor")
    account = "/_sim/payex/46002/accounts/100001890"
    customer = "46002/customers/1000018"
    assert small_api.post(f"/_sim/payex/{customer}/accounts", {"creditLimit": 1000}).status_code == 201
    for move, amount in (("charge", 10), ("reserve", 5), ("release", 5), ("pay", 30)):
        assert small_api.post(f"{account}/moves/{move}", {"amount": amount}).status_code == 200
    surpluses = f"/ledger/customer/v1/{customer}/surpluses"
    (surplus,) = small_api.get(surpluses).json()["items"]
    small_api.post(f"/_sim/payex/{customer}/invoices", {"originalAmount": 20, "invoiceNo": "A-1"})
    order = f"/_sim/payex/{customer}/surpluses/{surplus['surplusId']}"
    assert small_api.post(f"{order}/regulate", {"invoiceNo": "A-1"}).status_code == 204
    small_api.freeze("2026-01-08T09:00:00Z")
    assert small_api.post(f"{account}/moves/reserve", {"amount": 5}).status_code == 200
    assert small_api.post(f"{account}/moves/close").status_code == 200
    assert small_api.post(f"{account}/moves/release", {"amount": 5}).status_code == 200
    assert small_api.post(f"{order}/execute").status_code == 204
    entries = [one for one in timeline(small_api, "Gustav Guarantor") if one not in before]
    assert [(one["event"], one["summary"]) for one in entries] == [
        (
            "invoice",
            "Invoice A-1 (ledger 46002) from Björkvik Handel AB (EXT-A-1) for 20.00 SEK, due on 2026-02-06",
        ),
        (
            "credit-granted",
            "Account 100001890 (ledger 46002) opened with a credit of 1,000.00 SEK: balance 0.00 SEK",
        ),
        ("purchase", "10.00 SEK charged to account 100001890 (ledger 46002): balance -10.00 SEK"),
        ("reserved", "5.00 SEK reserved on account 100001890 (ledger 46002)"),
        ("released", "5.00 SEK no longer reserved on account 100001890 (ledger 46002)"),
        ("payment", "30.00 SEK paid to account 100001890 (ledger 46002): balance 20.00 SEK"),
        ("surplus", "Surplus of 20.00 SEK from account 100001890 (ledger 46002)"),
        ("ordered", "Set-off against invoice A-1 ordered: surplus of 20.00 SEK"),
        ("payment", "20.00 SEK paid on invoice A-1 (ledger 46002): 0.00 SEK remains"),
        ("closed", "Invoice A-1 (ledger 46002) paid in full"),
        ("reserved", "5.00 SEK reserved on account 100001890 (ledger 46002)"),
        ("pending-close", "Account 100001890 (ledger 46002) is to be closed: balance 20.00 SEK"),
        ("released", "5.00 SEK no longer reserved on account 100001890 (ledger 46002)"),
        ("closed", "Account 100001890 (ledger 46002) closed"),
        ("set-off", "Surplus of 20.00 SEK set off against invoice A-1"),
    ]


def test_an_invoice_is_one_when_it_is_issued(small_api: Api) -> None:
    small_api.freeze("2026-01-07T09:00:00Z")
    before = timeline(small_api, "Gustav Guarantor")
    body = {"originalAmount": 20, "invoiceNo": "A-1", "invoiceDate": "2026-01-09"}
    small_api.post("/_sim/payex/46002/customers/1000018/invoices", body)
    small_api.freeze("2026-01-10T00:00:00Z")
    entries = [one for one in timeline(small_api, "Gustav Guarantor") if one not in before]
    assert [(one["at"], one["event"], one["summary"]) for one in entries] == [
        (
            "2026-01-07T09:00:00Z",
            "invoice-pending",
            "Invoice A-1 (ledger 46002) from Björkvik Handel AB (EXT-A-1) for 20.00 SEK, to be issued on 2026-01-09",
        ),
        ("2026-01-09T00:00:00Z", "invoice", "Invoice A-1 (ledger 46002) issued for 20.00 SEK"),
    ]


def test_what_was_paid_too_much_is_not_owed(small_api: Api) -> None:
    small_api.freeze("2026-02-02T09:00:00Z")
    account = small_api.get("/_sim/personas").json()["personas"][17]["riverty"]["accountNumber"]
    small_api.post(f"/_sim/riverty/accounts/{account}/payments", {"amount": 1})
    assert timeline(small_api, "Gustav Guarantor")[-1]["summary"] == (
        f"1.00 SEK paid on account {account}: 1.00 SEK too much"
    )


def of_plans(entries: list[Entry]) -> list[tuple[str, str, str]]:
    return [
        (one["at"][:10], one["event"], one["summary"]) for one in entries if one["event"].startswith("plan")
    ]


def test_a_plan_that_nobody_pays_appears_until_its_end(small_api: Api) -> None:
    small_api.freeze("2026-01-01T12:00:00Z")
    small_api.post("/_sim/clock/advance", {"by": "P8M"})
    assert of_plans(timeline(small_api, "Petra Paymentplan")) == [
        ("2025-12-15", "plan", "Payment plan of 12 payments, 1,000.00 SEK each"),
        ("2026-01-17", "plan-invoice", "Payment 1 of the plan invoiced: 1,000.00 SEK, due on 2026-01-31"),
        ("2026-02-01", "plan-reminder", "Reminder of payment 1 of the plan: 1,000.00 SEK to pay"),
        ("2026-02-14", "plan-invoice", "Payment 2 of the plan invoiced: 1,000.00 SEK, due on 2026-02-28"),
        ("2026-03-01", "plan-reminder", "Reminder of payment 2 of the plan: 1,000.00 SEK to pay"),
        ("2026-03-01", "plan-ended", "Payment plan terminated: 12 of 12 payments unpaid"),
    ]


def test_a_plan_that_is_paid_is_completed_before_its_case_is_closed(small_api: Api) -> None:
    assert of_plans(timeline(small_api, "Klaus Closed")) == [
        ("2025-09-08", "plan", "Payment plan of 4 payments, 500.00 DKK each"),
        ("2025-10-17", "plan-invoice", "Payment 1 of the plan invoiced: 500.00 DKK, due on 2025-10-31"),
        ("2025-11-02", "plan-ended", "Payment plan completed"),
    ]
    small_api.freeze("2026-01-01T12:00:00Z")
    case = f"{APTIC}/Cases/{small_api.get('/_sim/personas').json()['personas'][1]['aptic']['caseGuids'][0]}"
    small_api.create(f"{case}/Payments", {"paymentAmount": 12000})
    small_api.post(f"{case}/Close", {"closureCode": "PAID"})
    assert [(one["event"], one["summary"]) for one in timeline(small_api, "Petra Paymentplan")[-3:]] == [
        ("payment", "Payment of 12,000.00 SEK on case 500002"),
        ("plan-ended", "Payment plan completed"),
        ("closed", "Case 500002 closed (PAID): 0.00 SEK unpaid"),
    ]


def test_an_export_keeps_the_timeline(small_api: Api) -> None:
    before = timeline(small_api, "Berit Balances")
    assert small_api.post("/_sim/import", small_api.get("/_sim/export").json()).status_code == 204
    assert timeline(small_api, "Berit Balances") == before


def test_links_have_the_prefix_of_the_space(small_api: Api) -> None:
    (entry,) = small_api.get("/s/a/_sim/personas/nina nocase/timeline").json()["timeline"]
    assert entry == {
        "at": "2024-01-21T00:00:00Z",
        "vendor": "riverty",
        "event": "credit-granted",
        "summary": "Account 0100.0000107 opened with a credit of 500.00 EUR",
        "amount": 500.0,
        "currency": "EUR",
        "href": "http://sim.test/s/a/api/v3/customer-account/0100.0000107/credit-limit",
    }


@pytest.mark.parametrize("name", ["Nobody", "%00"])
def test_an_unknown_persona_is_answered_with_the_known_names(small_api: Api, name: str) -> None:
    answer = small_api.get(f"/_sim/personas/{name}/timeline")
    assert answer.status_code == 404
    assert "the personas are Ulla Unpaid, Petra Paymentplan, " in answer.json()["detail"]
