"""Customers."""

from typing import Any

import pytest

from tests.client import APTIC, Api

CUSTOMERS = f"{APTIC}/Customers"
UNKNOWN = "5eed0000-0000-4000-8000-00000000dead"
MINE = "C0FFEE00-0000-4000-8000-0000000000AB"


def path_of(customer: dict[str, Any]) -> str:
    return f"{CUSTOMERS}/{customer['customerGuid']}"


def test_a_customer_reads_back_as_it_was_created(api: Api) -> None:
    api.freeze("2027-01-02T03:04:05Z")
    sent = {
        "customerReference": "K-1",
        "idNumber": "any text",
        "juridicalType": 1,
        "placeOfBirth": "Umeå",
        "dateOfBirth": "1990-05-06T00:00:00Z",
        "gender": 2,
        "cultureCode": "sv-SE",
        "fullName": "Bo Ek AB",
        "firstname": "Bo",
        "middlename": "E",
        "lastname": "Ek",
        "nameSuffix": "Jr",
        "domicile": "Umeå",
        "municipalCode": "2480",
        "vatNumber": "SE1",
        "companyType": "AB",
        "glnNumber": "73",
        "naceCode": "41.200",
        "homePhone": "1",
        "workPhone": "2",
        "cellularPhone": "3",
        "telefax": "4",
        "email": "no e-mail at all",
        "languageCode": "sv",
        "currencyCode": "SEK",
        "preferredChannel": "EMAIL",
        "underAged": False,
        "invoiceChannel": "E-INVOICE",
        "customerGuid": MINE,
    }
    created = api.create(CUSTOMERS, sent)
    own = {name: value for name, value in created.items() if name != "links"}
    assert own == {
        **sent,
        "customerGuid": MINE.lower(),
        "contactPerson": None,
        "regDate": "2027-01-02T03:04:05Z",
        "addresses": [],
    }
    assert api.get(f"{CUSTOMERS}/{MINE}").json() == created


def test_a_public_clients_calls_work_unchanged(api: Api) -> None:
    sent = {"idNumber": "556000-0001", "juridicalType": 1, "workPhone": "08-1", "email": "a@b.example"}
    answer = api.put(CUSTOMERS, {**sent, "fullName": "Nordlys AB"})
    assert answer.status_code == 201
    path = path_of(answer.json())
    assert answer.headers["location"] == f"http://sim.test{path}"
    changed = api.patch(path, {**sent, "workPhone": "08-2"})
    assert (changed.status_code, changed.content) == (204, b"")
    assert api.get(path).json() == {**answer.json(), "workPhone": "08-2"}


def test_a_customer_without_guid_and_reference_is_given_them(api: Api) -> None:
    first, second = api.customer(), api.customer(customerGuid=None, customerReference=None)
    assert first["customerGuid"] != second["customerGuid"]
    assert int(second["customerReference"]) == int(first["customerReference"]) + 1


@pytest.mark.parametrize("guid", [MINE, MINE.lower()])
def test_a_duplicate_customer_guid_is_a_409_and_creates_nothing(api: Api, guid: str) -> None:
    api.customer(customerGuid=MINE)
    before = api.get(CUSTOMERS).json()["total"]
    answer = api.put(CUSTOMERS, {"customerGuid": guid, "street": "S"})
    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
    assert api.get(CUSTOMERS).json()["total"] == before


@pytest.mark.parametrize("guid", ["", "1", "c0ffee00", MINE[:-1], f"{{{MINE}}}", MINE.replace("-", ""), 5])
def test_a_malformed_customer_guid_is_a_400(api: Api, guid: Any) -> None:
    answer = api.put(CUSTOMERS, {"customerGuid": guid})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["customerGuid"])


def test_a_guid_that_a_client_foresaw_is_not_given_again(api: Api) -> None:
    guid = api.customer()["customerGuid"]
    api.post("/_sim/reset", {})
    api.customer(customerGuid=guid)
    assert api.customer()["customerGuid"] != guid


@pytest.mark.parametrize(
    ("sent", "changed", "full_name"),
    [
        ({"firstname": "Bo", "lastname": "Ek"}, {}, "Bo Ek"),
        ({"firstname": "Bo", "lastname": "Ek", "fullName": "Dr Bo"}, {"email": "e"}, "Dr Bo"),
        ({"firstname": "Bo", "lastname": "Ek"}, {"lastname": "Alm"}, "Bo Alm"),
        ({"fullName": "Ek AB"}, {"fullName": "not a member of the change"}, "Ek AB"),
    ],
)
def test_the_full_name_is_as_sent_or_made_of_its_parts(
    api: Api, sent: dict[str, str], changed: dict[str, str], full_name: str
) -> None:
    path = path_of(api.create(CUSTOMERS, sent))
    api.patch(path, changed)
    assert api.get(path).json()["fullName"] == full_name


def test_patch_changes_what_was_sent_and_null_clears(api: Api) -> None:
    customer = api.customer(email="e", workPhone="1", gender=1, glnNumber="7", customerReference="K")
    sent = {"email": None, "workPhone": "2", "customerReference": None, "invoiceChannel": "SMS"}
    assert api.patch(path_of(customer), sent).status_code == 204
    assert api.patch(path_of(customer), {}).status_code == 204
    assert api.get(path_of(customer)).json() == {**customer, **sent}


def test_a_parent_customer_is_linked_until_it_is_cleared(api: Api) -> None:
    parent = api.customer()
    child = api.customer(parentCustomer=parent["customerGuid"].upper())

    def parents() -> list[str]:
        links = api.get(path_of(child)).json()["links"]
        return [link["guid"] for link in links if link["name"] == "parent"]

    assert parents() == [parent["customerGuid"]]
    assert api.patch(path_of(child), {"email": "e"}).status_code == 204
    assert parents() == [parent["customerGuid"]]
    assert api.patch(path_of(child), {"parentCustomer": None}).status_code == 204
    assert parents() == []


@pytest.mark.parametrize("guid", [UNKNOWN, "", "1", 7])
def test_an_unknown_parent_customer_is_a_400(api: Api, guid: Any) -> None:
    for answer in (
        api.put(CUSTOMERS, {"parentCustomer": guid}),
        api.patch(path_of(api.customer()), {"parentCustomer": guid}),
    ):
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["parentCustomer"])


def test_a_customer_cannot_be_its_own_ancestor(api: Api) -> None:
    top = api.customer()
    middle = api.customer(parentCustomer=top["customerGuid"])
    bottom = api.customer(parentCustomer=middle["customerGuid"])
    for below in (top, middle, bottom):
        answer = api.patch(path_of(top), {"parentCustomer": below["customerGuid"], "email": "e"})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["parentCustomer"])
    assert api.get(path_of(top)).json() == top
    assert api.patch(path_of(bottom), {"parentCustomer": top["customerGuid"]}).status_code == 204


def test_a_client_reference_names_the_client(api: Api) -> None:
    client = api.create(f"{APTIC}/Clients", {"referenceCode": "Ö-1"})
    links = api.customer(clientReference="Ö-1")["links"]
    assert [link["guid"] for link in links if link["name"] == "client"] == [client["uniqueId"]]
    answer = api.put(CUSTOMERS, {"clientReference": "ö-1", "parentCustomer": UNKNOWN})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["clientReference", "parentCustomer"])


def test_the_list_is_filtered_sorted_and_paged_by_its_members(api: Api) -> None:
    for number in (3, 1, 2):
        api.customer(idNumber=f"x{number}", juridicalType=1, email=None if number == 3 else f"e{number}")
    text = "startswith(idNumber,'x') and juridicalType eq 1"
    page = api.get(CUSTOMERS, _filter=text, _orderby="EMAIL desc", _top=2).json()
    assert [one["idNumber"] for one in page["value"]] == ["x2", "x1"]
    assert (page["count"], page["skip"], page["total"]) == (2, 0, 3)
    rest = api.get(CUSTOMERS, _filter=text, _orderby="email desc", _skip=2).json()
    assert [one["idNumber"] for one in rest["value"]] == ["x3"]
    guid = page["value"][0]["customerGuid"]
    assert api.get(CUSTOMERS, _filter=f"customerGuid eq {guid.upper()}").json()["value"] == page["value"][:1]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"juridicalType": 2, "gender": "1", "underAged": "yes", "dateOfBirth": "31/12/1999", "customerGuid": "x"},
         ["juridicalType", "gender", "dateOfBirth", "underAged", "customerGuid"]),
        ({"juridicalType": None, "currencyCode": "KRONA"}, ["juridicalType", "currencyCode"]),
        ({"juridicalType": True, "gender": 1.0}, ["juridicalType", "gender"]),
        ({"fullName": 5, "email": ["a"], "city": {}}, ["fullName", "city", "email"]),
        ([], ["body"]),
        (None, ["body"]),
    ],
)  # fmt: skip
def test_bad_bodies_are_a_400_naming_all_fields_at_once(api: Api, body: Any, errors: list[str]) -> None:
    api.customer(customerGuid=MINE)
    answer = api.put(CUSTOMERS, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert sorted(answer.json()["errors"]) == sorted(errors)


@pytest.mark.parametrize("guid", [UNKNOWN, "1", "%00", "{guid}"])
def test_an_unknown_or_malformed_guid_is_a_404_problem(api: Api, guid: str) -> None:
    bodies: dict[str, Any] = {
        "/DirectDebits": {"directDebitMandateType": 1, "receivingBankAccountNo": "599-0007"},
        "/Parameters": [{"name": "n"}],
    }
    for method, path in [
        ("GET", ""), ("PATCH", ""), ("GET", "/Summary"), ("GET", "/Addresses"), ("PUT", "/Addresses"),
        ("GET", "/Extrafields"), ("GET", "/Parameters"), ("PUT", "/Parameters"), ("GET", "/Parameters/x"),
        ("GET", "/DirectDebits"), ("PUT", "/DirectDebits"), ("GET", f"/DirectDebits/{UNKNOWN}"),
        ("GET", "/CreditInsurances"), ("PUT", "/CreditInsurances"), ("GET", f"/CreditInsurances/{UNKNOWN}"),
        ("PATCH", f"/CreditInsurances/{UNKNOWN}"), ("DELETE", f"/CreditInsurances/{UNKNOWN}"),
        ("GET", "/Questions"), ("GET", f"/Questions/{UNKNOWN}"), ("POST", f"/Questions/{UNKNOWN}"),
        ("GET", "/LoanInterests"),
    ]:  # fmt: skip
        body = None if method in ("GET", "DELETE") else bodies.get(path, {})
        answer = api.send(method, f"{CUSTOMERS}/{guid}{path}", json=body)
        assert answer.status_code == 404, (method, path)
        assert answer.json()["detail"].startswith("Unknown customer ")


def test_every_link_of_a_customer_answers_under_the_prefix_of_the_request(api: Api) -> None:
    client = api.create("/s/other/APIGW/v1/Clients", {"referenceCode": "X"})
    parent = api.create("/s/other/APIGW/v1/Customers", {})
    sent = {"parentCustomer": parent["customerGuid"], "clientReference": "X"}
    customer = api.create("/s/other/APIGW/v1/Customers", sent)
    assert [(link["name"], link["type"], link["resource"]) for link in customer["links"]] == [
        ("self", "item", "Customers"), ("summary", "item", "Customers"), ("parameters", "list", "Parameters"),
        ("addresses", "list", "Addresses"), ("extrafields", "list", "Extrafields"),
        ("directdebits", "list", "DirectDebits"), ("creditinsurances", "list", "CreditInsurances"),
        ("questions", "list", "Questions"), ("loaninterests", "list", "LoanInterests"),
        ("parent", "item", "Customers"), ("client", "item", "Clients"),
    ]  # fmt: skip
    guids = {link["guid"] for link in customer["links"]}
    assert guids == {customer["customerGuid"], parent["customerGuid"], client["uniqueId"]}
    for link in customer["links"]:
        assert link["href"].startswith("http://sim.test/s/other/APIGW/v1/")
        assert api.get(link["href"].removeprefix("http://sim.test")).status_code == 200
