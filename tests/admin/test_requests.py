"""The journal: what it records, hides and evicts, and how tests verify requests."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from json import dumps
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.admin.recorded_requests import details
from ledgersim.diagnostics.journal import Record
from ledgersim.diagnostics.matching import json_differences
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.ui.html import BROWSER

DEBTORS = f"{APTIC}/Debtors"


def recorded(api: Api, **query: Any) -> list[dict[str, Any]]:
    """The recorded requests."""
    answer = api.send("GET", "/_sim/requests", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["requests"]
    return found


def full(api: Api) -> dict[str, Any]:
    """The newest request in full."""
    found: dict[str, Any] = api.get(f"/_sim/requests/{recorded(api)[-1]['id']}").json()
    return found


def test_a_request_and_its_response_are_recorded_in_full(api: Api) -> None:
    api.freeze("2026-03-01T12:00:00Z")
    answer = api.send(
        "PUT", DEBTORS, {**BEARER, "X-Run": "7"}, json={"fullName": "Ada Ek"}, params={"a": "b c"}
    )
    found = full(api)
    assert isinstance(found.pop("duration_ms"), float)
    assert found.pop("response") == {
        "headers": dict(answer.headers),
        "bytes": len(answer.content),
        "body": answer.json(),
    }
    sent = found.pop("request")
    assert sent["headers"]["x-run"] == "7"
    assert sent["headers"]["content-type"] == "application/json"
    assert (sent["bytes"], sent["body"]) == (21, {"fullName": "Ada Ek"})
    assert found["id"] == int(answer.headers["sim-request-id"])
    assert {name: found[name] for name in ("at", "operation", "method", "path", "query", "status")} == {
        "at": "2026-03-01T12:00:00Z",
        "operation": "aptic.debtors.create",
        "method": "PUT",
        "path": DEBTORS,
        "query": "a=b+c",
        "status": 201,
    }


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", DEBTORS, {**BEARER, "Sim-Fault": "status=503"}, 503),
        ("PUT", DEBTORS, {**BEARER, "Sim-Fault": "status=503; when=after_commit"}, 503),
        ("PUT", DEBTORS, {**BEARER, "Sim-Fault": "nonsense"}, 400),
        ("PUT", DEBTORS, {}, 401),
        ("POST", "/ledger/customer/v1/46001/find-customer", {}, 401),
        ("PUT", f"{APTIC}/Nothing", BEARER, 404),
        ("PUT", "/nowhere", BEARER, 404),
        ("POST", DEBTORS, BEARER, 405),
        ("GET", DEBTORS, BEARER, 200),
    ],
)
def test_a_body_is_recorded_though_the_answer_does_not_depend_on_it(
    api: Api, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    api.get("/_sim/clock")  # opens the space, which with --data a path that leads nowhere does not
    answer = api.send(method, path, headers, content=iter_later(b'{"fullName"', b': "Ada Ek"}'))
    assert answer.status_code == status
    sent = full(api)["request"]
    assert (sent["bytes"], sent["body"]) == (22, {"fullName": "Ada Ek"})
    assert "truncated" not in sent


@pytest.mark.parametrize(
    "body",
    [
        '{"fullName":"\\ud800"}',
        '{"\\udfff":1}',
        '["\\ud800 token=x"]',
        '{"fullName":"{\\"password\\":\\"x\\",\\"a\\":\\"\\ud800\\"}"}',
    ],
)
def test_half_of_a_surrogate_pair_is_shown_as_it_was_sent(api: Api, body: str) -> None:
    api.send("PUT", DEBTORS, {**BEARER, "Content-Type": "application/json"}, content=body.encode())
    assert "\\ud" in str(full(api)["request"]["body"])
    wanted = {"match": {"body": {"fullName": "a"}}, "count": {"exactly": 1}}
    answer = api.post("/_sim/requests/verify", wanted)
    assert (answer.status_code, answer.json()["count"]) == (200, 0)


async def iter_later(*parts: bytes) -> AsyncIterator[bytes]:
    """A body that arrives in parts."""
    for part in parts:
        yield part


def test_retries_are_verified_by_what_they_sent(api: Api) -> None:
    fault = {"kind": "status", "status": 503, "times": 2, "match": {"operation": "aptic.debtors.create"}}
    assert api.post("/_sim/faults", fault).status_code == 201
    statuses = [api.put(DEBTORS, {"fullName": "Ada Ek"}).status_code for _ in range(3)]
    assert statuses == [503, 503, 201]
    same = {"operation": "aptic.debtors.create", "body": {"fullName": "Ada Ek"}}
    assert verify(api, same, exactly=3)["ok"] is True
    assert verify(api, {**same, "status": 503}, exactly=2)["ok"] is True


def test_ids_count_the_recorded_requests_only(api: Api) -> None:
    def ids(*paths: str) -> list[str | None]:
        return [api.get(path).headers.get("sim-request-id") for path in paths]

    assert ids(DEBTORS, "/_sim/clock", "/", "/_sim/nowhere", "/s/%20/x") == ["1", None, None, None, None]
    assert ids(f"/s/a{DEBTORS}", "/docs", "/_sim/ui", "/ledger/x", "/nowhere") == ["2", None, None, "3", "4"]
    assert [one["id"] for one in recorded(api)] == [1, 3, 4]


def test_every_response_has_the_date_of_its_space(api: Api) -> None:
    api.put("/s/a/_sim/clock", {"mode": "frozen", "now": "2031-05-06T07:08:09.5Z"})
    api.freeze("2027-01-01")
    paths = [DEBTORS, "/ledger/x", "/api/v3/x", "/nowhere", "/_sim/clock", "/_sim/nowhere"]
    answers = [api.get(path) for path in paths]
    assert {answer.headers["date"] for answer in answers} == {"Fri, 01 Jan 2027 00:00:00 GMT"}
    assert api.get(f"/s/a{DEBTORS}").headers["date"] == "Tue, 06 May 2031 07:08:09 GMT"


@pytest.mark.in_memory("the default space may be closed")
def test_a_request_that_names_no_space_has_the_date_of_the_default_one(api: Api) -> None:
    api.freeze("2027-01-01")
    assert api.get("/s/%20/x").headers["date"] == "Fri, 01 Jan 2027 00:00:00 GMT"


def test_the_admin_api_is_not_recorded_and_other_spaces_have_their_own(api: Api) -> None:
    api.get("/_sim/clock")
    api.get(f"/s/a{DEBTORS}")
    api.get(f"{APTIC}/Ping")
    assert [one["operation"] for one in recorded(api)] == ["aptic.ping.get"]
    (other,) = api.get("/s/a/_sim/requests").json()["requests"]
    assert (other["operation"], other["path"]) == ("aptic.debtors.list", DEBTORS)
    assert api.get(f"/s/b/_sim/requests/{other['id']}").status_code == 404


def test_secrets_are_hidden_wherever_they_stand(api: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "s3cret"}
    api.send("POST", "/APIGW/login/oauth/access_token", data=form, headers={})
    found = full(api)
    assert found["request"]["body"] == "grant_type=client_credentials&client_id=me&client_secret=***"
    assert found["response"]["body"]["access_token"] == "***"
    headers = {
        "Authorization": "Bearer s3cret",
        "X-Api-Key": "s3cret",
        "Cookie": "id=s3cret",
        "X-Auth-Key": "s3cret",
        "X-Other": "shown",
    }
    api.send(
        "PUT", DEBTORS, headers, json={"a": [{"password": "s3cret", "n": 1}]}, params={"access_token": "s3cret"}
    )
    found = full(api)
    shown = found["request"]["headers"]
    assert (shown["authorization"], shown["x-api-key"], shown["cookie"]) == ("Bearer ***", "***", "***")
    assert (shown["x-auth-key"], shown["x-other"]) == ("***", "shown")
    assert found["request"]["body"] == {"a": [{"password": "***", "n": 1}]}
    assert found["query"] == "access_token=***"
    api.send("PUT", DEBTORS, headers, content=b'{"client_secret": "s3cret", ')
    assert full(api)["request"]["body"] == '{"client_secret": "***", '
    assert "s3cret" not in api.get("/_sim/requests?limit=1000").text


def test_the_reason_for_a_rejection_is_in_the_journal_and_a_header(api: Api) -> None:
    answer = api.put(f"{APTIC}/Cases", [{"currencyCode": "SEK", "debts": [{"billDate": "soon"}]}])
    assert answer.status_code == 400
    assert answer.headers["sim-diagnostics"].startswith("validation [0].debts[0].")
    (found,) = recorded(api)
    assert found["problem"] == "validation"
    assert {"code", "where", "message"} == set(found["diagnostics"][0])
    assert "[0].debts[0].billDate" in [one["where"] for one in found["diagnostics"]]
    missing = api.get(f"{DEBTORS}/5eed0001-deb0-4000-8000-00000000ffff")
    assert missing.headers["sim-diagnostics"] == "not-found"
    assert recorded(api)[-1]["detail"] == missing.json()["detail"]
    unauthorized = api.send("GET", DEBTORS, headers={})
    assert unauthorized.headers["sim-diagnostics"] == "unauthorized"


def test_a_valid_request_has_no_diagnostics(api: Api) -> None:
    assert "sim-diagnostics" not in api.get(DEBTORS).headers
    assert "diagnostics" not in recorded(api)[0]


def test_the_list_is_filtered_oldest_first(api: Api) -> None:
    api.get(DEBTORS)
    api.get(f"{APTIC}/Cases")
    api.put(DEBTORS, {"fullName": "Ada"})
    api.put(DEBTORS, {"fullName": 7})
    ids = [one["id"] for one in recorded(api)]
    assert ids == sorted(ids)

    def listed(**query: Any) -> list[int]:
        return [ids.index(one["id"]) for one in recorded(api, **query)]

    assert listed(operation="aptic.debtors.*") == [0, 2, 3]
    assert listed(method="put") == [2, 3]
    assert listed(path="*/CASES") == [1]
    assert listed(status=400) == [3]
    assert listed(problem="validation") == [3]
    assert listed(diagnostics="true") == [3]
    assert listed(diagnostics="false") == [0, 1, 2]
    assert listed(limit=2) == [2, 3]
    assert listed(since=ids[1]) == [2, 3]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"status": "x"}, "status"),
        ({"stat": 1}, "stat"),
        ({"operation": "nope"}, "match.operation"),
        ({"since": -1}, "since"),
    ],
)
def test_a_bad_filter_is_a_400(api: Api, query: dict[str, Any], name: str) -> None:
    answer = api.send("GET", "/_sim/requests", params=query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])


@pytest.mark.parametrize("identifier", ["0", "-1", "x", "9" * 40, "\u0661"])
def test_an_id_that_is_not_recorded_is_a_404(api: Api, identifier: str) -> None:
    assert api.get(f"/_sim/requests/{identifier}").status_code == 404


def test_the_journal_is_forgotten_on_demand_and_by_a_reset(api: Api) -> None:
    for method, path, body in [
        ("DELETE", "/_sim/requests", None),
        ("POST", "/_sim/reset", {"scope": "journal"}),
        ("POST", "/_sim/reset", None),
    ]:
        api.get(DEBTORS)
        assert api.send(method, path, json=body).status_code == 204
        listed = api.get("/_sim/requests").json()
        assert (listed["requests"], listed["recorded"], listed["evicted"]) == ([], 0, 0)
    api.get(DEBTORS)
    api.post("/_sim/reset", {"scope": "data"})
    assert len(recorded(api)) == 1


def test_the_oldest_make_room(serve: Serve) -> None:
    api = serve(journal_entries="3")
    for number in range(5):
        api.get(DEBTORS, _top=str(number))
    found = api.get("/_sim/requests").json()
    assert [one["query"] for one in found["requests"]] == ["%24top=2", "%24top=3", "%24top=4"]
    assert (found["recorded"], found["evicted"]) == (3, 2)


def test_the_journal_is_bounded_in_bytes_and_long_bodies_are_cut(serve: Serve) -> None:
    api = serve(journal_bytes="64KiB")
    body = {"fullName": "x" * 100_000}
    for _ in range(5):
        api.put(DEBTORS, body)
    found = api.get("/_sim/requests").json()
    assert (found["recorded"], found["evicted"]) == (3, 2)
    sent = full(api)["request"]
    assert (sent["bytes"], sent["truncated"], len(sent["body"])) == (100_015, True, 16_384)


@pytest.mark.parametrize(
    ("content", "body", "is_binary"),
    [
        (bytes(range(256)), None, True),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None, True),
        (b'{"a": "\x01"}', '{"a": "\x01"}', None),
        ("Örebro".encode("latin-1"), "\ufffdrebro", None),
        ('{"a": "Ö"}'.encode("utf-16"), {"a": "Ö"}, None),
    ],
)
def test_a_body_that_is_no_text_is_not_shown_as_text(
    api: Api, content: bytes, body: Any, is_binary: bool | None
) -> None:
    answer = api.send("PUT", f"{APTIC}/Debtors", content=content)
    number = answer.headers["sim-request-id"]
    sent = api.get(f"/_sim/requests/{number}").json()["request"]
    assert (sent["bytes"], sent.get("body"), sent.get("binary")) == (len(content), body, is_binary)
    page = api.send("GET", f"/_sim/ui/requests/{number}", headers=BROWSER).text
    assert (f"{len(content)} bytes, binary" in page) is bool(is_binary)


def test_the_journal_can_be_switched_off(serve: Serve) -> None:
    api = serve(journal_entries="0")
    assert "sim-request-id" in api.get(DEBTORS).headers
    assert recorded(api) == []
    rejected = api.post("/_sim/requests/verify", {})
    assert (rejected.status_code, rejected.json()["detail"]) == (
        409,
        "The journal is disabled. Start the server without --journal-entries 0.",
    )


# Verifying


def verify(api: Api, match: Any = None, **count: int) -> dict[str, Any]:
    body = {} if match is None else {"match": match}
    answer = api.post("/_sim/requests/verify", {**body, **({"count": count} if count else {})})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


@pytest.fixture
def busy(api: Api) -> Api:
    """A client of a server with some recorded requests."""
    api.put(DEBTORS, {"fullName": "Ada", "countryCode": "SE"})
    api.put(DEBTORS, {"fullName": "Bo", "countryCode": "NO"})
    api.get(DEBTORS, _top="1")
    return api


@pytest.mark.parametrize(
    ("match", "count"),
    [
        ({}, 3),
        ({"operation": "aptic.debtors.create"}, 2),
        ({"method": "PUT", "path": "/APIGW/v1/Debtors"}, 2),
        ({"body": {"fullName": "Ada"}}, 1),
        ({"body": {}}, 2),
        ({"body": []}, 0),
        ({"status": 201}, 2),
        ({"status": 200, "query": {"$top": "1"}}, 1),
        ({"problem": "*"}, 3),
        ({"header": {"Authorization": "Bearer *"}}, 3),
        ({"operation": "payex.*"}, 0),
    ],
)
def test_requests_are_counted_by_what_they_agree_with(busy: Api, match: dict[str, Any], count: int) -> None:
    result = verify(busy, match, exactly=count)
    assert (result["ok"], result["count"], result["uncertain"], result["nearest"]) == (True, count, 0, [])
    assert len(result["matching"]) == count
    assert verify(busy, match, exactly=count + 1)["ok"] is False


@pytest.mark.parametrize(
    ("count", "ok", "reason"),
    [
        ({}, True, "2 found, at least 1 expected."),
        ({"exactly": 2}, True, "2 found, exactly 2 expected."),
        ({"exactly": 1}, False, "2 found, exactly 1 expected."),
        ({"at_least": 2}, True, "2 found, at least 2 expected."),
        ({"at_least": 3}, False, "2 found, at least 3 expected."),
        ({"at_most": 2}, True, "2 found, at most 2 expected."),
        ({"at_most": 1}, False, "2 found, at most 1 expected."),
        ({"at_least": 1, "at_most": 3}, True, "2 found, 1 to 3 expected."),
        ({"exactly": 0}, False, "2 found, exactly 0 expected."),
    ],
)
def test_a_count_is_exact_or_has_bounds(busy: Api, count: dict[str, int], ok: bool, reason: str) -> None:
    result = verify(busy, {"operation": "aptic.debtors.create"}, **count)
    assert (result["ok"], result["reason"]) == (ok, reason)


def test_a_failed_verification_returns_the_nearest_requests_with_their_differences(busy: Api) -> None:
    result = verify(busy, {"operation": "aptic.debtors.create", "body": {"fullName": "Cy"}, "method": "PUT"})
    assert result["ok"] is False
    assert [list(one["differs"]) for one in result["nearest"]] == [
        ["body.fullName"],
        ["body.fullName"],
        ["operation", "method", "body"],
    ]
    first, second = (one["id"] for one in result["nearest"][:2])
    assert first > second


def test_the_newest_of_too_many_requests_are_listed(busy: Api) -> None:
    result = verify(busy, {"operation": "aptic.debtors.create"}, exactly=1)
    assert (result["ok"], result["nearest"]) == (False, [])
    assert [one["id"] for one in result["found"]] == result["matching"]
    assert verify(busy, {"operation": "aptic.debtors.create"}, exactly=2)["found"] == []


def test_differences_show_values_but_no_secrets(api: Api) -> None:
    headers = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "X-Run": "7"}
    body = {"debts": [{"amount": 10.5}], "client_secret": ["s3cret"], "token_type": "bearer"}
    api.send("PUT", DEBTORS, headers, json=body, params={"access_token": "s3cret", "a": "b"})
    match = {
        "header": {"Authorization": "x", "X-Api-Key": "x", "X-Run": "8"},
        "query": {"access_token": "x", "a": "x"},
        "body": {"debts": [{"amount": 11}], "client_secret": "x", "token_type": "x", "none": 1},
    }
    assert verify(api, match)["nearest"][0]["differs"] == {
        "header.authorization": "***",
        "header.x-api-key": "***",
        "header.x-run": ["7"],
        "query.access_token": "***",
        "query.a": ["b"],
        "body.debts[0].amount": 10.5,
        "body.client_secret": "***",
        "body.token_type": "bearer",
        "body.none": None,
    }
    assert full(api)["request"]["body"] == {**body, "client_secret": "***"}


def test_what_was_evicted_and_could_have_been_meant_does_not_pass(serve: Serve) -> None:
    api = serve(journal_entries="2")
    api.put(DEBTORS, {"fullName": "Ada"})
    for _ in range(2):
        api.get(DEBTORS)
    create = {"operation": "aptic.debtors.create"}
    result = verify(api, create, exactly=0)
    assert (result["ok"], result["count"], result["uncertain"]) == (False, 0, 1)
    assert result["reason"].startswith(
        "0 found, exactly 0 expected. 1 more may have matched, but are no longer"
    )
    assert verify(api, create, at_least=1)["ok"] is False
    assert verify(api, {**create, "status": 400}, exactly=0)["ok"] is True
    assert verify(api, {"operation": "aptic.cases.*"}, exactly=0)["ok"] is True
    assert verify(api, {"operation": "aptic.debtors.list"}, at_least=2)["ok"] is True
    assert verify(api, {"path": "/APIGW/v1/Cases"}, exactly=0)["uncertain"] == 1
    api.delete("/_sim/requests")
    assert verify(api, create, exactly=0)["ok"] is True


def test_a_body_that_was_cut_does_not_pass(api: Api) -> None:
    api.put(DEBTORS, {"note": "x" * 20_000, "fullName": "Ada"})
    result = verify(api, {"body": {"fullName": "Bo"}}, exactly=0)
    assert (result["ok"], result["uncertain"]) == (False, 1)
    assert result["nearest"][0]["differs"] == {"body": "only part of it was recorded"}


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"match": {"operation": "aptic.debtor.list"}}, "match.operation"),
        ({"match": {"path": "Debtors"}}, "match.path"),
        ({"mach": {}}, "mach"),
        ({"count": {}}, "count"),
        ({"count": {"exactly": 1, "at_least": 1}}, "count"),
        ({"count": {"at_least": 2, "at_most": 1}}, "count.at_most"),
        ({"count": {"exactly": -1}}, "count.exactly"),
        ({"count": 1}, "count"),
        ([], "body"),
    ],
)
def test_a_verification_that_makes_no_sense_is_a_400(api: Api, body: Any, name: str) -> None:
    answer = api.post("/_sim/requests/verify", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2]}}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ([{"a": 1, "b": 1}, 2], [{"a": 1}, 2], True),
        ({"a": 1}, {"a": True}, False),
        ({"a": True}, {"a": True}, True),
        ({"a": None}, {"a": None}, True),
        ({}, {"a": None}, False),
        ("x", "X", False),
    ],
)
def test_json_contains_what_is_wanted(value: Any, wanted: Any, expected: bool) -> None:
    assert (not list(json_differences(value, wanted))) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.dictionaries(st.text(max_size=3), JSON, max_size=2))
def test_json_contains_itself_and_itself_with_more(value: Any, more: dict[str, Any]) -> None:
    assert list(json_differences(value, value)) == []
    if isinstance(value, dict):
        assert list(json_differences({**more, **value}, value)) == []


# Bytes


@given(
    path=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30),
    body=st.binary(max_size=60),
    media_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", "text/plain"]),
)
def test_any_request_can_be_read_from_the_journal(path: str, body: bytes, media_type: str) -> None:
    record = Record(
        1, datetime(2026, 1, 1, tzinfo=UTC), "PUT", path, body, [(b"content-type", media_type.encode())]
    )
    record.add_request_body(body)
    record.end()
    result = details(record)
    assert result["path"] == path
    dumps(result, default=str)


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("/api/v3/", "/api/v3/"),
        ("/s/a/api/v3//", "/api/v3//"),
        (f"{APTIC}/Ping/", f"{APTIC}/Ping/"),
        (f"{APTIC}/Ping", f"{APTIC}/Ping"),
        (f"{APTIC}/P%C3%AFng/", f"{APTIC}/Pïng/"),
    ],
)
def test_a_path_is_recorded_as_it_was_sent(api: Api, sent: str, path: str) -> None:
    prefix = "/s/a" if sent.startswith("/s/a") else ""
    api.send("GET", sent)
    assert [one["path"] for one in api.get(f"{prefix}/_sim/requests").json()["requests"]] == [path]


@pytest.mark.parametrize("path", ["/api/v3", "/api/v3/", "/s/a/API/v3/nothing//"])
def test_what_does_not_exist_is_named_as_it_was_sent(api: Api, path: str) -> None:
    assert api.send("GET", path).json() == {"message": f"There is no GET {path}."}


def test_a_slash_at_the_end_of_a_path_matches_like_none(api: Api) -> None:
    api.send("GET", f"{APTIC}/Ping/")
    for path, count in ((f"{APTIC}/Ping", 1), (f"{APTIC}/Ping/", 1), (f"{APTIC}/Pin", 0)):
        answer = api.post("/_sim/requests/verify", {"match": {"path": path}, "count": {"exactly": count}})
        assert answer.json()["ok"] is True
    api.post("/_sim/faults", {"kind": "status", "status": 503, "match": {"path": f"{APTIC}/Ping"}})
    assert api.send("GET", f"{APTIC}/Ping/").status_code == 503
