"""Spaces over HTTP: creating them from the seed, a space or a snapshot, listing, deleting, limits."""

import asyncio
from typing import Any

import httpx
import pytest

from ledgersim.settings import Settings
from ledgersim.vendors.aptic.services.runs import MAX_RUNS
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve

DEBTORS = f"{APTIC}/Debtors"
HOST = "http://sim.test"


def made(api: Api, **body: Any) -> dict[str, Any]:
    answer = api.post("/_sim/spaces", body)
    assert answer.status_code == 201, answer.text
    space: dict[str, Any] = answer.json()
    return space


def export(api: Api, prefix: str = "") -> bytes:
    return api.get(f"{prefix}/_sim/export").content


def test_a_new_space_has_the_base_address_of_each_vendor(api: Api) -> None:
    space = made(api, name="checkout")
    assert space["vendors"] == {
        "aptic": f"{HOST}/s/checkout/APIGW",
        "payex": f"{HOST}/s/checkout/ledger",
        "riverty": f"{HOST}/s/checkout/api/v3",
    }
    assert space["admin"] == f"{HOST}/s/checkout/_sim"
    assert api.get(f"{space['vendors']['aptic']}/v1/Ping").status_code == 200
    assert api.get(f"{space['admin']}/clock").status_code == 200
    assert export(api, "/s/checkout") == export(api)


def test_without_a_name_or_a_body_a_free_name_is_found(api: Api) -> None:
    api.get("/s/space-2/_sim/clock")
    assert made(api)["name"] == "space-1"
    assert api.send("POST", "/_sim/spaces").json()["name"] == "space-3"


def test_a_space_can_start_from_another_and_is_then_independent(api: Api) -> None:
    api.freeze("2026-05-01T00:00:00Z")
    api.debtor(fullName="Both")
    made(api, name="b", **{"from": "default"})
    assert export(api, "/s/b") == export(api)
    assert api.get("/s/b/_sim/clock").json() == {"mode": "frozen", "now": "2026-05-01T00:00:00Z"}
    start = export(api)
    api.put(f"/s/b{DEBTORS}", {"fullName": "Only b"})
    assert export(api) == start
    assert export(api, "/s/b") != start
    api.post("/s/b/_sim/reset")
    assert export(api, "/s/b") == start  # back to its own start


def test_a_space_can_start_from_a_snapshot_of_the_space_of_the_request(api: Api) -> None:
    api.debtor(fullName="Then")
    api.post("/_sim/snapshots", {"name": "then"})
    then = export(api)
    api.debtor(fullName="Now")
    made(api, name="b", **{"from": "then"})
    made(api, name="c", **{"from": "snapshot:then"})
    assert export(api, "/s/b") == export(api, "/s/c") == then
    assert api.post("/s/b/_sim/spaces", {"from": "then"}).status_code == 404


def test_a_name_that_both_a_space_and_a_snapshot_have_must_say_which(api: Api) -> None:
    made(api, name="x")
    api.post("/_sim/snapshots", {"name": "x"})
    rejected = api.post("/_sim/spaces", {"from": "x"})
    assert (rejected.status_code, rejected.json()["detail"]) == (
        409,
        "A space and a snapshot are both named 'x': write space:x or snapshot:x.",
    )
    made(api, **{"from": "space:x"})
    made(api, **{"from": "snapshot:x"})


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"name": "default"}, 409, "The space 'default' already exists."),
        ({"name": "taken"}, 409, "The space 'taken' already exists."),
        (
            {"name": "a b"},
            400,
            "'a b' is not a valid name of a space or snapshot; use 1 to 64 of the characters",
        ),
        ({"name": ""}, 400, "'' is not a valid name"),
        ({"name": "."}, 400, "'.' is not a valid name"),
        ({"name": ".."}, 400, "'..' is not a valid name"),
        ({"name": 7}, 400, "name: Input should be a string"),
        ({"nam": "x"}, 400, "nam: Extra inputs are not permitted"),
        ({"from": "nowhere"}, 404, "Space or snapshot 'nowhere' not found. A space can start from seed,"),
        ({"from": "space:nowhere"}, 404, "Space 'nowhere' not found"),
        ({"from": "snapshot:nowhere"}, 404, "Snapshot 'nowhere' not found"),
        ({"from": "planet:mars"}, 404, "Planet 'mars' not found"),
        ([], 400, "body: Input should be a JSON object"),
    ],
)
def test_invalid_spaces_are_rejected_with_the_reason(api: Api, body: Any, status: int, detail: str) -> None:
    made(api, name="taken")
    answer = api.post("/_sim/spaces", body)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(detail)
    assert api.space_names() == ["default", "taken"]


def test_spaces_are_listed_and_read_with_what_they_hold(api: Api) -> None:
    api.get("/_sim/clock")  # opens the default space, if it is in a file
    made(api, name="a")
    api.get(f"/s/a{DEBTORS}")
    api.post("/s/a/_sim/snapshots", {"name": "one"})
    listed = api.get("/_sim/spaces").json()
    assert [space["name"] for space in listed["spaces"]] == ["default", "a"]
    assert listed["spaces"][1] == api.get("/_sim/spaces/a").json()
    assert (listed["spaces"][1]["requests"], listed["spaces"][1]["snapshots"]) == (1, ["one"])
    assert api.get("/_sim/spaces/b").json()["detail"] == "Space 'b' not found. GET /_sim/spaces lists them."


def test_a_deleted_space_is_gone_and_its_name_starts_anew(api: Api) -> None:
    start = export(api)
    api.put(f"/s/a{DEBTORS}", {"fullName": "Gone"})
    assert api.delete("/_sim/spaces/a").status_code == 204
    assert api.get("/_sim/spaces/a").status_code == 404
    assert api.delete("/_sim/spaces/a").status_code == 404
    assert export(api, "/s/a") == start


def test_a_space_can_be_deleted_through_itself(api: Api) -> None:
    api.put(f"/s/a{DEBTORS}", {"fullName": "Gone"})
    assert api.delete("/s/a/_sim/spaces/a").status_code == 204
    assert api.space_names() == ["default"]


def test_the_default_space_stays(api: Api) -> None:
    rejected = api.delete("/_sim/spaces/default")
    assert (rejected.status_code, rejected.json()["detail"]) == (
        409,
        "The default space cannot be deleted; reset it with POST /_sim/reset.",
    )


def test_without_first_use_a_space_must_be_made(serve: Serve) -> None:
    api = serve(spaces_on_first_use="off")
    rejected = api.get(f"/s/a{DEBTORS}")
    assert (rejected.status_code, rejected.json()["detail"]) == (
        404,
        "Space 'a' not found. This server doesn't create spaces on first use: POST /_sim/spaces first.",
    )
    made(api, name="a")
    assert api.get(f"/s/a{DEBTORS}").status_code == 200


@pytest.mark.in_memory("the number of files has no limit")
def test_spaces_have_a_maximum_and_a_deleted_one_makes_room(serve: Serve) -> None:
    api = serve(max_spaces="2")
    made(api, name="a")
    made(api, name="b")
    rejected = api.post("/_sim/spaces", {"name": "c"})
    assert (rejected.status_code, rejected.json()["title"]) == (503, "Too many spaces")
    assert api.get("/s/c/_sim/clock").status_code == 503
    api.delete("/_sim/spaces/a")
    made(api, name="c")


@pytest.mark.in_memory("spaces that are not used make room")
def test_all_spaces_together_have_a_limit_of_bytes(serve: Serve) -> None:
    api = serve(max_space_bytes="1MiB")
    api.get(f"/s/a{DEBTORS}")
    assert api.post("/s/a/_sim/snapshots").status_code == 201  # of 0.6 MB
    image = api.get("/s/a/_sim/snapshots/snapshot-1/file").content
    for rejected in (
        api.post("/_sim/snapshots"),
        api.post("/_sim/spaces", {"from": "a"}),
        api.send("PUT", "/_sim/snapshots/x/file", content=image),
    ):
        assert (rejected.status_code, rejected.json()["title"]) == (503, "Memory limit reached")
    assert api.get("/_sim/snapshots").json() == {"snapshots": []}
    assert api.put(DEBTORS, {"fullName": "Ada"}).status_code == 201
    assert api.delete("/_sim/spaces/a").status_code == 204
    assert api.post("/_sim/snapshots").status_code == 201


@pytest.mark.in_memory("rows in a file take no memory")
@pytest.mark.parametrize(
    "case",
    [{"description": "x" * 2**21}, {"debtors": [{}] * 3_000}, {"fees": [{}] * 3_000}, {"debts": [{}] * 3_000}],
    ids=lambda case: next(iter(case)),
)
def test_one_write_does_not_overshoot_the_limit(serve: Serve, case: dict[str, Any]) -> None:
    api = serve(max_space_bytes="2MiB")
    refused = api.put(f"{APTIC}/Cases", [case])
    assert (refused.status_code, refused.json()["title"]) == (503, "Memory limit reached")
    limit = 2**21
    half = {name: value[: len(value) // 3] for name, value in case.items()}
    while api.put(f"{APTIC}/Cases", [half]).status_code == 201:
        pass
    assert limit / 3 < api.get("/_sim/info").json()["space_bytes"] < 1.1 * limit


@pytest.mark.in_memory("rows in a file take no memory")
@pytest.mark.parametrize(("path", "size"), [("/_sim/fixtures", 2**20), ("/_sim/import", 3 * 2**20 + 3)])
def test_what_certainly_exceeds_the_limit_is_not_even_read(serve: Serve, path: str, size: int) -> None:
    answer = serve(max_space_bytes="1MiB").send("POST", path, content=b"#" * size)
    assert (answer.status_code, answer.json()["title"]) == (503, "Memory limit reached")


def test_what_spaces_and_snapshots_have_in_common_counts_once(api: Api) -> None:
    api.post("/_sim/snapshots", {"name": "a"})
    size = api.get("/_sim/snapshots/a").json()["bytes"]
    for _ in range(3):
        made(api, **{"from": "a"})
    listed = api.get("/_sim/spaces").json()
    assert listed["image_bytes"] == size
    assert listed["bytes"] == size + sum(one["bytes"] for one in listed["spaces"])
    for name in ("space-1", "space-2", "space-3"):
        api.delete(f"/_sim/spaces/{name}")
    api.delete("/_sim/snapshots/a")
    assert api.get("/_sim/spaces").json()["image_bytes"] == 0


@pytest.mark.in_memory("rows in a file take no memory")
def test_a_full_server_rejects_writes_until_there_is_room(serve: Serve) -> None:
    api = serve(max_space_bytes="1MiB")
    answers = [api.put(f"/s/a{DEBTORS}", {"fullName": "Ada"}).status_code for _ in range(400)]
    assert set(answers) == {201, 503}
    assert answers == sorted(answers)
    rejected = api.put(DEBTORS, {"fullName": "Ada"})
    assert (rejected.status_code, rejected.json()["title"]) == (503, "Memory limit reached")
    assert api.get(f"/s/a{DEBTORS}").status_code == 200
    assert api.post("/s/a/_sim/reset").status_code == 204
    assert api.put(f"/s/a{DEBTORS}", {"fullName": "Ada"}).status_code == 201


def sizes(api: Api, name: str) -> tuple[int, int]:
    """The bytes of a space, and of all."""
    listed = api.get("/_sim/spaces").json()
    assert listed["bytes"] == listed["image_bytes"] + sum(one["bytes"] for one in listed["spaces"])
    assert api.get("/_sim/info").json()["space_bytes"] == listed["bytes"]
    return next(one["bytes"] for one in listed["spaces"] if one["name"] == name), listed["bytes"]


def test_what_the_journal_keeps_counts(api: Api) -> None:
    api.get(f"/s/a{APTIC}/Ping")
    before, before_all = sizes(api, "a")
    for _ in range(10):
        api.send("GET", f"/s/a{APTIC}/Ping", headers={**BEARER, "X-Long": "x" * 5_000})
    after, after_all = sizes(api, "a")
    assert 50_000 < after - before < 150_000
    assert after - before == after_all - before_all
    api.delete("/s/a/_sim/requests")
    assert sizes(api, "a")[0] < before


def test_what_the_journal_no_longer_keeps_does_not_count(serve: Serve) -> None:
    api = serve(journal_entries="5")
    for _ in range(5):
        api.get(f"/s/a{APTIC}/Ping")
    full, _ = sizes(api, "a")
    for _ in range(5):
        api.get(f"/s/a{APTIC}/Ping")
    after, _ = sizes(api, "a")
    assert abs(after - full) < 50  # ids of requests may have another length


def test_what_services_ran_counts(serve: Serve) -> None:
    api = serve(journal_entries="0")
    echo = f"/s/a{APTIC}/Cases/Services/Echo"
    api.post(echo, "")
    before, before_all = sizes(api, "a")
    for _ in range(10):
        api.post(echo, "x" * 10_000)
    after, after_all = sizes(api, "a")
    assert 200_000 < after - before < 300_000  # request and answer of each
    assert after - before == after_all - before_all
    api.post("/s/a/_sim/reset")
    assert sizes(api, "a")[0] < before


def test_a_run_that_is_no_longer_kept_does_not_count(serve: Serve) -> None:
    api = serve(journal_entries="0")
    for _ in range(MAX_RUNS):
        api.post(f"{APTIC}/Cases/Services/Echo", "xx")
    full = sizes(api, "default")
    for _ in range(3):
        api.post(f"{APTIC}/Cases/Services/Echo", "yy")
    assert sizes(api, "default") == full


@pytest.mark.in_memory("spaces that are not used make room")
def test_full_journals_leave_no_room_until_they_are_cleared(serve: Serve) -> None:
    api = serve(max_space_bytes="1MiB")
    long = {**BEARER, "X-Long": "x" * 50_000}
    for _ in range(32):
        assert api.send("GET", f"/s/a{APTIC}/Ping", headers=long).status_code == 200
    rejected = api.put(DEBTORS, {"fullName": "Ada"})
    assert (rejected.status_code, rejected.json()["title"]) == (503, "Memory limit reached")
    assert api.delete("/s/a/_sim/requests").status_code == 204
    assert api.put(DEBTORS, {"fullName": "Ada"}).status_code == 201


def test_a_request_that_a_fault_delays_is_rejected_if_its_space_is_deleted(api: Api) -> None:
    async def both() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app=api.app)
        headers = {"Authorization": "Bearer x", "Sim-Fault": "delay=0.2"}
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            slow = asyncio.create_task(client.get(f"/s/a{DEBTORS}", headers=headers))
            while not (await client.get("/_sim/info")).json()["in_flight"]:
                await asyncio.sleep(0)  # let it begin
            return await client.delete("/_sim/spaces/a"), await slow

    deleted, slow = api.loop.run_until_complete(both())
    assert (deleted.status_code, slow.status_code) == (204, 503)


def test_a_reset_keeps_out_requests_that_a_fault_holds_up(api: Api) -> None:
    async def both() -> tuple[httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app=api.app)
        headers = {"Authorization": "Bearer x", "Sim-Fault": "delay=0.2"}
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            late = asyncio.create_task(client.put(DEBTORS, headers=headers, json={"fullName": "Late"}))
            while not (await client.get("/_sim/info")).json()["in_flight"]:
                await asyncio.sleep(0)  # let it begin
            return await client.post("/_sim/reset"), await late

    reset, late = api.loop.run_until_complete(both())
    assert (reset.status_code, late.status_code) == (204, 503)
    assert late.json()["detail"].startswith(
        "The space was reset, restored or deleted while a fault delayed this request."
    )
    assert api.get(DEBTORS, _filter="fullName eq 'Late'").json()["total"] == 0


def test_info_lists_the_settings_and_their_sources(serve: Serve) -> None:
    api = serve(max_spaces="7")
    assert api.get("/s/a/_sim/clock").status_code == 200
    info = api.get("/s/a/_sim/info").json()
    assert (info["name"], info["space"], info["spaces"]) == ("ledgersim", "a", 2)
    assert info["vendors"]["aptic"] == f"{HOST}/s/a/APIGW"
    assert info["uptime_seconds"] >= 0
    assert [one["name"] for one in info["settings"]] == [
        f"--{name.replace('_', '-')}" for name in Settings.model_fields
    ]


def test_the_openapi_document_of_the_admin_api_is_its_own(api: Api) -> None:
    document = api.get("/s/a/_sim/openapi.json").json()
    assert document["servers"] == [{"url": "/s/a/_sim"}]
    assert document["paths"]["/spaces"]["post"]["operationId"] == "sim.spaces.create"
    assert not any(path.startswith("/v1") for path in document["paths"])
    assert document == {**api.get("/_sim/openapi.json").json(), "servers": document["servers"]}


# The token


def test_with_a_token_the_admin_api_asks_for_it(serve: Serve) -> None:
    api = serve(admin_token="s3cret")
    rejected = api.get("/_sim/clock")
    assert (rejected.status_code, rejected.headers["www-authenticate"]) == (401, 'Bearer realm="ledgersim"')
    assert "LEDGERSIM_ADMIN_TOKEN" in rejected.json()["detail"]
    for wrong in (
        {},
        {"Authorization": "Bearer s3cre"},
        {"Authorization": "Basic s3cret"},
        {"Authorization": "s3cret"},
    ):
        assert api.send("POST", "/_sim/reset", headers=wrong).status_code == 401
        assert api.send("POST", "/s/new/_sim/reset", headers=wrong).status_code == 401
    right = {"Authorization": "Bearer s3cret"}
    assert api.send("GET", "/s/a/_sim/clock", headers=right).status_code == 200
    settings = api.send("GET", "/_sim/info", headers=right).json()["settings"]
    assert {"name": "--admin-token", "value": "***", "from": "default"} in settings
    for open_to_all in ("/_sim/health/live", "/_sim/health/ready"):
        assert api.send("GET", open_to_all, headers={}).status_code == 200
    assert api.get(DEBTORS).status_code == 200
    spaces = api.send("GET", "/_sim/spaces", headers=right).json()["spaces"]
    assert [one["name"] for one in spaces] == ["default", "a"]


def test_the_admin_api_lets_no_page_of_another_origin_in(api: Api) -> None:
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    answer = api.send("OPTIONS", "/_sim/reset", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]
