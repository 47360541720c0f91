"""The time to calculate a payment plan of 60 payments, with and without its annual percentage rate.

Three covered cases of two debts each, with fees. The target is below a millisecond, including the rate.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from timeit import repeat

from ledgersim.vendors.aptic.payment_plans.balance import Balance, CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.engine import calculate
from ledgersim.vendors.aptic.payment_plans.plan_terms import PlanType, Terms
from ledgersim.vendors.aptic.payment_plans.schedule import schedule

CALLS = 200
CASES = [
    CoveredCase(
        number,
        (Debt(Decimal("18250.40"), Decimal("10.00")), Debt(Decimal("7300.15"), Decimal("12.25"))),
        interest=Decimal("311.27"),
        fees=Decimal("240.00"),
    )
    for number in (1, 2, 3)
]


def main() -> None:
    """Print the best time per call in milliseconds, for each type of plan."""
    for kind in PlanType:
        terms = Terms(
            date(2026, 1, 15),
            kind,
            number_of_payments=60,
            amount=Decimal("900.00") if kind in (PlanType.LIMITED_ANNUITY, PlanType.LIMITED_LINEAR) else None,
            registration_fee=Decimal("170.00"),
            invoice_fee=Decimal("25.00"),
        )
        rows = calculate(CASES, terms).number_of_payments
        whole = _best(partial(calculate, CASES, terms))
        bare = _best(partial(_schedule_alone, terms))
        print(f"{kind.name:15} {rows:3} rows: with yearly rate {whole:.3f} ms, schedule alone {bare:.3f} ms")


def _schedule_alone(terms: Terms) -> None:
    schedule(Balance.of(CASES), terms, {}, {})


def _best(call: Callable[[], object]) -> float:
    return min(repeat(call, number=CALLS, repeat=7)) / CALLS * 1000


if __name__ == "__main__":
    main()
