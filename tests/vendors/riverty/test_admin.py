"""Moves of accounts by the admin API and by the clock."""

import json
from asyncio import AbstractEventLoop
from pathlib import Path
from typing import Any

import pytest

from ledgersim.app import create_app
from ledgersim.settings import load_settings
from tests.client import Api
from tests.vendors.riverty.conftest import ACCOUNTS, ADMIN, Json, Riverty

PURCHASE, REMINDER, STOP = ("purchases", 100), ("reminder",), ("stop",)
MOVED = ["accountStatus", "balance", "isStopped", "lastNoticeDate", "nextNoticeDate"]


def state(account: Json) -> list[Any]:
    """The members that moves change."""
    return [account[name] for name in MOVED]


def advance(api: Api, duration: str) -> list[Json]:
    """The events of Riverty while the clock advances, without those of personas."""
    answer = api.post("/_sim/clock/advance", {"by": duration})
    assert answer.status_code == 200, answer.text
    personas = api.get("/_sim/personas").json()["personas"]
    own = {persona["riverty"]["accountNumber"] for persona in personas if "riverty" in persona}
    events = [one for one in answer.json()["events"] if one["event"].startswith("riverty.")]
    return [one for one in events if one["href"].split("/")[-2] not in own]


def test_an_account_has_the_members_of_the_api_and_its_moves(riverty: Riverty) -> None:
    found = riverty.apply(accountLimit=5000)["account"]
    number = found["accountNumber"]
    assert riverty.account(number) == {
        **found,
        "possibleMoves": ["purchase", "payment", "stop"],
        "moves": [],
    }
    riverty.move(number, "purchases", 120.5)
    riverty.api.freeze("2026-01-02T08:00:00Z")
    account = riverty.move(number, "reminder")
    assert account["possibleMoves"] == ["payment", "reminder", "stop", "send-to-collection"]
    assert account["moves"] == [
        {
            "at": "2026-01-01T10:20:30.123456Z",
            "move": "purchase",
            "amount": 120.5,
            "accountStatus": "Ok",
            "balance": 120.5,
        },
        {
            "at": "2026-01-02T08:00:00Z",
            "move": "reminder",
            "amount": None,
            "accountStatus": "FirstReminder",
            "balance": 120.5,
        },
    ]
    assert riverty.account(number) == account


def test_the_moves_of_an_account_from_purchase_to_closing(riverty: Riverty) -> None:
    number = riverty.open(firstNoticeDate="2026-01-31")
    steps = [("purchases", 1000), ("payments", 250), ("reminder", None), ("reminder", None), ("stop", None),
             ("reminder", None), ("send-to-collection", None), ("payments", 250), ("resume", None),
             ("close", None)]  # fmt: skip
    assert [state(riverty.move(number, move, amount)) for move, amount in steps] == [
        ["Ok", 1000, False, None, "2026-01-31"],
        ["Ok", 750, False, None, "2026-01-31"],
        ["FirstReminder", 750, False, "2026-01-01", "2026-02-01"],
        ["SecondReminder", 750, False, "2026-01-01", "2026-02-01"],
        ["SecondReminder", 750, True, "2026-01-01", "2026-02-01"],
        ["UnderCancelation", 750, True, "2026-01-01", "2026-02-01"],
        ["SentToDebtCollection", 750, True, "2026-01-01", "2026-02-01"],
        ["SentToDebtCollection", 500, True, "2026-01-01", "2026-02-01"],
        ["SentToDebtCollection", 500, False, "2026-01-01", "2026-02-01"],
        ["ClosedFromDebtCollection", 500, False, "2026-01-01", None],
    ]


def test_the_api_returns_what_moves_have_changed(riverty: Riverty) -> None:
    number = riverty.open()
    riverty.move(number, "purchases", 1000)
    riverty.move(number, "stop")
    expected = riverty.account(number)
    found = riverty.apply()["account"]
    assert found == {name: expected[name] for name in found}
    assert riverty.credit_limit(number).json() == {
        "remainingCreditLimit": 4000,
        "balance": 1000,
        "isOpenForNewTransactions": False,
        "accountMessage": "The account is stopped.",
        "totalBalance": 1000,
    }


def test_more_than_is_owed_can_be_paid_and_adds_to_the_credit(riverty: Riverty) -> None:
    number = riverty.open()
    riverty.move(number, "purchases", 100)
    assert state(riverty.move(number, "payments", 150))[:2] == ["Ok", -50]
    assert riverty.credit_limit(number).json()["remainingCreditLimit"] == 5050
    assert riverty.move(number, "purchases", 5050)["balance"] == 5000


def test_unpaid_notices_lead_to_collection_by_the_clock(riverty: Riverty) -> None:
    number = riverty.open(firstNoticeDate="2026-01-31")
    riverty.move(number, "purchases", 1000)
    events = advance(riverty.api, "P6M")
    path = f"http://sim.test{ACCOUNTS}/{number}/credit-limit"
    assert events == [
        {"at": f"{day}T00:00:00Z", "event": f"riverty.account.{event}", "href": path, "accountStatus": status,
         "balance": 1000}
        for day, event, status in [
            ("2026-01-31", "billed", "Ok"),
            ("2026-02-28", "reminded", "FirstReminder"),
            ("2026-03-31", "reminded", "SecondReminder"),
            ("2026-04-30", "reminded", "UnderCancelation"),
            ("2026-05-31", "sent-to-collection", "SentToDebtCollection"),
        ]
    ]  # fmt: skip
    account = riverty.account(number)
    assert state(account) == ["SentToDebtCollection", 1000, False, "2026-06-30", "2026-07-31"]
    assert [(one["at"][:10], one["move"]) for one in account["moves"]] == [
        ("2026-01-01", "purchase"),
        ("2026-01-31", "notice"),
        ("2026-02-28", "reminder"),
        ("2026-03-31", "reminder"),
        ("2026-04-30", "reminder"),
        ("2026-05-31", "send-to-collection"),
    ]


def test_a_notice_that_is_paid_has_no_consequences_and_the_next_bills_later_purchases(riverty: Riverty) -> None:
    number = riverty.open(firstNoticeDate="2026-01-31")
    riverty.move(number, "purchases", 1000)
    advance(riverty.api, "P1M")
    assert state(riverty.move(number, "payments", 1000)) == ["Ok", 0, False, "2026-01-31", "2026-02-28"]
    assert advance(riverty.api, "P6M") == []
    assert state(riverty.account(number)) == ["Ok", 0, False, "2026-07-31", "2026-08-31"]
    riverty.move(number, "purchases", 500)
    assert [(one["at"], one["balance"]) for one in advance(riverty.api, "P1M")] == [
        ("2026-08-31T00:00:00Z", 500)
    ]
    assert state(riverty.account(number)) == ["Ok", 500, False, "2026-08-31", "2026-09-30"]


def test_months_one_by_one_and_at_once_have_the_same_effect(small_api: Api) -> None:
    exports = []
    for steps in (["P1M"] * 12, ["P1Y"]):
        assert small_api.post("/_sim/reset").status_code == 204
        small_api.freeze("2026-01-01T10:00:00Z")
        riverty = Riverty(small_api)
        number = riverty.open(firstNoticeDate="2026-01-31")
        riverty.move(number, "purchases", 1000)
        for step in steps:
            advance(small_api, step)
        exports.append(small_api.get("/_sim/export").content)
    assert exports[0] == exports[1]


@pytest.mark.parametrize(
    ("before", "move", "detail"),
    [
        ([], "reminder", "The account (Ok, owes nothing) does not allow reminder; possible moves: purchase, payment, stop."),
        (
            [STOP],
            "stop",
            "The account (Ok, stopped, owes nothing) does not allow stop; possible moves: payment, resume.",
        ),
        (
            [PURCHASE, REMINDER],
            "close",
            "The account (FirstReminder) does not allow close; possible moves: "
            "payment, reminder, stop, send-to-collection.",
        ),
        (
            [PURCHASE, REMINDER, ("send-to-collection",), ("close",)],
            "stop",
            "The account (ClosedFromDebtCollection) does not allow stop; possible moves: none.",
        ),
    ],
)  # fmt: skip
def test_a_move_that_the_account_does_not_allow_changes_nothing(
    riverty: Riverty, before: list[Any], move: str, detail: str
) -> None:
    number = riverty.open()
    for one in before:
        riverty.move(number, *one)
    start = riverty.api.get("/_sim/export").content
    answer = riverty.post(number, move)
    assert (answer.status_code, answer.json()) == (
        409,
        {"status": 409, "title": "Conflict", "detail": detail},
    )
    assert riverty.api.get("/_sim/export").content == start


def test_a_pending_account_allows_no_moves(riverty: Riverty) -> None:
    number = riverty.open({"firstName": "StrongCustomerAuthentication"})
    answer = riverty.post(number, "payments", 1)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The account (Ok, pending, owes nothing) does not allow payment; possible moves: none.",
    )
    riverty.apply()
    assert riverty.move(number, "payments", 1)["balance"] == -1


@pytest.mark.parametrize(
    ("move", "body", "errors"),
    [
        ("purchases", {}, {"amount": ["Field required"]}),
        ("purchases", {"amount": 0}, {"amount": ["Input should be greater than 0"]}),
        ("payments", {"amount": -1}, {"amount": ["Input should be greater than 0"]}),
        ("payments", {"amount": "1"}, {"amount": ["Input should be a number, without quotation marks"]}),
        ("payments", {"amount": 0.001}, {"amount": ["Input should have at most 2 decimals"]}),
        (
            "payments",
            {"amount": 1, "currency": "SEK"},
            {"currency": ["Extra inputs are not permitted"]},
        ),
        ("purchases", {"amount": 5000.01}, {"amount": ["must be at most 5,000.00, the remaining credit"]}),
        (
            "moves/purchase",
            None,
            {"move": ["Input should be 'reminder', 'stop', 'resume', 'send-to-collection' or 'close'"]},
        ),
    ],
)
def test_bad_input_is_reported_with_its_path_and_changes_nothing(
    riverty: Riverty, move: str, body: Any, errors: dict[str, list[str]]
) -> None:
    number = riverty.open()
    before = riverty.api.get("/_sim/export").content
    answer = riverty.api.post(f"{ADMIN}/{number}/{move}", body)
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)
    assert riverty.api.get("/_sim/export").content == before


@pytest.mark.parametrize("path", ["", "/purchases", "/moves/close"])
def test_an_unknown_account_is_not_found(riverty: Riverty, path: str) -> None:
    method, body = ("POST", {"amount": 1}) if path else ("GET", None)
    answer = riverty.api.send(method, f"{ADMIN}/0100.9999999{path}", json=body)
    assert (answer.status_code, answer.json()["detail"]) == (404, "Unknown customer account '0100.9999999'.")


def test_snapshots_resets_and_imports_keep_moves(small_api: Api) -> None:
    small_api.freeze("2026-01-01T10:00:00Z")
    start = small_api.get("/_sim/export").content
    riverty = Riverty(small_api)
    number = riverty.open()
    riverty.move(number, "purchases", 1000)
    riverty.move(number, "reminder")
    reminded, export = riverty.account(number), small_api.get("/_sim/export").content
    assert small_api.post("/_sim/snapshots", {"name": "reminded"}).status_code == 201
    riverty.move(number, "send-to-collection")
    assert small_api.post("/_sim/snapshots/reminded/restore").status_code == 204
    assert riverty.account(number) == reminded
    assert small_api.post("/_sim/spaces", {"name": "copy", "from": "reminded"}).status_code == 201
    assert small_api.get(f"/s/copy{ADMIN}/{number}").json() == reminded
    assert small_api.post("/_sim/reset", {"scope": "data"}).status_code == 204
    assert small_api.get("/_sim/export").content == start
    assert small_api.get(f"{ADMIN}/{number}").status_code == 404
    assert small_api.post("/_sim/import", json.loads(export)).status_code in (200, 204)
    assert riverty.account(number) == reminded


def test_a_database_file_keeps_moves(tmp_path: Path, loop: AbstractEventLoop) -> None:
    database = str(tmp_path / "space.db")
    app = create_app(load_settings({}, database=database, customers="1"))
    riverty = Riverty(Api(app, loop))
    number = riverty.open()
    riverty.move(number, "purchases", 1000)
    stopped = riverty.move(number, "stop")
    app.spaces.close()
    app = create_app(load_settings({}, database=database, customers="1"))
    assert Riverty(Api(app, loop)).account(number) == stopped
    app.spaces.close()
