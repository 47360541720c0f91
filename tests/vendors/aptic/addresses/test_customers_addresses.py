"""Addresses and extra fields of customers."""

from typing import Any

from tests.client import APTIC, Api


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


def test_extra_fields_are_set_read_changed_and_removed(api: Api) -> None:
    path = f"{path_of(api.customer())}/Extrafields"
    assert api.create(path, {"name": "Färg", "value": ["blå"]}) == {"name": "Färg", "value": ["blå"]}
    assert api.patch(f"{path}/Färg", {"value": ["grön", "röd"]}).status_code == 204
    assert api.get(f"{path}/Färg").json() == {"name": "Färg", "value": ["grön", "röd"]}
    assert api.get(f"{path}/färg").status_code == 404
    assert api.delete(f"{path}/Färg").status_code == 204
    assert api.get(path).json()["total"] == 0
