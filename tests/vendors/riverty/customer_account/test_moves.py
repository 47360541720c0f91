"""What moves an account: purchases, payments and notices, by the table of moves."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from ledgersim.vendors.riverty.customer_account.rules import (
    MOVES,
    PAID_IN_FULL,
    AccountState,
    moved,
    noticed,
    possible_moves,
)
from ledgersim.vendors.riverty.customer_account.schemas import AccountStatus, Move

TODAY = date(2026, 1, 31)
NEW = AccountState(
    account_status="Ok",
    account_limit=500_00,
    balance=0,
    billed=0,
    is_stopped=False,
    confirmed=True,
    first_notice_date=None,
    last_notice_date=None,
    next_notice_date=None,
)
OWING = replace(NEW, balance=100_00)


def after(state: AccountState, *moves: Move, amount: int = 100_00) -> AccountState:
    for move in moves:
        state = moved(state, move, TODAY, amount)
    return state


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        (NEW, ["purchase", "payment", "stop"]),
        (OWING, ["purchase", "payment", "reminder", "stop"]),
        (replace(NEW, is_stopped=True), ["payment", "resume"]),
        (replace(NEW, confirmed=False), []),
        (
            replace(OWING, account_status="FirstReminder"),
            ["payment", "reminder", "stop", "send-to-collection"],
        ),
        (
            replace(OWING, account_status="SecondReminder"),
            ["payment", "reminder", "stop", "send-to-collection"],
        ),
        (replace(OWING, account_status="UnderCancelation"), ["payment", "stop", "send-to-collection"]),
        (replace(OWING, account_status="SentToDebtCollection"), ["payment", "stop", "close"]),
        (replace(OWING, account_status="ClosedFromDebtCollection"), []),
        (replace(NEW, account_status="FirstReminder"), ["payment", "stop"]),
    ],
)
def test_the_possible_moves_depend_on_the_state(state: AccountState, moves: list[Move]) -> None:
    assert possible_moves(state) == moves


def test_every_status_can_be_reached_from_a_new_account() -> None:
    reached: set[AccountStatus] = {"Ok"}
    for _ in get_args(AccountStatus):
        reached |= {MOVES[key] for key in MOVES if key[0] in reached}
    assert reached == set(get_args(AccountStatus))
    assert {move for _, move in MOVES} == set(get_args(Move))


def test_the_documented_diagram_and_table_are_those_of_the_rules() -> None:
    page = (Path(__file__).parents[4] / "docs" / "riverty.md").read_text(encoding="utf-8")
    page = page.partition("## The life of an account")[2]
    diagram = set(re.findall(r"^  (\w+) --> (\w+): (.+)$", page, re.MULTILINE))
    assert diagram == {
        *((before, status, move) for (before, move), status in MOVES.items() if before != status),
        *((before, status, "payment in full") for before, status in PAID_IN_FULL.items()),
    }
    table = page[page.index("| Move |") : page.index("A pending account has no moves")]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == list(get_args(Move))


def test_purchases_and_payments_change_the_balance() -> None:
    state = after(NEW, "purchase", "purchase")
    assert (state.balance, state.next_notice_date) == (200_00, date(2026, 2, 28))
    assert after(state, "payment", amount=50_00).balance == 150_00
    assert after(state, "payment", amount=250_00).balance == -50_00


@pytest.mark.parametrize("status", ["FirstReminder", "SecondReminder", "UnderCancelation"])
def test_a_reminded_account_is_ok_once_it_is_paid_in_full(status: AccountStatus) -> None:
    state = replace(OWING, account_status=status)
    assert after(state, "payment", amount=99_99).account_status == status
    assert after(state, "payment").account_status == PAID_IN_FULL[status] == "Ok"


def test_an_account_in_collection_is_closed_by_its_own_move_only() -> None:
    state = after(OWING, "reminder", "send-to-collection", "payment")
    assert (state.account_status, state.balance) == ("SentToDebtCollection", 0)
    assert state.next_notice_date == date(2026, 2, 28)
    closed = after(state, "close")
    assert (closed.account_status, closed.next_notice_date) == ("ClosedFromDebtCollection", None)


def test_a_reminder_is_a_notice_of_today_and_the_next_follows_a_month_later() -> None:
    state = replace(OWING, first_notice_date=date(2026, 2, 10), next_notice_date=date(2026, 2, 10))
    reminded = after(state, "reminder")
    assert (reminded.last_notice_date, reminded.next_notice_date) == (TODAY, date(2026, 2, 28))


def test_unpaid_notices_lead_to_collection_month_by_month() -> None:
    state = replace(OWING, first_notice_date=TODAY, next_notice_date=TODAY)
    found = []
    for _ in range(7):
        assert state.next_notice_date is not None
        move, state = noticed(state, state.next_notice_date)
        found.append((str(state.last_notice_date), move, state.account_status))
    assert found == [
        ("2026-01-31", "notice", "Ok"),
        ("2026-02-28", "reminder", "FirstReminder"),
        ("2026-03-31", "reminder", "SecondReminder"),
        ("2026-04-30", "reminder", "UnderCancelation"),
        ("2026-05-31", "send-to-collection", "SentToDebtCollection"),
        ("2026-06-30", None, "SentToDebtCollection"),
        ("2026-07-31", None, "SentToDebtCollection"),
    ]


def test_what_a_notice_billed_need_not_be_paid_twice() -> None:
    state = replace(OWING, first_notice_date=TODAY, next_notice_date=TODAY)
    _, billed = noticed(state, TODAY)
    paid = after(after(billed, "payment"), "purchase", amount=30_00)
    move, state = noticed(paid, date(2026, 2, 28))
    assert (move, state.account_status, state.billed) == ("notice", "Ok", 30_00)
    move, state = noticed(after(state, "payment", amount=29_99), date(2026, 3, 31))
    assert (move, state.account_status, state.billed) == ("reminder", "FirstReminder", 1)


def test_a_notice_about_nothing_only_has_a_date() -> None:
    state = replace(NEW, first_notice_date=TODAY, next_notice_date=TODAY)
    assert noticed(state, TODAY) == (
        None,
        replace(state, last_notice_date=TODAY, next_notice_date=date(2026, 2, 28)),
    )
