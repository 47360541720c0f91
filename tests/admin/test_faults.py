"""Faults: which requests they hit, how often, and what the client gets."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.clock import EARLIEST
from ledgersim.diagnostics.faults import from_header
from ledgersim.ids import Stream
from ledgersim.problems import Problem
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve

DEBTORS = f"{APTIC}/Debtors"


def fault(api: Api, **members: Any) -> dict[str, Any]:
    """Create a fault."""
    answer = api.post("/_sim/faults", members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def statuses(api: Api, times: int, path: str = DEBTORS) -> list[int]:
    return [api.get(path).status_code for _ in range(times)]


def test_a_status_carries_the_vendors_own_problem_and_retry_after(api: Api) -> None:
    fault(api, kind="status", status=503, retry_after=7, detail="Closed for the night.")
    aptic = api.get(DEBTORS)
    assert (aptic.status_code, aptic.headers["retry-after"]) == (503, "7")
    assert aptic.headers["content-type"] == "application/problem+json"
    assert {name: aptic.json()[name] for name in ("title", "status", "detail", "instance")} == {
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Closed for the night.",
        "instance": DEBTORS,
    }
    payex = api.get("/ledger/customer/v1/SE01/customers")
    assert payex.status_code == 503
    assert list(payex.json()) == ["Type", "Title", "Status", "Instance", "Detail", "Problems"]
    assert payex.json()["Type"] == "ledger/customer/v1/problems/service-unavailable"
    riverty = api.get("/api/v3/customer-account/1/credit-limit")
    assert (riverty.status_code, riverty.json()) == (503, {"message": "Closed for the night."})


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (400, "Bad Request"),
        (401, "Unauthorized"),
        (404, "Not Found"),
        (418, "I'm a Teapot"),
        (500, "Internal Server Error"),
        (599, "Status 599"),
    ],
)
def test_a_status_has_the_title_that_it_has_elsewhere(api: Api, status: int, title: str) -> None:
    fault(api, kind="status", status=status)
    answer = api.get(DEBTORS)
    assert (answer.status_code, answer.json()["title"]) == (status, title)


def test_before_nothing_is_carried_out_and_after_commit_all_of_it(api: Api) -> None:
    fault(api, kind="status", status=503, times=1)
    assert api.put(DEBTORS, {"fullName": "Lost"}).status_code == 503
    assert api.get(DEBTORS, _filter="fullName eq 'Lost'").json()["total"] == 0
    fault(api, kind="status", status=503, times=1, when="after_commit")
    assert api.put(DEBTORS, {"fullName": "Kept"}).status_code == 503
    assert api.get(DEBTORS, _filter="fullName eq 'Kept'").json()["total"] == 1


def test_a_fault_hits_as_often_as_times_says(api: Api) -> None:
    made = fault(api, kind="status", status=500, times=2)
    assert statuses(api, 4) == [500, 500, 200, 200]
    found = api.get(f"/_sim/faults/{made['id']}").json()
    assert (found["fired"], found["ended"]) == (2, True)


@pytest.mark.parametrize(
    ("match", "is_hit"),
    [
        ({}, True),
        ({"operation": "aptic.debtors.list"}, True),
        ({"operation": "aptic.DEBTORS.*"}, True),
        ({"operation": "aptic.cases.*"}, False),
        ({"method": "get"}, True),
        ({"method": "PUT"}, False),
        ({"path": "/APIGW/v1/debtors"}, True),
        ({"path": "/apigw/*"}, True),
        ({"path": "/APIGW/v1"}, False),
        ({"header": {"authorization": "Bearer any"}}, True),
        ({"header": {"Authorization": "Bearer *", "accept": "*"}}, True),
        ({"header": {"X-Run": "*"}}, False),
        ({"query": {"$top": "1"}}, True),
        ({"query": {"$top": "2"}}, False),
        ({"method": "GET", "path": "/APIGW/v1/Cases"}, False),
    ],
)
def test_a_fault_hits_only_requests_that_match_all_criteria(
    api: Api, match: dict[str, Any], is_hit: bool
) -> None:
    fault(api, kind="status", status=503, match=match)
    assert api.get(DEBTORS, _top="1").status_code == (503 if is_hit else 200)


def test_a_fault_ends_after_its_time_on_the_clock(api: Api) -> None:
    api.freeze("2026-02-01T00:00:00Z")
    made = fault(api, kind="status", status=503, ttl="PT10M")
    api.post("/_sim/clock/advance", {"by": "PT9M59S"})
    assert statuses(api, 1) == [503]
    api.post("/_sim/clock/advance", {"by": "PT1S"})
    assert statuses(api, 1) == [200]
    assert api.get(f"/_sim/faults/{made['id']}").json()["ended"] is True


def test_a_quota_allows_its_limit_per_window_and_says_how_long_to_wait(api: Api) -> None:
    api.freeze("2026-02-01T00:00:00Z")
    made = fault(api, kind="quota", limit=2, window="PT1M")
    assert statuses(api, 2) == [200, 200]
    api.post("/_sim/clock/advance", {"by": "PT20.5S"})
    rejected = api.get(DEBTORS)
    assert (rejected.status_code, rejected.headers["retry-after"]) == (429, "40")
    assert rejected.json()["title"] == "Too Many Requests"
    api.post("/_sim/clock/advance", {"by": "PT40S"})
    assert statuses(api, 3) == [200, 200, 429]
    assert api.get(f"/_sim/faults/{made['id']}").json()["fired"] == 2


def test_probability_is_the_same_at_every_run(api: Api) -> None:
    likely: dict[str, Any] = {"kind": "status", "status": 503, "probability": 0.5}
    fault(api, **likely)
    first = statuses(api, 40)
    assert 8 <= first.count(503) <= 32
    api.post("/_sim/reset", {"scope": "faults"})
    fault(api, **likely)
    assert statuses(api, 40) == first
    assert api.get("/_sim/faults").json()["faults"][0]["probability"] == 0.5


@given(st.integers(min_value=0, max_value=2**63 - 1), st.integers(min_value=0, max_value=10**6))
def test_a_fraction_is_from_0_to_below_1(seed: int, position: int) -> None:
    assert 0 <= Stream(seed, "chance", position).fraction() < 1


def test_probability_0_never_and_1_always_hits(api: Api) -> None:
    fault(api, kind="status", status=503, probability=0, match={"method": "GET"})
    assert statuses(api, 5) == [200] * 5
    fault(api, kind="status", status=503, probability=1)
    assert statuses(api, 5) == [503] * 5


def test_delays_add_up_and_the_first_other_fault_wins(api: Api) -> None:
    first = fault(api, kind="delay", seconds=0)
    second = fault(api, kind="delay", seconds={"from": 0, "to": 0.001})
    fault(api, kind="status", status=502)
    last = fault(api, kind="status", status=503)
    assert statuses(api, 1) == [502]
    fired = {one["id"]: one["fired"] for one in api.get("/_sim/faults").json()["faults"]}
    assert (fired[first["id"]], fired[second["id"]], fired[last["id"]]) == (1, 1, 0)
    (record,) = api.get("/_sim/requests").json()["requests"]
    assert record["faults"] == ["f1 delay", "f2 delay", "f3 status"]


def test_faults_belong_to_one_space_and_never_hit_the_admin_api(api: Api) -> None:
    fault(api, kind="status", status=503)
    assert api.get(f"/s/other{DEBTORS}").status_code == 200
    assert api.get("/_sim/faults").status_code == 200
    assert api.get("/_sim/clock").status_code == 200


def test_faults_are_listed_read_and_removed(api: Api) -> None:
    members = {"match": {"method": "PUT"}, "kind": "status", "status": 503, "times": 1, "ttl": "P1D"}
    made = fault(api, **members)
    assert made == {"id": "f1", **members, "fired": 0, "ended": False}
    assert api.get("/_sim/faults").json() == {"faults": [made]}
    assert api.get("/_sim/faults/f1").json() == made
    assert api.delete("/_sim/faults/f1").status_code == 204
    assert api.get("/_sim/faults/f1").status_code == 404
    assert api.delete("/_sim/faults/f1").json()["detail"] == (
        "Fault 'f1' not found; GET /_sim/faults lists all faults."
    )
    fault(api, kind="drop")
    fault(api, kind="reset")
    assert api.delete("/_sim/faults").status_code == 204
    assert api.get("/_sim/faults").json() == {"faults": []}


def test_a_reset_removes_faults_unless_its_scope_is_another(api: Api) -> None:
    for scope, left in [("data", 1), ("clock", 1), ("journal", 1), ("faults", 0)]:
        api.delete("/_sim/faults")
        fault(api, kind="status", status=503)
        assert api.post("/_sim/reset", {"scope": scope}).status_code == 204
        assert len(api.get("/_sim/faults").json()["faults"]) == left
    fault(api, kind="status", status=503)
    api.post("/_sim/reset")
    assert api.get("/_sim/faults").json() == {"faults": []}


def test_faults_have_a_maximum_and_ended_ones_make_room(api: Api) -> None:
    fault(api, kind="status", status=503, times=1)
    for _ in range(99):
        fault(api, kind="status", status=503, match={"method": "PATCH"})
    rejected = api.post("/_sim/faults", {"kind": "drop"})
    assert rejected.status_code == 409
    assert rejected.json()["detail"].startswith("This space has 100 active faults")
    assert statuses(api, 1) == [503]
    assert fault(api, kind="status", status=500)["id"] == "f101"


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "kind", "Field required"),
    ({"kind": "explode"}, "kind", "Input should be 'status', 'delay', 'drop', 'reset', 'truncate' or 'quota'"),
    ({"kind": "status"}, "status", "is required for a fault of kind status"),
    ({"kind": "status", "status": 200}, "status", "Input should be greater than or equal to 400"),
    ({"kind": "status", "status": 600}, "status", "Input should be less than or equal to 599"),
    ({"kind": "status", "status": "503"}, "status", "Input should be a whole number, without quotation marks"),
    ({"kind": "status", "status": 503, "seconds": 1}, "seconds", "is not allowed for a fault of kind status"),
    ({"kind": "drop", "retry_after": 1}, "retry_after", "is not allowed for a fault of kind drop"),
    ({"kind": "delay"}, "seconds", "is required for a fault of kind delay"),
    ({"kind": "delay", "seconds": {"from": 2, "to": 1}}, "seconds.to", "must not be less than from"),
    (
        {"kind": "truncate", "when": "before"},
        "when",
        "must be after_commit for truncate: only a response can be truncated",
    ),
    ({"kind": "quota", "limit": 1}, "window", "is required for a fault of kind quota"),
    ({"kind": "quota", "limit": 1, "window": "PT0S"}, "window", "must be longer than zero"),
    (
        {"kind": "quota", "limit": 1, "window": "1m"},
        "window",
        "'1m' is not an ISO 8601 duration such as P1M, P3DT12H or PT90S",
    ),
    ({"kind": "drop", "ttl": "-P1D"}, "ttl", "must not be negative: time only moves forward"),
    ({"kind": "drop", "times": 0}, "times", "Input should be greater than or equal to 1"),
    ({"kind": "drop", "probability": 1.1}, "probability", "Input should be less than or equal to 1"),
    ({"kind": "drop", "wen": "before"}, "wen", "Extra inputs are not permitted"),
    ({"kind": "drop", "match": {"pth": "/"}}, "match.pth", "Extra inputs are not permitted"),
    (
        {"kind": "drop", "match": {"operation": "aptic.debtor.list"}},
        "match.operation",
        "'aptic.debtor.list' matches no operation; did you mean aptic.debtors.list?",
    ),
    (
        {"kind": "drop", "match": {"path": "Debtors"}},
        "match.path",
        "must start with / or *, for example /APIGW/v1/Debtors*",
    ),
    (
        {"kind": "drop", "match": {"path": "/s/a/APIGW/*"}},
        "match.path",
        "must not include the prefix /s/NAME: paths are matched without it",
    ),
]


@pytest.mark.parametrize(("members", "name", "message"), BAD)
def test_what_is_no_fault_is_a_400_with_the_reason(
    api: Api, members: dict[str, Any], name: str, message: str
) -> None:
    answer = api.post("/_sim/faults", members)
    assert (answer.status_code, answer.json()["errors"]) == (400, {name: [message]})
    assert api.get("/_sim/faults").json() == {"faults": []}


@pytest.mark.parametrize("seconds", [-1, 601, "soon", [], {}, True, "nan", {"from": -1, "to": 1}])
def test_a_delay_is_of_0_to_600_seconds(api: Api, seconds: object) -> None:
    assert api.post("/_sim/faults", {"kind": "delay", "seconds": seconds}).status_code == 400


# The header


def with_header(api: Api, value: str, path: str = DEBTORS) -> Any:
    return api.send("GET", path, headers={**BEARER, "Sim-Fault": value})


def test_a_header_makes_one_request_fail(api: Api) -> None:
    rejected = with_header(api, "status=503; retry-after=5")
    assert (rejected.status_code, rejected.headers["retry-after"]) == (503, "5")
    assert statuses(api, 1) == [200]
    (first, _) = api.get("/_sim/requests").json()["requests"]
    assert first["faults"] == ["Sim-Fault status"]


def test_a_header_can_let_the_request_be_carried_out_first(api: Api) -> None:
    headers = {**BEARER, "Sim-Fault": "status=500;when=after_commit"}
    assert api.send("PUT", DEBTORS, headers, json={"fullName": "Kept"}).status_code == 500
    assert api.get(DEBTORS, _filter="fullName eq 'Kept'").json()["total"] == 1


@pytest.mark.parametrize(
    "value", ["delay=0", "delay=0.001", "delay=0-0.001", " delay = 0 ; when = after_commit "]
)
def test_a_header_can_hold_a_request_up(api: Api, value: str) -> None:
    assert with_header(api, value).status_code == 200


@pytest.mark.parametrize(
    "value",
    ["", "status", "status=abc", "status=503; ttl=5", "status=99", "delay", "delay=-1", "delay=2-1", "quota", "explode",
     "status=503; when=later", "status=503;;", "truncate=x", "=", ";", "status=503; status=504=1", "match=a",
     "delay=1e9", "delay=nan"],
)  # fmt: skip
def test_an_invalid_fault_header_returns_400_with_examples(api: Api, value: str) -> None:
    answer = with_header(api, value)
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad Sim-Fault")
    assert "Examples: status=503; retry-after=5, delay=1.5" in answer.json()["detail"]


@given(value=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_any_header_is_a_fault_or_a_400(value: str) -> None:
    try:
        outcome: str = from_header(value, EARLIEST, Stream(1, "chance")).fault.kind
    except Problem as problem:
        outcome = problem.code
    assert outcome in ("status", "delay", "drop", "reset", "truncate", "bad-fault")


def test_the_header_can_be_switched_off(serve: Serve) -> None:
    api = serve(fault_header="off")
    answer = with_header(api, "status=503")
    assert answer.status_code == 200
    assert answer.headers["sim-diagnostics"] == "fault-header-off Sim-Fault"


def test_the_header_does_not_affect_the_admin_api(api: Api) -> None:
    assert with_header(api, "status=503", "/_sim/clock").status_code == 200


def test_a_401_asks_for_credentials_as_the_vendor_does(api: Api) -> None:
    fault(api, kind="status", status=401)
    assert api.get(DEBTORS).headers["www-authenticate"] == 'Bearer realm="aptic"'
    payex = api.get("/ledger/customer/v1/SE01/customers/1")
    assert payex.headers["www-authenticate"] == 'Bearer realm="payex"'
    assert "www-authenticate" not in api.get("/api/v3/customer-account/1/credit-limit").headers


def test_an_invalid_fault_header_is_rejected_in_the_vendors_format(api: Api) -> None:
    headers = {"X-Auth-Key": "any", "Sim-Fault": "explode"}
    answer = api.send("GET", "/api/v3/customer-account/1/credit-limit", headers=headers)
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


@pytest.mark.parametrize("kind", ["drop", "reset", "truncate"])
def test_in_process_a_connection_cannot_be_broken_and_nothing_is_carried_out(api: Api, kind: str) -> None:
    members = (
        {"kind": kind, "times": 1} if kind == "truncate" else {"kind": kind, "times": 1, "when": "after_commit"}
    )
    fault(api, **members)
    answer = api.put(DEBTORS, {"fullName": "Lost"})
    assert (answer.status_code, answer.json()["title"]) == (501, "Not supported")
    assert answer.json()["detail"] == (
        f"A fault (f1) of the kind {kind} needs a connection to break, and a client in the same process has none; "
        "use a server (ledgersim serve). Nothing was carried out."
    )
    assert api.get(DEBTORS, _filter="fullName eq 'Lost'").json()["total"] == 0
