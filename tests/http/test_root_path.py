"""A server behind a proxy that publishes it below a base path, whether the proxy strips that path or not."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.serving import Start, refusal
from tests.vendors.riverty.conftest import KEY

BASE = "http://sim.test/sim"
CUSTOMER = "/ledger/customer/v1/46001/customers/1000001"
TARGETS = {"completeUrl": "https://shop.test/done", "cancelUrl": "https://shop.test/not", "language": "en-US"}

# The path that reaches the server when a client requests /sim/...: with the base path, or without it.
sent_as = pytest.mark.parametrize("sent", ["/sim", ""], ids=["kept", "stripped"])


@pytest.fixture
def api(serve: Serve) -> Api:
    return serve(root_path="/sim")


@sent_as
@pytest.mark.parametrize("space", ["", "/s/a"])
def test_links_and_locations_carry_the_base_path(api: Api, sent: str, space: str) -> None:
    created = api.put(f"{sent}{space}{APTIC}/Debtors", {"fullName": "Ada Ek"})
    guid = created.json()["debtorGuid"]
    assert created.headers["location"] == f"{BASE}{space}{APTIC}/Debtors/{guid}"
    hrefs = {link["href"] for link in created.json()["links"]}
    assert hrefs
    assert all(href.startswith(f"{BASE}{space}{APTIC}/") for href in hrefs)
    operations = api.get(f"{sent}{space}{CUSTOMER}").json()["operations"]
    assert all(one["href"].startswith(f"/sim{space}/ledger/") for one in operations)


@sent_as
@pytest.mark.parametrize("space", ["", "/s/a"])
def test_every_vendor_and_the_admin_api_answer(api: Api, sent: str, space: str) -> None:
    prefix = sent + space
    assert api.get(f"{prefix}{APTIC}/Ping").status_code == 200
    limit = api.send("GET", f"{prefix}/api/v3/customer-account/0100.0000008/credit-limit", headers=KEY)
    assert limit.status_code == 200
    info = api.get(f"{prefix}/_sim/info").json()
    assert info["vendors"] == {
        "aptic": f"{BASE}{space}/APIGW",
        "payex": f"{BASE}{space}/ledger",
        "riverty": f"{BASE}{space}/api/v3",
    }
    assert api.get(f"{prefix}/_sim/openapi.json").json()["servers"] == [{"url": f"/sim{space}/_sim"}]
    made = api.post(f"{sent}/_sim/spaces", {"name": "b"}).json()
    assert (made["admin"], made["vendors"]["aptic"]) == (f"{BASE}/s/b/_sim", f"{BASE}/s/b/APIGW")
    snapshot = api.post(f"{prefix}/_sim/snapshots", {"name": "x"}).json()
    assert snapshot["file"] == f"{BASE}{space}/_sim/snapshots/x/file"
    loaded = api.post(f"{prefix}/_sim/fixtures", {"aptic": {"debtors": [{"fullName": "Bo Ek"}]}}).json()
    assert f'"{BASE}{space}{APTIC}/Debtors/' in httpx.Response(200, json=loaded).text


@sent_as
@pytest.mark.parametrize("headers", [{}, {"Sim-Space": "a"}])
def test_a_card_page_is_reached_and_leads_on(api: Api, sent: str, headers: dict[str, str]) -> None:
    path = f"{CUSTOMER}/consent/recurring-card-redirect-registration"
    answer = api.send("POST", sent + path, headers={**BEARER, **headers}, json=TARGETS)
    page: str = answer.json()["redirectUrl"]
    space = "/s/a" if headers else ""
    assert page.startswith(f"{BASE}{space}/_sim/payex/card-check/")
    here = page.removeprefix(BASE)
    shown = api.send("GET", sent + here, headers={})
    assert f'action="/sim{here}/confirm"' in shown.text
    pressed = api.send("POST", f"{sent}{here}/confirm", headers={})
    assert (pressed.status_code, pressed.headers["location"]) == (303, TARGETS["completeUrl"])


def test_events_have_links_with_the_base_path(api: Api) -> None:
    api.freeze("2026-01-02T00:00:00Z")
    events = api.post("/sim/_sim/clock/advance", {"by": "P40D"}).json()["events"]
    assert events
    assert all(one["href"].startswith(f"{BASE}/") for one in events)


@sent_as
def test_the_nearest_route_has_the_base_path_if_the_mount_was_wrong(api: Api, sent: str) -> None:
    wrong_mount = api.get(f"{sent}/APIGWW/v1/Debtors")
    assert (wrong_mount.status_code, wrong_mount.headers["sim-nearest"]) == (404, "GET /sim/APIGW/v1/Debtors")
    wrong_path = api.get(f"{sent}{APTIC}/Debtor")
    assert wrong_path.headers["sim-nearest"] == "GET /v1/Debtors"


@sent_as
def test_the_journal_has_paths_without_the_base_path(api: Api, sent: str) -> None:
    answer = api.get(f"{sent}/s/a{APTIC}/Debtors")
    recorded = api.get(f"/s/a/_sim/requests/{answer.headers['sim-request-id']}").json()
    assert recorded["path"] == f"{APTIC}/Debtors"


def test_the_base_path_is_stripped_once_and_as_a_whole(api: Api) -> None:
    assert api.get(f"/sim/sim{APTIC}/Ping").status_code == 404
    assert api.get(f"/simulator{APTIC}/Ping").status_code == 404
    assert api.get(f"/SIM{APTIC}/Ping").status_code == 404


@pytest.mark.parametrize("given", ["/sim", "/sim/"])
def test_a_slash_at_its_end_counts_for_nothing(serve: Serve, given: str) -> None:
    assert serve(root_path=given).get("/sim/_sim/info").json()["vendors"]["aptic"] == f"{BASE}/APIGW"


def test_it_may_have_several_segments(serve: Serve) -> None:
    api = serve(root_path="/tools/sim-1.0")
    for sent in ("/tools/sim-1.0", ""):
        link = api.put(f"{sent}{APTIC}/Debtors", {}).headers["location"]
        assert link.startswith("http://sim.test/tools/sim-1.0/APIGW/v1/Debtors/")


def test_mounted_in_another_application_it_finds_its_way_too(serve: Serve, loop: Any) -> None:
    async def create() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Mount("/sim", serve().app)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://sim.test", headers=BEARER) as client:
            return await client.put(f"/sim{APTIC}/Debtors", json={"fullName": "Ada Ek"})

    created = loop.run_until_complete(create())
    assert created.status_code == 201
    assert created.headers["location"].startswith(f"{BASE}{APTIC}/Debtors/")


def test_a_served_process_takes_it_from_the_option_or_the_variable(start: Start) -> None:
    server = start("--port", "0", "--root-path", "/sim")
    assert httpx.get(f"{server.url}/sim/_sim/health/ready").status_code == 200
    assert httpx.get(f"{server.url}/_sim/health/ready").status_code == 200
    info = httpx.get(f"{server.url}/_sim/info").json()
    assert info["vendors"]["aptic"] == f"{server.url}/sim/APIGW"


@pytest.mark.parametrize("path", ["/APIGW", "/apigw/x", "/ledger/sim", "/api", "/_sim", "/s", "/docs"])
def test_a_base_path_that_the_server_itself_answers_stops_the_start(path: str) -> None:
    assert refusal(root_path=path).startswith(f"--root-path is {path!r}")


@pytest.mark.parametrize(
    "path", ["sim", "/", "/a b", "/a//b", "/../x", "/a?b", "//host", "https://host/sim", "/å"]
)
def test_what_is_no_base_path_stops_the_start(path: str) -> None:
    assert refusal({"LEDGERSIM_ROOT_PATH": path}) == (
        f"LEDGERSIM_ROOT_PATH is {path!r}; it must be a path such as /sim, without a ? or #"
    )
