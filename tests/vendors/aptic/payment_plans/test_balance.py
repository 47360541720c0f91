"""Balances, and the distribution of charges over the covered cases."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.vendors.aptic.payment_plans.balance import Balance, CoveredCase, Debt, distribute

CENTS = st.integers(0, 10**13 - 1).map(lambda cents: Decimal(cents).scaleb(-2))


def shares(amount: str, *principals: str) -> list[str]:
    cases = {nth: Decimal(principal) for nth, principal in enumerate(principals)}
    return [str(share) for share in distribute(Decimal(amount), cases).values()]


@pytest.mark.parametrize(
    ("amount", "principals", "expected"),
    [
        ("10.00", ["1000"], ["10.00"]),
        ("10.00", ["1000", "2000"], ["3.34", "6.66"]),  # 3.333 and 6.666, a cent left
        ("10.00", ["2000", "1000"], ["6.67", "3.33"]),
        ("0.02", ["5", "5", "5"], ["0.02", "0.00", "0.00"]),  # 0.0066 each, two cents left
        ("0.03", ["5", "5", "5"], ["0.01", "0.01", "0.01"]),
        ("0.00", ["5", "5"], ["0.00", "0.00"]),
        ("10.00", ["0", "1000", "2000"], ["0.00", "3.34", "6.66"]),  # nothing on a case that is paid
        ("10.00", ["0", "0"], ["10.00", "0.00"]),
    ],
)
def test_charges_follow_principal_and_the_last_cent_goes_to_the_oldest(
    amount: str, principals: list[str], expected: list[str]
) -> None:
    assert shares(amount, *principals) == expected


@given(CENTS, st.lists(CENTS, min_size=1, max_size=8))
def test_shares_add_up_and_are_fair(amount: Decimal, principals: list[Decimal]) -> None:
    given_out = distribute(amount, dict(enumerate(principals)))
    assert sum(given_out.values()) == amount
    assert list(given_out) == list(range(len(principals)))
    total = sum(principals)
    oldest = next((nth for nth, principal in enumerate(principals) if principal), 0)
    for nth, principal in enumerate(principals):
        exact = amount * principal / total if total else (amount if nth == 0 else Decimal(0))
        slack = Decimal("0.01") * (len(principals) if nth == oldest else 1)
        assert 0 <= given_out[nth] == given_out[nth].quantize(Decimal("0.01"))
        assert abs(given_out[nth] - exact) <= slack


def test_a_balance_adds_up_its_cases() -> None:
    debts = (Debt(Decimal("10.10"), Decimal(10)), Debt(Decimal("0.90")))
    cases = [
        CoveredCase(1, debts, interest=Decimal("1.23"), fees=Decimal("60")),
        CoveredCase(2, fees=Decimal("0.07")),
    ]
    balance = Balance.of(cases)
    assert (balance.principal, balance.interest, balance.fees) == (
        Decimal("11.00"),
        Decimal("1.23"),
        Decimal("60.07"),
    )
    assert balance.total == Decimal("72.30")
    assert [case.principal for case in cases] == [Decimal("11.00"), 0]
