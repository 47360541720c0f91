"""Long work runs in a thread: other spaces and health probes are served, requests to the same space wait."""

import asyncio
import json
from collections.abc import Callable
from threading import Event
from typing import Any

import httpx
import pytest

from ledgersim.admin import snapshots, transfer
from ledgersim.http.body import LONG_ELEMENTS
from ledgersim.spaces.scheduler import Scheduler
from ledgersim.storage.database import Database
from ledgersim.vendors.aptic.cases import routes as cases
from ledgersim.vendors.aptic.claims.queries import MANY
from ledgersim.vendors.aptic.payments import routes as payments
from ledgersim.world import fixtures
from tests.client import APTIC, BEARER, Api

LIMIT = 60  # seconds after which a test gives up
CASES = f"{APTIC}/Cases"
LONG: list[Any] = [{}] * (LONG_ELEMENTS + 1)
PUT_CASES = ("PUT", f"{CASES}?async=false", json.dumps(LONG).encode())


class Hold:
    """Makes a function wait until it may go on."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
        self.entered, self.may_go_on = Event(), Event()
        call: Callable[..., Any] = getattr(owner, name)

        def hold(*arguments: Any, **options: Any) -> Any:
            self.entered.set()
            assert self.may_go_on.wait(LIMIT)
            return call(*arguments, **options)

        patch.setattr(owner, name, hold)

    async def has_begun(self) -> None:
        """Wait until the function has been called. It must be in a thread, or else this never returns."""
        assert await asyncio.to_thread(self.entered.wait, LIMIT)


def client_of(api: Api, prefix: str = "") -> httpx.AsyncClient:
    """A client for concurrent requests to a space."""
    headers = {**BEARER, "Content-Type": "application/json"}
    transport = httpx.ASGITransport(app=api.app)
    return httpx.AsyncClient(transport=transport, base_url=f"http://sim.test{prefix}", headers=headers)


def number_of_cases(api: Api, prefix: str) -> int:
    content = api.get(f"{prefix}/_sim/export").json()
    return len(content["tables"]["case"])


def body_of(api: Api, path: str) -> bytes:
    """What the request of a path sends."""
    if path == "/_sim/import":
        return api.get("/_sim/export").content
    if path.startswith("/_sim/snapshots/"):
        api.post("/_sim/snapshots", {"name": "one"})
        return api.get("/_sim/snapshots/one/file").content if path.endswith("file") else b""
    return {
        "/_sim/clock/advance": b'{"by": "P1M"}',
        "/_sim/fixtures": b'{"aptic": {"debtors": [{}]}}',
        "/_sim/spaces": b'{"name": "copy", "from": "default"}',
        PUT_CASES[1]: PUT_CASES[2],
    }.get(path, b"")


@pytest.mark.parametrize(
    ("method", "path", "owner", "name"),
    [
        ("PUT", PUT_CASES[1], cases, "import_cases"),
        ("GET", "/_sim/export", transfer, "export_rows"),
        ("POST", "/_sim/import", transfer, "import_rows"),
        ("PUT", "/_sim/snapshots/two/file", snapshots, "check_image"),
        ("POST", "/_sim/snapshots", Database, "image"),
        ("POST", "/_sim/snapshots/one/restore", Database, "restore"),
        ("POST", "/_sim/reset", Database, "restore"),
        ("POST", "/_sim/spaces", Database, "image"),
        ("POST", "/_sim/clock/advance", Scheduler, "advance"),
        ("POST", "/_sim/fixtures", fixtures, "_load"),
    ],
)
def test_others_are_served_meanwhile(
    api: Api, monkeypatch: pytest.MonkeyPatch, method: str, path: str, owner: Any, name: str
) -> None:
    body = body_of(api, path)
    held = Hold(monkeypatch, owner, name)

    async def scenario() -> list[int]:
        client, other = client_of(api), client_of(api, "/s/other")
        long = asyncio.create_task(client.request(method, path, content=body))
        await held.has_begun()
        same = [asyncio.create_task(client.get(one)) for one in (CASES, "/_sim/clock")]
        found = [
            await client.get("/_sim/health/ready"),
            await other.get(CASES),
            await other.get("/_sim/spaces"),
        ]
        assert not any(one.done() for one in (long, *same))
        held.may_go_on.set()
        return [one.status_code for one in (await long, *found, *[await one for one in same])]

    statuses = api.run(scenario())
    assert statuses[0] in (200, 201, 204)
    assert statuses[1:] == [200] * 5


@pytest.mark.parametrize(
    ("path", "owner", "name"),
    [("Payments", payments, "add_payment"), ("Close", cases, "close_case")],
)
def test_others_are_served_while_many_claims_are_handled(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str, owner: Any, name: str
) -> None:
    fee = {"remainingPrincipal": 1, "name": "X"}
    (guid,) = api.put(f"{CASES}?async=false", [{"fees": [fee] * (MANY + 1)}]).json()["caseGuids"]
    method, body = ("PUT", {"paymentAmount": 50}) if path == "Payments" else ("POST", {})
    held = Hold(monkeypatch, owner, name)

    async def scenario() -> list[int]:
        long = asyncio.create_task(client_of(api).request(method, f"{CASES}/{guid}/{path}", json=body))
        await held.has_begun()
        other = await client_of(api, "/s/other").get(CASES)
        assert not long.done()
        held.may_go_on.set()
        return [(await long).status_code, other.status_code]

    assert api.run(scenario()) == [201 if path == "Payments" else 204, 200]
    assert api.get(f"{CASES}/{guid}").json()["paidFee"] == (50 if path == "Payments" else 0)


def test_a_long_body_about_many_claims_is_handled_in_one_thread(api: Api) -> None:
    debts = [{"remainingPrincipal": 1, "referenceNumber": str(number)} for number in range(MANY + 1)]
    (guid,) = api.put(f"{CASES}?async=false", [{"debts": debts}]).json()["caseGuids"]
    specification = [{"invoiceReference": str(number), "principalAmount": 1} for number in range(MANY + 1)]
    payment = {"paymentAmount": MANY + 1, "specification": specification}
    assert api.put(f"{CASES}/{guid}/Payments", payment).status_code == 201
    assert api.get(f"{CASES}/{guid}").json()["remainingSum"] == 0


def test_a_due_job_does_not_hold_other_spaces(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.put("/s/a/_sim/aptic/case-import", {"delay": 0})
    held = Hold(monkeypatch, Scheduler, "run_due")
    monkeypatch.setattr(Scheduler, "is_due", lambda _, space: space.name == "a" and not held.entered.is_set())

    async def scenario() -> list[int]:
        waiting = asyncio.create_task(client_of(api, "/s/a").get(CASES))
        await held.has_begun()
        other = await client_of(api, "/s/b").get(CASES)
        held.may_go_on.set()
        return [(await waiting).status_code, other.status_code]

    assert api.run(scenario()) == [200, 200]


def test_a_long_import_reports_its_errors(api: Api) -> None:
    answer = api.put(CASES, [*LONG, {"debtors": 5}, {"clientGuid": 5}])
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {
            "[101].debtors": ["Input should be a JSON array"],
            "[102].clientGuid": ["Input should be a string"],
        },
    )


def test_a_long_import_goes_on_when_its_client_gives_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    before = number_of_cases(api, "/s/a")
    held = Hold(monkeypatch, cases, "import_cases")

    async def scenario() -> int:
        client = client_of(api, "/s/a")
        long = asyncio.create_task(client.request(*PUT_CASES[:2], content=PUT_CASES[2]))
        await held.has_begun()
        long.cancel()
        waiting = asyncio.create_task(client.get(CASES))
        with pytest.raises(asyncio.CancelledError):
            await long
        assert not waiting.done()
        held.may_go_on.set()
        return (await waiting).status_code

    assert api.run(scenario()) == 200
    assert number_of_cases(api, "/s/a") == before + len(LONG)


def test_a_space_that_is_deleted_meanwhile_closes_afterwards(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.get(f"/s/a{CASES}")
    held = Hold(monkeypatch, cases, "import_cases")

    async def scenario() -> list[int]:
        client = client_of(api)
        long = asyncio.create_task(client.put(f"/s/a{PUT_CASES[1]}", content=PUT_CASES[2]))
        await held.has_begun()
        deleted = await client.delete("/_sim/spaces/a")
        held.may_go_on.set()
        return [deleted.status_code, (await long).status_code, (await client.get("/_sim/spaces/a")).status_code]

    assert api.run(scenario()) == [204, 201, 404]


def test_requests_to_one_space_at_once_leave_it_consistent(api: Api) -> None:
    start = number_of_cases(api, "/s/a")
    api.post("/s/a/_sim/snapshots", {"name": "start"})

    async def scenario() -> list[int]:
        client = client_of(api, "/s/a")
        imports = [client.request(*PUT_CASES[:2], content=PUT_CASES[2]) for _ in range(3)]
        others = [
            client.post("/_sim/clock/advance", json={"by": "P1D"}),
            client.post("/_sim/snapshots/start/restore"),
            client.get("/_sim/export"),
            client.put(CASES, json=[{}]),
        ]
        return [answer.status_code for answer in await asyncio.gather(*imports, *others)]

    assert api.run(scenario()) == [201, 201, 201, 200, 204, 200, 201]
    content = api.get("/s/a/_sim/export").content
    added = number_of_cases(api, "/s/a") - start
    assert added in {long * len(LONG) + one for long in range(4) for one in range(2)}
    assert api.send("POST", "/s/b/_sim/import", content=content).status_code == 204
