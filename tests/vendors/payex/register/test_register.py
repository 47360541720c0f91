"""Customers and addresses from the population register."""

from typing import Any

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import BRITT, SE, britt, fields, problem_of, without


def generated(api: Api, reg_no: str, country: str, number: str) -> dict[str, Any]:
    body = {"nationalIdentifier": {"regNo": reg_no, "countryCode": country}, "customerNo": number}
    answer = api.post(f"{SE}/generate-consumer-customer-by-reg-no", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = api.get(f"{SE}/customers/{number}", _expand="legaladdress").json()
    return found


def test_the_register_always_returns_the_same_person_for_a_number(api: Api) -> None:
    first = generated(api, "19101010-1010", "SE", "501")
    second = generated(api, "19101010-1010", "SE", "502")
    assert first["name"] == second["name"]
    assert without(first["legalAddress"], "operations") == without(second["legalAddress"], "operations")
    assert generated(api, "19850314-9984", "SE", "503")["name"] == "Ulla Unpaid"


@pytest.mark.parametrize(("reg_no", "country"), [("02519026263", "NO"), ("19750101-9801", "SE")])
def test_the_register_hides_where_protected_people_live(api: Api, reg_no: str, country: str) -> None:
    found = generated(api, reg_no, country, "501")
    assert found["protectedIdentity"] is True
    assert found["legalAddress"]["streetAddress"].startswith(("Skatteverket", "Skatteetaten"))


def test_the_register_has_no_companies(api: Api) -> None:
    company = {"nationalIdentifier": {"regNo": "559988-1173", "countryCode": "SE"}}
    assert fields(api.post(f"{SE}/generate-consumer-customer-by-reg-no", company)) == [
        "nationalIdentifier.regNo"
    ]
    britt(api, **company)
    path = f"{BRITT}/legal-address/update-legal-address-from-population-register"
    assert fields(api.post(path)) == ["nationalIdentifier"]


def test_a_number_that_the_register_lacks_is_a_404(api: Api) -> None:
    body = {"nationalIdentifier": {"regNo": "19700101-9806", "countryCode": "SE"}, "customerNo": "7"}
    assert problem_of(api.post(f"{SE}/generate-consumer-customer-by-reg-no", body)) == (404, "not-found")
