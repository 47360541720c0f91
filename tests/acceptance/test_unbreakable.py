"""Any input gets a response in the vendor's format: no server errors, no partial writes."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.app import mounts
from ledgersim.settings import Settings
from tests.apps import routes
from tests.client import APTIC, BEARER, Api

JSON = {**BEARER, "Content-Type": "application/json"}
BODY_ROUTES = [route for route in routes() if route.method in ("PUT", "PATCH", "POST")]
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(),
    st.sampled_from(["", "2026-02-30", "0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "5eed", "\x00", "\ud800", -0.0, 1e308, 2**63]),
)  # fmt: skip
MEMBERS = st.sampled_from(
    ["fullName", "juridicalType", "debtors", "debts", "fees", "extraFields", "name", "value", "remainingPrincipal",
     "originalPrincipal", "billDate", "dueDate", "interestRate", "interestFrom", "interestCondition", "paymentCondition",
     "exchRate", "currencyCode", "caseNumber", "clientGuid", "debtorGuid", "defaultAddress", "claimant", "emails", "active",
     "customerGuid", "parentCustomer", "directDebitMandateType", "receivingBankAccountNo", "sendingBankAccountClass",
     "sendingBankAccountNo", "amount", "paymentTerm", "response", "postponeTo", "href",
     "customerNo", "nationalIdentifier", "regNo", "countryCode", "legalAddress", "eDIAddressInfo", "BuyerId", "msisdn",
     "emailAddress", "swedishBankAccount", "AccountNo", "clearingNo", "answers", "questionCode", "answerCode",
     "completeUrl", "cancelUrl", "language", "addressee", "city", "zipCode"]
)  # fmt: skip
TAKE_ARRAYS = ("aptic.cases.create", "aptic.customers.parameters.create", "aptic.customers.parameters.update")
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(MEMBERS | st.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=25,
)


def assert_well_formed(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        kind = answer.headers["content-type"]
        if kind == "application/problem+json":
            problem = answer.json()
            if "Type" in problem:
                assert list(problem) == ["Type", "Title", "Status", "Instance", "Detail", "Problems"]
                problem = {name.lower(): value for name, value in problem.items()}
            else:
                assert list(problem)[:5] == ["type", "title", "status", "detail", "instance"]
            assert problem["status"] == answer.status_code
        else:
            assert kind == "application/json"


@pytest.fixture
def paths(api: Api) -> dict[str, str]:
    """Paths of existing objects, for every route with a body."""
    debtor = api.debtor(street="S")["debtorGuid"]
    case = api.case(debtors=[{"debtorGuid": debtor}], debts=[{"remainingPrincipal": 1}], fees=[{}])
    plans = f"{APTIC}/Debtors/{debtor}/Paymentplans"
    customer = "5eed0017-c057-4000-8000-000000000001"  # one with questions
    owners = {
        "debtorGuid": f"{APTIC}/Debtors/{debtor}",
        "caseGuid": case,
        "customerGuid": f"{APTIC}/Customers/{customer}",
    }
    parameters, insurances = (f"{owners['customerGuid']}/{name}" for name in ("Parameters", "CreditInsurances"))
    api.create(parameters, [{"name": "n"}])
    for owner in owners.values():
        api.create(f"{owner}/Extrafields", {"name": "n", "value": []})
    known = {
        "name": "n",
        "debtGuid": api.only(f"{case}/Debts")["debtGuid"],
        "feeGuid": api.only(f"{case}/Fees")["feeGuid"],
        "paymentplanGuid": api.create(plans, {"paymentPlanType": 3, "numberOfPayments": 1})["paymentPlanGuid"],
        "insuranceGuid": api.create(insurances, {})["insuranceGuid"],
        "actionGuid": "5eed0017-ac71-4000-8000-000000000001",
        "uniqueId": api.create(f"{APTIC}/Clients", {})["uniqueId"],
        "serviceDefinition": "Echo",
        "ledger": "46001",
        "no": "1000019",
        "sid": "5eed0019-5042-4000-8000-000000000001",
    }
    found = {}
    for route in BODY_ROUTES:
        parameter = next((name for name in owners if f"{{{name}}}" in route.path), "debtorGuid")
        owner = owners[parameter].rsplit("/", 1)[1]
        address = api.get(f"{owners[parameter]}/Addresses")
        more = {parameter: owner, "guid": owner, **known}
        if address.status_code == 200:
            more["addressGuid"] = address.json()["value"][0]["addressGuid"]
        found[route.id] = route.path.format_map(defaultdict(lambda: debtor, more))
    return found


ADMIN = {
    "sim.payex.payments.create": "/_sim/payex/46001/customers/1000019/payments",
    "sim.payex.surpluses.regulate": "/_sim/payex/46001/customers/1000019/surpluses/"
    "5eed0019-5042-4000-8000-000000000001/regulate",
    "sim.payex.invoices.create": "/_sim/payex/46001/customers/1000019/invoices",
    "sim.payex.invoices.move": "/_sim/payex/46001/invoices/100001901/moves/pay",
    "sim.payex.accounts.create": "/_sim/payex/46001/customers/1000019/accounts",
    "sim.payex.accounts.move": "/_sim/payex/46001/accounts/100001990/moves/pay",
    "sim.payex.consents.set": "/_sim/payex/46001/customers/1000019/consents",
    "sim.payex.problem.set": "/_sim/payex/46001/next-problem",
    "sim.riverty.purchases.create": "/_sim/riverty/accounts/0100.0000008/purchases",
    "sim.riverty.payments.create": "/_sim/riverty/accounts/0100.0000008/payments",
}
KINDS = {
    "null": b"null", "boolean": b"true", "integer": b"0", "number": b"0.5", "string": b'""', "array": b"[]", "object": b"{}",
}  # fmt: skip


def kinds_of(schema: dict[str, Any], document: dict[str, Any]) -> set[str]:
    """The kinds of JSON values that a schema allows."""
    if "$ref" in schema:
        return kinds_of(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    if "anyOf" in schema:
        return set().union(*(kinds_of(one, document) for one in schema["anyOf"]))
    return {schema["type"]} if "type" in schema else set(KINDS)


def bodies_of_another_kind() -> Iterator[tuple[str, str, str, str]]:
    """The id, method and path of each operation with a JSON body, with each kind of value that it does not take."""
    for mount, app in mounts(Settings()).items():
        document = app.openapi()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                content = operation.get("requestBody", {}).get("content", {})
                if list(content) == ["application/json"]:
                    taken = kinds_of(content["application/json"]["schema"], document)
                    if "number" in taken:
                        taken.add("integer")
                    for kind in KINDS.keys() - taken:
                        yield operation["operationId"], method.upper(), mount + path, kind


def test_a_json_value_of_another_kind_is_a_400(api: Api, paths: dict[str, str]) -> None:
    headers = {**JSON, "X-Auth-Key": "any"}
    accepted = []
    for name, method, path, kind in bodies_of_another_kind():
        answer = api.send(method, {**paths, **ADMIN}.get(name, path), headers=headers, content=KINDS[kind])
        assert_well_formed(answer)
        if answer.status_code != 400:
            accepted.append((name, kind, answer.status_code))
    assert accepted == []


@given(st.sampled_from(BODY_ROUTES), values)
def test_any_json_value_is_answered(api: Api, paths: dict[str, str], route: Any, value: Any) -> None:
    body = json.dumps(value).encode("utf-8", "surrogatepass")
    assert_well_formed(api.send(route.method, paths[route.id], headers=JSON, content=body))


@given(st.sampled_from(BODY_ROUTES), st.dictionaries(MEMBERS, values, max_size=6))
def test_any_object_of_known_members_is_answered(
    api: Api, paths: dict[str, str], route: Any, value: dict[str, Any]
) -> None:
    body: Any = [value] if route.id in TAKE_ARRAYS else value
    assert_well_formed(api.send(route.method, paths[route.id], headers=JSON, content=json.dumps(body).encode()))


@given(st.sampled_from(BODY_ROUTES), st.binary(max_size=200))
def test_any_bytes_are_answered(api: Api, paths: dict[str, str], route: Any, body: bytes) -> None:
    assert_well_formed(api.send(route.method, paths[route.id], headers=JSON, content=body))


@given(st.sampled_from(["GET", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"]), st.text(max_size=60))
def test_any_path_is_answered(api: Api, method: str, path: str) -> None:
    for prefix in (
        "/",
        "/APIGW/",
        "/APIGW/v1/Debtors/",
        "/ledger/customer/v1/46001/customers/",
        "/_sim/payex/46001/",
        "/s/",
    ):
        assert_well_formed(api.send(method, prefix + quote(path, safe="/%", errors="surrogatepass")))


@given(
    st.dictionaries(
        st.sampled_from(["$filter", "$orderby", "$skip", "$top", "async", "x"]),
        st.text(max_size=40),
        max_size=4,
    )
)
def test_any_query_is_answered(api: Api, query: dict[str, str]) -> None:
    for path in ("Debtors", "Cases", "Clients"):
        assert_well_formed(api.send("GET", f"{APTIC}/{path}", params=query))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"[" + b"1" * 5000 + b"]",
        b'{"fullName": "\\ud800"}',
        b'{"fullName": "\xff"}',
        b'{"fullName": NaN}',
        b'{"juridicalType": 1e9999999999999999999999}',
        b"{'fullName': 1}",
        b'{"fullName": 1,}',
        b"\xef\xbb\xbf{",
        b"\x00",
        b" ",
    ],
)
def test_unreadable_json_is_a_400_that_says_where(api: Api, body: bytes) -> None:
    answer = api.send("PUT", f"{APTIC}/Debtors", headers=JSON, content=body)
    assert answer.status_code == 400
    assert answer.json()["title"] == "The request body cannot be read as JSON."
    assert list(answer.json()["errors"]) == ["body"]


def test_a_byte_order_mark_and_a_charset_are_no_obstacle(api: Api) -> None:
    headers = {**BEARER, "Content-Type": "Application/JSON; charset=utf-8"}
    answer = api.send(
        "PUT", f"{APTIC}/Debtors", headers=headers, content=b'\xef\xbb\xbf{"firstname": "\xc3\x85sa"}'
    )
    assert (answer.status_code, answer.json()["firstname"]) == (201, "Åsa")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "a/b/c"]
)
def test_another_media_type_is_a_415_problem(api: Api, kind: str) -> None:
    answer = api.send("PUT", f"{APTIC}/Debtors", headers={**BEARER, "Content-Type": kind}, content=b"{}")
    assert (answer.status_code, answer.json()["title"]) == (415, "Unsupported Media Type")


@pytest.mark.parametrize("kind", ["application/json", "text/json", "application/merge-patch+json", ""])
def test_json_by_any_of_its_names_or_none_is_read(api: Api, kind: str) -> None:
    headers = {**BEARER, "Content-Type": kind} if kind else BEARER
    assert api.send("PUT", f"{APTIC}/Debtors", headers=headers, content=b"{}").status_code == 201


@pytest.mark.parametrize(("size", "status"), [(10 * 2**20, 201), (10 * 2**20 + 1, 413), (25 * 2**20, 413)])
def test_a_body_over_10_mib_is_a_413_problem(api: Api, size: int, status: int) -> None:
    body = b'{"description":"' + b"a" * (size - 18) + b'"}'
    answer = api.send("PUT", f"{APTIC}/Debtors", headers=JSON, content=body)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["detail"] == "The body may have at most 10,485,760 bytes (10 MiB)."


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/v1/Debtors", "POST", "GET, PUT"),
        ("/v1/Debtors/5eed", "PUT", "GET, PATCH"),
        ("/v1/Cases/5eed/Debts/5eed", "PUT", "DELETE, GET, PATCH"),
        ("/login/oauth/access_token", "GET", "POST"),
        ("/v1/CurrentUser", "DELETE", "GET"),
    ],
)
def test_a_wrong_method_is_a_405_problem_that_names_the_right_ones(
    api: Api, path: str, method: str, allow: str
) -> None:
    answer = api.send(method, f"/APIGW{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_path_is_a_404_problem_even_without_credentials(api: Api) -> None:
    answer = api.send("GET", "/APIGW/v1/Nothing", headers={})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "There is no GET /APIGW/v1/Nothing."


def test_trace_ids_are_w3c_and_differ(api: Api) -> None:
    ids = [api.get("/APIGW/nothing").json()["traceId"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert [[len(part) for part in one.split("-")] for one in ids] == [[2, 32, 16, 2]] * 3


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("(" * 10_000 + "juridicalType eq 1" + ")" * 10_000, "$filter"),
        ("fullName eq '" + "a" * 50_000 + "'", "$filter"),
        (" or ".join(["juridicalType eq 1"] * 600), "$filter"),
        ("not " * 3000 + "underAged", "$filter"),
        ("juridicalType eq 99999999999999999999", "$filter"),
        ("juridicalType eq 'a'", "$filter"),
        ("fullName eq", "$filter"),
    ],
)
def test_filters_beyond_the_bounds_are_a_400(api: Api, text: str, where: str) -> None:
    answer = api.get(f"{APTIC}/Debtors", _filter=text)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [where])


@pytest.mark.parametrize("text", ["remainingSum lt 9223372036854775807", "remainingSum gt -92233720368547758.08",
                                  "remainingSum gt 0.001", "remainingSum eq 1e300"])  # fmt: skip
def test_amounts_beyond_what_can_be_stored_are_compared_all_the_same(api: Api, text: str) -> None:
    assert api.get(f"{APTIC}/Cases", _filter=text).status_code == 200


def test_query_options_count_in_any_case(api: Api) -> None:
    found = api.send("GET", f"{APTIC}/Debtors?$TOP=1&%24Filter=juridicalType%20eq%200").json()
    assert (found["count"], found["value"][0]["juridicalType"]) == (1, 0)


@pytest.mark.parametrize("text", ["1_0", " 5", "5.0", "٣", "1e1", "0x5", ""])
def test_a_top_that_is_not_a_plain_number_is_rejected(api: Api, text: str) -> None:
    assert list(api.get(f"{APTIC}/Debtors", _top=text).json()["errors"]) == ["$top"]
