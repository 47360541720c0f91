"""Closing cases, and the whole lifecycle of one, with amounts checked by a calculator."""

import pytest

from tests.client import APTIC, Api


@pytest.mark.parametrize("code", ["RETRIEVED", "PAID", "WRITTENOFF", "BANKRUPT", "DECEASED", "DISPUTED"])
def test_a_case_is_closed_by_a_code(api: Api, code: str) -> None:
    api.freeze("2027-01-01T10:00:00Z")
    case = api.case()
    assert api.post(f"{case}/Close", {"closureCode": code, "note": "n"}).status_code == 204
    found = api.get(case).json()
    assert (found["closureCode"], found["closureDate"], found["status"]) == (
        code,
        "2027-01-01T10:00:00Z",
        "Closed",
    )
    guid = case.rsplit("/", 1)[1]
    assert api.get(f"{APTIC}/Cases", _filter=f"caseGuid eq {guid} and closureDate ne null").json()["total"] == 1


@pytest.mark.parametrize("body", [{}, {"closureCode": None}])
def test_a_case_may_be_closed_without_a_code(api: Api, body: dict[str, object]) -> None:
    api.freeze("2027-01-01T10:00:00Z")
    case = api.case()
    assert api.post(f"{case}/Close", body).status_code == 204
    found = api.get(case).json()
    assert (found["closureCode"], found["closureDate"]) == (None, "2027-01-01T10:00:00Z")
    assert (found["status"], api.post(f"{case}/Close", body).status_code) == ("Closed", 409)


@pytest.mark.parametrize("body", [{"closureCode": ""}, {"closureCode": "BORED"}, {"closureCode": "paid"}])
def test_an_unknown_code_is_a_400(api: Api, body: dict[str, object]) -> None:
    answer = api.post(f"{api.case()}/Close", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["closureCode"])


def test_a_closed_case_rejects_debts_fees_payments_and_closing(api: Api) -> None:
    case = api.case(caseNumber="N1")
    api.post(f"{case}/Close", {"closureCode": "PAID"})
    for path, body, what in [
        ("Debts", {}, "debts"),
        ("Fees", {}, "fees"),
        ("Payments", {"paymentAmount": 1}, "payments"),
    ]:
        answer = api.put(f"{case}/{path}", body)
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            f"The case N1 is closed and does not accept further {what}.",
        )
    again = api.post(f"{case}/Close", {"closureCode": "PAID"})
    assert (again.status_code, again.json()["detail"]) == (409, "The case N1 is already closed.")
    assert api.put(f"{case}/Payments", {"paymentAmount": -1}).status_code == 400


def test_after_closing_no_interest_accrues(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[{"remainingPrincipal": 1000, "interestRate": 10, "interestFrom": "2027-01-01"}])
    api.post(f"{case}/Close", {"closureCode": "RETRIEVED"})
    api.post("/_sim/clock/advance", {"by": "P5Y"})
    assert api.get(case).json()["remainingInterest"] == 100


def test_a_summary_counts_open_and_closed_cases(api: Api) -> None:
    debtor = api.debtor()["debtorGuid"]
    cases = [api.case(debtors=[{"debtorGuid": debtor}]) for _ in range(3)]
    api.post(f"{cases[1]}/Close", {"closureCode": "DISPUTED"})
    summary = api.get(f"{APTIC}/Debtors/{debtor}/Summary").json()
    assert (summary["activeCases"], summary["closedCases"], len(summary["cases"])) == (2, 1, 3)


def test_a_case_imported_adjusted_part_paid_read_a_year_later_and_closed(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(
        debts=[
            {
                "originalPrincipal": 10000,
                "remainingPrincipal": 9000,
                "originalVAT": 2000,
                "interestRate": 10,
                "interestFrom": "2027-01-01",
            }
        ],
        fees=[{"name": "KK", "originalPrincipal": 180}],
    )
    debt = api.only(f"{case}/Debts")["debtGuid"]
    api.post(f"{case}/Debts/{debt}/Adjust", {"principalAdjustment": -500, "transSpecTypeCode": "DISCOUNT"})
    api.freeze("2027-07-02T00:00:00Z")  # 182 days: 8,500 * 10 % * 182 / 365 = 423.84
    assert api.get(case).json()["remainingInterest"] == 423.84
    api.put(f"{case}/Payments", {"paymentAmount": 2103.84})  # 180 costs, 423.84 interest, 1,500 principal
    found = api.get(case).json()
    assert (found["remainingFee"], found["remainingInterest"], found["remainingPrincipal"]) == (0, 0, 7000)
    api.freeze("2028-07-01T00:00:00Z")  # 365 days later: 7,000 * 10 % = 700.00
    found = api.get(case).json()
    assert (found["originalPrincipal"], found["originalInterest"], found["originalFee"]) == (
        10000,
        1123.84,
        180,
    )
    assert (found["paidPrincipal"], found["paidInterest"], found["paidFee"], found["paidSum"]) == (
        2500,
        423.84,
        180,
        3103.84,
    )
    assert (found["remainingPrincipal"], found["remainingInterest"], found["remainingSum"]) == (
        7000,
        700,
        7700,
    )
    api.post(f"{case}/Close", {"closureCode": "WRITTENOFF"})
    api.freeze("2030-01-01T00:00:00Z")
    assert api.get(case).json()["remainingSum"] == 7700


def test_the_status_follows_the_closing_and_not_the_other_way_round(api: Api) -> None:
    case = api.case()
    rejected = api.patch(case, {"status": "closed"})
    assert (rejected.status_code, list(rejected.json()["errors"])) == (400, ["status"])
    api.post(f"{case}/Close", {"closureCode": "PAID"})
    assert api.patch(case, {"status": "Active"}).status_code == 409
    assert api.patch(case, {"status": "Closed", "description": "d"}).status_code == 204
