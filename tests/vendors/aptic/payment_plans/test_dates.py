"""Due dates, invoice dates and periods."""

from datetime import date
from itertools import islice

import pytest

from ledgersim.vendors.aptic.payment_plans.dates import due_dates, invoice_date, month_end
from ledgersim.vendors.aptic.payment_plans.engine import calculate
from ledgersim.vendors.aptic.payment_plans.periods import Period
from tests.vendors.aptic.payment_plans.plans import ANNUITY, LINEAR, RELIEF, THOUSAND, deviating, terms


@pytest.mark.parametrize(
    ("registered", "first"),
    [
        (date(2025, 12, 15), date(2026, 1, 31)),
        (date(2026, 1, 1), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),  # a leap year
        (date(2100, 1, 31), date(2100, 2, 28)),  # none, by the rule of centuries
        (date(2000, 1, 10), date(2000, 2, 29)),  # one, by the rule of four centuries
        (date(2024, 2, 29), date(2024, 3, 31)),
        (date(2026, 11, 30), date(2026, 12, 31)),
    ],
)
def test_the_first_payment_is_due_at_the_end_of_the_next_month(registered: date, first: date) -> None:
    assert next(due_dates(registered)) == first


def test_payments_are_due_at_month_ends() -> None:
    assert list(islice(due_dates(date(2027, 12, 31)), 6)) == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
        date(2028, 5, 31),
        date(2028, 6, 30),
    ]


def test_debt_relief_leaves_june_and_december_free_and_takes_five_years() -> None:
    plan = calculate([THOUSAND], terms(RELIEF, registered=date(2025, 12, 15)))
    due = [row.due_date for row in plan.rows]
    assert due[:7] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
        date(2026, 7, 31),
        date(2026, 8, 31),
    ]
    assert (len(due), due[-1]) == (50, date(2030, 11, 30))


@pytest.mark.parametrize(
    ("registered", "first"),
    [(date(2026, 5, 2), date(2026, 7, 31)), (date(2026, 11, 2), date(2027, 1, 31))],
)
def test_debt_relief_never_begins_in_a_free_month(registered: date, first: date) -> None:
    assert calculate([THOUSAND], terms(RELIEF, registered=registered)).start_date == first


@pytest.mark.parametrize(
    ("due", "invoiced"),
    [
        (date(2026, 1, 31), date(2026, 1, 17)),
        (date(2026, 2, 28), date(2026, 2, 14)),
        (date(2028, 2, 29), date(2028, 2, 15)),
        (date(2028, 3, 5), date(2028, 2, 20)),
    ],
)
def test_payments_are_invoiced_a_fortnight_before(due: date, invoiced: date) -> None:
    assert invoice_date(due) == invoiced


def test_rows_carry_both_dates() -> None:
    rows = calculate([THOUSAND], terms(LINEAR, 2, registered=date(2025, 12, 15))).rows
    assert [(row.payment_no, row.invoice_date, row.due_date) for row in rows] == [
        (1, date(2026, 1, 17), date(2026, 1, 31)),
        (2, date(2026, 2, 14), date(2026, 2, 28)),
    ]


def test_every_run_of_equal_amounts_is_a_period() -> None:
    asked = terms(ANNUITY, 5, None, deviating(3, "50"), registration_fee="100")
    plan = calculate([THOUSAND], asked)
    first, second, third, fourth, fifth = plan.rows
    assert second.amount == first.amount - 100
    assert fourth.amount == fifth.amount
    assert plan.periods == (
        Period(1, date(2026, 2, 28), date(2026, 2, 28), first.amount),
        Period(2, date(2026, 3, 31), date(2026, 3, 31), second.amount),
        Period(3, date(2026, 4, 30), date(2026, 4, 30), third.amount),
        Period(4, date(2026, 5, 31), date(2026, 6, 30), fourth.amount),
    )
    assert {(one.interval_type, one.interval, one.payment_type) for one in plan.periods} == {(3, 1, 0)}


def test_a_period_continues_over_the_free_months_of_debt_relief() -> None:
    plan = calculate([THOUSAND], terms(RELIEF))
    assert [(one.start_date, one.end_date, str(one.amount)) for one in plan.periods] == [
        (date(2026, 2, 28), date(2031, 1, 31), "20.00")
    ]


def test_the_ends_of_all_months() -> None:
    assert [month_end(2028, month).day for month in range(1, 13)] == [
        *(31, 29, 31, 30, 31, 30),
        *(31, 31, 30, 31, 30, 31),
    ]
