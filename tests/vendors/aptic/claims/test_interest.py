"""Interest: from when to when it accrues, at which rate, and payments that count from another day."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from ledgersim.schemas import MAX_RATE
from ledgersim.storage.database import Database
from ledgersim.storage.statements import scalar
from ledgersim.vendors.aptic.claims.commands import MAX_OWED
from ledgersim.vendors.aptic.claims.rules import (
    YEAR,
    Adjustment,
    Balances,
    Payment,
    Posting,
    accrue_to,
    open_balances,
    pay,
    payable,
    post,
    stopped,
    unpay,
    yearly_rate,
)
from ledgersim.vendors.aptic.claims.sums import ORIGINAL_INTEREST
from tests.client import APTIC, Api

DAY_0 = datetime(2027, 1, 1, tzinfo=UTC)
FIRST = DAY_0.toordinal()
AMOUNTS = st.integers(1, 10**9)
RATES = st.integers(1, 1_000_000)
SQL_INTEREST = select(ORIGINAL_INTEREST.label("interest"))


def day(number: int) -> str:
    """The date so many days after the first."""
    return (DAY_0 + timedelta(days=number)).date().isoformat()


def imported(principal: int, rate: int, until: int | None = None, interest: int = 0) -> Balances:
    """A debt with interest from the first day, which is sent up to another day."""
    return open_balances(
        {
            "original_principal": principal,
            "original_interest": interest,
            "interest_rate": rate,
            "interest_from": DAY_0,
            "interest_to": None if until is None else DAY_0 + timedelta(days=until),
        }
    )


@given(AMOUNTS, RATES, st.integers(0, 4_000), st.integers(0, 4_000))
def test_importing_with_the_interest_until_then_equals_importing_before_and_waiting(
    principal: int, rate: int, until: int, later: int
) -> None:
    waited = imported(principal, rate)
    interest = accrue_to(waited, FIRST + until).remaining_interest
    sent = imported(principal, rate, until, interest)
    end = FIRST + until + later
    assert accrue_to(sent, end) == accrue_to(waited, end)


@given(AMOUNTS, RATES, st.integers(0, 900), st.integers(0, 900), st.integers(0, 900), st.data())
def test_a_late_payment_leaves_what_it_would_have_left_on_its_day(
    principal: int, rate: int, until: int, paid: int, wait: int, data: st.DataObject
) -> None:
    """Also if the interest up to a later day than that of the payment was imported."""
    opening = imported(principal, rate)
    on_time = accrue_to(opening, FIRST + paid)
    amounts = on_time.remaining_principal, on_time.remaining_interest
    assert payable(on_time, FIRST + paid) == amounts
    payment = Payment(FIRST + paid, *(data.draw(st.integers(0, amount)) for amount in amounts))
    today = FIRST + max(paid, until) + wait
    expected, _ = pay(on_time, payment, FIRST + paid)
    late = accrue_to(
        imported(principal, rate, until, accrue_to(opening, FIRST + until).remaining_interest), today
    )
    assert payable(late, payment.day) == amounts
    found, _ = pay(late, payment, today)
    assert found == accrue_to(expected, today)


TERMS = (
    "original_interest",
    "remaining_principal",
    "accrual_rate",
    "accrual_rest",
    "accrues_from",
    "accrues_to",
)


@pytest.fixture(scope="module")
def claims() -> Iterator[Connection]:
    """A table of claims with what interest depends on."""
    with closing(Database.in_memory()) as database:
        database.connection.exec_driver_sql(f"CREATE TABLE claim ({', '.join(TERMS)})")
        yield database.connection


@given(
    st.integers(0, MAX_OWED), st.integers(0, MAX_RATE * 10_000), st.integers(-YEAR // 2, YEAR // 2 - 1),
    st.integers(-400, 36_500), st.integers(-400, 36_500), st.integers(0, 36_500),
)  # fmt: skip
def test_sql_computes_the_interest_of_the_rules(
    claims: Connection, principal: int, rate: int, rest: int, start: int, end: int, today: int
) -> None:
    """Also of the greatest amounts and rates, for a century."""
    balances = Balances(
        remaining_principal=principal,
        accrual_rate=rate,
        accrual_rest=rest,
        accrues_from=FIRST + start,
        accrues_to=FIRST + end,
    )
    claims.exec_driver_sql("DELETE FROM claim")
    terms = tuple(getattr(balances, name) for name in TERMS)
    claims.exec_driver_sql("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", terms)
    expected = accrue_to(balances, FIRST + today).original_interest
    assert scalar(claims, SQL_INTEREST, today=FIRST + today) == expected


portfolios = st.lists(
    st.fixed_dictionaries(
        {
            "originalPrincipal": st.integers(1, 10**7).map(lambda cents: cents / 100),
            "interestRate": st.integers(1, 300_000).map(lambda rate: rate / 10_000),
            "interestFrom": st.integers(-400, 400).map(day),
        },
        optional={"interestSpecificCalculationCutoffDate": st.integers(0, 900).map(day)},
    ),
    min_size=1,
    max_size=3,
)


@given(portfolios, st.integers(0, 600), st.integers(0, 600), st.integers(-500, 600), st.integers(1, 10**6))
def test_a_portfolio_that_is_imported_later_with_its_interest_has_the_same_figures(
    api: Api, debts: list[dict[str, Any]], split: int, wait: int, paid: int, amount: int
) -> None:
    """Also after a payment that comes at the end and counts from any day."""
    api.post("/_sim/reset")
    api.freeze(day(0))
    cases = [api.case(debts=[{"billDate": day(0), **debt} for debt in debts])]
    api.freeze(day(split))
    read = api.get(f"{cases[0]}/Debts").json()["value"]
    for debt, found in zip(debts, read, strict=True):
        debt |= {"originalInterest": found["originalInterest"], "interestTo": day(split)}
    cases.append(api.case(debts=[{"billDate": day(0), **debt} for debt in debts]))

    def figures(case: str) -> list[dict[str, Any]]:
        return [{**debt, "debtGuid": None} for debt in api.get(f"{case}/Debts").json()["value"]]

    api.freeze(day(split + wait))
    assert figures(cases[0]) == figures(cases[1])
    for case in cases:
        payment = {"paymentAmount": amount / 100, "paymentDate": day(min(paid, split + wait))}
        assert api.put(f"{case}/Payments", payment).status_code == 201
    assert figures(cases[0]) == figures(cases[1])


postings = st.one_of(
    st.tuples(st.just("pay"), st.integers(0, 900), AMOUNTS, st.integers(0, 10**6)),
    st.tuples(st.just("adjust"), st.just(0), st.integers(-(10**8), 10**8), st.integers(-(10**5), 10**5)),
    st.tuples(st.just("stop"), st.just(0), st.just(0), st.just(0)),
)


@given(AMOUNTS, RATES, st.integers(0, 10**8), st.lists(st.tuples(st.integers(0, 300), postings), max_size=8))
def test_all_parts_add_up_after_any_payments_and_taking_one_back_undoes_it(
    principal: int, rate: int, vat: int, later: list[tuple[int, tuple[str, int, int, int]]]
) -> None:
    assume(vat <= principal)
    balances = open_balances(
        {"original_principal": principal, "original_vat": vat, "interest_rate": rate, "interest_from": DAY_0}
    )
    today = FIRST
    for days, (kind, late, of_principal, of_interest) in later:
        today += days
        balances = accrue_to(balances, today)
        if kind == "stop":
            balances = stopped(balances, today)
        elif kind == "pay":
            most = payable(balances, today - late)
            payment = Payment(today - late, min(of_principal, most[0]), min(of_interest, most[1]))
            before, (balances, payment) = balances, pay(balances, payment, today)
            assert unpay(balances, payment, today) == before
        else:
            change = Posting(adjusted_principal=of_principal, adjusted_interest=of_interest)
            try:
                balances = post(balances, change, today)
            except ValueError:
                continue
        for part in ("principal", "interest", "vat"):
            original, paid, adjusted, remaining = (
                getattr(balances, f"{name}_{part}") for name in ("original", "paid", "adjusted", "remaining")
            )
            assert remaining == original - paid + adjusted
            assert min(original, paid, remaining) >= 0
        assert balances.paid_vat <= balances.paid_principal
        assert balances.remaining_vat <= balances.remaining_principal


def test_a_write_off_and_a_payment_that_should_have_come_first_leave_no_negative_interest() -> None:
    """1,000.00 at 10 %: 100.00 interest is written off after a year; 600.00 had been paid on the first day."""
    waived = post(imported(1_000_00, 10_0000), Posting(adjusted_interest=-100_00), FIRST + 365)
    assert payable(waived, FIRST, [Adjustment(FIRST + 365, 0, -100_00)]) == (1_000_00, 0)
    paid, booked = pay(waived, Payment(FIRST, 600_00, 0), FIRST + 365)
    assert booked.kept_interest == 60_00
    assert (paid.original_interest, paid.adjusted_interest, paid.remaining_interest) == (100_00, -100_00, 0)
    assert accrue_to(paid, FIRST + 730).remaining_interest == 40_00


def test_the_rate_that_was_in_force_counts_for_each_day() -> None:
    balances = stopped(accrue_to(imported(1_000_00, 10_0000), FIRST + 73), FIRST + 146)
    paid, _ = pay(balances, Payment(FIRST + 73, 500_00, 0), FIRST + 365)
    assert paid.remaining_interest == 30_00  # 20.00, and 10.00 on the half until it stopped


@pytest.mark.parametrize(
    ("terms", "rate"),
    [
        ({"interest_rate": 8_0000, "agreed_interest_rate": 5_0000}, 5_0000),
        ({"interest_code": "ÖGR", "interest_rate": 8_0000, "agreed_interest_rate": 5_0000}, 5_0000),
        ({"interest_rate": 8_0000, "agreed_interest_code": "ÖGR", "agreed_interest_rate": 5_0000}, 7_0000),
        ({"interest_rate": 8_0000, "agreed_interest_code": "ÖGR"}, 10_0000),
        ({"agreed_interest_code": "ÖGR"}, 10_0000),
        ({"agreed_interest_rate": 0, "interest_rate": 8_0000}, 0),
        ({"interest_rate": 39_0000, "interest_rate_ceiling_code": "SE"}, 22_0000),
        ({"interest_rate": 8_0000, "interest_rate_ceiling_code": "SE"}, 8_0000),
        ({"agreed_interest_rate": 39_0000, "interest_rate_ceiling_code": "FI"}, 17_5000),
        ({"interest_rate": 39_0000, "interest_rate_ceiling_code": "?"}, 39_0000),
    ],
)
def test_what_is_agreed_takes_the_place_of_the_ordinary_rate_and_the_ceiling_caps_it(
    terms: dict[str, Any], rate: int
) -> None:
    assert yearly_rate(terms) == rate


def debt_of(api: Api, case: str) -> dict[str, Any]:
    """The only debt of a case, in full."""
    found: dict[str, Any] = api.get(f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}").json()
    return found


DUE = {"interestSpecificCalculationCutoffDate": "2027-01-21", "dueDate": "2027-01-11"}


@pytest.mark.parametrize(
    ("terms", "interest", "until", "stop"),
    [
        ({"interestFrom": "2027-01-01"}, 3.65, "2028-01-01", None),
        ({"interestFrom": "2027-01-01", "interestTo": "2027-12-01", "originalInterest": 3.34}, 3.65, "2028-01-01", None),
        ({"interestTo": "2027-12-01", "dueDate": "2027-12-31"}, 0.31, "2028-01-01", None),
        ({"interestFrom": "2027-01-01", "interestTo": "2028-03-01"}, 0, "2028-03-01", None),
        ({"interestFrom": "2028-02-01"}, 0, None, None),
        ({"billDate": "2027-12-31"}, 0.01, "2028-01-01", None),
        ({"billDate": "2027-12-01", "dueDate": "2027-12-31"}, 0.01, "2028-01-01", None),
        ({"interestFrom": "2027-01-01", "fixedInterestTermStart": "2027-12-31"}, 0.01, "2028-01-01", None),
        ({"interestTo": "2027-01-01", "fixedInterestTermStart": "2027-12-31"}, 0.01, "2028-01-01", None),
        (DUE, 0.1, "2027-01-21", "2027-01-21"),
        ({**DUE, "interestTo": "2027-02-01", "originalInterest": 0.1}, 0.1, "2027-01-21", "2027-01-21"),
        ({"interestTo": "2027-02-01", "interestRate": 0}, 0, "2027-02-01", None),
    ],
)  # fmt: skip
def test_interest_accrues_from_the_day_up_to_which_it_was_sent_until_it_stops(
    api: Api, terms: dict[str, Any], interest: float, until: str | None, stop: str | None
) -> None:
    """36.50 at 10 % bear 0.01 a day."""
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[{"originalPrincipal": 36.5, "interestRate": 10, **terms}])
    debt = debt_of(api, case)
    assert (debt["originalInterest"], debt["remainingInterest"]) == (interest, interest)
    assert (debt["interestTo"], debt["interestStop"]) == tuple(
        None if one is None else f"{one}T00:00:00Z" for one in (until, stop)
    )


def test_closing_stops_interest_and_a_plan_until_it_ends(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    debtor = api.debtor()["debtorGuid"]
    terms = {"originalPrincipal": 36.5, "interestRate": 10, "interestFrom": "2027-01-01"}
    case = api.case(debtors=[{"debtorGuid": debtor}], debts=[terms])
    api.freeze("2027-01-11T00:00:00Z")
    plans = f"{APTIC}/Debtors/{debtor}/Paymentplans"
    plan = api.put(plans, {"active": 1, "paymentPlanType": 3, "numberOfPayments": 2})
    assert plan.status_code == 201
    api.freeze("2027-01-21T00:00:00Z")
    debt = debt_of(api, case)
    assert (debt["interestTo"], debt["interestStop"]) == ("2027-01-11T00:00:00Z", "2027-01-11T00:00:00Z")
    api.delete(plan.headers["location"])
    api.freeze("2027-01-31T00:00:00Z")
    debt = debt_of(api, case)
    assert (debt["interestTo"], debt["interestStop"]) == ("2027-01-31T00:00:00Z", None)
    assert debt["remainingInterest"] == 0.2  # not from the 11th to the 21st
    api.post(f"{case}/Close", {"closureCode": "DISPUTED"})
    api.freeze("2027-12-31T00:00:00Z")
    debt = debt_of(api, case)
    assert (debt["interestTo"], debt["interestStop"]) == ("2027-01-31T00:00:00Z", "2027-01-31T00:00:00Z")
    assert debt["remainingInterest"] == 0.2


def test_a_fee_bears_interest_from_its_date_and_shows_up_to_when(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(fees=[{"originalPrincipal": 365, "interestRate": 10, "feeDate": "2027-12-22"}])
    fee = api.get(f"{case}/Fees/{api.only(f'{case}/Fees')['feeGuid']}").json()
    assert (fee["remainingInterest"], fee["interestTo"]) == (1, "2028-01-01T00:00:00Z")


def test_an_agreed_rate_that_is_changed_changes_the_rate_from_that_day(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(debts=[{"originalPrincipal": 365, "interestRate": 10, "interestFrom": "2027-01-01"}])
    path = f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}"
    api.freeze("2027-01-11T00:00:00Z")
    api.patch(path, {"agreedInterestRate": 40, "interestRateCeilingCode": "SE"})
    api.freeze("2027-01-21T00:00:00Z")
    assert (api.get(path).json()["calcRate"], api.get(path).json()["remainingInterest"]) == (22, 3.2)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"debts": [{"interestRate": 8}]}, "no-interest-start [0].debts[0].interestFrom"),
        (
            {"debts": [{"interestRate": 8, "fixedInterestTermStart": "2027-01-01"}]},
            "no-interest-start [0].debts[0].interestFrom",
        ),
        ({"debts": [{"interestRate": 8, "dueDate": "2027-01-01"}]}, None),
        ({"debts": [{"interestRate": 0}]}, None),
        ({"debts": [{"agreedInterestCode": "ÖGR"}]}, "no-interest-start [0].debts[0].interestFrom"),
        ({"fees": [{}, {"interestRate": 8}]}, "no-interest-start [0].fees[1].interestFrom"),
        ({"fees": [{"interestRate": 8, "feeDate": "2027-01-01"}]}, None),
        ({"debts": [{"interestRateCeilingCode": "SE"}]}, None),
        ({"debts": [{"interestRateCeilingCode": "XX"}]}, "no-interest-ceiling [0].debts[0].interestRateCeilingCode"),
        ({"debts": [{"currencyCode": "EUR", "exchRate": 0}]}, "no-exchange-rate [0].debts[0].exchRate"),
        ({"debts": [{"currencyCode": "EUR", "exchRate": 11}]}, None),
    ],
)  # fmt: skip
def test_terms_that_may_not_mean_what_they_say_get_a_diagnostic(
    api: Api, members: dict[str, Any], expected: str | None
) -> None:
    answer = api.put(f"{APTIC}/Cases", [{"currencyCode": "SEK", **members}])
    assert (answer.status_code, answer.headers.get("Sim-Diagnostics")) == (201, expected)


def test_debts_and_fees_that_are_added_later_get_diagnostics_too(api: Api) -> None:
    case = api.case()
    for kind in ("Debts", "Fees"):
        answer = api.put(f"{case}/{kind}", {"originalPrincipal": 1, "interestRate": 8})
        assert answer.headers["Sim-Diagnostics"] == "no-interest-start interestFrom"
    path = f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}"
    answer = api.patch(path, {"interestRateCeilingCode": "XX"})
    assert answer.headers["Sim-Diagnostics"] == "no-interest-ceiling interestRateCeilingCode"
