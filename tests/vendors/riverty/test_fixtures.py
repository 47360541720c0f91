"""Accounts from fixtures in any state."""

from typing import Any

import pytest

from tests.vendors.riverty.conftest import ADMIN, Json, Riverty


def load(riverty: Riverty, **members: Any) -> Any:
    """The response to a fixture of one account."""
    account = {
        "accountLimit": 500,
        "countryCode": "SE",
        "conversationLanguage": "SV",
        "customer": {"category": "Person", "customerNumber": "F-1", "currency": "SEK"},
        **members,
    }
    return riverty.api.post("/_sim/fixtures", {"riverty": {"accounts": [account]}})


def loaded(riverty: Riverty, **members: Any) -> Json:
    """The state of a new account."""
    answer = load(riverty, **members)
    assert answer.status_code == 201, answer.text
    (created,) = answer.json()["riverty"]["accounts"]
    account = riverty.api.get(f"{ADMIN}/{created['accountNumber']}").json()
    return {
        name: account[name]
        for name in ("accountStatus", "balance", "isStopped", "lastNoticeDate", "nextNoticeDate", "moves")
    }


def test_every_member_that_moves_change_can_be_set(riverty: Riverty) -> None:
    sent = {
        "accountStatus": "SecondReminder",
        "balance": 120.5,
        "isStopped": True,
        "lastNoticeDate": "2025-12-20",
        "nextNoticeDate": "2026-01-10",
    }
    assert loaded(riverty, **sent) == {**sent, "moves": []}


@pytest.mark.parametrize(
    ("sent", "last", "following"),
    [
        ({}, None, None),
        ({"firstNoticeDate": "2026-01-31"}, None, "2026-01-31"),
        ({"firstNoticeDate": "2025-10-15"}, "2025-12-15", "2026-01-15"),
        ({"lastNoticeDate": "2025-12-15"}, "2025-12-15", "2026-01-15"),
        ({"nextNoticeDate": "2026-01-15T00:00:00+02:00"}, None, "2026-01-15"),
        ({"firstNoticeDate": "2025-10-15", "nextNoticeDate": "2026-01-10"}, "2025-12-15", "2026-01-10"),
        ({"firstNoticeDate": "2025-10-15", "accountStatus": "ClosedFromDebtCollection"}, "2025-12-15", None),
        ({"balance": -10}, None, None),
        ({"balance": 100}, None, "2026-02-01"),
        ({"balance": 100, "firstNoticeDate": "2026-01-31"}, None, "2026-01-31"),
        ({"balance": 100, "accountStatus": "FirstReminder"}, "2026-01-01", "2026-02-01"),
        ({"balance": 100, "accountStatus": "UnderCancelation"}, "2026-01-01", "2026-02-01"),
        ({"balance": 100, "accountStatus": "SentToDebtCollection"}, "2026-01-01", "2026-02-01"),
        ({"balance": 100, "accountStatus": "ClosedFromDebtCollection"}, "2026-01-01", None),
        ({"accountStatus": "FirstReminder", "nextNoticeDate": "2026-01-15"}, "2025-12-15", "2026-01-15"),
        ({"accountStatus": "FirstReminder", "nextNoticeDate": "2026-02-15"}, "2026-01-01", "2026-02-15"),
        ({"accountStatus": "FirstReminder", "firstNoticeDate": "2026-02-15"}, "2026-01-01", "2026-02-15"),
    ],
)
def test_notice_dates_follow_from_each_other_and_from_the_state(
    riverty: Riverty, sent: Json, last: str | None, following: str | None
) -> None:
    account = loaded(riverty, **sent)
    assert (account["lastNoticeDate"], account["nextNoticeDate"]) == (last, following)


def test_notices_keep_the_last_day_of_the_month(riverty: Riverty) -> None:
    riverty.api.freeze("2026-01-31T10:00:00Z")
    answer = load(riverty, accountStatus="FirstReminder", balance=100)
    number = answer.json()["riverty"]["accounts"][0]["accountNumber"]
    account = riverty.account(number)
    assert (account["lastNoticeDate"], account["nextNoticeDate"]) == ("2026-01-31", "2026-02-28")
    riverty.api.freeze("2026-02-28T10:00:00Z")
    assert riverty.account(number)["nextNoticeDate"] == "2026-03-31"


def test_an_account_from_a_fixture_moves_like_any_other(riverty: Riverty) -> None:
    answer = load(riverty, accountStatus="FirstReminder", balance=100, nextNoticeDate="2026-01-15")
    number = answer.json()["riverty"]["accounts"][0]["accountNumber"]
    riverty.api.freeze("2026-01-15T00:00:00Z")
    account = riverty.account(number)
    assert (account["accountStatus"], account["nextNoticeDate"]) == ("SecondReminder", "2026-02-15")
    assert riverty.move(number, "payments", 100)["accountStatus"] == "Ok"


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        ({}, ["Ok", "Ok", "FirstReminder", "SecondReminder", "UnderCancelation"]),
        (
            {"lastNoticeDate": "2025-12-15"},
            ["FirstReminder", "SecondReminder", "UnderCancelation", "SentToDebtCollection"],
        ),
        (
            {"accountStatus": "FirstReminder"},
            ["FirstReminder", "SecondReminder", "UnderCancelation", "SentToDebtCollection"],
        ),
    ],
)
def test_an_account_that_owes_something_moves_on_each_month(
    riverty: Riverty, sent: Json, statuses: list[str]
) -> None:
    answer = load(riverty, balance=100, **sent)
    number = answer.json()["riverty"]["accounts"][0]["accountNumber"]
    found = []
    for month in range(1, len(statuses) + 1):
        riverty.api.freeze(f"2026-{month:02}-20T00:00:00Z")
        found.append(riverty.account(number)["accountStatus"])
    assert found == statuses


def test_notices_are_monthly_from_the_next_one(riverty: Riverty) -> None:
    answer = load(riverty, firstNoticeDate="2025-10-15", nextNoticeDate="2026-01-10")
    number = answer.json()["riverty"]["accounts"][0]["accountNumber"]
    riverty.api.freeze("2026-01-10T00:00:00Z")
    account = riverty.account(number)
    assert (account["lastNoticeDate"], account["nextNoticeDate"]) == ("2026-01-10", "2026-02-10")


def test_a_customer_may_have_paid_too_much(riverty: Riverty) -> None:
    assert loaded(riverty, balance=-10)["balance"] == -10


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        (
            {"accountStatus": "Closed"},
            {
                "accountStatus": "line 1: Input should be 'Ok', 'FirstReminder', 'SecondReminder', "
                "'UnderCancelation', 'SentToDebtCollection' or 'ClosedFromDebtCollection'"
            },
        ),
        ({"balance": 500.01}, {"balance": "line 1: must be at most 500.00, the accountLimit"}),
        ({"isStopped": "yes"}, {"isStopped": "line 1: Input should be true or false, without quotation marks"}),
        ({"lastNoticeDate": "soon"}, {"lastNoticeDate": "line 1: Input should be a date such as 2026-01-31"}),
        (
            {"lastNoticeDate": "2026-01-02"},
            {"lastNoticeDate": "line 1: must not be after 2026-01-01, the date of the space"},
        ),
        (
            {"nextNoticeDate": "2026-01-01"},
            {"nextNoticeDate": "line 1: must be after 2026-01-01, the date of the space"},
        ),
        (
            {"nextNoticeDate": "2026-01-02", "accountStatus": "ClosedFromDebtCollection"},
            {"nextNoticeDate": "line 1: must be absent if accountStatus is ClosedFromDebtCollection"},
        ),
    ],
)
def test_an_invalid_state_is_reported_and_nothing_is_stored(
    riverty: Riverty, sent: Json, errors: dict[str, str]
) -> None:
    before = riverty.api.get("/_sim/export").content
    answer = load(riverty, **sent)
    expected = {f"riverty.accounts[0].{name}": [message] for name, message in errors.items()}
    assert (answer.status_code, answer.json()["errors"]) == (400, expected)
    assert riverty.api.get("/_sim/export").content == before
