"""The progress of plans: receipts, reminder fees and overdue payments."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledgersim.vendors.aptic.payment_plans.balance import Balance
from ledgersim.vendors.aptic.payment_plans.engine import calculate, totals
from ledgersim.vendors.aptic.payment_plans.progress import (
    Receipt,
    overdue,
    paid_numbers,
    remaining_number_of_payments,
    with_receipts,
    with_reminders,
)
from ledgersim.vendors.aptic.payment_plans.schedule import ScheduleRow
from tests.vendors.aptic.payment_plans.plans import LINEAR, THOUSAND, terms

# 250.00 a month with 10.00, 7.50, 5.00, 2.50 of interest, from 28 February on
PLAN = calculate([THOUSAND], terms(LINEAR, 4, invoice_fee="5"))
ROWS = PLAN.rows  # 265.00, 262.50, 260.00, 257.50
FEBRUARY, MARCH = ROWS[0].due_date, ROWS[1].due_date


def receipt(day: date, amount: str, left: str) -> Receipt:
    return Receipt(day, Decimal(amount), Decimal(left))


def state(rows: tuple[ScheduleRow, ...]) -> list[tuple[date | None, str]]:
    return [(row.paid_date, str(row.unpaid)) for row in rows]


PLANNED = [(None, "750.00"), (None, "500.00"), (None, "250.00"), (None, "0.00")]


def test_nothing_paid_is_the_plan() -> None:
    assert state(with_receipts(ROWS, [])) == PLANNED
    assert remaining_number_of_payments(ROWS) == 4
    assert with_receipts([], [receipt(FEBRUARY, "1", "0")]) == ()


def test_a_payment_in_time_leaves_what_was_planned() -> None:
    rows = with_receipts(ROWS, [receipt(FEBRUARY, "265", "750.00")])
    assert state(rows) == [(FEBRUARY, "750.00"), *PLANNED[1:]]
    assert (remaining_number_of_payments(rows), set(paid_numbers(rows))) == (3, {1})


def test_a_partial_payment_pays_no_row_until_it_is_complete() -> None:
    early = receipt(date(2026, 2, 20), "264.99", "750.01")
    assert state(with_receipts(ROWS, [early])) == PLANNED
    rest = receipt(FEBRUARY, "0.01", "750.00")
    assert state(with_receipts(ROWS, [early, rest])) == [(FEBRUARY, "750.00"), *PLANNED[1:]]


def test_more_than_a_row_counts_towards_the_next() -> None:
    first = receipt(FEBRUARY, "300", "715.00")
    second = receipt(MARCH, "227.50", "500.00")
    assert state(with_receipts(ROWS, [first, second])) == [
        (FEBRUARY, "715.00"),
        (MARCH, "500.00"),
        *PLANNED[2:],
    ]


def test_one_payment_may_fill_several_rows() -> None:
    rows = with_receipts(ROWS, [receipt(FEBRUARY, "527.50", "487.50")])
    assert state(rows) == [(FEBRUARY, "487.50"), (FEBRUARY, "487.50"), *PLANNED[2:]]
    assert remaining_number_of_payments(rows) == 2


def test_unpaid_is_the_amount_that_actually_remains() -> None:
    # late, when the charges of the second payment (12.50) are booked already
    late = receipt(date(2026, 3, 20), "265", "762.50")
    assert state(with_receipts(ROWS, [late]))[0] == (date(2026, 3, 20), "762.50")


def test_a_plan_is_paid_when_nothing_remains() -> None:
    rows = with_receipts(ROWS, [receipt(FEBRUARY, "265", "750.00"), receipt(MARCH, "762.50", "0.00")])
    assert state(rows) == [(FEBRUARY, "750.00"), *[(MARCH, "0.00")] * 3]
    assert remaining_number_of_payments(rows) == 0


def test_reminders_add_to_what_a_row_takes() -> None:
    rows = with_reminders(ROWS, {1: Decimal("60")})
    assert (rows[0].fee, rows[0].amount, rows[0].unpaid) == (
        Decimal("65.00"),
        Decimal("325.00"),
        Decimal("750.00"),
    )
    assert rows[1:] == ROWS[1:]
    assert paid_numbers(with_receipts(rows, [receipt(MARCH, "324.99", "750.01")])) == set()
    assert paid_numbers(with_receipts(rows, [receipt(MARCH, "325", "750.00")])) == {1}


def test_totals_follow_reminders() -> None:
    balance = Balance.of([THOUSAND])
    after = totals(balance, with_reminders(ROWS, {1: Decimal("60"), 2: Decimal("120")}))
    assert after.fee == PLAN.totals.fee + 180
    assert after.amount == PLAN.totals.amount + 180
    assert after.amount == after.principal + after.interest + after.fee


def test_a_payment_is_overdue_from_the_day_after_it_was_due() -> None:
    assert overdue(ROWS, FEBRUARY) == ()
    assert overdue(ROWS, date(2026, 3, 1)) == ROWS[:1]
    assert overdue(ROWS, date(2026, 4, 1)) == ROWS[:2]


def test_a_paid_payment_is_never_overdue() -> None:
    rows = with_receipts(ROWS, [receipt(FEBRUARY, "265", "750.00")])
    assert overdue(rows, date(2026, 4, 1)) == rows[1:2]


@given(st.lists(st.integers(1, 60_000).map(lambda cents: Decimal(cents).scaleb(-2)), max_size=8))
def test_rows_are_paid_in_order_as_far_as_the_money_reaches(amounts: list[Decimal]) -> None:
    receipts = [Receipt(date(2026, 2, 1 + nth), amount, Decimal(1)) for nth, amount in enumerate(amounts)]
    rows = with_receipts(ROWS, receipts)
    paid = paid_numbers(rows)
    assert paid == set(range(1, len(paid) + 1))
    received = sum(amounts)
    assert sum(row.amount for row in rows[: len(paid)]) <= received
    assert len(paid) == 4 or sum(row.amount for row in rows[: len(paid) + 1]) > received
    days = [row.paid_date for row in rows if row.paid_date is not None]
    assert days == sorted(days)
