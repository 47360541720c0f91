"""Payments count from their dates: late ones, early ones, and in any order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client import Api
from tests.vendors.aptic.claims.test_interest import day

DEBT = {"originalPrincipal": 1000, "interestRate": 10, "interestFrom": "2027-01-01"}


def pay(api: Api, case: str, on: str, amount: float, **members: Any) -> str:
    """Register a payment with this date; return its path."""
    body = {"paymentAmount": amount, "paymentDate": on, **members}
    answer = api.put(f"{case}/Payments", body)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def lines(api: Api, payment: str) -> list[tuple[int, float]]:
    """Type and amount of what a payment was used for."""
    found = api.get(payment).json()
    assert sum(round(one["usedAmount"] * 100) for one in found["specifications"]) == round(
        found["totalAmountDeducted"] * 100
    )
    return [(one["amountType"], one["usedAmount"]) for one in found["specifications"]]


def test_from_its_date_a_late_payment_bears_no_interest_on_what_it_paid(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(debts=[DEBT])
    api.freeze("2028-01-01T00:00:00Z")
    assert api.only(f"{case}/Debts")["remainingInterest"] == 100
    payment = pay(api, case, "2027-03-15", 520)  # 73 days: 20.00 interest and 500.00 principal
    assert lines(api, payment) == [(2, 20), (3, 500)]
    debt = api.only(f"{case}/Debts")  # 500.00 for the other 292 days: 40.00
    assert [debt[f"{kind}Interest"] for kind in ("original", "paid", "remaining")] == [60, 20, 40]


def test_a_payment_from_before_interest_began_lowers_all_of_it(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[DEBT])
    assert lines(api, pay(api, case, "2026-01-01", 400)) == [(3, 400)]
    debt = api.only(f"{case}/Debts")
    assert (debt["remainingPrincipal"], debt["originalInterest"], debt["remainingInterest"]) == (600, 60, 60)


def test_a_payment_within_the_interest_that_was_imported_lowers_it_too(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[{**DEBT, "originalInterest": 100, "interestTo": "2028-01-01"}])
    assert lines(api, pay(api, case, "2027-03-15", 520)) == [(2, 20), (3, 500)]
    assert api.only(f"{case}/Debts")["remainingInterest"] == 40


def test_two_payments_in_the_wrong_order_are_booked_again_in_the_right_one(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(debts=[{**DEBT, "referenceNumber": "A"}], fees=[{"originalPrincipal": 50}])
    api.freeze("2028-01-01T00:00:00Z")
    later = pay(api, case, "2028-01-01", 200)
    assert lines(api, later) == [(1, 50), (2, 100), (3, 50)]
    earlier = pay(api, case, "2027-01-01", 550)
    assert lines(api, earlier) == [(1, 50), (3, 500)]
    assert lines(api, later) == [(2, 50), (3, 150)]
    debt = api.only(f"{case}/Debts")
    assert [debt[f"{kind}Sum"] for kind in ("original", "paid", "remaining")] == [1050, 700, 350]


def test_the_accounting_date_is_shown_and_changes_nothing(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[DEBT])
    body = {"paymentAmount": 1100, "accountingDate": "2027-01-01"}
    created = api.create(f"{case}/Payments", body)
    assert created["accountingDate"] == "2027-01-01T00:00:00Z"
    assert api.get(case).json()["remainingSum"] == 0


amounts = st.integers(1, 60_000)
events = st.lists(
    st.tuples(st.integers(0, 700), st.one_of(amounts, st.tuples(st.integers(0, 20_000), st.integers(0, 500)))),
    max_size=4,
    unique_by=lambda one: one[0],
)
debts = st.lists(
    st.fixed_dictionaries(
        {
            "originalPrincipal": st.integers(1, 80_000),
            "interestRate": st.integers(0, 30),
            "dueDate": st.integers(0, 300),
        }
    ),
    min_size=1,
    max_size=3,
)


@given(debts, st.integers(0, 5_000), events, st.randoms(use_true_random=False))
def test_the_order_in_which_payments_are_registered_makes_no_difference(
    api: Api, owed: list[dict[str, Any]], fee: int, happened: list[tuple[int, Any]], chance: Any
) -> None:
    """One case gets its payments on time, the other in any order at the end; both are adjusted on time."""
    api.post("/_sim/reset")
    api.freeze("2027-01-01T00:00:00Z")
    sent = {
        "debts": [
            {
                "originalPrincipal": one["originalPrincipal"] / 100,
                "originalVAT": one["originalPrincipal"] // 5 / 100,
                "interestRate": one["interestRate"],
                "dueDate": day(one["dueDate"]),
                "billDate": "2027-01-01",
            }
            for one in owed
        ],
        "fees": [{"originalPrincipal": fee / 100}],
    }
    on_time, late = api.case(**sent), api.case(**sent)
    waiting: list[tuple[str, float]] = []
    paid: list[str] = []
    for number, what in sorted(happened, key=lambda one: one[0]):
        api.freeze(f"{day(number)}T00:00:00Z")
        if isinstance(what, int):
            paid.append(pay(api, on_time, day(number), what / 100))
            waiting.append((day(number), what / 100))
        else:
            body = {"principalAdjustment": what[0] / 100, "interestAdjustment": what[1] / 100}
            for case in (on_time, late):
                guid = api.get(f"{case}/Debts").json()["value"][0]["debtGuid"]
                assert api.post(f"{case}/Debts/{guid}/Adjust", body).status_code == 204
    api.freeze(f"{day(730)}T00:00:00Z")
    shuffled = chance.sample(waiting, len(waiting))
    registered = {one: pay(api, late, *one) for one in shuffled}
    assert [lines(api, registered[one]) for one in waiting] == [lines(api, one) for one in paid]
    for kind, guid in (("Debts", "debtGuid"), ("Fees", "feeGuid")):
        first, second = (api.get(f"{case}/{kind}").json()["value"] for case in (on_time, late))
        assert [{**one, guid: ""} for one in first] == [{**one, guid: ""} for one in second]


def test_a_future_payment_is_booked_when_the_clock_reaches_its_date(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(debts=[DEBT])
    answer = api.put(f"{case}/Payments", {"paymentAmount": 520, "paymentDate": "2027-03-15T15:00:00Z"})
    assert answer.headers["Sim-Diagnostics"] == "future-payment paymentDate"
    payment = answer.headers["location"]
    api.freeze("2027-03-14T23:59:59Z")
    assert (lines(api, payment), api.get(payment).json()["amountNotDeducted"]) == ([], 520)
    assert api.get(case).json()["remainingPrincipal"] == 1000
    events = api.post("/_sim/clock/advance", {"by": "PT1S"}).json()["events"]
    path = payment.removeprefix("http://sim.test")
    assert [one for one in events if one["event"].startswith("aptic.payment.")] == [
        {"at": "2027-03-15T00:00:00Z", "event": "aptic.payment.booked", "href": f"http://sim.test{path}"}
    ]
    assert lines(api, payment) == [(2, 20), (3, 500)]
    api.freeze("2028-01-01T00:00:00Z")
    assert api.only(f"{case}/Debts")["remainingInterest"] == 40


@pytest.mark.parametrize(
    ("change", "reason"), [("close", "The case is closed."), ("stop", "The case has stopPayments.")]
)
def test_a_future_payment_is_not_booked_on_a_case_that_takes_none_by_then(
    api: Api, change: str, reason: str
) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(debts=[{"originalPrincipal": 10}])
    payment = pay(api, case, "2027-02-01", 10)
    api.post(f"{case}/Close", {"closureCode": "DISPUTED"}) if change == "close" else api.patch(
        case, {"stopPayments": True}
    )
    events = api.post("/_sim/clock/advance", {"by": "P1Y"}).json()["events"]
    assert [(one["event"], one["reason"]) for one in events if one["event"].startswith("aptic.payment.")] == [
        ("aptic.payment.refused", reason)
    ]
    assert (lines(api, payment), api.get(case).json()["remainingSum"]) == ([], 10)


def test_a_future_payment_survives_snapshots_and_export(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(
        debts=[
            {"originalPrincipal": 10, "referenceNumber": "A"},
            {"originalPrincipal": 10, "referenceNumber": "B"},
        ]
    )
    directed = [{"invoiceReference": "B", "principalAmount": 10}]
    payment = pay(api, case, "2027-02-01", 10, specification=directed)
    assert api.post("/_sim/snapshots", {"name": "before"}).status_code == 201
    exported = api.get("/_sim/export").json()

    def remaining() -> list[float]:
        api.post("/_sim/clock/advance", {"by": "P40D"})
        return [one["remainingPrincipal"] for one in api.get(f"{case}/Debts").json()["value"]]

    assert remaining() == [10, 0]
    assert api.post("/_sim/snapshots/before/restore").status_code < 300
    assert lines(api, payment) == []
    assert remaining() == [10, 0]
    api.post("/_sim/reset")
    assert api.post("/_sim/import", exported).status_code < 300
    api.freeze("2027-01-01T00:00:00Z")
    assert lines(api, payment) == []
    assert remaining() == [10, 0]


def test_a_payment_on_a_debt_that_was_added_afterwards_is_not_moved_to_it(api: Api) -> None:
    """Booking the first payment again leaves out the fee that came after it."""
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(debts=[DEBT])
    first = pay(api, case, "2027-01-01", 100)
    api.freeze("2027-02-01T00:00:00Z")
    api.create(f"{case}/Fees", {"originalPrincipal": 60})
    assert lines(api, pay(api, case, "2026-12-01", 70)) == [(1, 60), (3, 10)]
    assert lines(api, first) == [(3, 100)]


def test_a_late_payment_counts_on_the_plan_that_covers_the_case(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    debtor = api.debtor()["debtorGuid"]
    case = api.case(debtors=[{"debtorGuid": debtor}], debts=[DEBT])
    api.freeze("2028-01-01T00:00:00Z")
    created = api.create(
        f"/APIGW/v1/Debtors/{debtor}/Paymentplans", {"active": 1, "paymentPlanType": 3, "numberOfPayments": 2}
    )
    assert created["totalAmount"] > 1100
    pay(api, case, "2027-01-01", 1000)  # nothing is left, not even the interest of 100.00
    assert api.get(case).json()["remainingSum"] == 0
    (plan,) = api.get(f"/APIGW/v1/Debtors/{debtor}/Paymentplans").json()["value"]
    assert plan["active"] == 0
