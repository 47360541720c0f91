"""Legal and billing addresses."""

from tests.client import Api
from tests.vendors.payex.ledger import ADDRESS, BILLING, BRITT, SE, SE2, ULLA, britt, problem_of


def test_the_customer_without_a_register_entry_has_no_legal_address(api: Api) -> None:
    (kalle,) = [
        one["payex"]["customerNo"]
        for one in api.get("/_sim/personas").json()["personas"]
        if one["name"] == "Kalle Codebtor"
    ]
    path = f"{SE2}/customers/{kalle}/legal-address"
    assert problem_of(api.get(path)) == (404, "legal-address-does-not-exists")
    assert api.put(path, ADDRESS).status_code == 204
    assert api.get(path).status_code == 200


def test_a_number_without_a_register_entry_cannot_be_updated_from_it(api: Api) -> None:
    unknown = {"regNo": "19700101-9806", "countryCode": "SE"}
    britt(api, nationalIdentifier=unknown)
    update = f"{BRITT}/legal-address/update-legal-address-from-population-register"
    assert problem_of(api.post(update)) == (404, "not-found")


def test_a_customer_has_at_most_one_billing_address(api: Api) -> None:
    britt(api)
    path = f"{BRITT}/billing-address"
    assert problem_of(api.get(path)) == (404, "billing-address-does-not-exists")
    assert problem_of(api.put(path, BILLING)) == (404, "billing-address-does-not-exists")
    assert problem_of(api.delete(path)) == (404, "billing-address-does-not-exists")
    assert api.post(path, BILLING).status_code == 201
    assert problem_of(api.post(path, BILLING)) == (409, "conflict")


def test_the_register_is_available_only_for_people_with_a_national_number(api: Api) -> None:
    address = {"addressee": "A", "city": "B", "zipCode": "11122", "countryCode": "SE"}
    body = {"customerNo": "777001", "name": "A", "legalAddress": address}
    assert api.send("POST", f"{SE}/customers", json=body).status_code == 201
    available = [one["rel"] for one in api.get(f"{SE}/customers/777001/legal-address").json()["operations"]]
    assert available == ["update"]
    assert [one["rel"] for one in api.get(f"{ULLA}/legal-address").json()["operations"]] == [
        "update",
        "update-legal-address-from-population-register",
    ]
