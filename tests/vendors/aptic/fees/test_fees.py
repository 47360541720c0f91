"""Fees and adjustments of claims."""

from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.contract.shapes import of_answer, of_sample


def test_a_fee_is_created_listed_read_and_changed(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case()
    answer = api.put(f"{case}/Fees", {"name": "REMIND", "originalPrincipal": 60, "feeDate": "2026-12-01"})
    assert answer.status_code == 201
    assert of_answer(answer.json()) == of_sample("aptic.cases.fees.create")
    item = api.only(f"{case}/Fees")
    assert of_answer(api.get(f"{case}/Fees").json()) == of_sample("aptic.cases.fees.list")
    assert (item["name"], item["feeType"], item["remainingPrincipal"], item["remainingSum"]) == (
        "REMIND",
        "REMIND",
        60,
        60,
    )
    path = f"{case}/Fees/{item['feeGuid'].upper()}"
    assert answer.headers["location"].lower() == f"http://sim.test{path}".lower()
    assert api.patch(path, {"description": "late"}).status_code == 204
    fee = api.get(path).json()
    assert of_answer(fee) == of_sample("aptic.cases.fees.get")
    assert (fee["description"], fee["feeDate"]) == ("late", "2026-12-01T00:00:00Z")


def test_fees_count_as_fees_of_the_case_and_not_as_its_debts(api: Api) -> None:
    case = api.case(
        debts=[{"remainingPrincipal": 100}], fees=[{"originalPrincipal": 60, "remainingPrincipal": 20}]
    )
    found = api.get(case).json()
    assert (found["originalFee"], found["paidFee"], found["remainingFee"]) == (60, 40, 20)
    assert (found["originalPrincipal"], found["remainingSum"]) == (100, 120)
    assert api.get(f"{case}/Debts").json()["total"] == 1
    assert api.get(f"{case}/Fees", _filter="remainingPrincipal eq 20 and name eq null").json()["total"] == 1


def test_a_fee_bears_interest_from_its_day_if_it_has_a_rate(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(fees=[{"originalPrincipal": 1000, "interestRate": 10, "interestFrom": "2027-01-01"}])
    assert api.only(f"{case}/Fees")["remainingInterest"] == 100
    assert (api.get(case).json()["remainingFee"], api.get(case).json()["remainingInterest"]) == (1000, 100)


def test_a_removed_fee_is_gone(api: Api) -> None:
    case = api.case(fees=[{"originalPrincipal": 60}])
    path = f"{case}/Fees/{api.only(f'{case}/Fees')['feeGuid']}"
    assert api.delete(path).status_code == 204
    assert (api.get(path).status_code, api.get(case).json()["remainingSum"]) == (404, 0)


def test_a_debt_is_no_fee_and_a_fee_no_debt(api: Api) -> None:
    case = api.case(debts=[{"remainingPrincipal": 1}], fees=[{"originalPrincipal": 1}])
    debt, fee = api.only(f"{case}/Debts")["debtGuid"], api.only(f"{case}/Fees")["feeGuid"]
    assert api.get(f"{case}/Fees/{debt}").status_code == 404
    assert api.get(f"{case}/Debts/{fee}").status_code == 404


@pytest.mark.parametrize(("kind", "guid"), [("Debts", "debtGuid"), ("Fees", "feeGuid")])
def test_adjusting_raises_and_lowers_what_is_owed(api: Api, kind: str, guid: str) -> None:
    case = api.case(**{kind.lower(): [{"originalPrincipal": 100, "remainingPrincipal": 80}]})
    path = f"{case}/{kind}/{api.only(f'{case}/{kind}')[guid]}/Adjust"
    answer = api.post(
        path, {"principalAdjustment": -30.5, "interestAdjustment": 4, "transSpecTypeCode": "DISCOUNT"}
    )
    assert (answer.status_code, answer.content) == (204, b"")
    item = api.only(f"{case}/{kind}")
    assert (item["originalPrincipal"], item["paidPrincipal"], item["remainingPrincipal"]) == (100, 20, 49.5)
    assert (item["originalInterest"], item["remainingInterest"], item["remainingSum"]) == (0, 4, 53.5)
    assert api.get(case).json()["remainingSum"] == 53.5
    assert api.post(path, {"principalAdjustment": 0.5}).status_code == 204
    assert api.only(f"{case}/{kind}")["remainingPrincipal"] == 50
    api.delete(path.removesuffix("/Adjust"))
    assert api.get(case).json()["remainingSum"] == 0


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, ["principalAdjustment"]),
        ({"principalAdjustment": 1, "transSpecTypeCode": "GIFT"}, ["transSpecTypeCode"]),
        (
            {"principalAdjustment": 1.001, "interestAdjustment": "2"},
            ["interestAdjustment", "principalAdjustment"],
        ),
    ],
)
def test_a_bad_adjustment_is_a_400(api: Api, body: dict[str, Any], errors: list[str]) -> None:
    case = api.case(debts=[{"remainingPrincipal": 10}])
    answer = api.post(f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}/Adjust", body)
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, errors)


@pytest.mark.parametrize("body", [{"principalAdjustment": -10.01}, {"interestAdjustment": -0.01}])
def test_below_zero_is_a_409_and_changes_nothing(api: Api, body: dict[str, Any]) -> None:
    case = api.case(debts=[{"remainingPrincipal": 10}])
    before = api.only(f"{case}/Debts")
    assert api.post(f"{case}/Debts/{before['debtGuid']}/Adjust", body).status_code == 409
    assert api.only(f"{case}/Debts") == before


def test_interest_that_has_accrued_can_be_written_off_to_the_cent(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[{"remainingPrincipal": 1000, "interestRate": 10, "interestFrom": "2027-01-01"}])
    path = f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}/Adjust"
    assert api.post(path, {"interestAdjustment": -100.01}).status_code == 409
    assert api.post(path, {"interestAdjustment": -100, "transSpecTypeCode": "WRITEOFF"}).status_code == 204
    item = api.only(f"{case}/Debts")
    assert (item["originalInterest"], item["remainingInterest"]) == (100, 0)
    api.post("/_sim/clock/advance", {"by": "P1Y"})
    item = api.only(f"{case}/Debts")
    assert (item["originalInterest"], item["remainingInterest"]) == (200.27, 100.27)  # 366 days


def test_the_codes_of_adjustments_are_listed(api: Api) -> None:
    found = api.get(f"{APTIC}/Metadata/Transspectype").json()
    assert [one["code"] for one in found["value"]] == ["ADJUST", "WRITEOFF", "CORRECTION", "DISCOUNT"]
    assert (found["count"], found["skip"], found["total"]) == (4, 0, 4)


@pytest.mark.parametrize(
    ("terms", "rate"),
    [
        ({"interestCode": "FIXED", "interestRate": 7.5}, 7.5),
        ({"interestCode": "F_365_BASE", "interestRate": 7.5}, 7.5),
        ({"interestCode": "ÖGR"}, 10),
        ({"interestCode": "ÖGR", "interestRate": 3}, 5),
        ({"interestSpecificCalculationType": "FI-B2C"}, 9.5),
        ({"interestSpecificCalculationType": "FI-B2B"}, 10.5),
        ({"interestCode": "NO-LATE"}, 12),
        ({"interestCode": "FIXED"}, 0),
        ({}, 0),
    ],
)
def test_the_code_says_how_the_rate_is_found(api: Api, terms: dict[str, Any], rate: float) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[{"remainingPrincipal": 100, "interestFrom": "2027-01-01", **terms}])
    item = api.only(f"{case}/Debts")
    assert item["remainingInterest"] == rate
    assert api.get(f"{case}/Debts/{item['debtGuid']}").json()["calcRate"] == rate


@pytest.mark.parametrize("code", ["sek", "XYZ", "", "S€K", "SEKK"])
def test_a_currency_that_is_none_is_a_400(api: Api, code: str) -> None:
    answer = api.put(f"{APTIC}/Cases", [{"currencyCode": code, "debts": [{"currencyCode": code}]}])
    assert answer.json()["errors"] == {
        name: ["Input should be an ISO 4217 currency code such as SEK"]
        for name in ("[0].currencyCode", "[0].debts[0].currencyCode")
    }


@pytest.mark.parametrize("rate", [-0.01, 1000.0001])
def test_a_percentage_out_of_range_is_a_400(api: Api, rate: float) -> None:
    answer = api.put(f"{APTIC}/Cases", [{"debts": [{"interestRate": rate}]}])
    assert list(answer.json()["errors"]) == ["[0].debts[0].interestRate"]


def test_a_fee_in_another_currency_has_the_rate_of_the_cases_debts_in_it_as_payments_have(api: Api) -> None:
    debts = [{"remainingPrincipal": 100, "currencyCode": "EUR", "exchRate": 11.5}]
    fee = {"originalPrincipal": 5, "currencyCode": "EUR"}
    case = api.case(debts=debts, fees=[fee])
    assert (api.only(f"{case}/Fees")["ledgerSum"], api.get(case).json()["remainingFee"]) == (57.5, 57.5)
    api.create(f"{case}/Fees", fee)
    assert api.get(case).json()["remainingFee"] == 115


def test_without_such_a_rate_a_fee_in_another_currency_is_a_400(api: Api) -> None:
    fee = {"originalPrincipal": 5, "currencyCode": "EUR"}
    message = ["The case is in SEK and has no debt in EUR with an exchRate"]
    case = api.case(debts=[{"remainingPrincipal": 100, "currencyCode": "EUR"}])
    answer = api.put(f"{case}/Fees", fee)
    assert (answer.status_code, answer.json()["errors"]) == (400, {"currencyCode": message})
    answer = api.put(f"{APTIC}/Cases", [{}, {"currencyCode": "SEK", "fees": [{}, fee]}])
    assert (answer.status_code, answer.json()["errors"]) == (400, {"[1].fees[1].currencyCode": message})


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (0.0000009, "Input should be 0 or at least 0.000001"),
        (1000.000001, "Input should be at most 1,000"),
        (-0.1, "Input should be 0 or more"),
    ],
)
def test_an_exchange_rate_that_cannot_be_stored_is_a_400(api: Api, rate: float, message: str) -> None:
    answer = api.put(f"{APTIC}/Cases", [{"debts": [{"currencyCode": "EUR", "exchRate": rate}]}])
    assert answer.json()["errors"] == {"[0].debts[0].exchRate": [message]}
