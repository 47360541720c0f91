"""`--leniency strict` rejects what lenient parsing accepts, in the error format of the vendor."""

import json
from typing import Any

import pytest

from tests.acceptance.test_tolerated import CREATIONS, vendors
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.vendors.payex.ledger import SE
from tests.vendors.riverty.conftest import ACCOUNTS, KEY, SAMPLE

DETAIL = (
    "The server runs with --leniency strict, which rejects requests that have diagnostics. Each one says what "
    "a lenient server does."
)
UNKNOWN = "unknown-member: The operation has no such member here, and ignored it. Leave it out."


@pytest.fixture
def api(serve: Serve, small_image: bytes) -> Api:
    """A client of a server that rejects requests with diagnostics."""
    return serve(image=small_image, leniency="strict")


def export(api: Api) -> Any:
    """All rows of the space."""
    return api.get("/_sim/export").json()["tables"]


@vendors
def test_a_request_without_diagnostics_is_accepted(api: Api, vendor: str) -> None:
    method, path, key, sent, status = CREATIONS[vendor]
    assert api.send(method, path, headers=key, json=sent).status_code == status


@vendors
@pytest.mark.parametrize(
    ("change", "headers", "query", "expected"),
    [
        ({"foo": 1}, {}, "", ["unknown-member foo"]),
        ({"foo": 1, "bar": 1}, {}, "", ["unknown-member foo", "unknown-member bar"]),
        ({}, {"Content-Type": "text/json"}, "", ["media-type Content-Type"]),
        ({}, {}, "?foo=1", ["unknown-parameter foo"]),
        ({"foo": 1}, {"Content-Type": ""}, "", ["missing-media-type Content-Type", "unknown-member foo"]),
    ],
)
def test_a_request_with_diagnostics_is_a_400_and_stores_nothing(
    api: Api, vendor: str, change: dict[str, Any], headers: dict[str, str], query: str, expected: list[str]
) -> None:
    method, path, key, sent, _ = CREATIONS[vendor]
    start = export(api)
    content = json.dumps({**sent, **change}).encode()
    headers = {"Content-Type": "application/json", **headers}
    sent_headers = {**key, **{name: value for name, value in headers.items() if value}}
    answer = api.send(method, path + query, headers=sent_headers, content=content)
    assert answer.status_code == 400, answer.text
    found = answer.headers["sim-diagnostics"].split(", ")
    assert found == [f"validation {one.partition(' ')[2]}" for one in expected] + expected
    assert export(api) == start


def test_aptic_returns_a_problem_document(api: Api) -> None:
    answer = api.put(f"{APTIC}/Debtors", {"firstname": "Ada", "foo": 1})
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["detail"], problem["errors"]) == (400, DETAIL, {"foo": [UNKNOWN]})


def test_payex_returns_its_own_problem(api: Api) -> None:
    problem = api.post(f"{SE}/customers", {**CREATIONS["payex"][3], "foo": 1}).json()
    assert problem["Type"] == "ledger/customer/v1/problems/validation"
    assert (problem["Detail"], problem["Problems"]) == (DETAIL, [{"foo": UNKNOWN}])


def test_riverty_returns_its_array_of_messages(api: Api) -> None:
    answer = api.send("POST", ACCOUNTS, headers=KEY, json={**SAMPLE, "foo": 1})
    assert answer.json() == [
        {
            "type": "BusinessError",
            "code": "400.004",
            "message": UNKNOWN,
            "customerFacingMessage": UNKNOWN,
            "actionCode": "AskConsumerToReEnterData",
            "fieldReference": "foo",
        }
    ]


def test_credentials_are_checked_first_and_as_auth_says(api: Api) -> None:
    assert api.send("PUT", f"{APTIC}/Debtors?foo=1", headers={}, json={}).status_code == 401
    assert api.send("GET", f"{APTIC}/Debtors", headers=BEARER).status_code == 200


def test_a_list_with_diagnostics_is_a_400(api: Api) -> None:
    answer = api.get(f"{APTIC}/Debtors", _top=101)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["$top"])


def test_a_fault_header_that_is_ignored_is_a_400(serve: Serve) -> None:
    strict = serve(leniency="strict", fault_header="off")
    answer = strict.send("GET", f"{APTIC}/Ping", headers={**BEARER, "Sim-Fault": "status=503"})
    assert (answer.status_code, answer.headers["sim-diagnostics"]) == (
        400,
        "validation Sim-Fault, fault-header-off Sim-Fault",
    )


def test_a_long_import_is_rejected_as_well(api: Api) -> None:
    start = export(api)
    answer = api.put(f"{APTIC}/Cases", [{}] * 200 + [{"foo": 1}])
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["[200].foo"])
    assert export(api) == start


def test_the_admin_api_is_as_lenient_as_ever(api: Api) -> None:
    answer = api.send("POST", "/_sim/reset?foo=1", headers={"Content-Type": "text/plain"}, content=b"{}")
    assert answer.status_code == 204, answer.text
