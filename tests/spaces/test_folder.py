"""Spaces in a folder: opened on first use, closed when they are not used, and what clients see if a file fails."""

import asyncio
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from ledgersim.app import assemble, open_spaces
from ledgersim.errors import StartupError
from ledgersim.settings import Settings
from ledgersim.spaces.registry import Spaces
from ledgersim.storage import files as database_files
from ledgersim.storage.folder import MARKER
from tests.client import APTIC, BEARER, Api
from tests.serving import refusal
from tests.worlds import AS_OF, world_image

Serve = Callable[..., "Api"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def serve(
    data: Path,
    small_image: bytes,
    mounts: Callable[..., dict[str, Any]],
    loop: asyncio.AbstractEventLoop,
) -> Iterator[Serve]:
    """Starts servers with the folder. Each request opens the spaces that it uses, unless they stay open."""
    opened: list[Spaces] = []

    def start(image: bytes = small_image, **options: str) -> Api:
        settings = Settings.model_validate({"data": data, "close_spaces_after": "0", **options})
        spaces = open_spaces(settings, image)
        opened.append(spaces)
        return Api(assemble(settings, mounts(), spaces), loop)

    yield start
    for spaces in opened:
        loop.run_until_complete(spaces.settle())
        spaces.close()


@pytest.fixture
def api(serve: Serve) -> Api:
    return serve()


def settle(api: Api) -> None:
    """Wait until spaces that are not used are closed."""

    async def wait() -> None:
        while any(space.is_idle for space in api.app.spaces):
            await asyncio.sleep(0)
        await api.app.spaces.settle()

    api.run(wait())


def is_open(api: Api, name: str) -> bool:
    settle(api)
    return bool(api.get(f"/_sim/spaces/{name}").json()["open"])


def files(data: Path) -> list[str]:
    return sorted(one.name for one in data.iterdir())


def names(api: Api, space: str) -> list[str]:
    found = api.get(f"/s/{space}{APTIC}/Debtors", _filter="startswith(fullName,'Space')")
    assert found.status_code == 200, found.text
    return [item["fullName"] for item in found.json()["value"]]


def add(api: Api, space: str, name: str = "Space x") -> None:
    answer = api.put(f"/s/{space}{APTIC}/Debtors", {"fullName": name})
    assert answer.status_code == 201, answer.text


def test_each_space_is_a_file_that_is_closed_after_the_request(api: Api, data: Path) -> None:
    for name in ("a", "A", "default"):
        add(api, name, f"Space {name}")
    settle(api)
    assert files(data) == ["%41.db", "a.db", "default.db", MARKER]  # no log is left
    assert {name: names(api, name) for name in ("a", "A", "default", "new")} == {
        "a": ["Space a"],
        "A": ["Space A"],
        "default": ["Space default"],
        "new": [],
    }


def test_a_closed_space_keeps_what_a_database_file_keeps(serve: Serve) -> None:
    api = serve(auth="strict")
    api.put("/s/a/_sim/clock", {"mode": "frozen", "now": "2027-01-02T03:04:05Z"})
    strict = {"Authorization": f"Bearer {api.token('/s/a')}"}
    guids = []
    for _ in range(3):
        created = api.send("PUT", f"/s/a{APTIC}/Debtors", headers=strict, json={})
        guids.append(created.json()["debtorGuid"])
        assert not is_open(api, "a")
    assert len(set(guids)) == 3
    assert api.get("/s/a/_sim/clock").json() == {"mode": "frozen", "now": "2027-01-02T03:04:05Z"}
    assert api.send("GET", f"/s/a{APTIC}/Debtors/{guids[0]}", headers=strict).status_code == 200


def test_the_journal_and_the_events_end_with_the_closing(api: Api) -> None:
    add(api, "a")
    settle(api)
    assert api.get("/s/a/_sim/requests").json()["requests"] == []


def test_jobs_that_became_due_meanwhile_run_on_the_next_use(api: Api, data: Path) -> None:
    api.put("/s/a/_sim/clock", {"mode": "real", "now": "2027-01-02T03:04:05Z"})
    case = {"debts": [{"originalPrincipal": 9}]}
    (guid,) = api.put(f"/s/a{APTIC}/Cases", [case]).json()["caseGuids"]
    payment = {"paymentAmount": 9, "paymentDate": "2027-01-03"}
    assert api.put(f"/s/a{APTIC}/Cases/{guid}/Payments", payment).status_code == 201
    settle(api)
    path = data / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:  # a day goes by
        raw.execute("UPDATE sim_state SET clock_offset_microseconds = clock_offset_microseconds + 86400000000")
    assert api.get(f"/s/a{APTIC}/Cases/{guid}").json()["remainingSum"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_sim/faults", {"kind": "status", "status": 500, "match": {"path": "/nowhere"}}),
        ("/_sim/snapshots", {"name": "one"}),
    ],
)
def test_a_space_with_faults_or_snapshots_stays_open(api: Api, path: str, body: Any) -> None:
    assert api.post(f"/s/a{path}", body).status_code == 201
    assert is_open(api, "a")
    name = api.get(f"/s/a{path}").json()
    (only,) = next(iter(name.values()))
    assert api.delete(f"/s/a{path}/{only.get('name') or only['id']}").status_code == 204
    api.get("/s/a/_sim/clock")
    assert not is_open(api, "a")


def test_a_space_with_a_request_in_flight_stays_open(api: Api) -> None:
    async def both() -> httpx.Response:
        transport = httpx.ASGITransport(app=api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sim.test", headers=BEARER) as client:
            path = f"/s/a{APTIC}/Debtors"
            slow = asyncio.create_task(client.get(path, headers={"Sim-Fault": "delay=0.2"}))
            while not (await client.get("/_sim/info")).json()["in_flight"]:
                await asyncio.sleep(0)
            assert (await client.get(path)).status_code == 200
            await api.app.spaces.settle()
            assert (await client.get("/_sim/spaces/a")).json()["open"]
            return await slow

    assert api.run(both()).status_code == 200
    assert not is_open(api, "a")


def test_closed_spaces_are_listed_and_none_is_opened_for_it(api: Api) -> None:
    for name in ("b", "a"):
        add(api, name)
    api.post("/s/c/_sim/snapshots")
    settle(api)
    listed = api.get("/_sim/spaces").json()
    assert [one["name"] for one in listed["spaces"]] == ["c"]
    assert listed["closed"] == ["default", "a", "b"]
    info = api.get("/s/a/_sim/info").json()
    assert (info["space"], info["spaces"]) == ("a", 4)
    assert api.get("/_sim/spaces").json() == listed
    assert api.get("/_sim/spaces/nowhere").status_code == 404


def test_the_dashboard_does_not_claim_to_know_what_closed_spaces_hold(api: Api) -> None:
    add(api, "a")
    settle(api)
    add(api, "b")
    page = api.get("/s/b/_sim/ui/spaces").text
    rows = dict(re.findall(r"<tr.*?/spaces\">([^<]*)</a>(.*?)</tr>", page, re.DOTALL))
    assert rows["a"].count("\N{EN DASH}") == 3
    assert "0 Bytes" not in rows["a"]
    assert "\N{EN DASH}" not in rows["b"]


def test_the_dashboard_shows_the_first_of_many_spaces(api: Api, data: Path) -> None:
    for number in range(1000, 1300):
        (data / f"n{number}.db").touch()
    page = api.get("/_sim/ui/spaces").text
    assert "n1150" in page
    assert "n1250" not in page
    assert "101 more are not shown" in page  # the default one is the first
    asked = api.send("GET", "/_sim/ui/spaces?confirm=delete&space=n1250")
    assert "Delete the space <strong>n1250</strong>" in asked.text


def test_a_space_that_is_created_from_another_is_reset_to_that(api: Api, data: Path) -> None:
    add(api, "base", "Space base")
    made = api.post("/_sim/spaces", {"name": "copy", "from": "base"})
    assert (made.status_code, made.json()["open"]) == (201, False)
    add(api, "copy", "Space copy")
    assert names(api, "copy") == ["Space base", "Space copy"]
    assert api.post("/s/copy/_sim/reset").status_code == 204
    assert names(api, "copy") == ["Space base"]
    assert names(api, "base") == ["Space base"]
    settle(api)
    assert files(data) == ["base.db", "copy.db", "copy.start", "default.db", MARKER]
    assert api.post("/_sim/spaces", {"name": "copy"}).status_code == 409
    assert api.delete("/_sim/spaces/copy").status_code == 204
    settle(api)  # the request to create one opened the default space
    assert files(data) == ["base.db", "default.db", MARKER]
    assert names(api, "copy") == []
    assert api.post("/s/copy/_sim/reset").status_code == 204
    assert names(api, "copy") == []


def test_deleting_removes_the_files_of_open_and_closed_spaces(api: Api, data: Path) -> None:
    add(api, "closed")
    settle(api)
    api.post("/s/open/_sim/snapshots")
    assert files(data) == ["closed.db", MARKER, "open.db", "open.db-wal"]
    for name in ("closed", "open"):
        assert api.delete(f"/_sim/spaces/{name}").status_code == 204
        assert api.delete(f"/_sim/spaces/{name}").status_code == 404
    assert files(data) == [MARKER]
    assert api.delete("/_sim/spaces/default").status_code == 409
    assert names(api, "open") == []


def test_more_spaces_than_may_be_open_take_turns(serve: Serve) -> None:
    api = serve(close_spaces_after="600", max_spaces="2")
    for number in range(20):
        add(api, f"n{number}", f"Space {number}")
    listed = api.get("/_sim/spaces").json()
    assert [one["name"] for one in listed["spaces"]] == ["n18", "n19"]
    assert len(listed["closed"]) == 19
    assert [names(api, f"n{number}") for number in range(20)] == [[f"Space {number}"] for number in range(20)]


def test_if_all_open_spaces_are_in_use_there_is_no_room(serve: Serve) -> None:
    api = serve(max_spaces="2")
    for name in ("a", "b"):
        api.post(f"/s/{name}/_sim/snapshots", {"name": "one"})
    refused = api.get(f"/s/c{APTIC}/Debtors")
    assert (refused.status_code, refused.json()["title"]) == (503, "Too many spaces")
    assert names(api, "default") == []
    api.delete("/s/a/_sim/snapshots/one")
    assert names(api, "c") == []


def test_the_default_space_can_be_opened_when_no_other_can(serve: Serve) -> None:
    api = serve(max_spaces="0")
    assert names(api, "default") == []
    assert api.get(f"/s/a{APTIC}/Debtors").json()["title"] == "Too many spaces"


def test_the_default_space_makes_no_room_for_others(serve: Serve) -> None:
    api = serve(max_spaces="1", close_spaces_after="600")
    for name in ("default", "a", "b"):
        add(api, name)
    assert [one["name"] for one in api.get("/_sim/spaces").json()["spaces"]] == ["default", "b"]


def test_memory_is_made_free_by_closing_spaces(serve: Serve) -> None:
    api = serve(close_spaces_after="600", max_space_bytes="1MiB")
    for number in range(60):
        answer = api.send("GET", f"/s/n{number}{APTIC}/Ping", headers={**BEARER, "X-Long": "x" * 40_000})
        assert answer.status_code == 200
        add(api, f"n{number}")
    assert api.get("/_sim/info").json()["space_bytes"] < 2 * 2**20  # of 5 MiB


def test_many_requests_at_once_open_a_space_once(api: Api) -> None:
    async def all_of_them() -> list[int]:
        transport = httpx.ASGITransport(app=api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sim.test", headers=BEARER) as client:
            paths = [f"/s/n{number % 5}{APTIC}/Debtors" for number in range(100)]
            answers = await asyncio.gather(*(client.put(path, json={"fullName": "Space x"}) for path in paths))
            return [answer.status_code for answer in answers]

    assert set(api.run(all_of_them())) == {201}
    assert [len(names(api, f"n{number}")) for number in range(5)] == [20] * 5


def test_requests_that_come_at_any_moment_of_the_opening_get_the_space(api: Api) -> None:
    spaces = api.app.spaces

    async def all_of_them() -> set[Any]:
        tasks = []
        while spaces.get("a") is None:
            tasks.append(asyncio.create_task(spaces.open("a")))
            await asyncio.sleep(0)
        return {await task for task in tasks}

    assert len(api.run(all_of_them())) == 1


# Failures


def unavailable(api: Api, name: str) -> str:
    """The reason why a space is unavailable, in the format of a vendor; other spaces go on."""
    answer = api.get(f"/s/{name}{APTIC}/Debtors")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert names(api, "other") == []
    for path in ("/_sim/info", "/_sim/spaces", f"/s/{name}/_sim/coverage", "/_sim/health/ready"):
        assert api.get(path).status_code == 200
    begin, end = f"The space '{name}' is unavailable: ", ". Other spaces are not affected."
    detail: str = answer.json()["detail"]
    assert detail.startswith(begin)
    assert detail.endswith(end)
    return detail.removeprefix(begin).removesuffix(end)


@pytest.mark.parametrize("name", ["a", "default"])
def test_a_space_of_another_server_is_unavailable_until_that_closes_it(
    serve: Serve, data: Path, name: str
) -> None:
    one, other = serve(close_spaces_after="600"), serve()
    add(one, name)
    path = data / f"{name}.db"
    assert unavailable(other, name) == (
        f"the database {path} cannot be used: another server is using it; "
        "send the requests for the space to that server, or wait until it has closed the file"
    )
    if name != "default":
        deleted = other.delete(f"/_sim/spaces/{name}")
        assert (deleted.status_code, deleted.json()["title"]) == (503, "Database unavailable")
    one.app.spaces.close()
    assert names(other, name) == ["Space x"]


def test_a_corrupt_file_is_unavailable_and_can_be_deleted(api: Api, data: Path) -> None:
    add(api, "a")
    settle(api)
    path = data / "a.db"
    path.write_bytes(b"x" * 5_000)
    assert unavailable(api, "a") == (
        f"the database {path} cannot be used: it is not a SQLite database; "
        "restore a backup, or delete the space (DELETE /s/a/_sim/spaces/a)"
    )
    assert path.read_bytes() == b"x" * 5_000
    assert api.delete("/s/a/_sim/spaces/a").status_code == 204
    assert names(api, "a") == []


def test_a_corrupt_default_space_costs_no_other_and_can_be_moved_away(api: Api, data: Path) -> None:
    path = data / "default.db"
    path.write_bytes(b"x" * 5_000)
    assert unavailable(api, "default") == (
        f"the database {path} cannot be used: it is not a SQLite database; "
        "restore a backup, or move the file away: the next request creates the space anew"
    )
    created = api.post("/_sim/spaces", {"name": "new"})
    assert (created.status_code, created.json()["name"]) == (201, "new")
    assert api.get("/docs/guides/README.md").status_code == 200
    assert "space <code>new</code>" in api.get("/s/new/docs/guides/README.md").text
    path.rename(data.parent / "kept")
    assert names(api, "default") == []


def test_a_file_of_another_version_is_unavailable(api: Api, data: Path) -> None:
    add(api, "a")
    settle(api)
    with closing(sqlite3.connect(data / "a.db", isolation_level=None)) as raw:
        raw.execute("UPDATE sim_state SET schema_version = 1")
    assert unavailable(api, "a") == (
        f"the database {data / 'a.db'} was created by another version of ledgersim; "
        "use that version, or delete the space (DELETE /s/a/_sim/spaces/a)"
    )


def test_a_file_with_another_trigger_is_unavailable(api: Api, data: Path) -> None:
    add(api, "a")
    settle(api)
    with closing(sqlite3.connect(data / "a.db", isolation_level=None)) as raw:
        (created,) = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'case_sums_of_case'").fetchone()
        raw.execute("DROP TRIGGER case_sums_of_case")
        raw.execute(created.replace("BEGIN", "BEGIN SELECT 1;"))
    assert unavailable(api, "a") == (
        f"the database {data / 'a.db'} cannot be used: its schema differs from this version's in "
        "case_sums_of_case; use the version that created it, restore a backup, or delete the space "
        "(DELETE /s/a/_sim/spaces/a)"
    )


def test_an_empty_file_is_unavailable_rather_than_a_new_world(api: Api, data: Path) -> None:
    api.get(f"/s/a{APTIC}/Debtors")
    settle(api)
    (data / "a.db").write_bytes(b"")
    answer = api.get(f"/s/a{APTIC}/Debtors")
    assert answer.status_code == 503
    assert "a.db cannot be used: it is empty; restore a backup, or delete the space (DELETE " in answer.text


def test_a_folder_in_the_place_of_a_file_is_unavailable_until_it_is_moved(api: Api, data: Path) -> None:
    path = data / "a.db"
    path.mkdir()
    reason = f"{path} cannot be used: it is a folder; move it to another place"
    assert unavailable(api, "a") == reason
    refused = api.delete("/_sim/spaces/a")
    assert (refused.status_code, refused.json()["detail"]) == (
        503,
        f"The space 'a' is unavailable: {reason}. Other spaces are not affected.",
    )
    path.rmdir()
    assert names(api, "a") == []


def test_a_path_that_leads_nowhere_opens_no_space(api: Api, data: Path) -> None:
    assert api.get("/s//x/_sim/clock").status_code == 404
    assert api.get("/nowhere").status_code == 404
    assert sorted(one.name for one in data.iterdir()) == [MARKER]


def test_a_path_that_leads_nowhere_has_an_id_only_if_it_is_recorded(api: Api) -> None:
    for name in ("default", "a"):
        assert "sim-request-id" not in api.get(f"/s/{name}/nowhere").headers
        assert api.get(f"/s/{name}/_sim/requests").json()["recorded"] == 0
    api.post("/s/a/_sim/snapshots", {"name": "one"})  # keeps it open
    recorded = api.get("/s/a/nowhere").headers["sim-request-id"]
    assert api.get(f"/s/a/_sim/requests/{recorded}").json()["path"] == "/nowhere"
    undocumented = api.get("/_sim/coverage").json()["undocumented"]
    assert [(one["where"], one["count"]) for one in undocumented] == [("GET /nowhere", 3)]


def test_a_page_opens_the_space_but_does_not_create_its_file(api: Api, data: Path) -> None:
    assert api.get("/s/a/").json()["space"] == "a"
    assert files(data) == [MARKER]
    api.put("/s/a/_sim/clock", {"mode": "frozen", "now": "2027-01-02"})
    settle(api)
    assert api.get("/s/a/").json()["clock"] == {"mode": "frozen", "now": "2027-01-02T00:00:00Z"}


def test_a_damaged_start_prevents_only_resets(api: Api, data: Path) -> None:
    add(api, "base", "Space base")
    api.post("/_sim/spaces", {"name": "a", "from": "base"})
    start = data / "a.start"
    content = start.read_bytes()
    start.write_bytes(content[:-1])
    add(api, "a", "Space a")
    for scope in ("all", "data"):
        refused = api.post("/s/a/_sim/reset", {"scope": scope})
        assert (refused.status_code, refused.json()["detail"]) == (
            503,
            f"{start}, to which a reset goes back, cannot be used: its size does not match its header. "
            "Nothing was reset. Restore the file from a backup, or remove it so that a reset goes back to the "
            "seed.",
        )
    assert names(api, "a") == ["Space base", "Space a"]
    for scope in ("clock", "faults", "journal"):
        assert api.post("/s/a/_sim/reset", {"scope": scope}).status_code == 204
    start.write_bytes(content)
    assert api.post("/s/a/_sim/reset").status_code == 204
    assert names(api, "a") == ["Space base"]
    start.unlink()
    assert api.post("/s/a/_sim/reset").status_code == 204
    assert names(api, "a") == []


def test_a_file_that_takes_the_place_of_another_is_used_when_the_space_has_been_closed(
    api: Api, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_files, "CHECK_EVERY", 0)
    add(api, "a", "Space a")
    add(api, "b", "Space b")
    api.post("/s/a/_sim/snapshots", {"name": "one"})  # keeps it open
    settle(api)
    (data / "b.db").replace(data / "a.db")
    refused = api.put(f"/s/a{APTIC}/Debtors", {})
    assert refused.status_code == 503
    assert "another file has taken its place" in refused.json()["detail"]
    assert names(api, "a") == ["Space a"]
    api.delete("/s/a/_sim/snapshots/one")
    settle(api)
    assert names(api, "a") == ["Space b"]


def test_a_file_that_another_folder_had_goes_on(api: Api, data: Path) -> None:
    add(api, "a")
    settle(api)
    shutil.copy(data / "a.db", data / "b.db")
    add(api, "b", "Space b")
    assert names(api, "b") == ["Space x", "Space b"]
    assert names(api, "a") == ["Space x"]


def test_a_failure_is_logged_once(api: Api, data: Path, caplog: pytest.LogCaptureFixture) -> None:
    add(api, "a")
    settle(api)
    (data / "a.db").write_bytes(b"x" * 5_000)
    for _ in range(3):
        unavailable(api, "a")
    assert len(caplog.messages) == 1


def test_the_end_of_a_failure_is_logged_though_the_space_was_closed_meanwhile(
    api: Api, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    api.post("/s/a/_sim/snapshots", {"name": "one"})  # keeps it open
    connection = api.app.spaces["a"].database.connection
    connection.execute(text("PRAGMA max_page_count = 1"))
    assert {api.put(f"/s/a{APTIC}/Debtors", {"fullName": "x" * 5_000}).status_code for _ in range(3)} == {503}
    api.delete("/s/a/_sim/snapshots/one")
    settle(api)
    assert names(api, "a") == []
    settle(api)
    begin = f"The database {data / 'a.db'} "
    assert caplog.messages == [
        f"{begin}is unavailable: the file system is full: make room; the next request tries again"
    ]
    for _ in range(2):
        add(api, "a")
        settle(api)
    assert caplog.messages[1:] == [f"{begin}can be written to again"]


def test_a_folder_that_is_removed_is_unavailable(api: Api, data: Path) -> None:
    add(api, "a")
    settle(api)
    shutil.rmtree(data)
    assert api.get("/_sim/spaces").json()["detail"] == f"{data}: No such file or directory"
    refused = api.get(f"/s/a{APTIC}/Debtors")
    assert (refused.status_code, refused.json()["detail"]) == (
        503,
        f"The space 'a' is unavailable: the database {data / 'a.db'} cannot be used: No such file or directory; "
        "put the folder back, or restart the server to create it. Other spaces are not affected.",
    )


# The folder


def test_a_folder_of_something_else_is_refused(data: Path) -> None:
    data.mkdir()
    (data / "notes.txt").write_text("mine")
    assert refusal(data=str(data)) == (
        f"{data} cannot be used: it has no {MARKER}, but notes.txt; choose a new or an empty folder, "
        "or one of ledgersim"
    )
    assert files(data) == ["notes.txt"]


def test_an_empty_folder_may_have_what_systems_put_there(serve: Serve, data: Path) -> None:
    data.mkdir()
    (data / "lost+found").mkdir()
    (data / ".DS_Store").write_text("")
    add(serve(), "a")


def test_a_file_is_no_folder(data: Path) -> None:
    data.write_text("mine")
    assert refusal(data=str(data)) == (
        f"{data} cannot be used: it is a file; choose a folder, which is created if it is missing, or keep the "
        "default space alone in a file (--database)"
    )


def test_a_damaged_marker_is_refused(serve: Serve, data: Path) -> None:
    serve()
    for content in ("", "[]", "{}", "7"):
        (data / MARKER).write_text(content)
        with pytest.raises(StartupError) as refused:
            serve()
        assert str(refused.value) == (
            f"{data} cannot be used: {MARKER} in it is damaged; restore it from a backup"
        )


def test_a_folder_of_another_world_or_version_is_refused(serve: Serve, data: Path) -> None:
    serve()
    with pytest.raises(StartupError) as refused:
        serve(world_image("nordic-basic", 2, 1, AS_OF))
    assert str(refused.value) == (
        f"the folder {data} was created for another world (its --seed is 1, not 2); "
        "start with the options of that world, or choose another folder"
    )
    marker = json.loads((data / MARKER).read_text())
    (data / MARKER).write_text(json.dumps({**marker, "schema_version": 1}))
    with pytest.raises(StartupError) as refused:
        serve()
    assert str(refused.value) == (
        f"the folder {data} was created by another version of ledgersim; "
        "use that version, or choose another folder"
    )


def test_a_database_beside_the_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(data=str(tmp_path / "a"), database=str(tmp_path / "b.db")) == (
        "--data keeps the default space too; leave out --database"
    )
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_spaces_are_named_at_the_start(
    serve: Serve, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add(serve(), "B")
    for name in ("A.db", "notes.txt", ".x.db.12345678.part", ".db", "%zz.db", "%2Fx.db", "C.start", "c.start"):
        (data / name).write_text("")
    (data / "lost+found").mkdir()
    api = serve()
    assert api.get("/_sim/spaces").json()["closed"] == ["default", "B"]
    assert caplog.messages == [
        f"{data}: '%2Fx.db' is ignored: it is not named like a file of a space",
        f"{data}: '%zz.db' is ignored: it is not named like a file of a space",
        f"{data}: 'A.db' is ignored: as a file of the space A it must be named %41.db",
        f"{data}: 'C.start' is ignored: as a file of the space C it must be named %43.start",
        f"{data}: 'notes.txt' is ignored: it is not named like a file of a space",
    ]


def test_of_many_files_that_are_no_spaces_ten_are_named(
    serve: Serve, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    serve()
    for number in range(13):
        (data / f"{number:02}.txt").write_text("")
    serve()
    assert [one.removeprefix(f"{data}: ").split()[0] for one in caplog.messages[:10]] == [
        f"'{number:02}.txt'" for number in range(10)
    ]
    assert caplog.messages[10:] == [f"{data}: 3 more files are ignored"]
