"""Properties of every plan, recalculated independently of the engine with fractions."""

import calendar
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledgersim.vendors.aptic.payment_plans.balance import Balance, CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.engine import Plan, calculate
from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, PlanType, Terms
from tests.vendors.aptic.payment_plans.plans import (
    ANNUITY,
    LIMITED_ANNUITY,
    LIMITED_LINEAR,
    LINEAR,
    RELIEF,
)

ServiceRequest = tuple[list[CoveredCase], Terms]
CENT = Decimal("0.01")


def cents(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda number: Decimal(number).scaleb(-2))


money = st.one_of(cents(0, 50), cents(0, 10_000_000), cents(0, 10**11 - 1))
fees = st.one_of(st.just(Decimal("0.00")), cents(0, 100_000))
rates = st.one_of(
    st.just(Decimal(0)),
    st.integers(1, 400_000).map(lambda rate: Decimal(rate).scaleb(-4)),
    st.integers(1, 10_000_000).map(lambda rate: Decimal(rate).scaleb(-4)),
)
debts = st.lists(st.builds(Debt, money, rates), max_size=3).map(tuple)
balances = st.lists(st.builds(CoveredCase, st.integers(), debts, money, money), min_size=1, max_size=3).filter(
    lambda cases: Balance.of(cases).total > 0
)
counts = st.one_of(st.integers(1, 3), st.integers(1, 72))
days = st.dates(date(1990, 1, 1), date(2150, 12, 31))


@st.composite
def asked(draw: st.DrawFn) -> ServiceRequest:
    """A possible plan; if its amount determines the number of payments, it has at most 120."""
    cases, kind, n = draw(balances), draw(st.sampled_from(list(PlanType))), draw(counts)
    registration_fee, invoice_fee = draw(fees), draw(fees)
    total = Balance.of(cases).total
    least = CENT
    if kind in (ANNUITY, LIMITED_ANNUITY):
        least += month_interest(cases, total) + registration_fee + invoice_fee
    if kind in (ANNUITY, LINEAR):
        least += (total / 120).quantize(CENT, ROUND_UP)
    x = least + draw(cents(0, int(total * 110)))
    choices: dict[int, list[tuple[int | None, Decimal | None]]] = {
        ANNUITY: [(n, None), (None, x)],
        LIMITED_ANNUITY: [(n, x)],
        LINEAR: [(n, None), (None, x)],
        LIMITED_LINEAR: [(n, x)],
        RELIEF: [(n, x), (n, None), (None, x), (None, None)],
    }
    count, amount = draw(st.sampled_from(choices[kind]))
    return cases, Terms(draw(days), kind, count, amount, registration_fee, invoice_fee, draw(fees))


def half_up(value: Fraction) -> Decimal:
    return Decimal(int(value * 200 + 1) // 2).scaleb(-2)


def month_interest(cases: list[CoveredCase], unpaid: Decimal) -> Decimal:
    total = sum(
        Fraction(case.interest + case.fees) + sum(Fraction(debt.principal) for debt in case.debts)
        for case in cases
    )
    yearly = sum(
        Fraction(debt.principal) * Fraction(debt.interest_rate) for case in cases for debt in case.debts
    )
    return half_up(Fraction(unpaid) * yearly / Fraction(total) / 1200)


def check_rows(cases: list[CoveredCase], terms: Terms, plan: Plan) -> None:
    """Properties of every plan, with or without deviations."""
    unpaid = Balance.of(cases).total
    for number, row in enumerate(plan.rows, start=1):
        fee = terms.invoice_fee + (terms.registration_fee if number == 1 else 0)
        relief = terms.type == RELIEF
        assert row.payment_no == number
        assert row.interest == (0 if relief else month_interest(cases, unpaid))
        assert row.fee == (0 if relief else fee)
        assert row.amount == row.instalment + row.interest + row.fee > 0
        assert row.unpaid == unpaid - row.instalment >= 0
        for value in (row.instalment, row.interest, row.fee, row.amount, row.unpaid):
            assert value.as_tuple().exponent == -2
        assert row.invoice_date == row.due_date - timedelta(14)
        unpaid = row.unpaid
    assert plan.remainder == unpaid
    assert all(row.unpaid > 0 for row in plan.rows[:-1])
    assert all(one.due_date < other.due_date for one, other in pairwise(plan.rows))


@given(asked())
def test_rows_hold_together(plan_of: ServiceRequest) -> None:
    cases, terms = plan_of
    plan = calculate(cases, terms)
    check_rows(cases, terms, plan)
    assert all(row.instalment >= CENT for row in plan.rows)
    total = Balance.of(cases).total
    assert sum(row.instalment for row in plan.rows) + plan.remainder == total
    if terms.type in (ANNUITY, LINEAR) or terms.amount is None:
        assert plan.remainder == 0
    elif plan.remainder > 0:
        assert plan.number_of_payments == (terms.number_of_payments or 50)
    assert plan.number_of_payments <= (terms.number_of_payments or 600)


@given(asked())
def test_totals_add_up(plan_of: ServiceRequest) -> None:
    cases, terms = plan_of
    plan = calculate(cases, terms)
    sums = plan.totals
    assert sums.principal == sum(debt.principal for case in cases for debt in case.debts)
    assert sums.interest == sum(case.interest for case in cases) + sum(row.interest for row in plan.rows)
    assert sums.fee == sum(case.fees for case in cases) + sum(row.fee for row in plan.rows)
    assert sums.amount == sum(row.amount for row in plan.rows)
    assert sums.amount + plan.remainder == sums.principal + sums.interest + sums.fee


@given(asked())
def test_regular_payments_are_those_of_the_type(plan_of: ServiceRequest) -> None:
    cases, terms = plan_of
    plan = calculate(cases, terms)
    regular, last = plan.rows[:-1], plan.rows[-1]
    x, n = terms.amount, terms.number_of_payments
    if x is not None and terms.type in (ANNUITY, LIMITED_ANNUITY):
        assert all(row.amount == x for row in regular)
        assert last.amount <= x
    elif x is not None:
        assert all(row.instalment == x for row in regular)
        assert last.instalment <= x
    elif terms.type == ANNUITY:
        level = annuity(cases, n or 0)
        for row in regular:
            assert row.instalment == max(CENT, level - row.interest)
        assert plan.number_of_payments == n or last.instalment <= max(CENT, level - last.interest)
    else:
        level = half_up(Fraction(Balance.of(cases).total) / (n or 50))
        assert all(row.instalment == max(CENT, level) for row in regular)


def annuity(cases: list[CoveredCase], n: int) -> Decimal:
    """The level payment, by summing up discount factors as fractions."""
    balance = Balance.of(cases)
    total = Fraction(balance.total)
    factor = 1 / (1 + Fraction(balance.yearly_interest) / total / 1200)
    return half_up(total / sum(factor**month for month in range(1, n + 1)))


@given(asked())
def test_days_are_month_ends_without_gaps(plan_of: ServiceRequest) -> None:
    cases, terms = plan_of
    free = (6, 12) if terms.type == RELIEF else ()
    month = terms.registration_date.year * 12 + terms.registration_date.month - 1
    for row in calculate(cases, terms).rows:
        month += 1
        while month % 12 + 1 in free:
            month += 1
        year, number = month // 12, month % 12 + 1
        assert row.due_date == date(year, number, calendar.monthrange(year, number)[1])


@given(asked())
def test_periods_are_the_runs_of_equal_amounts(plan_of: ServiceRequest) -> None:
    plan = calculate(*plan_of)
    assert [one.period_no for one in plan.periods] == list(range(1, len(plan.periods) + 1))
    assert all(one.amount != other.amount for one, other in pairwise(plan.periods))
    for row in plan.rows:
        (period,) = (one for one in plan.periods if one.start_date <= row.due_date <= one.end_date)
        assert period.amount == row.amount
    ends = {day for one in plan.periods for day in (one.start_date, one.end_date)}
    assert ends <= {row.due_date for row in plan.rows}


@given(asked(), st.data())
def test_deviations_within_their_bounds_are_kept_and_all_else_holds(
    plan_of: ServiceRequest, data: st.DataObject
) -> None:
    cases, terms = plan_of
    plan = calculate(cases, terms)
    row = data.draw(st.sampled_from(plan.rows), label="row")
    charges = row.interest + row.fee
    owed = row.unpaid + row.instalment
    takes_rest = terms.type in (ANNUITY, LINEAR) and row.payment_no == terms.number_of_payments
    paid_off = data.draw(cents(0, int(owed * 100))) if not takes_rest else owed
    if terms.amount is not None and terms.type in (ANNUITY, LINEAR):
        paid_off = max(paid_off, row.instalment)  # so that 600 payments do
    amount = max(CENT, charges + paid_off)
    later = row.due_date + timedelta(data.draw(st.integers(0, 14), label="days"))
    due = None if terms.type == RELIEF else later
    changed = calculate(cases, replace(terms, deviations=(Deviation(row.payment_no, due, amount),)))
    check_rows(cases, terms, changed)
    nth = row.payment_no - 1
    assert changed.rows[:nth] == plan.rows[:nth]
    assert changed.rows[nth].amount == amount
    assert changed.rows[nth].due_date == (due or row.due_date)
    if terms.type in (ANNUITY, LINEAR):
        assert changed.remainder == 0
    if terms.number_of_payments is not None:
        assert changed.number_of_payments <= terms.number_of_payments
