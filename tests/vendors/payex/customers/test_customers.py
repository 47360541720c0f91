"""Creating, changing and finding customers, and the links of each."""

from typing import Any

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import (
    ADDRESS,
    ANSWERS,
    BILLING,
    BRITT,
    CUSTOMER,
    DK,
    IDENTIFIER,
    NO,
    SE,
    ULLA,
    britt,
    fields,
    problem_of,
    without,
)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"customerNo": "0999"}, "customerNo"),
        ({"customerNo": "1" * 16}, "customerNo"),
        ({"customerNo": "12a"}, "customerNo"),
        ({"vatNo": "SE101010101002"}, "vatNo"),
        ({"vatNo": "se10101"}, "vatNo"),
        ({"legalEntity": "person"}, "legalEntity"),
        ({"name": "x" * 73}, "name"),
        ({"emailAddress": "britt"}, "emailAddress"),
        ({"preferredLanguageCode": "sv"}, "preferredLanguageCode"),
        ({"msisdn": "0701234567"}, "msisdn"),
        ({"msisdn": "+123"}, "msisdn"),
        ({"distributionType": "email"}, "distributionType"),
        ({"taxIdentificationNumber": ""}, "taxIdentificationNumber"),
        ({"eDIAddressInfo": {"VAN": "x"}}, "eDIAddressInfo.BuyerId"),
        ({"nationalIdentifier": {"regNo": "19101010-1011", "countryCode": "SE"}}, "nationalIdentifier.regNo"),
        ({"nationalIdentifier": {"regNo": "1010101010", "countryCode": "SE"}}, "nationalIdentifier.regNo"),
        ({"legalAddress": {**ADDRESS, "zipCode": "159 61"}}, "legalAddress.zipCode"),
        ({"legalAddress": {**ADDRESS, "countryCode": "XX"}}, "legalAddress.countryCode"),
        ({"legalAddress": without(ADDRESS, "city")}, "legalAddress.city"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(api: Api, members: dict[str, Any], field: str) -> None:
    assert fields(api.post(f"{SE}/customers", {**CUSTOMER, **members})) == [field]


@pytest.mark.parametrize("name", ["customerNo", "name", "legalAddress"])
def test_a_required_field_is_named(api: Api, name: str) -> None:
    assert fields(api.post(f"{SE}/customers", without(CUSTOMER, name))) == [name]


def test_a_customer_number_is_unique(api: Api) -> None:
    britt(api)
    assert problem_of(api.post(f"{SE}/customers", CUSTOMER)) == (409, "conflict")


def test_the_norwegian_ledger_generates_customer_numbers(api: Api) -> None:
    person = {"nationalIdentifier": {"regNo": "02519026263", "countryCode": "NO"}}
    body = {**without(CUSTOMER, "customerNo"), **person}
    first, second = (api.post(f"{NO}/customers", body).json()["customerNo"] for _ in range(2))
    assert (len(first), int(second) - int(first)) == (7, 1)
    assert fields(api.post(f"{NO}/customers", {**body, "customerNo": "1234567"})) == ["customerNo"]
    assert fields(api.post(f"{NO}/customers", without(body, "nationalIdentifier"))) == ["nationalIdentifier"]


@pytest.mark.parametrize(("number", "status"), [("0123456", 201), ("123456", 400), ("12345678", 400)])
def test_danish_numbers_have_seven_digits(api: Api, number: str, status: int) -> None:
    assert api.post(f"{DK}/customers", {**CUSTOMER, "customerNo": number}).status_code == status


def test_members_are_read_in_any_case(api: Api) -> None:
    body = {name.upper(): value for name, value in CUSTOMER.items()}
    body["LEGALADDRESS"] = {name.upper(): value for name, value in ADDRESS.items()}
    assert api.post(f"{SE}/customers", body).status_code == 201
    assert api.get(BRITT).json()["eDIAddressInfo"] == CUSTOMER["eDIAddressInfo"]


def test_patch_rejects_members_that_it_does_not_list(api: Api) -> None:
    assert fields(api.patch(ULLA, {"name": "Other"})) == ["name"]
    assert fields(api.patch(ULLA, {"eDIAddressInfo": {"VAN": "x"}})) == ["eDIAddressInfo.BuyerId"]


def test_protected_identity_is_supported_in_sweden_only(api: Api) -> None:
    body = {**CUSTOMER, "customerNo": "1234567", "protectedIdentity": True}
    assert fields(api.post(f"{DK}/customers", body)) == ["protectedIdentity"]
    assert api.post(f"{SE}/customers", body).status_code == 201


def test_an_unknown_expansion_is_rejected(api: Api) -> None:
    assert fields(api.get(ULLA, _expand="legaladdress,surpluses")) == ["$expand"]


def test_every_available_operation_works_with_its_method(api: Api) -> None:
    britt(api)
    api.post("/_sim/payex/46001/customers/9999/expire-kyc")
    bodies = {
        "partial-update-customer": {"msisdn": None},
        "add-billing-address": BILLING,
        "update-kyc-answers": {"answers": ANSWERS},
    }
    available = api.get(BRITT).json()["operations"]
    assert [one["rel"] for one in available] == list(bodies)
    for one in available:
        assert api.send(one["method"], one["href"], json=bodies[one["rel"]]).is_success
    assert [one["rel"] for one in api.get(BRITT).json()["operations"]] == ["partial-update-customer"]


def test_links_carry_the_prefix_of_the_space(api: Api) -> None:
    assert api.get(f"/s/mine{ULLA}").json()["@id"] == f"/s/mine{ULLA}"


def test_an_unknown_national_number_is_a_404(api: Api) -> None:
    assert problem_of(api.post(f"{SE}/find-customer", {"nationalIdentifier": IDENTIFIER})) == (
        404,
        "customer-not-found",
    )
