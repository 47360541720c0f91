"""Deviating payments: their effects on the other payments, and their validation."""

from datetime import date
from decimal import Decimal

import pytest

from ledgersim.vendors.aptic.payment_plans.engine import Plan, calculate, change
from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, PlanError, Terms
from tests.vendors.aptic.payment_plans.plans import (
    ANNUITY,
    LIMITED_ANNUITY,
    LIMITED_LINEAR,
    LINEAR,
    RELIEF,
    THOUSAND,
    deviating,
    plan_error,
    table,
    terms,
)

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)


def calculated(kind: int, n: int | None, x: str | None, *deviations: Deviation, invoice_fee: str = "0") -> Plan:
    return calculate([THOUSAND], terms(kind, n, x, *deviations, invoice_fee=invoice_fee))


class TestAmounts:
    def test_an_annuity_is_levelled_again_over_the_payments_that_remain(self) -> None:
        # 510 * 0.01 / (1 - 1.01^-2) = 5.10 / 0.0197039506 = 258.8313
        assert table(calculated(ANNUITY, 3, None, deviating(1, "500"))) == [
            ("490.00", "10.00", "0.00", "500.00", "510.00"),
            ("253.73", "5.10", "0.00", "258.83", "256.27"),
            ("256.27", "2.56", "0.00", "258.83", "0.00"),  # 2.5627
        ]

    def test_a_linear_plan_is_levelled_again(self) -> None:
        # 900 / 3 = 300
        assert table(calculated(LINEAR, 4, None, deviating(1, "115"), invoice_fee="5")) == [
            ("100.00", "10.00", "5.00", "115.00", "900.00"),
            ("300.00", "9.00", "5.00", "314.00", "600.00"),
            ("300.00", "6.00", "5.00", "311.00", "300.00"),
            ("300.00", "3.00", "5.00", "308.00", "0.00"),
        ]

    def test_each_deviation_recalculates_the_remaining_payments(self) -> None:
        plan = calculated(RELIEF, 5, None, deviating(2, "50"), deviating(4, "100"))
        # 1000 / 5; (1000 - 250) / 3; 750 - 250 - 100
        assert [str(row.amount) for row in plan.rows] == ["200.00", "50.00", "250.00", "100.00", "400.00"]

    def test_an_annuity_from_an_amount_continues_with_it(self) -> None:
        assert table(calculated(ANNUITY, None, "400", deviating(1, "110"))) == [
            ("100.00", "10.00", "0.00", "110.00", "900.00"),
            ("391.00", "9.00", "0.00", "400.00", "509.00"),
            ("394.91", "5.09", "0.00", "400.00", "114.09"),
            ("114.09", "1.14", "0.00", "115.23", "0.00"),  # 1.1409
        ]

    @pytest.mark.parametrize(
        ("kind", "n", "unpaid"),
        [
            (LINEAR, None, ["900.00", "500.00", "100.00", "0.00"]),
            (LIMITED_LINEAR, 3, ["900.00", "500.00", "100.00"]),
            (LIMITED_LINEAR, 9, ["900.00", "500.00", "100.00", "0.00"]),
            (LIMITED_ANNUITY, 3, ["900.00", "509.00", "114.09"]),
            (RELIEF, 3, ["890.00", "490.00", "90.00"]),
            (RELIEF, None, ["890.00", "490.00", "90.00", "0.00"]),
        ],
    )
    def test_a_plan_with_an_amount_continues_with_it(self, kind: int, n: int | None, unpaid: list[str]) -> None:
        plan = calculated(kind, n, "400", deviating(1, "110"))
        assert [str(row.unpaid) for row in plan.rows] == unpaid

    def test_interest_and_fees_alone_may_be_paid(self) -> None:
        plan = calculated(ANNUITY, 2, None, deviating(1, "15"), invoice_fee="5")
        assert table(plan) == [
            ("0.00", "10.00", "5.00", "15.00", "1000.00"),
            ("1000.00", "10.00", "5.00", "1015.00", "0.00"),
        ]

    def test_all_may_be_paid_at_once_which_ends_the_plan(self) -> None:
        plan = calculated(ANNUITY, 12, None, deviating(1, "1015"), invoice_fee="5")
        assert table(plan) == [("1000.00", "10.00", "5.00", "1015.00", "0.00")]

    @pytest.mark.parametrize("amount", ["14.99", "1015.01"])
    def test_an_amount_out_of_bounds_is_rejected(self, amount: str) -> None:
        asked = terms(ANNUITY, 12, None, deviating(1, amount), invoice_fee="5")
        assert plan_error(asked).errors == {
            "payments[0].specifiedAmount": [
                "payment 1: must be from 15.00 (its interest and fees) to 1015.00 (the whole balance)"
            ]
        }

    def test_the_bounds_are_those_of_the_row_after_the_deviations_before_it(self) -> None:
        # after 610: 400 left, with 4.00 of interest
        fits = terms(LINEAR, 4, None, deviating(1, "610"), deviating(2, "404"))
        assert calculate([THOUSAND], fits).number_of_payments == 2
        asked = terms(LINEAR, 4, None, deviating(2, "404.01"), deviating(1, "610"))
        assert list(plan_error(asked).errors) == ["payments[0].specifiedAmount"]

    @pytest.mark.parametrize(
        ("amount", "message"),
        [
            ("0", "must be at least 0.01"),
            ("-5", "must be at least 0.01"),
            ("500.001", "must have at most two decimals"),
        ],
    )
    def test_an_invalid_amount_is_rejected(self, amount: str, message: str) -> None:
        asked = terms(RELIEF, 4, None, deviating(1, amount))
        assert plan_error(asked).errors == {"payments[0].specifiedAmount": [message]}

    @pytest.mark.parametrize(("kind", "rest"), [(ANNUITY, "340.03"), (LINEAR, "336.67")])
    def test_the_last_payment_of_a_number_pays_off_the_balance(self, kind: int, rest: str) -> None:
        assert plan_error(terms(kind, 3, None, deviating(3, "300"))).errors == {
            "payments[0].specifiedAmount": [
                f"payment 3: must be {rest}, because the last payment pays off the balance"
            ]
        }
        assert calculated(kind, 3, None, deviating(3, rest)).remainder == 0

    def test_a_smaller_last_payment_adds_another_if_the_amount_is_given(self) -> None:
        plan = calculated(LINEAR, None, "400", deviating(3, "102"))
        assert [str(row.amount) for row in plan.rows] == ["410.00", "406.00", "102.00", "101.00"]

    def test_a_smaller_last_payment_of_debt_relief_leaves_a_remainder_to_write_off(self) -> None:
        assert calculated(RELIEF, 4, None, deviating(4, "100")).remainder == Decimal("150.00")


class TestDueDates:
    def test_only_that_payment_moves(self) -> None:
        regular = calculated(ANNUITY, 3, None).rows
        moved = calculated(ANNUITY, 3, None, deviating(2, due=date(2026, 4, 15))).rows
        assert (moved[0], moved[2]) == (regular[0], regular[2])
        assert (moved[1].due_date, moved[1].invoice_date) == (date(2026, 4, 15), date(2026, 4, 1))
        assert moved[1].amount == regular[1].amount
        assert moved[1].unpaid == regular[1].unpaid

    def test_the_regular_day_changes_nothing(self) -> None:
        assert calculated(ANNUITY, 3, None, deviating(2, due=MARCH)).rows == calculated(ANNUITY, 3, None).rows

    def test_an_earlier_due_date_is_rejected(self) -> None:
        assert plan_error(terms(ANNUITY, 3, None, deviating(2, due=date(2026, 3, 30)))).errors == {
            "payments[0].specifiedDueDate": ["payment 2: must not be before 2026-03-31, its regular due date"]
        }

    @pytest.mark.parametrize("due", [APRIL, date(2026, 5, 1)])
    def test_a_due_date_on_or_after_the_next_payment_is_rejected(self, due: date) -> None:
        assert plan_error(terms(ANNUITY, 3, None, deviating(2, due=due))).errors == {
            "payments[0].specifiedDueDate": [f"payment 2: {due} is not between the due dates of its neighbours"]
        }

    def test_neighbours_count_where_they_are_put(self) -> None:
        later = date(2026, 5, 20)
        plan = calculated(ANNUITY, 3, None, deviating(3, due=later), deviating(2, due=date(2026, 5, 19)))
        assert [row.due_date for row in plan.rows] == [date(2026, 2, 28), date(2026, 5, 19), later]

    def test_a_payment_must_stay_after_a_postponed_predecessor(self) -> None:
        asked = terms(ANNUITY, 3, None, deviating(1, due=MARCH), deviating(2, due=MARCH))
        assert plan_error(asked).errors == {
            f"payments[{nth}].specifiedDueDate": [
                f"payment {nth + 1}: 2026-03-31 is not between the due dates of its neighbours"
            ]
            for nth in (0, 1)
        }

    def test_the_last_payment_has_no_neighbour_after_it(self) -> None:
        assert calculated(ANNUITY, 3, None, deviating(3, due=date(2027, 1, 7))).rows[2].due_date.year == 2027

    def test_payments_of_debt_relief_cannot_be_postponed_to_free_months(self) -> None:
        # due are February, March, April, May, July
        assert plan_error(terms(RELIEF, 5, None, deviating(4, due=date(2026, 6, 15)))).errors == {
            "payments[0].specifiedDueDate": ["payment 4: must not be in June or December"]
        }
        moved = calculated(RELIEF, 5, None, deviating(4, due=date(2026, 7, 30)))
        assert moved.rows[3].due_date == date(2026, 7, 30)

    def test_day_and_amount_go_together(self) -> None:
        first = calculated(ANNUITY, 3, None, deviating(1, "500", date(2026, 3, 2))).rows[0]
        assert (first.due_date, first.amount) == (date(2026, 3, 2), Decimal(500))


class TestNumbers:
    @pytest.mark.parametrize(
        ("number", "message"),
        [
            (0, "must be at least 1"),
            (-1, "must be at least 1"),
            (4, "the plan has no payment 4, only 3"),
        ],
    )
    def test_an_unknown_payment_number_is_rejected(self, number: int, message: str) -> None:
        rejected = plan_error(terms(ANNUITY, 3, None, deviating(number, "500")))
        assert (rejected.kind, rejected.errors) == ("invalid", {"payments[0].paymentNo": [message]})

    def test_a_payment_that_another_deviation_makes_needless_is_unknown(self) -> None:
        asked = terms(LINEAR, 3, None, deviating(3, "100"), deviating(1, "1010"))
        assert plan_error(asked).errors == {"payments[0].paymentNo": ["the plan has no payment 3, only 1"]}

    def test_two_entries_for_one_payment_are_rejected(self) -> None:
        asked = terms(ANNUITY, 3, None, deviating(2, "500"), deviating(2, due=date(2026, 4, 15)))
        assert plan_error(asked).errors == {"payments[1].paymentNo": ["payment 2 occurs twice"]}

    def test_all_invalid_entries_are_reported_at_once(self) -> None:
        asked = terms(
            ANNUITY,
            3,
            None,
            deviating(1, "9.99"),
            deviating(9, "50"),
            deviating(2, "1.001"),
            deviating(2, due=APRIL),
            deviating(3, due=APRIL.replace(day=29)),
        )
        assert set(plan_error(asked).errors) == {
            "payments[0].specifiedAmount",
            "payments[1].paymentNo",
            "payments[2].specifiedAmount",
            "payments[3].paymentNo",
            "payments[4].specifiedDueDate",
        }


class TestUpdates:
    AGREED = terms(ANNUITY, 6, None, deviating(2, "300"), deviating(3, due=date(2026, 5, 10)))

    def rejected(self, *requested: Deviation, paid: tuple[int, ...] = (), agreed: Terms = AGREED) -> PlanError:
        with pytest.raises(PlanError) as caught:
            change([THOUSAND], agreed, requested, paid)
        return caught.value

    def test_what_was_agreed_stays_and_what_is_asked_is_laid_over_it(self) -> None:
        changed, plan = change([THOUSAND], self.AGREED, [deviating(3, "200"), deviating(4, "100")])
        assert changed.deviations == (
            deviating(2, "300"),
            deviating(3, "200", date(2026, 5, 10)),
            deviating(4, "100"),
        )
        assert plan == calculate([THOUSAND], changed)

    def test_the_rows_before_the_change_stay(self) -> None:
        _, plan = change([THOUSAND], self.AGREED, [deviating(4, "100")], paid=(1, 2, 3))
        assert plan.rows[:3] == calculate([THOUSAND], self.AGREED).rows[:3]

    def test_an_update_without_entries_changes_nothing(self) -> None:
        assert change([THOUSAND], self.AGREED, []) == (self.AGREED, calculate([THOUSAND], self.AGREED))

    def test_a_day_is_put_back_by_naming_the_regular_one(self) -> None:
        _, plan = change([THOUSAND], self.AGREED, [deviating(3, due=APRIL)])
        assert plan.rows[2].due_date == APRIL

    def test_a_paid_payment_conflicts(self) -> None:
        rejected = self.rejected(deviating(4, "100"), deviating(2, "50"), paid=(1, 2))
        assert (rejected.kind, rejected.errors) == (
            "conflict",
            {"payments[1].paymentNo": ["payment 2 is already paid"]},
        )

    def test_invalid_entries_are_reported_before_paid_ones(self) -> None:
        rejected = self.rejected(deviating(1, "100"), deviating(7, "50"), paid=(1,))
        assert (rejected.kind, list(rejected.errors)) == ("invalid", ["payments[1].paymentNo"])

    def test_two_entries_for_a_paid_payment_are_reported_first(self) -> None:
        rejected = self.rejected(deviating(1, "100"), deviating(1, "50"), paid=(1,))
        assert (rejected.kind, list(rejected.errors)) == ("invalid", ["payments[1].paymentNo"])

    def test_what_was_agreed_for_payments_that_fall_away_is_forgotten(self) -> None:
        agreed = terms(ANNUITY, 6, None, deviating(5, "100"))
        changed, plan = change([THOUSAND], agreed, [deviating(1, "1010")])
        assert (changed.deviations, plan.number_of_payments) == ((deviating(1, "1010"),), 1)

    def test_an_update_that_invalidates_agreed_deviations_is_rejected(self) -> None:
        # after 900: 110 left, so that 300 is too much for payment 2
        assert self.rejected(deviating(1, "900")).errors == {
            "payments": ["payment 2: must be from 1.10 (its interest and fees) to 111.10 (the whole balance)"]
        }

    def test_a_due_date_must_be_before_the_next_agreed_one(self) -> None:
        assert list(self.rejected(deviating(4, due=date(2026, 7, 1))).errors) == [
            "payments[0].specifiedDueDate"
        ]

    def test_a_new_payment_must_not_precede_a_postponed_one(self) -> None:
        agreed = terms(LINEAR, None, "500", deviating(2, due=date(2027, 1, 10)))
        assert self.rejected(deviating(1, "110"), agreed=agreed).errors == {
            "payments": ["payment 2: 2027-01-10 is not between the due dates of its neighbours"]
        }
