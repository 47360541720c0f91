"""The served APIs against the documented ones: operations, and members of requests and responses in order."""

from typing import Any

import pytest

from ledgersim.app import vendor_apps
from tests.apps import openapi, routes
from tests.contract.documents import Operation, documented_operations
from tests.contract.shapes import of_schema, of_value, ordered

# Documented operations that are not served. Those that are served must not be listed.
PENDING: set[str] = set()

# Members that requests accept beyond the vendor's documentation, with the reason.
EXTRA_REQUEST_MEMBERS = {
    "aptic.cases.create": {"debtors.debtorGuid": "a public client sends whole debtors [observed]"},
    "aptic.customers.extrafields.update": {"name": "documented for the other owners of extra fields"},
}
DOCUMENTED = documented_operations()
SERVED = {route.id: route for route in routes()}
CLIENT_ITEM = [
    "uniqueId", "referenceCode", "informalName", "fullName", "idNumber", "companyPhone", "email", "webPage",
    "active", "blocked", "countryCodeOfOperation",
]  # fmt: skip
CURRENT_USER = [
    "uniqueId", "partyReferenceCode", "email", "fullName", "userRole", "languageCode", "countryFormat", "cultureCode",
    "systemCurrencyCode", "street", "houseNo", "houseNoExtension", "city", "stateCode", "zipCode", "countryCode",
    "phoneNumber", "cellularPhoneNumber", "pbxPhoneNumber", "employmentNumber", "department", "photoImageType",
    "photoImage", "accessGroups", "accessCodes", "clientRestriction", "links",
]  # fmt: skip


def test_every_documented_operation_is_served_or_pending_and_none_is_both() -> None:
    assert set(SERVED) | PENDING == set(DOCUMENTED)
    assert set(SERVED) & PENDING == set()


@pytest.mark.parametrize("name", sorted(SERVED))
def test_method_path_and_provenance_are_those_of_the_contract(name: str) -> None:
    route, documented = SERVED[name], DOCUMENTED[name]
    assert (route.method, route.path) == (documented.method, documented.path)
    assert {"method": route.method_provenance, "path": route.path_provenance} == documented.provenance


class Served:
    """The request and response of a served operation, from the OpenAPI document."""

    def __init__(self, document: dict[str, Any], identifier: str) -> None:
        (self.operation,) = (
            operation
            for item in document["paths"].values()
            for operation in item.values()
            if operation["operationId"] == identifier
        )
        self.definitions = document["components"]["schemas"]

    def request(self) -> Any:
        schema = self.operation["requestBody"]["content"]["application/json"]["schema"]
        return of_schema(schema, self.definitions)

    def answer(self) -> Any:
        (success,) = [answer for code, answer in self.operation["responses"].items() if code.startswith("2")]
        return of_schema(success["content"]["application/json"]["schema"], self.definitions)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi("aptic")


def _response(name: str) -> dict[str, Any]:
    response = DOCUMENTED[name].content.get("response")
    return response if isinstance(response, dict) else {}


def served(document: dict[str, Any], name: str) -> Served:
    return Served(document, name)


def _documented_request(operation: Operation) -> Any:
    request = operation.content["request"]
    nested = of_value(request.get("nested_sample", {}))
    shape = {field["name"]: nested.get(field["name"], _plain(field["type"])) for field in request["fields"]}
    return [shape] if request["array"] else shape


def _plain(type_: str) -> Any:
    return [None] if type_.startswith("array[") else None


def _without(shape: Any, name: str) -> Any:
    first, _, rest = name.partition(".")
    if isinstance(shape, list):
        return [_without(shape[0], name)]
    if not rest:
        return {key: value for key, value in shape.items() if key != first}
    return {key: _without(value, rest) if key == first else value for key, value in shape.items()}


@pytest.mark.parametrize(
    "name", sorted(n for n in SERVED if "fields" in DOCUMENTED[n].content.get("request", {}))
)
def test_requests_take_the_documented_members_in_order(name: str, document: dict[str, Any]) -> None:
    shape = served(document, name).request()
    for extra in EXTRA_REQUEST_MEMBERS.get(name, {}):
        shape = _without(shape, extra)
    assert ordered(shape) == ordered(_documented_request(DOCUMENTED[name]))


@pytest.mark.parametrize(
    "name", sorted(n for n in SERVED if "fields" in DOCUMENTED[n].content.get("request", {}))
)
def test_requests_take_null_and_do_without_a_member_where_documented(
    name: str, document: dict[str, Any]
) -> None:
    definitions = document["components"]["schemas"]
    schema = served(document, name).operation["requestBody"]["content"]["application/json"]["schema"]
    if schema.get("type") == "array":
        schema = schema["items"]
    schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    nullable = [one["name"] for one in DOCUMENTED[name].content["request"]["fields"] if one.get("nullable")]
    options = {member: schema["properties"][member].get("anyOf", []) for member in nullable}
    assert [member for member, types in options.items() if {"type": "null"} not in types] == []
    assert set(nullable).isdisjoint(schema.get("required", []))


@pytest.mark.parametrize("name", sorted(n for n in SERVED if "sample" in _response(n)))
def test_answers_have_the_members_of_the_sample_in_order(name: str, document: dict[str, Any]) -> None:
    sample = DOCUMENTED[name].content["response"]["sample"]
    assert ordered(served(document, name).answer()) == ordered(of_value(sample))


@pytest.mark.parametrize("name", sorted(n for n in SERVED if _response(n).get("success_body", 0) is None))
def test_changes_and_removals_answer_204_without_a_body(name: str, document: dict[str, Any]) -> None:
    responses = served(document, name).operation["responses"]
    assert [(code, "content" in answer) for code, answer in responses.items() if code[0] == "2"] == [
        ("204", False)
    ]


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("aptic.auth.token", ["access_token", "token_type", "expires_in"]),
        ("aptic.currentuser.get", CURRENT_USER),
        ("aptic.ping.get", []),
        ("aptic.clients.create", CLIENT_ITEM),
        ("aptic.clients.get", CLIENT_ITEM),
    ],
)
def test_companions_have_the_members_of_the_facts_in_order(
    name: str, members: list[str], document: dict[str, Any]
) -> None:
    assert list(served(document, name).answer()) == members


@pytest.mark.parametrize("name", ["aptic.clients.list", "aptic.metadata.transspectypes"])
def test_companion_lists_come_in_the_list_envelope(name: str, document: dict[str, Any]) -> None:
    assert list(served(document, name).answer()) == ["count", "skip", "total", "value"]


def test_every_operation_of_the_openapi_documents_carries_its_provenance() -> None:
    found = {
        operation["operationId"]: operation.get("x-provenance")
        for vendor in vendor_apps()
        for item in openapi(vendor)["paths"].values()
        for operation in item.values()
    }
    assert found == {name: DOCUMENTED[name].provenance for name in SERVED}


def test_the_openapi_document_describes_errors_and_credentials_as_they_are(document: dict[str, Any]) -> None:
    operations = [one for item in document["paths"].values() for one in item.values()]
    assert all("422" not in one["responses"] for one in operations)
    assert all("application/problem+json" in one["responses"]["default"]["content"] for one in operations)
    assert list(document["components"]["securitySchemes"]) == ["oauth2", "apikey"]
    assert [one["operationId"] for one in operations if one.get("security") == []] == ["aptic.auth.token"]
