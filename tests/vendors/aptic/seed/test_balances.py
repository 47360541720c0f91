"""Past payments: fees first, then interest, then principal, oldest due date first."""

from datetime import UTC, datetime, timedelta

import pytest

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.seed.balances import Account, close, outstanding, pay

DAY = datetime(2025, 1, 1, tzinfo=UTC)
FIRST = DAY.toordinal()


def debt(number: int, principal: int, due: int = 0, rate: int = 0) -> Account:
    """A debt due this many days after the first day; it bears interest from that day."""
    due_date = DAY + timedelta(days=due)
    row: Row = {
        "id": number,
        "kind": "debt",
        "original_principal": principal,
        "bill_date": due_date,
        "due_date": due_date,
        "interest_from": due_date,
        "interest_rate": rate,
    }
    return Account.open(row)


def fee(number: int, amount: int, day: int = 0) -> Account:
    """A fee dated this many days after the first day."""
    bill_date = DAY + timedelta(days=day)
    row: Row = {
        "id": number,
        "kind": "fee",
        "original_principal": amount,
        "bill_date": bill_date,
        "due_date": None,
        "interest_rate": None,
    }
    return Account.open(row)


def paid(accounts: list[Account], amount: int, day: int) -> list[tuple[int, int, int]]:
    """Claim, principal and interest of the bookings of a payment."""
    return [(one["claim_id"], one["principal"], one["interest"]) for one in pay(accounts, amount, day)]


def test_a_payment_goes_to_fees_then_interest_then_principal() -> None:
    accounts = [debt(1, 100_000, rate=100_000), fee(2, 6_000)]
    assert outstanding(accounts, FIRST + 365) == 116_000
    assert paid(accounts, 17_000, FIRST + 365) == [
        (1, 1_000, 10_000),
        (2, 6_000, 0),
    ]
    assert outstanding(accounts, FIRST + 365) == 99_000


def test_within_each_part_the_oldest_due_comes_first() -> None:
    accounts = [debt(1, 1_000, due=10), debt(2, 1_000, due=5), fee(3, 100, day=9), fee(4, 100, day=8)]
    assert paid(accounts, 150, FIRST + 20) == [
        (3, 50, 0),
        (4, 100, 0),
    ]
    assert paid(accounts, 1_050, FIRST + 20) == [
        (2, 1_000, 0),
        (3, 50, 0),
    ]


def test_interest_of_all_debts_is_paid_before_any_principal() -> None:
    accounts = [debt(1, 36_500, rate=100_000), debt(2, 73_000, due=1, rate=100_000)]
    assert paid(accounts, 300, FIRST + 11) == [
        (1, 0, 110),
        (2, 0, 190),
    ]


def test_paying_all_that_is_outstanding_leaves_nothing() -> None:
    accounts = [debt(1, 123_457, rate=95_000), debt(2, 10_001, due=40, rate=105_000), fee(3, 500)]
    pay(accounts, 33_333, FIRST + 100)
    pay(accounts, outstanding(accounts, FIRST + 217), FIRST + 217)
    assert outstanding(accounts, FIRST + 217) == 0
    assert outstanding(accounts, FIRST + 9_999) == 0


def test_more_than_the_remaining_amount_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"a payment of 10\.01 is 0\.01 more than the remaining amount"):
        pay([debt(1, 1_000)], 1_001, FIRST)


def test_a_closed_account_bears_no_more_interest() -> None:
    accounts = [debt(1, 36_500, rate=100_000)]
    close(accounts, FIRST + 10)
    assert outstanding(accounts, FIRST + 1_000) == 36_600
