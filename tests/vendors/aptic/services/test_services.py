"""Custom services over HTTP: built-in ones, and those of a folder."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledgersim.vendors.aptic.services import routes
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve

JSON = {**BEARER, "Content-Type": "application/json"}
ECHO = f"{APTIC}/Debtors/Services/Echo"
SLOW = f"{APTIC}/Debtors/Services/Slow"
OWNERS = [("Customers", "customer"), ("Debtors", "debtor"), ("Cases", "case")]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def runs(api: Api, prefix: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"{prefix}/_sim/aptic/services/runs").json()["runs"]
    return found


def seeded(api: Api, owner: str) -> str:
    """The GUID of the first customer, debtor or case of the world."""
    guid: str = api.get("/_sim/export").json()["tables"][owner][0][f"{owner}_guid"]
    return guid


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Makes every sleep return at once. Returns the requested seconds."""
    asked: list[float] = []

    async def note(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr(routes, "sleep", note)
    return asked


# Echo


@pytest.mark.parametrize(
    "text",
    [b"{}", b"null", b"[1, 2]", b'"\xc3\xa5"', b'{"a": 1.10, "b": 1e400, "c": 12345678901234567890.5}'],
)
def test_echo_answers_the_body_to_the_byte(api: Api, text: bytes) -> None:
    answer = api.send("POST", ECHO, headers=JSON, content=text)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (
        200,
        "application/json",
        text,
    )


def test_echo_answers_an_empty_object_where_there_was_no_body(api: Api) -> None:
    answer = api.send("POST", ECHO)
    assert (answer.status_code, answer.content) == (200, b"{}")


def test_a_byte_order_mark_is_no_part_of_the_value(api: Api) -> None:
    assert api.send("POST", ECHO, headers=JSON, content=b"\xef\xbb\xbf{}").content == b"{}"


@pytest.mark.parametrize(("collection", "owner"), OWNERS)
def test_services_run_for_each_kind_of_owner_and_for_none(api: Api, collection: str, owner: str) -> None:
    guid = seeded(api, owner)
    for path in (f"{guid}/Services/Echo", f"{guid.upper()}/services/Echo/", "Services/Echo"):
        answer = api.post(f"{APTIC}/{collection}/{path}", {"a": 1})
        assert (answer.status_code, answer.json()) == (200, {"a": 1})
    assert [(run["resource"], run["owner"]) for run in runs(api)] == [
        (collection, guid),
        (collection, guid),
        (collection, None),
    ]


# Errors


@pytest.mark.parametrize(("collection", "owner"), OWNERS)
@pytest.mark.parametrize(
    ("guid", "reason"), [(UNKNOWN, "This space has no such GUID."), ("5eed", "This is not a GUID.")]
)
def test_an_unknown_owner_is_a_404(api: Api, collection: str, owner: str, guid: str, reason: str) -> None:
    answer = api.post(f"{APTIC}/{collection}/{guid}/Services/Echo", {})
    assert (answer.status_code, answer.json()["detail"]) == (404, f"Unknown {owner} {guid!r}. {reason}")
    assert runs(api) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Ecko", "did you mean Echo?"),
        ("echo", "did you mean Echo?"),
        ("SLOW", "did you mean Slow?"),
        ("Register", "the services are Echo, Fail, Slow."),
    ],
)
def test_an_unknown_service_is_a_404_that_names_the_nearest(api: Api, name: str, hint: str) -> None:
    for background in ("", "?async=true"):
        answer = api.post(f"{APTIC}/Cases/Services/{name}{background}", {})
        detail = f"Unknown service definition '{name}'; {hint}"
        assert (answer.status_code, answer.json()["detail"]) == (404, detail)
    assert runs(api) == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"{", "application/json", 400), (b"NaN", "application/json", 400), (b" ", "application/json", 400),
     (b"{}", "text/plain", 415), (b" " * (10 * 2**20 + 1), "application/json", 413)],
)  # fmt: skip
def test_invalid_json_bodies_are_rejected(api: Api, content: bytes, kind: str, status: int) -> None:
    answer = api.send("POST", ECHO, headers={**BEARER, "Content-Type": kind}, content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_async_is_a_boolean(api: Api) -> None:
    answer = api.post(f"{ECHO}?async=perhaps", {})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["async"])


def test_services_take_only_posts_and_want_credentials(api: Api) -> None:
    answer = api.get(ECHO)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert api.send("POST", ECHO, headers={}).status_code == 401


# Fail and Slow


def test_fail_is_a_500_as_a_problem_document(api: Api) -> None:
    answer = api.post(f"{APTIC}/Cases/Services/Fail", {"a": 1})
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert (problem["title"], problem["detail"]) == ("Internal Server Error", "The service Fail always fails.")
    (run,) = runs(api)
    assert (run["state"], run["status"], run["request"]) == ("done", 500, {"a": 1})
    assert run["answer"] == {"title": problem["title"], "detail": problem["detail"], "errors": {}}


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        (b"", 2),
        (b"null", 2),
        (b"{}", 2),
        (b'{"seconds": 0}', 0),
        (b'{"seconds": 30}', 30),
        (b'{"seconds": 0.25}', 0.25),
    ],
)
def test_slow_waits_for_the_requested_time(
    api: Api, waits: list[float], content: bytes, seconds: float
) -> None:
    answer = api.send("POST", SLOW, headers=JSON, content=content)
    assert (answer.status_code, answer.json(), waits) == (200, {"seconds": seconds}, [seconds])


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ([], {"body": ["Input should be a JSON object"]}),
        ({"seconds": "2"}, {"seconds": ["Input should be a number, without quotation marks"]}),
        ({"seconds": True}, {"seconds": ["Input should be a number, without quotation marks"]}),
        ({"seconds": None}, {"seconds": ["Input should be a number, without quotation marks"]}),
        ({"seconds": -0.5}, {"seconds": ["Input should be from 0 to 30"]}),
        ({"seconds": 31}, {"seconds": ["Input should be from 0 to 30"]}),
    ],
)
def test_slow_rejects_other_delays(api: Api, waits: list[float], body: Any, errors: Any) -> None:
    answer = api.post(SLOW, body)
    assert (answer.status_code, answer.json()["errors"], waits) == (400, errors, [])


def test_the_server_answers_others_while_slow_waits(
    api: Api, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def both() -> tuple[bool, int, int]:
        waiting, go_on = asyncio.Event(), asyncio.Event()

        async def wait(_: float) -> None:
            waiting.set()
            await go_on.wait()

        monkeypatch.setattr(routes, "sleep", wait)
        transport = httpx.ASGITransport(app=api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sim.test", headers=BEARER) as client:
            slow = asyncio.create_task(client.post(SLOW))
            await waiting.wait()
            written = await client.put(f"{APTIC}/Debtors", json={"fullName": "Ada Ek"})
            waited = not slow.done()
            go_on.set()
            return waited, written.status_code, (await slow).status_code

    assert loop.run_until_complete(both()) == (True, 201, 200)


# Definitions of a folder


def folder(path: Path, **definitions: Any) -> str:
    for name, definition in definitions.items():
        (path / f"{name}.json").write_text(json.dumps(definition), encoding="utf-8")
    return str(path)


def test_a_fixed_answer_is_sent_with_its_status_after_its_delay(
    serve: Serve, tmp_path: Path, waits: list[float]
) -> None:
    answers = {"Rating": {"answer": {"rating": "ÅÄ"}}, "Down": {"answer": [], "status": 503, "delay": 1.5}}
    api = serve(services=folder(tmp_path, **answers))
    rating, down = (api.post(f"{APTIC}/Debtors/Services/{name}") for name in answers)
    assert (rating.status_code, rating.json()) == (200, {"rating": "ÅÄ"})
    assert (down.status_code, down.json()) == (503, [])
    assert waits == [0, 1.5]


def test_an_answer_keeps_its_numbers_to_the_digit(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "N.json").write_text('{"status": 200, "answer" : [1.10, 1e400] , "delay": 0}', encoding="utf-8")
    assert serve(services=str(tmp_path)).post(f"{APTIC}/Cases/Services/N").content == b"[1.10, 1e400]"


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_has_none(serve: Serve, tmp_path: Path, status: int) -> None:
    api = serve(services=folder(tmp_path, Done={"answer": {}, "status": status}))
    answer = api.post(f"{APTIC}/Cases/Services/Done")
    assert (answer.status_code, answer.content) == (status, b"")


def test_a_definition_replaces_the_built_in_one_of_its_name(serve: Serve, tmp_path: Path) -> None:
    api = serve(services=folder(tmp_path, Fail={"answer": 1}))
    assert api.post(f"{APTIC}/Cases/Services/Fail").json() == 1
    assert api.post(f"{APTIC}/Cases/Services/Echo", 2).json() == 2


def test_a_name_may_have_blanks_and_any_letters(serve: Serve, tmp_path: Path) -> None:
    api = serve(services=folder(tmp_path, **{"Kredit prövning": {"answer": 1}}))
    assert api.post(f"{APTIC}/Cases/Services/Kredit%20pr%C3%B6vning").json() == 1


@pytest.mark.parametrize(("collection", "owner"), OWNERS)
def test_a_template_sees_request_service_clock_and_owner_as_its_get_shows_it(
    serve: Serve, tmp_path: Path, collection: str, owner: str
) -> None:
    shown = "{{ {'request': request, 'service': service, 'now': now, 'owner': owner} }}"
    api = serve(services=folder(tmp_path, Show={"template": shown, "status": 202}))
    api.freeze("2027-01-01T00:00:00.5Z")
    guid = seeded(api, owner)
    answer = api.post(f"{APTIC}/{collection}/{guid}/Services/Show", {"items": [1.5]})
    variables = {"request": {"items": [1.5]}, "service": "Show", "now": "2027-01-01T00:00:00.500000Z"}
    assert answer.status_code == 202
    assert answer.json() == {**variables, "owner": api.get(f"{APTIC}/{collection}/{guid}").json()}
    answer = api.send("POST", f"{APTIC}/{collection}/Services/Show")
    assert answer.json() == {**variables, "request": None, "owner": None}


def test_a_template_finds_other_things_of_its_space(serve: Serve, tmp_path: Path) -> None:
    template = (
        "[{% for guid in request %}{{ find('Debtors', guid) }}{{ '' if loop.last else ',' }}{% endfor %}]"
    )
    api = serve(services=folder(tmp_path, Look={"template": template}))
    guid = api.debtor(fullName="Ada Ek")["debtorGuid"]
    debtor = api.get(f"{APTIC}/Debtors/{guid}").json()
    answer = api.post(f"{APTIC}/Cases/Services/Look", [guid, UNKNOWN, 5, None])
    assert answer.json() == [debtor, None, None, None]
    assert api.post(f"/s/other{APTIC}/Cases/Services/Look", [guid]).json() == [None]


def test_a_template_that_fails_is_a_409_that_names_service_and_line(serve: Serve, tmp_path: Path) -> None:
    api = serve(services=folder(tmp_path, Score={"template": ["{", '"a": {{ request.sum + 1 }}', "}"]}))
    answer = api.post(f"{APTIC}/Cases/Services/Score", {})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The service Score cannot respond to this request: line 2 of its template: "
        "'dict object' has no attribute 'sum'.",
    )
    assert runs(api)[0]["status"] == 409


def test_the_example_of_the_docs_works(serve: Serve, tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs" / "aptic.md").read_text(encoding="utf-8")
    for name in ("Rating", "CreditCheck"):
        found = re.search(rf"`{name}\.json`:\n\n((?:    .*\n)+)", page)
        assert found is not None
        (tmp_path / f"{name}.json").write_text(found[1].replace('"delay": 1.5', '"delay": 0'), encoding="utf-8")
    api = serve(services=str(tmp_path))
    api.freeze("2027-01-01T00:00:00Z")
    guid = api.debtor(lastname="Ek")["debtorGuid"]
    answer = api.post(f"{APTIC}/Debtors/{guid}/Services/CreditCheck", {"amount": 12000})
    assert answer.json() == {"checkedAt": "2027-01-01T00:00:00Z", "name": "Ek", "approved": False}
    assert api.post(f"{APTIC}/Debtors/Services/Rating").json() == {"rating": "AA"}
