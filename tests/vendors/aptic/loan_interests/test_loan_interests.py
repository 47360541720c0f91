"""Interest periods of customers' loans, using the loan of the persona Berit Balances."""

from datetime import UTC, date, datetime

import pytest

from ledgersim.vendors.aptic.loan_interests.rules import days_passed
from tests.client import APTIC, Api

LOANS = f"{APTIC}/Customers/5eed0017-c057-4000-8000-000000000001/LoanInterests"


@pytest.mark.parametrize(
    ("now", "days", "interest"),
    [
        ("2026-01-01T00:00:00Z", 365, 4000),
        ("2026-01-01T23:59:59Z", 365, 4000),
        ("2026-01-02T00:00:00Z", 366, 4010.96),  # 100,000 * 4 % * 366 / 365 = 4,010.9589
        ("2026-12-31T12:00:00Z", 729, 7989.04),  # 7,989.0411
        ("2031-01-01T00:00:00Z", 2191, 24010.96),
    ],
)
def test_interest_accrues_by_the_clock(api: Api, now: str, days: int, interest: float) -> None:
    api.freeze(now)
    assert api.get(LOANS).json() == [
        {
            "loanGuid": "5eed0017-10a4-4000-8000-000000000001",
            "loanNumber": "990017",
            "periods": [
                {
                    "loanType": "LumpSumLoan",
                    "interestCode": "FIXED",
                    "interestMarginCode": None,
                    "interestRate": 4,
                    "interestFrom": "2025-01-01T00:00:00Z",
                    "interestTo": None,
                    "days": days,
                    "principalAmount": 100000,
                    "accruedInterest": interest,
                }
            ],
        }
    ]


def test_the_answer_is_a_bare_array_even_without_loans(api: Api) -> None:
    assert api.get(f"{APTIC}/Customers/{api.customer()['customerGuid']}/LoanInterests").json() == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"_filter": "loanNumber eq '990017'"}, 1),
        ({"_filter": "loanNumber eq '1'"}, 0),
        ({"_filter": "loanGuid eq 5EED0017-10A4-4000-8000-000000000001", "_orderby": "loanNumber desc"}, 1),
        ({"_skip": "1"}, 0),
        ({"_top": "0"}, 0),
    ],
)
def test_loans_are_filtered_and_paged(api: Api, query: dict[str, str], count: int) -> None:
    assert len(api.get(LOANS, **query).json()) == count


def test_a_filter_on_what_a_loan_does_not_have_is_a_400(api: Api) -> None:
    answer = api.get(LOANS, _filter="days eq 365")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["$filter"])


@pytest.mark.parametrize(
    ("start", "end", "today", "days"),
    [
        ("2026-01-01", None, "2026-01-01", 0),
        ("2026-01-01", None, "2026-01-31", 30),
        ("2026-01-01", None, "2025-12-01", 0),
        ("2026-01-01", "2026-01-11", "2026-01-05", 4),
        ("2026-01-01", "2026-01-11", "2026-02-05", 10),
        ("2026-01-11", "2026-01-01", "2026-02-05", 0),
    ],
)
def test_days_are_those_up_to_today_or_the_end(start: str, end: str | None, today: str, days: int) -> None:
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    last = None if end is None else datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert days_passed(first, last, date.fromisoformat(today)) == days
