"""Calculation of payment plans, exact to the cent, for create, calculate and update.

These are pure functions over Decimal; the caller passes days of the space's clock. A plan follows from its
terms and from what was owed on the covered cases on the day of its registration.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.apr import annual_percentage
from ledgersim.vendors.aptic.payment_plans.balance import Balance, CoveredCase
from ledgersim.vendors.aptic.payment_plans.deviations import Override, Overrides, read_deviations
from ledgersim.vendors.aptic.payment_plans.periods import Period, periods_of
from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, PlanError, Terms, terms_errors
from ledgersim.vendors.aptic.payment_plans.rounding import ZERO
from ledgersim.vendors.aptic.payment_plans.schedule import ScheduleRow, minimum_amount, schedule


@dataclass(frozen=True, slots=True)
class Totals:
    """The costs of a plan. If it clears its balance, amount = principal + interest + fee."""

    principal: Decimal
    interest: Decimal
    fee: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """A calculated plan. `annual_percentage` is in per cent per year, `amount` is the first regular payment."""

    rows: tuple[ScheduleRow, ...]
    totals: Totals
    annual_percentage: Decimal | None
    periods: tuple[Period, ...]
    amount: Decimal

    @property
    def number_of_payments(self) -> int:
        """The number of payments, which can be less than requested."""
        return len(self.rows)

    @property
    def start_date(self) -> date:
        """The first due date [inferred]."""
        return self.rows[0].due_date

    @property
    def remainder(self) -> Decimal:
        """The amount after the last payment: still owed (limited plans) or written off (debt relief)."""
        return self.rows[-1].unpaid


def calculate(cases: Iterable[CoveredCase], terms: Terms) -> Plan:
    """Calculate the plan for these cases on these terms.

    Raises PlanError with every invalid field, or a conflict for `cases` if nothing is owed.
    """
    return _plan(Balance.of(cases), terms, read_deviations(terms.deviations))


def change(
    cases: Iterable[CoveredCase], terms: Terms, requested: Sequence[Deviation], paid: Collection[int] = ()
) -> tuple[Terms, Plan]:
    """Return the terms and the plan after an update that merges deviations into those of `terms`.

    `cases` are as of the day of registration, `paid` the numbers of the paid payments. Raises PlanError with
    every invalid field, or else a conflict for deviations of paid payments.
    """
    overrides = read_deviations(requested, terms.deviations, paid)
    plan = _plan(Balance.of(cases), terms, overrides)
    deviations = tuple(
        override.deviation
        for number, override in sorted(overrides.by_number.items())
        if number <= len(plan.rows)
    )
    return replace(terms, deviations=deviations), plan


def totals(balance: Balance, rows: Iterable[ScheduleRow]) -> Totals:
    """Return the totals of a plan."""
    rows = tuple(rows)
    return Totals(
        balance.principal,
        balance.interest + sum((row.interest for row in rows), ZERO),
        balance.fees + sum((row.fee for row in rows), ZERO),
        sum((row.amount for row in rows), ZERO),
    )


def _plan(balance: Balance, terms: Terms, overrides: Overrides) -> Plan:
    errors = terms_errors(terms)
    if errors:
        raise PlanError(errors | overrides.errors)
    if balance.total <= 0:
        raise PlanError({"cases": ["nothing is owed on the cases"]}, "conflict")
    rows: tuple[ScheduleRow, ...] = ()
    minimum = minimum_amount(balance, terms)
    if terms.amount is not None and terms.amount < minimum:
        errors["amount"] = [f"must be at least {minimum}, the interest and fees of the first month plus 0.01"]
    else:
        rows = schedule(balance, terms, overrides.by_number, errors)
    if errors or overrides.errors:
        raise PlanError(errors | overrides.errors)
    if overrides.conflicts:
        raise PlanError(overrides.conflicts, "conflict")
    return Plan(
        rows,
        totals(balance, rows),
        annual_percentage(balance.total, terms.registration_date, [(row.due_date, row.amount) for row in rows]),
        periods_of(rows),
        _regular_amount(terms, rows, overrides.by_number),
    )


def _regular_amount(terms: Terms, rows: Sequence[ScheduleRow], overrides: Mapping[int, Override]) -> Decimal:
    """Return the first amount that neither deviates nor includes an added registration fee, else the first."""
    for row in rows:
        deviates = row.payment_no in overrides and overrides[row.payment_no].amount is not None
        has_added_fee = row.payment_no == 1 and terms.fee(1) > terms.fee(2) and not terms.includes_fees
        if not deviates and not has_added_fee:
            return row.amount
    return rows[0].amount
