"""Paying and moving invoices and accounts."""

from typing import get_args

import pytest

from ledgersim.vendors.payex.invoices.rules import (
    ACCOUNT_MOVES,
    AGING,
    INVOICE_MOVES,
    AccountMove,
    AccountStatus,
    Claim,
    ClaimLevel,
    Credit,
    InvoiceMove,
    account_debt,
    aging_move,
    available_amount,
    invoice_status,
    most,
    move_account,
    move_invoice,
    next_move_on,
    pay,
)


@pytest.mark.parametrize(
    ("debt", "amount", "expected"),
    [(100, 30, (70, 0)), (100, 100, (0, 0)), (100, 130, (0, 30)), (0, 50, (0, 50)), (100, 0, (100, 0))],
)
def test_a_payment_reduces_debt_to_zero_at_most(debt: int, amount: int, expected: tuple[int, int]) -> None:
    assert pay(debt, amount) == expected


def test_an_invoice_is_open_while_there_is_debt() -> None:
    assert (invoice_status(1), invoice_status(0)) == ("open", "closed")


@pytest.mark.parametrize(
    ("balance", "surplus", "debt"), [(-20, 0, 20), (0, 0, 0), (20, 20, 0), (-30, 20, 50), (80, 50, 0)]
)
def test_the_balance_of_an_account_includes_its_surpluses(balance: int, surplus: int, debt: int) -> None:
    assert account_debt(balance, surplus) == debt


def test_credit_and_balance_can_be_drawn_unless_reserved() -> None:
    assert available_amount(1_000, -300, 200) == 500


UNPAID, PART_PAID = Claim("open", "Invoice", 100, 100), Claim("open", "Invoice", 100, 60)


@pytest.mark.parametrize(
    ("claim", "move", "amount", "expected"),
    [
        (Claim("pending", "Invoice", 100, 100), "issue", 0, (UNPAID, 0)),
        (Claim("pending", "Invoice", 100, 100), "cancel", 0, (Claim("closed", "Invoice", 100, 0), 0)),
        (UNPAID, "pay", 40, (PART_PAID, 0)),
        (UNPAID, "pay", 130, (Claim("closed", "Invoice", 100, 0), 30)),
        (UNPAID, "add", 60, (Claim("open", "Invoice", 160, 160), 0)),
        (PART_PAID, "add", 60, (Claim("open", "Invoice", 160, 120), 0)),
        (UNPAID, "remind", 0, (Claim("open", "Reminder", 100, 100), 0)),
        (PART_PAID, "remind", 0, (Claim("open", "RestReminder", 100, 60), 0)),
        (UNPAID, "collect", 0, (Claim("open", "CollectionClaim", 100, 100), 0)),
        (PART_PAID, "collect", 0, (Claim("open", "CollectionClaim", 100, 60), 0)),
        (PART_PAID, "cancel", 0, (Claim("closed", "Invoice", 100, 0), 40)),
        (Claim("open", "Reminder", 100, 60), "pay", 70, (Claim("closed", "Reminder", 100, 0), 10)),
        (Claim("closed", "Reminder", 100, 0), "pay", 5, (Claim("closed", "Reminder", 100, 0), 5)),
    ],
)
def test_a_move_changes_status_level_and_debt(
    claim: Claim, move: str, amount: int, expected: tuple[Claim, int]
) -> None:
    assert move_invoice(claim, move, amount) == expected


def test_the_tables_have_all_states_and_all_moves() -> None:
    states = {"pending", "part paid", "closed", *get_args(ClaimLevel)}
    assert {state for state, _ in INVOICE_MOVES} == states
    assert {move for _, move in INVOICE_MOVES} == set(get_args(InvoiceMove))
    assert {status for status, _ in ACCOUNT_MOVES} == set(get_args(AccountStatus))
    assert {move for _, move in ACCOUNT_MOVES} == set(get_args(AccountMove))


def test_every_claim_level_is_reached_by_aging_or_a_part_payment() -> None:
    reached, claims = {"Invoice"}, [UNPAID, PART_PAID]
    while claims:
        claim = claims.pop()
        if claim.level in AGING:
            aged, _ = move_invoice(claim, aging_move(claim))
            reached.add(aged.level)
            claims.append(aged)
    assert reached == set(get_args(ClaimLevel))


@pytest.mark.parametrize(
    ("claim", "today", "expected"),
    [
        (Claim("pending", "Invoice", 100, 100), 990, 1_000),
        (Claim("pending", "Invoice", 100, 100), 1_000, None),
        (UNPAID, 1_000, 1_040),
        (UNPAID, 1_060, 1_061),  # overdue for long: tomorrow
        (Claim("open", "Reminder", 100, 100), 1_040, 1_054),
        (Claim("open", "RestReminder", 100, 60), 1_040, 1_054),
        (Claim("open", "SecondReminder", 100, 100), 1_054, 1_068),
        (Claim("open", "CollectionClaim", 100, 100), 1_068, 1_098),
        (Claim("open", "DebtCollection", 100, 100), 1_098, None),
        (Claim("closed", "Reminder", 100, 0), 1_040, None),
    ],
)
def test_the_clock_moves_an_invoice_some_days_after_its_due_date(
    claim: Claim, today: int, expected: int | None
) -> None:
    assert next_move_on(claim, today, 1_000, 1_030) == expected


OPEN = Credit("open", 1_000, -300, 200)


@pytest.mark.parametrize(
    ("credit", "surplus", "move", "amount", "expected"),
    [
        (OPEN, 0, "charge", 500, (Credit("open", 1_000, -800, 200), 0)),
        (OPEN, 0, "pay", 100, (Credit("open", 1_000, -200, 200), 0)),
        (OPEN, 0, "pay", 350, (Credit("open", 1_000, 50, 200), 50)),
        (Credit("open", 1_000, -30, 0), 20, "pay", 50, (Credit("open", 1_000, 20, 0), 0)),
        (OPEN, 0, "reserve", 500, (Credit("open", 1_000, -300, 700), 0)),
        (OPEN, 0, "release", 200, (Credit("open", 1_000, -300, 0), 0)),
        (OPEN, 0, "close", 0, (Credit("pending-close", 1_000, -300, 200), 0)),
        (Credit("open", 1_000, 0, 0), 0, "close", 0, (Credit("closed", 1_000, 0, 0), 0)),
        (Credit("pending-close", 1_000, -300, 0), 0, "pay", 300, (Credit("closed", 1_000, 0, 0), 0)),
        (Credit("pending-close", 1_000, 0, 200), 0, "release", 200, (Credit("closed", 1_000, 0, 0), 0)),
        (Credit("closed", 1_000, 0, 0), 0, "pay", 5, (Credit("closed", 1_000, 5, 0), 5)),
    ],
)
def test_a_move_changes_an_account(
    credit: Credit, surplus: int, move: str, amount: int, expected: tuple[Credit, int]
) -> None:
    assert move_account(credit, surplus, move, amount) == expected


@pytest.mark.parametrize(
    ("move", "amount"), [("charge", 500), ("reserve", 500), ("release", 200), ("pay", None), ("close", None)]
)
def test_no_more_than_there_is_can_be_charged_reserved_or_released(move: str, amount: int | None) -> None:
    assert most(OPEN, move) == amount
