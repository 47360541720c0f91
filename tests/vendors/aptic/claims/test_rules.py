"""The balances of a claim: identities that hold after any postings, and interest to the hundredth."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.vendors.aptic.claims.rules import (
    NEVER,
    Balances,
    Posting,
    accrue_to,
    accrued_interest,
    open_balances,
    post,
)

DAY = 740_000
AMOUNTS = st.integers(0, 10**13 - 1)
RATES = st.integers(0, 10_000_000)
DAYS = st.integers(0, 91_000)


@pytest.mark.parametrize(
    ("principal", "rate", "days", "interest"),
    [
        (1_000_000, 100_000, 365, 100_000),  # 10,000.00 at 10 % for a year: 1,000.00
        (1_000_000, 100_000, 1, 274),  # 2.7397 a day
        (100_000, 80_000, 181, 3967),  # 1,000.00 at 8 % for 181 days: 39.671
        (365, 100_000, 5, 1),  # half a hundredth is rounded up
        (364, 100_000, 5, 0),
        (0, 100_000, 365, 0),
    ],
)
def test_interest_is_simple_actual_365_rounded_half_up(
    principal: int, rate: int, days: int, interest: int
) -> None:
    assert accrued_interest(principal, rate, days) == interest


@given(AMOUNTS, RATES, DAYS)
def test_interest_agrees_with_decimal_arithmetic(principal: int, rate: int, days: int) -> None:
    exact = Decimal(principal) * rate * days / (365 * 100 * 10_000)
    assert accrued_interest(principal, rate, days) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def adds_up(balances: Balances) -> bool:
    return all(
        getattr(balances, f"remaining_{part}")
        == getattr(balances, f"original_{part}")
        - getattr(balances, f"paid_{part}")
        + getattr(balances, f"adjusted_{part}")
        and getattr(balances, f"remaining_{part}") >= 0
        for part in ("principal", "interest", "vat")
    )


sent_claims = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.none() | AMOUNTS
            for name in (
                "original_principal",
                "remaining_principal",
                "original_interest",
                "remaining_interest",
                "original_vat",
                "remaining_vat",
            )
        },
        "interest_rate": st.none() | RATES,
        "interest_from": st.none() | st.datetimes(timezones=st.just(UTC)),
        "interest_to": st.none() | st.datetimes(timezones=st.just(UTC)),
        "fixed_interest_term_start": st.none() | st.datetimes(timezones=st.just(UTC)),
        "interest_specific_calculation_cutoff_date": st.none() | st.datetimes(timezones=st.just(UTC)),
        "interest_condition": st.none() | st.integers(-(2**31), 2**31 - 1),
        "bill_date": st.none() | st.datetimes(timezones=st.just(UTC)),
        "due_date": st.none() | st.datetimes(timezones=st.just(UTC)),
    },
)


@given(sent_claims)
def test_opening_balances_always_add_up(sent: dict[str, Any]) -> None:
    balances = open_balances(sent)
    assert adds_up(balances)
    assert 0 <= balances.paid_vat <= balances.paid_principal
    assert balances.accrues_from <= balances.accrues_to


postings = st.builds(
    Posting,
    paid_principal=st.integers(0, 10**9),
    paid_interest=st.integers(0, 10**7),
    adjusted_principal=st.integers(-(10**9), 10**9),
    adjusted_interest=st.integers(-(10**7), 10**7),
)


@given(sent_claims, st.lists(st.tuples(st.integers(0, 400), postings), max_size=8))
def test_balances_add_up_after_any_postings_without_losing_interest(
    sent: dict[str, Any], later: list[tuple[int, Posting]]
) -> None:
    balances, day = open_balances(sent), DAY
    for days, posting in later:
        day += days
        before = accrue_to(balances, day)
        try:
            balances = post(balances, posting, day)
        except ValueError:
            continue
        assert adds_up(balances)
        assert balances.original_interest == before.original_interest
        assert (
            balances.remaining_principal
            == before.remaining_principal - posting.paid_principal + posting.adjusted_principal
        )
        assert accrue_to(balances, day) == balances


def test_more_than_the_remaining_amount_cannot_be_paid() -> None:
    with pytest.raises(ValueError, match="more than the remaining amount"):
        post(open_balances({"original_principal": 100}), Posting(paid_principal=101), DAY)


def test_a_payment_books_the_interest_up_to_its_day_and_lowers_what_accrues_after() -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    balances = open_balances(
        {"original_principal": 1_000_000, "interest_rate": 100_000, "interest_from": start}
    )
    day = start.toordinal()
    paid = post(balances, Posting(paid_principal=500_000, paid_interest=20_000), day + 73)
    assert (paid.original_interest, paid.paid_interest, paid.remaining_interest) == (20_000, 20_000, 0)
    assert accrue_to(paid, day + 365).remaining_interest == 40_000  # 5,000.00 at 10 % for 292 days
    assert paid.accrues_to == NEVER


def test_the_vat_within_the_principal_is_paid_with_it() -> None:
    balances = open_balances({"original_principal": 125_00, "original_vat": 25_00})
    paid = post(balances, Posting(paid_principal=50_00), DAY)
    assert (paid.paid_vat, paid.remaining_vat) == (10_00, 15_00)


@pytest.mark.parametrize(
    ("principal", "vat"),
    [(-25_00, 20_00), (25_00, 30_00), (-125_00, 0), (1, 25_00), (3, 25_01)],
)
def test_the_vat_within_the_principal_is_adjusted_with_it_and_not_paid(principal: int, vat: int) -> None:
    balances = open_balances({"original_principal": 125_00, "original_vat": 25_00})
    adjusted = post(balances, Posting(adjusted_principal=principal), DAY)
    assert (adjusted.original_vat, adjusted.paid_vat, adjusted.remaining_vat) == (25_00, 0, vat)


def test_vat_that_is_paid_in_full_comes_back_with_the_principal() -> None:
    balances = open_balances({"original_principal": 125_00, "original_vat": 25_00})
    paid = post(balances, Posting(paid_principal=125_00), DAY)
    again = post(paid, Posting(adjusted_principal=50_00), DAY)
    assert (again.paid_vat, again.adjusted_vat, again.remaining_vat) == (25_00, 10_00, 10_00)
