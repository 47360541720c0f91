"""A server in the process of the tests, its spaces, clocks and faults."""

import shlex
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledgersim.testing import AdminApiError, Fault, Faults, Server, Space, StartupError
from tests.serving import Start

CLIENT = {"Authorization": "Bearer any"}
PETRA = "5eed0002-deb0-4000-8000-000000000001"
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for all tests; each has its own space."""
    with Server() as server:
        yield server


@pytest.fixture
def space(server: Server) -> Iterator[Space]:
    """A fresh space."""
    with server.space() as space:
        yield space


@pytest.fixture
def aptic(space: Space) -> Iterator[httpx.Client]:
    """A client of Aptic in that space."""
    with httpx.Client(base_url=space.aptic, headers=CLIENT) as client:
        yield client


def create_debtor(client: httpx.Client, name: str = "Ada Ek") -> httpx.Response:
    return client.put("/v1/Debtors", json={"fullName": name})


def named(client: httpx.Client, name: str) -> int:
    """How many debtors have that name."""
    answer = client.get("/v1/Debtors", params={"$filter": f"fullName eq '{name}'"})
    return len(answer.json()["value"])


# Servers


def test_a_server_uses_a_free_port_and_releases_it() -> None:
    with Server() as one, Server() as other:
        assert one.url.startswith("http://127.0.0.1:")
        assert one.url != other.url
        url = one.url
        assert httpx.get(f"{url}/_sim/health/live").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_sim/health/live")


def test_a_server_reads_its_settings_and_not_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERSIM_AUTH", "off")
    monkeypatch.setenv("LEDGERSIM_WROLD", "mine")
    with Server(created_status=200) as server, server.space() as space:
        assert httpx.put(f"{space.aptic}/v1/Debtors", json={"fullName": "Bo"}).status_code == 401
        assert (
            httpx.put(f"{space.aptic}/v1/Debtors", json={"fullName": "Bo"}, headers=CLIENT).status_code == 200
        )


def test_the_token_of_the_admin_api_is_sent_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there
    with Server(admin_token="secret") as server, server.space() as space:
        assert httpx.get(f"{space.url}/_sim/clock", trust_env=False).status_code == 401
        assert space.clock.now >= START


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"customers": "lots"}, "--customers is 'lots'; it must be a whole number from 1 to 1000000"),
        ({"custmers": 5}, "custmers is not a setting; the settings are host, port, "),
        ({"tls_cert": __file__, "tls_key": __file__}, "a server for tests does not support HTTPS; "),
    ],
)
def test_invalid_options_are_rejected(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(StartupError) as caught:
        Server(**options)
    assert str(caught.value).startswith(reason)


def test_a_server_that_cannot_start_says_why(server: Server) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(StartupError, match=f"^port {port} of 127.0.0.1 is in use; "):
        Server(port=port).start()
    with pytest.raises(StartupError, match="no-such-world"):
        Server(world="no-such-world").start()


# Servers in their own process, and running ones

COMMAND = (sys.executable, "-m", "ledgersim")


@pytest.mark.parametrize("command", [COMMAND, shlex.join(COMMAND)])
def test_a_server_can_run_in_its_own_process(
    command: str | Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGERSIM_AUTH", "off")
    monkeypatch.setenv("LEDGERSIM_WROLD", "mine")
    with Server(command=command, created_status=200, admin_token="secret") as server:
        with server.space() as space, httpx.Client(base_url=space.aptic, headers=CLIENT) as client:
            assert create_debtor(client).status_code == 200
            assert client.get("/v1/Debtors", headers={"Authorization": ""}).status_code == 401
            space.verify(1, operation="aptic.debtors.create")
        url = server.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_sim/health/live")


@pytest.mark.parametrize(
    ("command", "options", "reason"),
    [
        (
            COMMAND,
            {"customers": "lots"},
            f"`{shlex.join(COMMAND)} serve` ended with exit code 2\n"
            "ledgersim: LEDGERSIM_CUSTOMERS is 'lots'; it must be a whole number from 1 to 1000000",
        ),
        ((sys.executable, "-c", "pass"), {}, f"`{sys.executable} -c pass serve` ended with exit code 0"),
        (
            "./nowhere 'to be' found",
            {},
            "`./nowhere 'to be' found serve` cannot be run: No such file or directory",
        ),
    ],
)
def test_a_command_that_starts_no_server_fails_with_its_output(
    command: str | Sequence[str], options: dict[str, Any], reason: str
) -> None:
    server = Server(command=command, **options)
    with pytest.raises(StartupError) as caught:
        server.start()
    assert str(caught.value) == reason


def test_what_a_command_starts_ends_with_it(tmp_path: Path) -> None:
    script = tmp_path / "ledgersim"
    script.write_text(f'#!/bin/sh\n{shlex.join(COMMAND)} "$@"\nexit 1\n')
    script.chmod(0o755)
    with Server(command=[str(script)]) as server:
        url = server.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_sim/health/live")


def test_a_server_that_runs_already_is_left_running(start: Start) -> None:
    running = start("--port", "0", LEDGERSIM_ADMIN_TOKEN="secret")
    with Server(url=f"{running.url}/", admin_token="secret") as server:
        assert server.url == running.url
        with server.space() as space:
            assert space.url == f"{running.url}/s/{space.name}"
            assert space.requests() == []
    assert httpx.get(f"{running.url}/_sim/health/live").status_code == 200


def test_a_missing_server_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(StartupError) as caught:
        Server(url=f"http://127.0.0.1:{port}").start()
    assert (
        str(caught.value)
        == f"no ledgersim server is ready at http://127.0.0.1:{port}: [Errno 111] Connection refused"
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"url": "http://a", "customers": 5, "auth": "off", "admin_token": "x"},
            "the server at http://a is already running; omit the settings auth, customers, and start that server with them",
        ),
        (
            {"url": "http://a", "command": "ledgersim"},
            "the server at http://a is already running; pass either a command or a URL",
        ),
        (
            {"command": "ledgersim", "tls_cert": "cert.pem"},
            "a server for tests does not support HTTPS; omit the settings tls_...",
        ),
    ],
)
def test_options_that_contradict_each_other_are_rejected(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(StartupError) as caught:
        Server(**options)
    assert str(caught.value) == reason


def test_a_server_runs_once_at_a_time() -> None:
    server = Server()
    assert repr(server) == "<Server (stopped)>"
    server.stop()
    for call in (lambda: server.url, server.space, server.coverage):
        with pytest.raises(RuntimeError, match=r"^the server is not running; call start\(\) first"):
            call()
    with server:
        url = server.url
        assert repr(server) == f"<Server {url}>"
        with pytest.raises(RuntimeError, match=f"^the server is already running at {url}; "):
            server.start()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_sim/health/live")
    with server:
        assert httpx.get(f"{server.url}/_sim/health/live").status_code == 200


def test_a_server_returns_its_coverage() -> None:
    with Server() as server:
        httpx.get(f"{server.space().aptic}/v1/Debtors", headers=CLIENT)
        coverage = server.coverage()
    assert coverage["exercised"] == 1
    assert coverage["vendors"]["aptic"]["operations"]["aptic.debtors.list"]["responses"] == {"200": 1}


# Spaces


def test_a_space_has_the_address_of_each_vendor(server: Server) -> None:
    with server.space("mine") as space:
        assert space.name == "mine"
        assert repr(space) == f"<Space mine {server.url}/s/mine>"
        assert space.url == f"{server.url}/s/mine"
        assert space.aptic == f"{server.url}/s/mine/APIGW"
        assert space.payex == f"{server.url}/s/mine/ledger"
        assert space.riverty == f"{server.url}/s/mine/api/v3"


def test_a_space_ends_with_its_block_and_may_have_ended_before(server: Server) -> None:
    with server.space("short") as space:
        assert "short" in spaces_of(server)
    assert "short" not in spaces_of(server)
    space.delete()
    assert "short" not in spaces_of(server)


def spaces_of(server: Server) -> list[str]:
    listed = httpx.get(f"{server.url}/_sim/spaces").json()
    return [*(one["name"] for one in listed["spaces"]), *listed["closed"]]


def test_two_spaces_at_once_are_isolated(server: Server) -> None:
    def work(number: int) -> tuple[int, int, datetime]:
        with server.space() as space, httpx.Client(base_url=space.aptic, headers=CLIENT) as client:
            at = START + timedelta(days=number)
            space.clock.freeze(at)
            for _ in range(number):
                create_debtor(client)
            space.verify(number, operation="aptic.debtors.create", status=201)
            return number, named(client, "Ada Ek"), space.clock.now

    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(work, range(1, 9)))
    assert seen == [(number, number, START + timedelta(days=number)) for number in range(1, 9)]


def test_a_space_can_start_from_another(server: Server, space: Space, aptic: httpx.Client) -> None:
    create_debtor(aptic)
    with server.space(from_=space.name) as copy:
        assert copy.export() == space.export()
        assert copy.requests() == []


def test_a_snapshot_is_restored_and_a_reset_restores_the_start(space: Space, aptic: httpx.Client) -> None:
    start = space.export()
    create_debtor(aptic)
    kept, name = space.export(), space.snapshot("one-debtor")
    create_debtor(aptic)
    space.restore(name)
    assert space.export() == kept
    space.reset("data")
    assert space.export() == start
    assert len(space.requests()) == 2
    space.reset()
    assert space.requests() == []


def test_personas_are_found_by_name(space: Space) -> None:
    assert space.personas["Petra Paymentplan"]["aptic"]["debtorGuid"] == PETRA
    with pytest.raises(KeyError, match=r"unknown persona 'Ulla Unpiad'; did you mean 'Ulla Unpaid'\?"):
        space.personas["Ulla Unpiad"]
    with pytest.raises(KeyError, match=r"unknown persona 'x'; the personas are .*Petra Paymentplan, "):
        space.personas["x"]


def test_fixtures_are_a_file_a_text_or_a_dict(space: Space, aptic: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("aptic: {debtors: [{fullName: Ada Ek}]}", encoding="utf-8")
    space.fixtures(file)
    space.fixtures("aptic:\n  debtors:\n  - fullName: Ada Ek\n")
    space.fixtures({"aptic": {"debtors": [{"fullName": "Ada Ek"}]}})
    assert named(aptic, "Ada Ek") == 3
    with pytest.raises(ValueError, match=r"^'mine\.yaml' is the name of a file, not fixtures; pass Path\("):
        space.fixtures("mine.yaml")


def test_every_other_call_of_the_admin_api_can_be_made(space: Space) -> None:
    assert space.admin("GET", "/health/live") == {"status": "ok"}
    assert space.admin("GET", "health/live") == {"status": "ok"}
    assert (
        space.admin("POST", "/faults", {"kind": "drop", "ttl": timedelta(hours=1)})["ttl"] == "PT3600.000000S"
    )
    assert space.admin("DELETE", "/faults") is None
    assert isinstance(space.admin("GET", f"/snapshots/{space.snapshot()}/file"), bytes)


@pytest.mark.parametrize(
    ("call", "status", "reason"),
    [
        (
            lambda space: space.restore("né/x"),
            404,
            "Snapshot 'né/x' not found; GET /_sim/snapshots lists all snapshots.",
        ),
        (
            lambda space: space.request(10**9),
            404,
            "Request '1000000000' not found in the journal of the space 'refusing'.",
        ),
        (lambda space: space.faults.add("status"), 400, "status: is required for a fault of kind status"),
        (
            lambda space: space.clock.advance(timedelta(days=-1)),
            400,
            "by: must not be negative: time only moves",
        ),
    ],
)
def test_a_rejection_is_raised_with_its_reason(
    server: Server, call: Callable[[Space], object], status: int, reason: str
) -> None:
    with server.space("refusing") as space, pytest.raises(AdminApiError) as caught:
        call(space)
    assert caught.value.status == status
    assert caught.value.reason.startswith(reason)
    assert str(caught.value) == f"{status}: {caught.value.reason}"


def test_a_value_that_json_does_not_know_is_not_sent(space: Space) -> None:
    with pytest.raises(TypeError, match="cannot be sent as JSON"):
        space.verify(body={"a": object()})


# Clock


@pytest.mark.parametrize(
    ("at", "instant"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00:00+01:00", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        (date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 12, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_frozen_clock_stands_where_it_is_put(space: Space, at: Any, instant: datetime) -> None:
    space.clock.freeze(at)
    assert space.clock.now == instant
    assert space.clock.now == instant


def test_a_clock_is_set_without_being_stopped_or_started(space: Space) -> None:
    space.clock.freeze("2026-02-01")
    space.clock.set("2026-03-01")
    assert space.clock.now == datetime(2026, 3, 1, tzinfo=UTC)
    space.clock.tick()
    space.clock.set("2026-04-01")
    assert datetime(2026, 4, 1, tzinfo=UTC) < space.clock.now < space.clock.now
    space.clock.freeze()
    assert space.clock.now == space.clock.now


@pytest.mark.parametrize(
    ("by", "instant"),
    [
        ("P1M", datetime(2026, 2, 1, tzinfo=UTC)),
        (timedelta(days=40, seconds=3, microseconds=5), START + timedelta(days=40, seconds=3, microseconds=5)),
    ],
)
def test_a_clock_moves_on_by_a_duration(space: Space, by: Any, instant: datetime) -> None:
    space.clock.freeze(START)
    space.clock.advance(by)
    assert space.clock.now == instant


def test_advancing_returns_the_events_in_order(space: Space) -> None:
    space.clock.freeze(START)
    assert space.clock.events() == []
    events = space.clock.advance("P3M")
    assert space.clock.events() == events
    assert events == sorted(events, key=lambda event: event["at"])
    assert [(event["at"], event["event"]) for event in events if PETRA in event["href"]] == [
        ("2026-01-17T00:00:00Z", "aptic.paymentplan.invoiced"),
        ("2026-02-01T00:00:00Z", "aptic.paymentplan.reminded"),
        ("2026-02-14T00:00:00Z", "aptic.paymentplan.invoiced"),
        ("2026-03-01T00:00:00Z", "aptic.paymentplan.reminded"),
        ("2026-03-01T00:00:00Z", "aptic.paymentplan.terminated"),
    ]


# Faults, as a client sees them on a connection


def test_a_status_is_sent_in_the_vendors_format_as_often_as_times_says(
    space: Space, aptic: httpx.Client
) -> None:
    fault = space.faults.status(503, times=1, retry_after=7, operation="aptic.debtors.*")
    assert aptic.get("/v1/Cases").status_code == 200
    rejected = aptic.get("/v1/Debtors")
    assert (rejected.status_code, rejected.headers["Retry-After"]) == (503, "7")
    assert rejected.headers["Content-Type"] == "application/problem+json"
    assert aptic.get("/v1/Debtors").status_code == 200
    assert fault.fired == 1


@pytest.mark.parametrize(
    ("call", "members"),
    [
        (lambda faults: faults.drop(), {"kind": "drop"}),
        (lambda faults: faults.drop(True), {"kind": "drop", "when": "after_commit"}),
        (lambda faults: faults.drop(when="after_commit"), {"kind": "drop", "when": "after_commit"}),
        (lambda faults: faults.drop(when="before"), {"kind": "drop", "when": "before"}),
        (
            lambda faults: faults.status(503, after_commit=True),
            {"kind": "status", "status": 503, "when": "after_commit"},
        ),
        (
            lambda faults: faults.delay(2, after_commit=True, header={"x-n": 5}),
            {"kind": "delay", "seconds": 2, "when": "after_commit", "match": {"header": {"x-n": "5"}}},
        ),
        (
            lambda faults: faults.add("reset", after_commit=True, match={"query": {"$top": 5, "all": True}}),
            {"kind": "reset", "when": "after_commit", "match": {"query": {"$top": "5", "all": "true"}}},
        ),
        (lambda faults: faults.truncate(), {"kind": "truncate"}),
        (lambda faults: faults.truncate(7, times=1), {"kind": "truncate", "bytes": 7, "times": 1}),
        (
            lambda faults: faults.quota(1, "PT1M", operation="aptic.*"),
            {"kind": "quota", "limit": 1, "window": "PT1M", "match": {"operation": "aptic.*"}},
        ),
    ],
)
def test_faults_have_short_forms(
    space: Space, call: Callable[[Faults], Fault], members: dict[str, Any]
) -> None:
    fault = call(space.faults)
    definition = space.admin("GET", f"/faults/{fault.id}")
    assert definition == {"id": "f1", "fired": 0, "ended": False, **members}


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (
            lambda faults: faults.drop(match={"method": "GET"}, operation="aptic.*", path="/x"),
            "pass operation, path in match, or omit match",
        ),
        (lambda faults: faults.drop(True, when="before"), "after_commit=True contradicts when='before'"),
    ],
)
def test_members_of_a_fault_that_contradict_each_other_are_rejected(
    space: Space, call: Callable[[Faults], Fault], reason: str
) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        call(space.faults)
    assert space.admin("GET", "/faults") == {"faults": []}


def test_a_fault_shows_what_it_is(space: Space) -> None:
    fault = space.faults.status(503, times=1, operation="aptic.*")
    assert repr(fault) == "<Fault f1 status match={'operation': 'aptic.*'} status=503 times=1>"
    space.reset()
    assert repr(fault) == "<Fault f1 status match={'operation': 'aptic.*'} status=503 times=1>"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("drop", httpx.RemoteProtocolError),
        ("reset", httpx.ReadError),
        ("truncate", httpx.RemoteProtocolError),
    ],
)
def test_a_broken_connection_is_seen_by_the_client(
    space: Space, aptic: httpx.Client, kind: Any, error: type[Exception]
) -> None:
    fault = space.faults.add(kind, match={"method": "GET"})
    with pytest.raises(error):
        aptic.get("/v1/Debtors")
    assert create_debtor(aptic).status_code == 201
    fault.remove()
    assert aptic.get("/v1/Debtors").status_code == 200


def test_a_connection_that_is_dropped_at_once_writes_nothing(space: Space, aptic: httpx.Client) -> None:
    space.faults.drop(times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        create_debtor(aptic)
    assert named(aptic, "Ada Ek") == 0


def test_a_connection_that_is_dropped_after_the_commit_has_written(space: Space, aptic: httpx.Client) -> None:
    space.faults.drop(after_commit=True, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        create_debtor(aptic)
    assert named(aptic, "Ada Ek") == 1


def test_a_delay_is_longer_than_an_impatient_client_waits(space: Space, aptic: httpx.Client) -> None:
    space.faults.delay(30, match={"path": "/apigw/v1/debtors", "method": "GET"})
    with pytest.raises(httpx.ReadTimeout):
        aptic.get("/v1/Debtors", timeout=0.2)
    assert create_debtor(aptic).status_code == 201


def test_deleted_faults_no_longer_fire(space: Space, aptic: httpx.Client) -> None:
    faults = [space.faults.status(500), space.faults.add("quota", limit=1, window=timedelta(minutes=1))]
    space.faults.clear()
    assert aptic.get("/v1/Debtors").status_code == 200
    with pytest.raises(AdminApiError, match=r"^404: Fault .* not found"):
        assert faults[0].fired


# Recorded requests


def test_requests_are_listed_by_filters_and_read_in_full(space: Space, aptic: httpx.Client) -> None:
    create_debtor(aptic)
    aptic.put("/v1/Debtors", json={"fullName": 5})
    aptic.get("/v1/Debtors")
    assert [one["status"] for one in space.requests(operation="aptic.debtors.create")] == [201, 400]
    (rejected,) = space.requests(diagnostics=True, status=400)
    assert space.requests(since=rejected["id"], limit=1)[0]["operation"] == "aptic.debtors.list"
    assert space.request(rejected["id"])["request"]["body"] == {"fullName": 5}


def test_without_a_limit_as_many_requests_are_listed_as_can_be(space: Space, aptic: httpx.Client) -> None:
    for _ in range(101):
        aptic.get("/v1/Debtors?$top=1")
    assert len(space.requests()) == 101
    assert len(space.requests(limit=7)) == 7
    assert len(space.verify(101, query={"$top": 1})) == 101


def test_verifying_returns_the_ids_of_the_requests_meant(space: Space, aptic: httpx.Client) -> None:
    create_debtor(aptic, "Bo")
    create_debtor(aptic)
    aptic.put("/v1/Cases", json=[{"currencyCode": "SEK", "debts": [{"originalPrincipal": 12.5}]}])
    first, second, _case = [one["id"] for one in space.requests()]
    assert space.verify(operation="aptic.debtors.create") == [first, second]
    assert space.verify(1, body={"fullName": "Ada Ek"}, header={"authorization": "Bearer *"}) == [second]
    assert space.verify(1, body=[{"debts": [{"originalPrincipal": Decimal("12.50")}]}]) == [_case]
    assert space.verify(0, method="DELETE") == []
    assert space.verify(at_least=1, at_most=2, status=201, path="*/debtors") == [first, second]


def test_a_failed_verification_shows_the_reason_and_the_nearest_requests(
    space: Space, aptic: httpx.Client
) -> None:
    create_debtor(aptic)
    aptic.put("/v1/Debtors", json={"fullName": 5})
    _created, rejected = [one["id"] for one in space.requests()]
    with pytest.raises(AssertionError) as caught:
        space.verify(2, operation="aptic.debtors.create", status=201)
    assert str(caught.value) == (
        "1 found, exactly 2 expected. Criteria: operation='aptic.debtors.create', status=201\n"
        "Nearest:\n"
        f"#{rejected} PUT /APIGW/v1/Debtors -> 400 validation\n"
        "    validation fullName: Input should be a string\n"
        "    differs in status: 400"
    )
    with pytest.raises(AssertionError) as caught:
        space.verify(at_most=1)
    assert str(caught.value).startswith("2 found, at most 1 expected. Criteria: any request")


def test_a_failed_verification_shows_surplus_requests(monkeypatch: pytest.MonkeyPatch, space: Space) -> None:
    request = {"id": 3, "method": "PUT", "path": "/APIGW/v1/Debtors", "query": "", "status": 201}
    result = {"ok": False, "reason": "2 found, exactly 1 expected.", "found": [request], "matching": [3]}
    nearest = [{**request, "id": 2, "differs": {"body.paymentAmount": 10}}]
    monkeypatch.setattr(space, "_call", lambda *_: {**result, "nearest": nearest})
    with pytest.raises(AssertionError) as caught:
        space.verify(1, operation="aptic.debtors.create")
    assert str(caught.value) == (
        "2 found, exactly 1 expected. Criteria: operation='aptic.debtors.create'\n"
        "Found:\n"
        "#3 PUT /APIGW/v1/Debtors -> 201\n"
        "Nearest:\n"
        "#2 PUT /APIGW/v1/Debtors -> 201\n"
        "    differs in body.paymentAmount: 10"
    )


def test_failures_are_the_latest_requests_with_problems_or_diagnostics(
    space: Space, aptic: httpx.Client
) -> None:
    aptic.get("/v1/Debtors")
    assert space.failures() == ""
    for _ in range(12):
        space.faults.drop(times=1)
        with pytest.raises(httpx.RemoteProtocolError):
            aptic.get("/v1/Debtors?$top=1")
    ids = [one["id"] for one in space.requests()][1:]
    aptic.get("/v1/Debtors")
    lines = [
        f"#{id} GET /APIGW/v1/Debtors?$top=1 -> no response\n    fault f{number} drop"
        for number, id in enumerate(ids, 1)
    ]
    assert space.failures() == "\n".join(["… 2 earlier", *lines[2:]])


def test_failures_of_a_stopped_server_are_empty() -> None:
    with Server() as server:
        space = server.space()
    assert space.failures() == ""
