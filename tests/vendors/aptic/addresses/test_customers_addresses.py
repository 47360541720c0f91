"""Addresses and extra fields of customers."""

from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.worlds import Tables


def path_of(customer: dict[str, Any]) -> str:
    return f"{APTIC}/Customers/{customer['customerGuid']}"


def test_a_main_address_becomes_the_legal_default_address(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    customer = api.customer(street="Storgatan", houseNo="1", zipCode="111 22", city="Umeå", countryCode="SE")
    assert customer["addresses"] == [
        {
            "typeCode": "LEGAL",
            "fullName": None,
            "careOf": None,
            "street": "Storgatan",
            "houseNo": "1",
            "houseNoExtension": None,
            "city": "Umeå",
            "stateCode": None,
            "zipCode": "111 22",
            "fullAddress": "Storgatan 1, 111 22 Umeå, SE",
            "countryCode": "SE",
            "defaultAddress": True,
            "updateExisting": False,
            "validFrom": None,
            "validTo": None,
            "addressNotValid": None,
            "addressNotValidOverride": False,
        }
    ]
    listed = api.only(f"{path_of(customer)}/Addresses")
    assert (listed["addressType"], listed["defaultAddress"], listed["lastUpdatedAt"]) == (
        "LEGAL",
        True,
        "2027-01-01T00:00:00Z",
    )


def test_addresses_are_added_changed_and_removed_with_one_default(api: Api) -> None:
    customer = api.customer(street="A")
    path = f"{path_of(customer)}/Addresses"
    second = api.create(path, {"street": "B", "addressType": "WORK", "addressNotValidDate": "2027-01-01"})

    def shown() -> list[tuple[str, str, bool]]:
        addresses = api.get(path_of(customer)).json()["addresses"]
        return [(one["typeCode"], one["fullAddress"], one["defaultAddress"]) for one in addresses]

    assert shown() == [("LEGAL", "A", True), ("WORK", "B", False)]
    assert api.get(path_of(customer)).json()["addresses"][1]["addressNotValid"] == "2027-01-01T00:00:00Z"
    one = f"{path}/{second['addressGuid'].upper()}"
    assert api.patch(one, {"defaultAddress": True, "city": "X"}).status_code == 204
    assert shown() == [("LEGAL", "A", False), ("WORK", "B, X", True)]
    assert api.get(one).json()["fullAddress"] == "B, X"
    assert api.delete(one).status_code == 204
    assert shown() == [("LEGAL", "A", True)]
    assert api.get(one).status_code == 404


def test_an_address_of_a_debtor_is_not_a_customers(api: Api) -> None:
    debtor = f"{APTIC}/Debtors/{api.debtor(street='A')['debtorGuid']}/Addresses"
    guid = api.only(debtor)["addressGuid"]
    assert api.get(f"{path_of(api.customer())}/Addresses/{guid}").status_code == 404


def test_a_full_address_is_kept_beside_its_parts(api: Api) -> None:
    customer = api.customer(street="Storgatan", city="Umeå", fullAddress="Box 1, Umeå")
    path = f"{path_of(customer)}/Addresses"
    address = api.only(path)
    assert (address["street"], address["fullAddress"]) == ("Storgatan", "Box 1, Umeå")
    one = f"{path}/{address['addressGuid']}"
    api.patch(one, {"addressType": "POST"})
    assert api.get(one).json()["fullAddress"] == "Box 1, Umeå"
    api.patch(one, {"city": "Luleå"})
    assert api.get(one).json()["fullAddress"] == "Storgatan, Luleå"


def test_an_address_has_a_name_of_its_own_only_if_given(api: Api, world: Tables) -> None:
    path = f"{path_of(api.customer(street='A'))}/Addresses"
    assert api.only(path)["fullName"] is None
    assert api.create(path, {"street": "B", "fullName": "Invoices Ltd"})["fullName"] == "Invoices Ltd"
    assert {one["full_name"] for one in world["address"] if one["default_address"]} == {None}


@pytest.mark.parametrize(
    ("sent", "shown"), [({}, True), ({"defaultAddress": None}, True), ({"defaultAddress": False}, False)]
)
def test_the_first_address_is_the_default_unless_the_client_says_otherwise(
    api: Api, sent: dict[str, Any], shown: bool
) -> None:
    path = f"{path_of(api.customer())}/Addresses"
    assert api.create(path, {"street": "A", **sent})["defaultAddress"] is shown
    assert api.only(path)["defaultAddress"] is shown


def test_an_address_cannot_end_before_it_begins(api: Api) -> None:
    path = f"{path_of(api.customer())}/Addresses"
    answer = api.put(path, {"street": "A", "validFrom": "2027-01-02", "validTo": "2027-01-01"})
    assert (answer.status_code, answer.json()["errors"]) == (400, {"validTo": ["must not be before validFrom"]})
    created = api.create(path, {"street": "A", "validFrom": "2027-01-02", "validTo": "2027-01-02"})
    answer = api.patch(f"{path}/{created['addressGuid']}", {"validTo": "2027-01-01"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["validTo"])
    assert api.only(path)["validTo"] == "2027-01-02T00:00:00Z"


def test_extra_fields_are_set_read_changed_and_removed(api: Api) -> None:
    path = f"{path_of(api.customer())}/Extrafields"
    assert api.create(path, {"name": "Färg", "value": ["blå"]}) == {"name": "Färg", "value": ["blå"]}
    assert api.patch(f"{path}/Färg", {"value": ["grön", "röd"]}).status_code == 204
    assert api.get(f"{path}/Färg").json() == {"name": "Färg", "value": ["grön", "röd"]}
    assert api.get(f"{path}/färg").status_code == 404
    assert api.delete(f"{path}/Färg").status_code == 204
    assert api.get(path).json()["total"] == 0


def test_an_extra_field_may_have_no_name(api: Api) -> None:
    path = f"{path_of(api.customer())}/Extrafields"
    for sent in ({"name": None, "value": ["a"]}, {"value": ["b"]}):
        answer = api.put(path, sent)
        assert (answer.status_code, answer.headers["location"]) == (201, f"http://sim.test{path}")
    assert api.only(path) == {"name": None, "value": ["b"]}
    case = api.case(extraFields=[{"name": None, "value": ["c"]}])
    assert api.only(f"{case}/Extrafields") == {"name": None, "value": ["c"]}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("value eq 'blå'", ["A"]),
        ("value eq 'blå, röd'", ["B"]),
        ("contains(value,'blå')", ["A", "B"]),
        ("value eq null", ["C"]),
        ("name eq null", []),
    ],
)
def test_extra_fields_are_filtered_by_their_values(api: Api, text: str, names: list[str]) -> None:
    path = f"{path_of(api.customer())}/Extrafields"
    for name, value in (("A", ["blå"]), ("B", ["blå", "röd"]), ("C", None)):
        api.create(path, {"name": name, "value": value})
    assert [one["name"] for one in api.get(path, _filter=text).json()["value"]] == names
    assert [one["name"] for one in api.get(path, _orderby="value desc").json()["value"]] == ["B", "A", "C"]
