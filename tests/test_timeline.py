"""The timeline of a persona: in order of time, with links that answer and amounts that agree."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from ledgersim.timeline import EVENTS
from tests.client import BEARER, Api
from tests.vendors.riverty.conftest import KEY
from tests.worlds import Row

Entry = dict[str, Any]


def timeline(api: Api, name: str) -> list[Entry]:
    answer = api.get(f"/_sim/personas/{name}/timeline")
    assert (answer.status_code, answer.json()["name"]) == (200, name)
    found: list[Entry] = answer.json()["timeline"]
    return found


def amounts(entries: list[Entry], vendor: str, event: str) -> Counter[tuple[str, float]]:
    """The amounts of the entries of an event, with their currencies."""
    return Counter(
        (one["currency"], one["amount"]) for one in entries if (one["vendor"], one["event"]) == (vendor, event)
    )


def total(amounts: Counter[tuple[str, float]]) -> float:
    return sum(amount * number for (_, amount), number in amounts.items())


def told(entries: list[Entry]) -> list[tuple[str, str, str]]:
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
    assert told(timeline(small_api, "Mikko Virtanen")) == [
        ("2024-01-08", "riverty", "credit-granted"),
        ("2025-08-04", "riverty", "purchase"),
        ("2025-08-04", "payex", "invoice"),
        ("2025-08-28", "payex", "reminder"),
        ("2025-08-28", "riverty", "reminder"),
        ("2025-09-11", "payex", "reminder"),
        ("2025-09-25", "payex", "collection-claim"),
        ("2025-09-28", "riverty", "reminder"),
        ("2025-10-03", "payex", "sent-to-collection"),
        ("2025-10-03", "riverty", "sent-to-collection"),
        ("2025-10-03", "aptic", "case"),
        ("2025-11-02", "aptic", "payment"),
        ("2025-11-02", "payex", "payment"),
        ("2025-11-02", "riverty", "payment"),
        ("2025-12-02", "aptic", "payment"),
        ("2025-12-02", "payex", "payment"),
        ("2025-12-02", "riverty", "payment"),
        ("2025-12-02", "aptic", "closed"),
        ("2025-12-02", "payex", "closed"),
        ("2025-12-02", "riverty", "closed"),
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
