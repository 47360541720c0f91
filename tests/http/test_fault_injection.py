"""Faults that hit a request while something else happens to it."""

import asyncio

import httpx
import pytest
from starlette.requests import Request

from tests.client import APTIC, BEARER, Api


def client(api: Api) -> httpx.AsyncClient:
    """A client that sees responses where the application raises, as the client of a server does."""
    transport = httpx.ASGITransport(app=api.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://sim.test", headers=BEARER)


def test_a_failing_handler_is_answered_by_500_though_a_fault_waits_for_its_answer(
    api: Api, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(request: Request) -> None:  # noqa: ARG001
        raise LookupError("a defect")

    route = api.app.mounts["/APIGW"].find("GET", ["v1", "Ping"]).route
    monkeypatch.setattr(route, "answer", fail)
    fault = {"kind": "status", "status": 503, "when": "after_commit"}
    assert api.post("/_sim/faults", fault).status_code == 201
    answer = loop.run_until_complete(client(api).get(f"{APTIC}/Ping"))
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_route_that_takes_nothing_of_its_request_is_hit_all_the_same(api: Api) -> None:
    assert api.post("/_sim/faults", {"kind": "status", "status": 503}).status_code == 201
    assert api.get(f"{APTIC}/Ping").status_code == 503


def test_a_request_that_is_delayed_while_its_space_is_deleted_is_not_carried_out(
    api: Api, loop: asyncio.AbstractEventLoop
) -> None:
    async def delete_meanwhile() -> httpx.Response:
        async with client(api) as http:
            await http.post("/_sim/spaces", json={"name": "short-lived"})
            headers = {"Sim-Fault": "delay=0.2"}
            late = asyncio.create_task(
                http.put(f"/s/short-lived{APTIC}/Debtors", json={"fullName": "Ada Ek"}, headers=headers)
            )
            while (space := api.app.spaces.get("short-lived")) is None or space.in_flight == 0:
                await asyncio.sleep(0)
            assert (await http.delete("/_sim/spaces/short-lived")).status_code == 204
            return await late

    late = loop.run_until_complete(delete_meanwhile())
    assert late.status_code == 503
    assert "deleted while a fault delayed" in late.json()["detail"]
