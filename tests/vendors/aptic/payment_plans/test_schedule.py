"""Schedules calculated by hand, row by row: instalment, interest, fee, amount, unpaid."""

from decimal import Decimal

import pytest

from ledgersim.vendors.aptic.payment_plans.balance import Balance, CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.engine import Totals, calculate
from ledgersim.vendors.aptic.payment_plans.plan_terms import Terms
from tests.vendors.aptic.payment_plans.plans import (
    ANNUITY,
    LIMITED_ANNUITY,
    LIMITED_LINEAR,
    LINEAR,
    RELIEF,
    THOUSAND,
    case,
    deviating,
    table,
    terms,
)


def test_annuity_from_the_number_of_payments() -> None:
    # A = 1000 * 0.01 / (1 - 1.01^-3) = 10 / 0.0294098520 = 340.0221: 340.02
    assert table(calculate([THOUSAND], terms(ANNUITY, 3))) == [
        ("330.02", "10.00", "0.00", "340.02", "669.98"),
        ("333.32", "6.70", "0.00", "340.02", "336.66"),  # 669.98 * 0.01 = 6.6998
        ("336.66", "3.37", "0.00", "340.03", "0.00"),  # 336.66 * 0.01 = 3.3666; takes what is left
    ]


def test_fees_come_on_top_of_an_annuity_from_the_number_of_payments() -> None:
    plan = calculate([THOUSAND], terms(ANNUITY, 3, registration_fee="170", invoice_fee="25"))
    assert table(plan) == [
        ("330.02", "10.00", "195.00", "535.02", "669.98"),
        ("333.32", "6.70", "25.00", "365.02", "336.66"),
        ("336.66", "3.37", "25.00", "365.03", "0.00"),
    ]
    # interest 10.00 + 6.70 + 3.37, fees 195 + 25 + 25
    assert plan.totals == Totals(Decimal("1000.00"), Decimal("20.07"), Decimal("245.00"), Decimal("1265.07"))


def test_fees_and_interest_are_within_the_amount_of_an_annuity() -> None:
    plan = calculate([THOUSAND], terms(ANNUITY, None, "400", registration_fee="100", invoice_fee="25"))
    assert table(plan) == [
        ("265.00", "10.00", "125.00", "400.00", "735.00"),  # 400 - 125 - 10
        ("367.65", "7.35", "25.00", "400.00", "367.35"),  # 400 - 25 - 7.35
        ("367.35", "3.67", "25.00", "396.02", "0.00"),  # 3.6735; 371.33 would be too much
    ]


def test_the_last_unpaid_of_a_limited_annuity_is_the_remainder() -> None:
    asked = terms(LIMITED_ANNUITY, 2, "400", registration_fee="100", invoice_fee="25")
    plan = calculate([THOUSAND], asked)
    assert table(plan) == [
        ("265.00", "10.00", "125.00", "400.00", "735.00"),
        ("367.65", "7.35", "25.00", "400.00", "367.35"),
    ]
    assert plan.remainder == Decimal("367.35")
    assert plan.totals == Totals(Decimal("1000.00"), Decimal("17.35"), Decimal("150.00"), Decimal("800.00"))


def test_a_limited_annuity_ends_early_if_paid_off() -> None:
    plan = calculate([THOUSAND], terms(LIMITED_ANNUITY, 12, "600"))
    assert table(plan) == [
        ("590.00", "10.00", "0.00", "600.00", "410.00"),
        ("410.00", "4.10", "0.00", "414.10", "0.00"),
    ]
    assert plan.number_of_payments == 2


def test_linear_from_the_number_of_payments() -> None:
    plan = calculate([THOUSAND], terms(LINEAR, 3, registration_fee="50", invoice_fee="5"))
    assert table(plan) == [
        ("333.33", "10.00", "55.00", "398.33", "666.67"),
        ("333.33", "6.67", "5.00", "345.00", "333.34"),  # 6.6667
        ("333.34", "3.33", "5.00", "341.67", "0.00"),  # 3.3334; takes what is left
    ]


def test_linear_from_the_amount() -> None:
    assert table(calculate([THOUSAND], terms(LINEAR, None, "400", invoice_fee="5"))) == [
        ("400.00", "10.00", "5.00", "415.00", "600.00"),
        ("400.00", "6.00", "5.00", "411.00", "200.00"),
        ("200.00", "2.00", "5.00", "207.00", "0.00"),
    ]


def test_limited_linear_stops_after_its_payments() -> None:
    plan = calculate([THOUSAND], terms(LIMITED_LINEAR, 2, "400"))
    assert table(plan) == [
        ("400.00", "10.00", "0.00", "410.00", "600.00"),
        ("400.00", "6.00", "0.00", "406.00", "200.00"),
    ]
    assert plan.remainder == Decimal("200.00")


def test_limited_linear_ends_early_if_paid_off() -> None:
    assert table(calculate([THOUSAND], terms(LIMITED_LINEAR, 9, "1000"))) == [
        ("1000.00", "10.00", "0.00", "1010.00", "0.00")
    ]


def test_debt_relief_bears_neither_interest_nor_fees() -> None:
    plan = calculate([THOUSAND], terms(RELIEF, 3, registration_fee="170", invoice_fee="25"))
    assert table(plan) == [
        ("333.33", "0.00", "0.00", "333.33", "666.67"),
        ("333.33", "0.00", "0.00", "333.33", "333.34"),
        ("333.34", "0.00", "0.00", "333.34", "0.00"),
    ]
    assert plan.annual_percentage == Decimal("0.00")


def test_debt_relief_has_fifty_payments_by_default() -> None:
    plan = calculate([case("1003.00")], terms(RELIEF))
    # 1003 / 50 = 20.06; 49 * 20.06 = 982.94
    assert [row.amount for row in plan.rows] == [Decimal("20.06")] * 50


def test_debt_relief_with_an_amount_leaves_the_remainder_to_be_written_off() -> None:
    plan = calculate([THOUSAND], terms(RELIEF, None, "15"))
    assert (plan.number_of_payments, plan.remainder) == (50, Decimal("250.00"))
    assert plan.totals.amount == Decimal("750.00")
    assert plan.annual_percentage is None


def test_debt_relief_with_a_large_amount_ends_early() -> None:
    assert table(calculate([THOUSAND], terms(RELIEF, 4, "600"))) == [
        ("600.00", "0.00", "0.00", "600.00", "400.00"),
        ("400.00", "0.00", "0.00", "400.00", "0.00"),
    ]


def test_only_principal_bears_interest() -> None:
    # (1000 * 8 + 500 * 12) / 2000 = 7 % a year on all; 2000 * 0.07 / 12 = 11.6667
    cases = [
        CoveredCase(
            1, (Debt(Decimal(1000), Decimal(8)), Debt(Decimal(500), Decimal(12))), Decimal(200), Decimal(0)
        ),
        case("0", "99", fees="300", case_id=2),
    ]
    assert Balance.of(cases).yearly_rate == 7
    plan = calculate(cases, terms(LINEAR, 2))
    assert table(plan) == [
        ("1000.00", "11.67", "0.00", "1011.67", "1000.00"),
        ("1000.00", "5.83", "0.00", "1005.83", "0.00"),  # 1000 * 0.07 / 12 = 5.8333
    ]
    # interest 200 + 11.67 + 5.83
    assert plan.totals == Totals(Decimal("1500.00"), Decimal("217.50"), Decimal("300.00"), Decimal("2017.50"))


@pytest.mark.parametrize("kind", [ANNUITY, LINEAR, RELIEF])
def test_one_payment_takes_all(kind: int) -> None:
    interest = "0.00" if kind == RELIEF else "10.00"
    amount = "1000.00" if kind == RELIEF else "1010.00"
    assert table(calculate([THOUSAND], terms(kind, 1))) == [("1000.00", interest, "0.00", amount, "0.00")]


@pytest.mark.parametrize("kind", [ANNUITY, LINEAR, RELIEF])
def test_without_interest_all_divide_alike(kind: int) -> None:
    # 100 / 3 = 33.333; the last takes 100 - 66.66
    assert [str(row.amount) for row in calculate([case("100")], terms(kind, 3)).rows] == [
        "33.33",
        "33.33",
        "33.34",
    ]


def test_sixty_payments_of_an_annuity() -> None:
    # 60,000 at 9 %: i = 0.0075, 1.0075^-60 = 0.638699700; A = 450 / 0.361300300 = 1245.5013
    plan = calculate([case("60000", "9")], terms(ANNUITY, 60))
    assert plan.number_of_payments == 60
    assert {str(row.amount) for row in plan.rows[:-1]} == {"1245.50"}
    assert abs(plan.rows[-1].amount - Decimal("1245.50")) < 1
    assert sum(row.instalment for row in plan.rows) == 60_000


class TestRounding:
    def test_half_a_cent_of_an_annuity_is_rounded_up(self) -> None:
        # 100.50 * 0.01 * 1.0201 / 0.0201 = 51.005 exactly, though 1.01^-2 has no end: 51.01
        assert table(calculate([case("100.50", "12")], terms(ANNUITY, 2))) == [
            ("50.00", "1.01", "0.00", "51.01", "50.50"),  # 1.005
            ("50.50", "0.51", "0.00", "51.01", "0.00"),  # 0.505
        ]

    def test_half_a_cent_of_interest_is_rounded_up_at_a_repeating_decimal_rate(self) -> None:
        # i = 100 * 0.06 / 300 / 1200 = 1 / 60,000 = 0.000016666...; 300 * i = 0.005 exactly: 0.01
        plan = calculate([case("100", "0.06", interest="50", fees="150")], terms(LINEAR, 1))
        assert table(plan) == [("300.00", "0.01", "0.00", "300.01", "0.00")]

    def test_a_hair_below_half_a_cent_is_rounded_down(self) -> None:
        # 300 * 99.99 * 0.06 / 300 / 1200 = 0.0049995
        plan = calculate([case("99.99", "0.06", interest="50.01", fees="150")], terms(LINEAR, 1))
        assert table(plan) == [("300.00", "0.00", "0.00", "300.00", "0.00")]

    @pytest.mark.parametrize("kind", [ANNUITY, LINEAR, RELIEF])
    def test_one_cent_is_one_payment_of_one_cent(self, kind: int) -> None:
        # 0.01 / 60 rounds to nothing, and an instalment is at least 0.01
        plan = calculate([case("0.01", "10")], terms(kind, 60))
        assert table(plan) == [("0.01", "0.00", "0.00", "0.01", "0.00")]

    @pytest.mark.parametrize("kind", [ANNUITY, LINEAR, RELIEF])
    def test_instalments_rounded_up_end_the_plan_early(self, kind: int) -> None:
        # 0.36 / 60 = 0.006: 0.01, which is 36 times in 0.36
        plan = calculate([case("0.36")], terms(kind, 60))
        assert [str(row.amount) for row in plan.rows] == ["0.01"] * 36

    @pytest.mark.parametrize("kind", [ANNUITY, LINEAR, RELIEF])
    def test_instalments_rounded_down_leave_the_last_more(self, kind: int) -> None:
        # 0.84 / 60 = 0.014: 0.01; 0.84 - 59 * 0.01 = 0.25
        plan = calculate([case("0.84")], terms(kind, 60))
        assert [str(row.amount) for row in plan.rows] == ["0.01"] * 59 + ["0.25"]

    def test_an_instalment_is_at_least_a_cent(self) -> None:
        # 1000 % a year: i = 0.8333, A = 83.33 for 600 payments; interest of the first 83.33
        plan = calculate([case("100", "1000")], terms(ANNUITY, 600))
        assert table(plan)[0] == ("0.01", "83.33", "0.00", "83.34", "99.99")
        assert plan.rows[-1].unpaid == 0

    def test_the_least_rate_on_the_largest_balance(self) -> None:
        # 0.01 at 0.0001 % in 99,999,999,999.99: i = 8.3e-21; one payment in ten is 10,000,000,000.00
        plan = calculate([case("0.01", "0.0001", interest="99999999999.98")], terms(ANNUITY, 10))
        assert {str(row.amount) for row in plan.rows[:-1]} == {"10000000000.00"}
        assert plan.rows[-1].amount == Decimal("9999999999.99")
        assert plan.totals.interest == Decimal("99999999999.98")


class TestAmountInLists:
    @pytest.mark.parametrize(
        ("asked", "amount"),
        [
            (terms(ANNUITY, 3), "340.02"),
            (terms(ANNUITY, 3, registration_fee="100", invoice_fee="5"), "345.02"),
            (terms(ANNUITY, 1, registration_fee="100"), "1110.00"),
            (terms(ANNUITY, None, "800", registration_fee="100"), "800.00"),
            (terms(LINEAR, 3, registration_fee="100"), "340.00"),  # the second: 333.33 + 6.67
            (terms(LINEAR, None, "400", deviating(1, "500")), "405.10"),  # the second: 400 + 510 * 0.01
            (terms(RELIEF, 4), "250.00"),
        ],
    )
    def test_it_is_that_of_the_first_regular_payment(self, asked: Terms, amount: str) -> None:
        assert str(calculate([THOUSAND], asked).amount) == amount
