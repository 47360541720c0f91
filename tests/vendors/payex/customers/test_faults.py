"""Faults of requests: all of them, each by its whole path."""

from typing import Any

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import CUSTOMER, DK, IDENTIFIER, NO, SE, fields, problem_of


def without(absent: str, **members: Any) -> dict[str, Any]:
    return {name: value for name, value in {**CUSTOMER, **members}.items() if name != absent}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        (SE, without("customerNo"), ["customerNo"]),
        (SE, without("customerNo", name="", msisdn="1"), ["name", "msisdn", "customerNo"]),
        (SE, {}, ["name", "legalAddress", "customerNo"]),
        (SE, {**CUSTOMER, "customerNo": 9999, "name": ""}, ["customerNo", "name"]),
        (SE, {**CUSTOMER, "CUSTOMERNO": "0123", "name": "", "customerNo": "0123"}, ["name", "customerNo"]),
        (SE, without("customerNo", eDIAddressInfo={"VAN": "x"}), ["eDIAddressInfo.BuyerId", "customerNo"]),
        (DK, {**CUSTOMER, "customerNo": "12", "protectedIdentity": True}, ["customerNo", "protectedIdentity"]),
        (NO, without("nationalIdentifier"), ["customerNo", "nationalIdentifier"]),
        (NO, {**without("nationalIdentifier"), "name": ""}, ["name", "customerNo", "nationalIdentifier"]),
        (SE, [], ["body"]),
    ],
)
def test_all_faults_of_a_new_customer_are_reported_together(
    api: Api, path: str, body: Any, named: list[str]
) -> None:
    assert fields(api.post(f"{path}/customers", body)) == named


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{SE}/customers", {**CUSTOMER, "nationalIdentifier": {**IDENTIFIER, "regNo": "19101010-1011"}}),
        (f"{SE}/find-customer", {"nationalIdentifier": {**IDENTIFIER, "regNo": "1"}}),
        (f"{SE}/generate-consumer-customer-by-reg-no", {"nationalIdentifier": {**IDENTIFIER, "regNo": "1"}}),
    ],
)
def test_a_bad_national_number_is_named_by_its_path(api: Api, path: str, body: dict[str, Any]) -> None:
    assert fields(api.post(path, body)) == ["nationalIdentifier.regNo"]


def ledger(api: Api, **members: Any) -> str:
    """A ledger of one's own; its path."""
    definition = {
        "number": "46900",
        "name": "Mitt Bolag AB",
        "country": "SE",
        "currency": "SEK",
        "language": "SV",
        "number_lengths": [1, 15],
        "grants": ["population-register"],
        **members,
    }
    assert api.post("/_sim/fixtures", {"payex": {"ledgers": [definition]}}).status_code == 201
    return "/ledger/customer/v1/46900"


@pytest.mark.parametrize(
    ("lengths", "number"), [([1, 4], "1001"), ([7, 7], "1000001"), ([9, 12], "100000001"), ([1, 15], "1000001")]
)
def test_a_generated_number_has_a_length_that_the_ledger_accepts(
    api: Api, lengths: list[int], number: str
) -> None:
    path = ledger(api, number_lengths=lengths, leading_zero=False)
    body = {"nationalIdentifier": IDENTIFIER}
    created = api.post(f"{path}/generate-consumer-customer-by-reg-no", body).json()
    assert created["customerNo"] == number
    assert api.post(f"{path}/customers", {**CUSTOMER, "customerNo": str(int(number) + 1)}).status_code == 201


def test_generating_a_customer_again_returns_the_one_that_there_is(api: Api) -> None:
    path = ledger(api)
    body = {"nationalIdentifier": IDENTIFIER}
    first = api.post(f"{path}/generate-consumer-customer-by-reg-no", body)
    assert (first.status_code, first.json()["customerNo"]) == (201, "1000001")
    for again in (body, {**body, "customerNo": "1000001"}):
        answer = api.post(f"{path}/generate-consumer-customer-by-reg-no", again)
        assert (answer.status_code, answer.json()) == (201, first.json())


def test_generating_a_customer_with_another_number_creates_another_one(api: Api) -> None:
    path = ledger(api)
    other = {"regNo": "19750101-9801", "countryCode": "SE"}
    for number, identifier, expected in (("17", IDENTIFIER, 201), ("18", IDENTIFIER, 201), ("18", other, 409)):
        body = {"nationalIdentifier": identifier, "customerNo": number}
        assert api.post(f"{path}/generate-consumer-customer-by-reg-no", body).status_code == expected
    assert problem_of(api.get(f"{path}/customers/19"))[0] == 404
