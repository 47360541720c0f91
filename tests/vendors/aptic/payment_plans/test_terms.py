"""Invalid terms, with the errors of each field."""

import pytest

from ledgersim.vendors.aptic.payment_plans.balance import CoveredCase
from ledgersim.vendors.aptic.payment_plans.engine import calculate
from ledgersim.vendors.aptic.payment_plans.plan_terms import PlanError, Terms
from tests.vendors.aptic.payment_plans.plans import (
    ANNUITY,
    LIMITED_ANNUITY,
    LIMITED_LINEAR,
    LINEAR,
    REGISTERED,
    RELIEF,
    THOUSAND,
    case,
    deviating,
    plan_error,
    terms,
)

ONE_OF_BOTH = {
    "numberOfPayments": ["send either numberOfPayments or amount"],
    "amount": ["send either numberOfPayments or amount"],
}
COUNT = ["must be from 1 to 600"]
NEEDED = ["is required for this type"]
DECIMALS = ["must have at most two decimals"]
ABOVE_ZERO = ["must be at least 0.01"]
NOT_BELOW_ZERO = ["must be at least 0.00"]


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        (terms(None), {"paymentPlanType": ["is required"]}),
        (terms(0, 3), {"paymentPlanType": ["must be 1, 2, 3, 4 or 5"]}),
        (terms(6, 3), {"paymentPlanType": ["must be 1, 2, 3, 4 or 5"]}),
        (terms(-1, 3), {"paymentPlanType": ["must be 1, 2, 3, 4 or 5"]}),
        (terms(ANNUITY), ONE_OF_BOTH),
        (terms(LINEAR), ONE_OF_BOTH),
        (terms(ANNUITY, 3, "400"), ONE_OF_BOTH),
        (terms(LINEAR, 3, "400"), ONE_OF_BOTH),
        (terms(LIMITED_ANNUITY), {"numberOfPayments": NEEDED, "amount": NEEDED}),
        (terms(LIMITED_ANNUITY, 3), {"amount": NEEDED}),
        (terms(LIMITED_ANNUITY, None, "400"), {"numberOfPayments": NEEDED}),
        (terms(LIMITED_LINEAR), {"numberOfPayments": NEEDED, "amount": NEEDED}),
        (terms(LIMITED_LINEAR, 3), {"amount": NEEDED}),
        (terms(LIMITED_LINEAR, None, "400"), {"numberOfPayments": NEEDED}),
        (terms(ANNUITY, 0), {"numberOfPayments": COUNT}),
        (terms(ANNUITY, -1), {"numberOfPayments": COUNT}),
        (terms(ANNUITY, 601), {"numberOfPayments": COUNT}),
        (terms(RELIEF, 601), {"numberOfPayments": COUNT}),
        (terms(LINEAR, None, "0"), {"amount": ABOVE_ZERO}),
        (terms(LINEAR, None, "-400"), {"amount": ABOVE_ZERO}),
        (terms(LINEAR, None, "400.005"), {"amount": DECIMALS}),
        (terms(RELIEF, None, "0"), {"amount": ABOVE_ZERO}),
        (terms(LINEAR, None, "100000000000"), {"amount": ["must be at most 99999999999.99"]}),
        (terms(LINEAR, None, "NaN"), {"amount": ["must be a number"]}),
        (terms(LINEAR, None, "Infinity"), {"amount": ["must be a number"]}),
        (terms(ANNUITY, 3, registration_fee="-0.01"), {"registrationFee": NOT_BELOW_ZERO}),
        (terms(ANNUITY, 3, invoice_fee="-1"), {"invoiceFee": NOT_BELOW_ZERO}),
        (terms(ANNUITY, 3, reminder_fee="-60"), {"reminderFee": NOT_BELOW_ZERO}),
        (terms(ANNUITY, 3, registration_fee="0.001"), {"registrationFee": DECIMALS}),
        (terms(ANNUITY, 3, invoice_fee="1.999"), {"invoiceFee": DECIMALS}),
        (terms(ANNUITY, 3, reminder_fee="60.123"), {"reminderFee": DECIMALS}),
        (terms(RELIEF, 3, invoice_fee="-1"), {"invoiceFee": NOT_BELOW_ZERO}),
    ],
)
def test_invalid_terms_are_errors_of_their_fields(asked: Terms, errors: dict[str, list[str]]) -> None:
    rejected = plan_error(asked)
    assert (rejected.kind, rejected.errors) == ("invalid", errors)


def test_all_errors_are_reported_at_once() -> None:
    asked = terms(
        ANNUITY, 0, "1.001", deviating(0), deviating(2, "0"), registration_fee="-1", invoice_fee="0.005"
    )
    assert plan_error(asked).errors == {
        "numberOfPayments": [*COUNT, *ONE_OF_BOTH["numberOfPayments"]],
        "amount": [*DECIMALS, *ONE_OF_BOTH["amount"]],
        "registrationFee": NOT_BELOW_ZERO,
        "invoiceFee": DECIMALS,
        "payments[0].paymentNo": ["must be at least 1"],
        "payments[1].specifiedAmount": ABOVE_ZERO,
    }


@pytest.mark.parametrize(
    ("kind", "n"), [(ANNUITY, None), (LIMITED_ANNUITY, 12)], ids=["annuity", "limited annuity"]
)
def test_an_annuity_below_the_minimum_amount_is_rejected_with_the_minimum(kind: int, n: int | None) -> None:
    # interest 10.00, fees 100 + 25, and 0.01
    assert plan_error(terms(kind, n, "135.00", registration_fee="100", invoice_fee="25")).errors == {
        "amount": ["must be at least 135.01, the interest and fees of the first month plus 0.01"]
    }
    plan = calculate([THOUSAND], terms(kind, n, "135.01", registration_fee="100", invoice_fee="25"))
    assert str(plan.rows[0].instalment) == "0.01"


def test_the_minimum_amount_applies_although_the_first_payment_deviates() -> None:
    assert list(plan_error(terms(ANNUITY, None, "10.00", deviating(1, "500"))).errors) == ["amount"]


@pytest.mark.parametrize("kind", [ANNUITY, LINEAR])
def test_an_amount_may_need_six_hundred_payments_and_not_one_more(kind: int) -> None:
    assert calculate([case("600")], terms(kind, None, "1")).number_of_payments == 600
    rejected = plan_error(terms(kind, None, "1"), case("600.01"))
    assert rejected.errors == {"amount": ["requires more than 600 payments"]}


def test_six_hundred_payments_may_be_asked_for() -> None:
    assert calculate([case("600")], terms(LINEAR, 600)).number_of_payments == 600


def test_the_number_of_payments_is_that_of_the_rows() -> None:
    # 1000 / 600 rounds up to 1.67, of which 599 are enough
    assert calculate([THOUSAND], terms(LINEAR, 600)).number_of_payments == 599


def test_zero_fees_are_omitted() -> None:
    asked = terms(ANNUITY, 3, registration_fee="0", invoice_fee="0.000", reminder_fee="0")
    assert [str(row.fee) for row in calculate([THOUSAND], asked).rows] == ["0.00"] * 3


def test_a_reminder_in_debt_relief_costs_nothing() -> None:
    assert terms(LINEAR, 3, reminder_fee="60").effective_reminder_fee == 60
    assert terms(RELIEF, 3, reminder_fee="60").effective_reminder_fee == 0


@pytest.mark.parametrize("cases", [[], [case("0")]], ids=["no case", "paid cases"])
def test_a_plan_for_nothing_conflicts(cases: list[CoveredCase]) -> None:
    with pytest.raises(PlanError) as rejected:
        calculate(cases, terms(ANNUITY, 3))
    assert (rejected.value.kind, rejected.value.errors) == (
        "conflict",
        {"cases": ["nothing is owed on the cases"]},
    )


def test_invalid_terms_are_reported_before_conflicts() -> None:
    assert plan_error(Terms(REGISTERED, ANNUITY), case("0")).kind == "invalid"


def test_the_largest_amount_is_one() -> None:
    assert calculate([THOUSAND], terms(LINEAR, None, "99999999999.99")).number_of_payments == 1


def test_amounts_may_carry_zeros_beyond_two_decimals() -> None:
    assert str(calculate([THOUSAND], terms(LINEAR, None, "400.000")).rows[0].instalment) == "400.00"
