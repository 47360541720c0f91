"""Helpers to write and read plans."""

from datetime import date
from decimal import Decimal

import pytest

from ledgersim.vendors.aptic.payment_plans.balance import CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.engine import Plan, calculate
from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, PlanError, Terms

REGISTERED = date(2026, 1, 15)
ANNUITY, LIMITED_ANNUITY, LINEAR, LIMITED_LINEAR, RELIEF = 1, 2, 3, 4, 5


def case(
    principal: str, rate: str = "0", interest: str = "0", fees: str = "0", case_id: int = 1
) -> CoveredCase:
    return CoveredCase(case_id, (Debt(Decimal(principal), Decimal(rate)),), Decimal(interest), Decimal(fees))


THOUSAND = case("1000.00", "12")  # 1 % a month


def terms(
    kind: int | None,
    n: int | None = None,
    x: str | None = None,
    *deviations: Deviation,
    registered: date = REGISTERED,
    registration_fee: str = "0",
    invoice_fee: str = "0",
    reminder_fee: str = "0",
) -> Terms:
    return Terms(
        registered,
        kind,
        n,
        None if x is None else Decimal(x),
        Decimal(registration_fee),
        Decimal(invoice_fee),
        Decimal(reminder_fee),
        deviations,
    )


def deviating(number: int, amount: str | None = None, due: date | None = None) -> Deviation:
    return Deviation(number, due, None if amount is None else Decimal(amount))


def table(plan: Plan) -> list[tuple[str, ...]]:
    """Instalment, interest, fee, amount and unpaid of each row."""
    return [
        tuple(str(value) for value in (row.instalment, row.interest, row.fee, row.amount, row.unpaid))
        for row in plan.rows
    ]


def plan_error(asked: Terms, *cases: CoveredCase) -> PlanError:
    with pytest.raises(PlanError) as caught:
        calculate(cases or (THOUSAND,), asked)
    return caught.value
