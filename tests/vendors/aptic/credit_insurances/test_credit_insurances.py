"""Credit insurances of customers."""

from typing import Any

import pytest

from tests.client import APTIC, Api


@pytest.fixture
def path(api: Api) -> str:
    """The credit insurances of a new customer, whose currency is NOK."""
    return f"{APTIC}/Customers/{api.customer(currencyCode='NOK')['customerGuid']}/CreditInsurances"


def test_an_insurance_reads_back_as_it_was_added(api: Api, path: str) -> None:
    api.freeze("2027-03-01T08:00:00Z")
    sent = {
        "insuranceCompanyNumber": "A-1",
        "insuranceCompanyCustomerNumber": "C-1",
        "note": "n",
        "endDate": "2028-01-01T00:00:00Z",
        "currencyCode": "EUR",
        "amount": 1234.56,
        "extraLimitAmount": 0.1,
        "extraLimitEndDate": "2027-06-01T00:00:00Z",
        "paymentTerm": 30,
        "graceDays": 0,
    }
    answer = api.put(path, {"insuranceCompanyReferenceCode": "ATRADIUS", **sent})
    assert answer.status_code == 201
    created = answer.json()
    one = f"{path}/{created['insuranceGuid']}"
    assert answer.headers["location"] == f"http://sim.test{one}"
    assert {name: value for name, value in created.items() if name not in ("insuranceGuid", "links")} == {
        "insuranceDate": "2027-03-01T08:00:00Z",
        "insuranceCompanyName": "Atradius",
        **sent,
    }
    assert api.get(f"{path}/{created['insuranceGuid'].upper()}").json() == created
    assert api.only(path) == created
    for link in created["links"]:
        assert api.get(link["href"].removeprefix("http://sim.test")).status_code == 200


@pytest.mark.parametrize(
    ("code", "name"), [("EULERHERMES", "Euler Hermes"), ("Ours", "Ours"), ("", ""), (None, None)]
)
def test_the_name_of_the_company_follows_from_its_code(
    api: Api, path: str, code: str | None, name: str | None
) -> None:
    created = api.create(path, {"insuranceCompanyReferenceCode": code})
    assert created["insuranceCompanyName"] == name


def test_without_a_currency_it_is_the_customers(api: Api, path: str) -> None:
    assert api.create(path, {"amount": 1})["currencyCode"] == "NOK"


def test_patch_changes_what_was_sent_and_null_clears(api: Api, path: str) -> None:
    created = api.create(
        path, {"insuranceCompanyReferenceCode": "ATRADIUS", "amount": 5, "note": "n", "graceDays": 3}
    )
    one = f"{path}/{created['insuranceGuid']}"
    changes = {"amount": 0.05, "note": None, "endDate": "2028-01-01T00:00:00Z", "currencyCode": "DKK"}
    assert api.patch(one, {**changes, "insuranceCompanyReferenceCode": "EULERHERMES"}).status_code == 204
    assert api.patch(one, {}).status_code == 204
    assert api.get(one).json() == {**created, **changes}


def test_an_insurance_is_removed(api: Api, path: str) -> None:
    one = f"{path}/{api.create(path, {})['insuranceGuid']}"
    assert api.delete(one).status_code == 204
    assert [api.get(one).status_code, api.delete(one).status_code, api.patch(one, {}).status_code] == [404] * 3


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"amount": -0.01, "extraLimitAmount": "5"}, ["amount", "extraLimitAmount"]),
        ({"amount": 1.005, "currencyCode": "sek"}, ["currencyCode", "amount"]),
        ({"paymentTerm": -1, "graceDays": 2**31}, ["paymentTerm", "graceDays"]),
        ({"paymentTerm": 1.5, "endDate": "2027-02-30"}, ["endDate", "paymentTerm"]),
        ({"note": 1}, ["note"]),
        ([], ["body"]),
    ],
)
def test_bad_bodies_are_a_400_naming_all_fields_at_once(
    api: Api, path: str, body: Any, errors: list[str]
) -> None:
    one = f"{path}/{api.create(path, {})['insuranceGuid']}"
    for answer in (api.put(path, body), api.patch(one, body)):
        assert (answer.status_code, list(answer.json()["errors"])) == (400, errors)


def test_insurances_are_filtered_by_their_members_and_those_of_others_are_not_seen(api: Api, path: str) -> None:
    first = api.create(path, {"amount": 10.5, "paymentTerm": 30})
    api.create(path, {"amount": 20, "insuranceCompanyReferenceCode": "ATRADIUS"})
    for text, count in [
        ("amount eq 10.5", 1),
        ("amount gt 10.5 and insuranceCompanyName eq 'Atradius'", 1),
        ("paymentTerm eq null", 1),
        ("currencyCode eq 'NOK'", 2),
    ]:
        assert api.get(path, _filter=text).json()["total"] == count, text
    other = f"{APTIC}/Customers/{api.customer()['customerGuid']}/CreditInsurances"
    assert api.get(other).json()["total"] == 0
    assert api.delete(f"{other}/{first['insuranceGuid']}").status_code == 404
