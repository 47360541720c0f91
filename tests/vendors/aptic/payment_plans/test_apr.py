"""The annual percentage rate: published examples, limits, and substitution in high precision."""

from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.vendors.aptic.payment_plans.apr import annual_percentage
from ledgersim.vendors.aptic.payment_plans.engine import calculate
from tests.vendors.aptic.payment_plans.plans import ANNUITY, LINEAR, case, terms

DAY = date(2026, 1, 1)


def percentage(lent: str, *payments: tuple[int, str]) -> str | None:
    found = annual_percentage(
        Decimal(lent), DAY, [(DAY + timedelta(days), Decimal(amount)) for days, amount in payments]
    )
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("lent", "payments", "expected"),
    [
        ("1000", [(546, "1200")], "12.96"),  # the directive's: 1.2^(365/546) = 1.12962
        ("1000", [(365, "600"), (730, "600")], "13.07"),  # 600x + 600x^2 = 1000: x = 0.884437
        ("1000", [(365, "1100")], "10.00"),
        ("1000", [(365, "1000.05")], "0.01"),  # 0.005 is rounded up
        ("1000", [(365, "1000.04")], "0.00"),
        ("0.01", [(365, "0.02")], "100.00"),
        ("99999999999.99", [(365, "99999999999.99"), (730, "0.01")], "0.00"),
        ("1000", [(365, "1000")], "0.00"),
        ("1000", [(365, "999.99")], None),
        ("1", [(365, "10000.99")], "999999.00"),
        ("1", [(365, "10001.00")], None),
        ("0.01", [(31, "170.01")], None),
    ],
)
def test_examples(lent: str, payments: list[tuple[int, str]], expected: str | None) -> None:
    assert percentage(lent, *payments) == expected


def test_a_plan_counts_its_balance_as_paid_out_on_the_day_of_registration() -> None:
    # 1,000 at nothing, 20.00 for the plan, paid on 28 February: 1.02^(365/44) = 1.17853
    plan = calculate([case("1000")], terms(ANNUITY, 1, registration_fee="20"))
    assert str(plan.annual_percentage) == "17.85"


def test_fees_can_push_the_rate_of_a_small_plan_beyond_the_limit() -> None:
    assert calculate([case("0.01")], terms(LINEAR, 1, registration_fee="170")).annual_percentage is None


amounts = st.integers(1, 10**12).map(lambda cents: Decimal(cents).scaleb(-2))
flows = st.lists(st.tuples(st.integers(28, 60), amounts), min_size=1, max_size=60)


def present_value(percent: Decimal, payments: list[tuple[int, Decimal]]) -> Decimal:
    with localcontext(prec=60):
        return sum(
            (amount / (1 + percent / 100) ** (Decimal(days) / 365) for days, amount in payments), Decimal(0)
        )


@given(amounts, flows)
def test_substitution_confirms_every_rate_up_to_the_limit(
    lent: Decimal, gaps: list[tuple[int, Decimal]]
) -> None:
    payments, days = [], 0
    for gap, amount in gaps:
        days += gap
        payments.append((days, amount))
    found = annual_percentage(lent, DAY, [(DAY + timedelta(days), amount) for days, amount in payments])
    if found is None:
        reached = sum(amount for _, amount in payments) >= lent
        assert not reached or present_value(Decimal("999999.004"), payments) > lent
    else:
        assert present_value(found + Decimal("0.00500001"), payments) <= lent
        assert present_value(found - Decimal("0.00500001"), payments) >= lent
