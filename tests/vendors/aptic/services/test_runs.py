"""Background jobs of custom services, and the record of all runs."""

import asyncio
import json
from typing import Any

import pytest

from ledgersim.vendors.aptic.services import routes
from ledgersim.vendors.aptic.services.runs import MAX_BYTES, MAX_JOBS, MAX_RUNS
from tests.client import APTIC, Api
from tests.conftest import Serve
from tests.vendors.aptic.services.test_services import ECHO, JSON, SLOW, runs


def settle(loop: asyncio.AbstractEventLoop) -> None:
    """Let jobs that wait for nothing finish."""
    for _ in range(5):
        loop.run_until_complete(asyncio.sleep(0))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Makes every sleep endless. Returns the requested seconds."""
    asked: list[float] = []

    async def wait(seconds: float) -> None:
        asked.append(seconds)
        await asyncio.Event().wait()

    monkeypatch.setattr(routes, "sleep", wait)
    return asked


def test_async_answers_at_once_and_runs_as_a_job_that_the_record_shows(
    api: Api, loop: asyncio.AbstractEventLoop
) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    guid = api.debtor()["debtorGuid"]
    answer = api.send("POST", f"{APTIC}/Debtors/{guid}/Services/Echo?async=true", json={"a": 1})
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (
        200,
        "application/json",
        b"{}",
    )
    settle(loop)
    assert runs(api) == [
        {
            "service": "Echo", "resource": "Debtors", "owner": guid, "async": True, "state": "done",
            "started_at": "2027-01-01T00:00:00Z", "finished_at": "2027-01-01T00:00:00Z", "status": 200,
            "cut": [], "request": {"a": 1}, "answer": {"a": 1},
        }
    ]  # fmt: skip


def test_a_job_that_fails_is_in_the_record_only(api: Api, loop: asyncio.AbstractEventLoop) -> None:
    answers = [api.post(f"{APTIC}/Cases/Services/{name}?async=true", []) for name in ("Fail", "Slow")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {})] * 2
    settle(loop)
    assert [(run["state"], run["status"]) for run in runs(api)] == [("done", 500), ("done", 400)]
    assert runs(api)[1]["answer"]["errors"] == {"body": ["Input should be a JSON object"]}


def test_a_job_runs_until_it_ends_with_times_of_the_space_clock(
    api: Api, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def wait(_: float) -> None:
        await go_on.wait()

    monkeypatch.setattr(routes, "sleep", wait)
    api.freeze("2027-01-01T00:00:00Z")
    assert api.post(f"{SLOW}?async=true", {"seconds": 5}).json() == {}
    (run,) = runs(api)
    assert (run["state"], run["finished_at"], run["status"], run["answer"]) == ("running", None, None, None)
    api.post("/_sim/clock/advance", {"by": "PT1H"})
    go_on.set()
    settle(loop)
    (run,) = runs(api)
    assert (run["state"], run["status"], run["answer"]) == ("done", 200, {"seconds": 5})
    assert (run["started_at"], run["finished_at"]) == ("2027-01-01T00:00:00Z", "2027-01-01T01:00:00Z")


@pytest.mark.parametrize(
    ("scope", "left"),
    [("clock", [("running", None)]), ("data", [("cancelled", "2027-01-01T00:00:00Z")]), ("all", [])],
)
def test_a_reset_ends_jobs_with_the_rows_and_forgets_runs_with_all(
    api: Api, loop: asyncio.AbstractEventLoop, held: list[float], scope: str, left: list[Any]
) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    api.post(f"/s/other{SLOW}?async=true", None)
    api.post(f"{SLOW}?async=true", None)
    settle(loop)
    assert api.post("/_sim/reset", {"scope": scope}).status_code == 204
    settle(loop)
    assert held == [2, 2]
    assert [(run["state"], run["finished_at"]) for run in runs(api)] == left
    assert [run["state"] for run in runs(api, "/s/other")] == ["running"]
    assert len(asyncio.all_tasks(loop)) == (2 if scope == "clock" else 1)
    api.app.spaces.close()
    settle(loop)
    assert asyncio.all_tasks(loop) == set()


def test_jobs_of_a_space_are_bounded(api: Api, loop: asyncio.AbstractEventLoop, held: list[float]) -> None:
    for _ in range(MAX_JOBS):
        assert api.post(f"{SLOW}?async=true", None).status_code == 200
    rejected = api.post(f"{SLOW}?async=true", None)
    assert (rejected.status_code, rejected.json()["detail"]) == (
        429,
        "100 jobs are running in this space; try again when one of them has finished.",
    )
    assert (len(held), len(runs(api))) == (MAX_JOBS, MAX_JOBS)
    assert api.post(f"/s/other{ECHO}?async=true", None).status_code == 200
    api.app.spaces.close()
    settle(loop)


def test_the_record_keeps_the_last_runs(api: Api) -> None:
    for number in range(MAX_RUNS + 2):
        api.post(ECHO, number)
    assert [run["request"] for run in runs(api)] == list(range(2, MAX_RUNS + 2))


def test_the_record_keeps_the_beginning_of_long_bodies(api: Api) -> None:
    text = json.dumps("å" * MAX_BYTES, ensure_ascii=False)
    api.send("POST", ECHO, headers=JSON, content=text.encode())
    (run,) = runs(api)
    kept = '"' + "å" * (MAX_BYTES // 2 - 1)  # half an å is not kept
    assert (run["cut"], run["request"], run["answer"]) == (["request", "answer"], kept, kept)


def test_the_record_shows_numbers_as_they_came(api: Api) -> None:
    api.send("POST", ECHO, headers=JSON, content=b'{"a": 1.10, "b": 1e400}')
    assert b'"request": {"a": 1.10, "b": 1e400}' in api.get("/_sim/aptic/services/runs").content


def test_runs_count_as_bytes_of_their_space(serve: Serve) -> None:
    api = serve(max_space_bytes="1MiB")
    send = [api.post(f"{APTIC}/Cases/Services/Echo", "x" * 15_000) for _ in range(40)]
    statuses = [answer.status_code for answer in send]
    assert set(statuses) == {200, 503}
    assert statuses == sorted(statuses)
    assert send[-1].json()["title"] == "Memory limit reached"
    assert api.post("/_sim/reset").status_code == 204
    assert api.post(f"{APTIC}/Cases/Services/Echo", {}).status_code == 200


def test_requests_of_jobs_count_until_they_end(
    serve: Serve, loop: asyncio.AbstractEventLoop, held: list[float]
) -> None:
    api = serve(max_space_bytes="8MiB")
    statuses = [
        api.post(f"{APTIC}/Cases/Services/Slow?async=true", {"x": "x" * 200_000}).status_code for _ in range(8)
    ]
    assert set(statuses) == {200, 503}
    assert statuses == sorted(statuses)
    assert len(held) < 8
    api.post("/_sim/reset")
    settle(loop)
    assert api.post(f"{APTIC}/Cases/Services/Slow?async=true", {}).status_code == 200
