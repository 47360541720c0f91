"""Payment plans, exact to the cent: what create and calculate answer, and what an update makes of a plan.

Pure functions over Decimal; days come in as arguments, which are those of the space's clock. All that a
plan says follows from the covered cases on the day of its registration and from its terms.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.apr import annual_percentage
from ledgersim.vendors.aptic.payment_plans.balance import Balance, CoveredCase
from ledgersim.vendors.aptic.payment_plans.deviations import Specified, Wishes, read_deviations
from ledgersim.vendors.aptic.payment_plans.periods import Period, periods_of
from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, PlanError, Terms, terms_errors
from ledgersim.vendors.aptic.payment_plans.rounding import ZERO
from ledgersim.vendors.aptic.payment_plans.schedule import Row, least_amount, schedule


@dataclass(frozen=True, slots=True)
class Totals:
    """What a plan costs; for one that clears its balance, amount = principal + interest + fee."""

    principal: Decimal
    interest: Decimal
    fee: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as calculated; `annual_percentage` in per cent a year, `amount` its first regular payment."""

    rows: tuple[Row, ...]
    totals: Totals
    annual_percentage: Decimal | None
    periods: tuple[Period, ...]
    amount: Decimal

    @property
    def number_of_payments(self) -> int:
        """The number of rows, which may be less than was asked for."""
        return len(self.rows)

    @property
    def start_date(self) -> date:
        """The first due date [inferred]."""
        return self.rows[0].due_date

    @property
    def rest(self) -> Decimal:
        """What the planned payments leave: owed on (limited plans), or written off (debt relief)."""
        return self.rows[-1].unpaid


def calculate(cases: Iterable[CoveredCase], terms: Terms) -> Plan:
    """The plan for these cases on these terms.

    Raises PlanError naming every field that is wrong (invalid), or `cases` where nothing is owed (conflict).
    """
    return _plan(Balance.of(cases), terms, read_deviations(terms.deviations))


def change(
    cases: Iterable[CoveredCase], terms: Terms, requested: Sequence[Deviation], paid: Collection[int] = ()
) -> tuple[Terms, Plan]:
    """The terms and the plan after an update with deviations, which are laid over those agreed before.

    `cases` are as they were on the day of registration, `paid` the numbers of the payments that are paid.
    Raises PlanError naming every field that is wrong (invalid), or else those of paid payments (conflict).
    """
    wishes = read_deviations(requested, terms.deviations, paid)
    plan = _plan(Balance.of(cases), terms, wishes)
    deviations = tuple(
        wish.deviation for number, wish in sorted(wishes.by_number.items()) if number <= len(plan.rows)
    )
    return replace(terms, deviations=deviations), plan


def totals(balance: Balance, rows: Iterable[Row]) -> Totals:
    """The totals of a plan. Source: the issue on payment plans ("Totals")."""
    rows = tuple(rows)
    return Totals(
        balance.principal,
        balance.interest + sum((row.interest for row in rows), ZERO),
        balance.fees + sum((row.fee for row in rows), ZERO),
        sum((row.amount for row in rows), ZERO),
    )


def _plan(balance: Balance, terms: Terms, wishes: Wishes) -> Plan:
    errors = terms_errors(terms)
    if errors:
        raise PlanError(errors | wishes.errors)
    if balance.total <= 0:
        raise PlanError({"cases": ["nothing is owed on them"]}, "conflict")
    rows: tuple[Row, ...] = ()
    least = least_amount(balance, terms)
    if terms.amount is not None and terms.amount < least:
        errors["amount"] = [f"must be at least {least}: interest and fees of the first month, and 0.01"]
    else:
        rows = schedule(balance, terms, wishes.by_number, errors)
    if errors or wishes.errors:
        raise PlanError(errors | wishes.errors)
    if wishes.conflicts:
        raise PlanError(wishes.conflicts, "conflict")
    return Plan(
        rows,
        totals(balance, rows),
        annual_percentage(balance.total, terms.registration_date, [(row.due_date, row.amount) for row in rows]),
        periods_of(rows),
        _regular_amount(terms, rows, wishes.by_number),
    )


def _regular_amount(terms: Terms, rows: Sequence[Row], specified: Mapping[int, Specified]) -> Decimal:
    """That of the first payment that neither deviates nor has the registration fee on top, else the first."""
    for row in rows:
        deviates = row.payment_no in specified and specified[row.payment_no].amount is not None
        on_top = row.payment_no == 1 and terms.fee(1) > terms.fee(2) and not terms.includes_fees
        if not deviates and not on_top:
            return row.amount
    return rows[0].amount
