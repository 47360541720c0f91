"""A database file keeps the default space: rows, ids, clock and tokens, even through `kill -9`."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from ledgersim import cli
from ledgersim.app import create_app
from ledgersim.settings import load_settings
from tests.client import Api
from tests.serving import LIMIT, Fork, Served, Start, refusal, refused

APTIC = "/APIGW/v1"
TOKEN = {"grant_type": "client_credentials", "client_id": "ledgersim", "client_secret": "ledgersim-secret"}


def client(server: Served, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"Authorization": "Bearer x", **headers}, timeout=30)


def export(server: Served) -> Any:
    with client(server) as http:
        return http.get("/_sim/export").json()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_everything_answered_is_there_after_a_restart(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"), "--auth", "strict")
    server = start(*arguments)
    with httpx.Client(base_url=server.url) as http:
        now = http.put("/_sim/clock", json={"mode": "frozen", "now": "2027-01-02T03:04:05Z"}).json()["now"]
        token = http.post("/APIGW/login/oauth/access_token", data=TOKEN).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        guids = [
            http.put(f"{APTIC}/Debtors", json={"fullName": f"D{n}"}).json()["debtorGuid"] for n in range(20)
        ]
    server.stop(number)
    again = start(*arguments)
    with httpx.Client(base_url=again.url, headers={"Authorization": f"Bearer {token}"}) as http:
        assert http.get("/_sim/clock").json() == {"mode": "frozen", "now": now}
        assert [http.get(f"{APTIC}/Debtors/{guid}").status_code for guid in guids] == [200] * 20
        assert http.put(f"{APTIC}/Debtors", json={}).json()["debtorGuid"] not in guids
        fresh = http.post("/APIGW/login/oauth/access_token", data=TOKEN).json()["access_token"]
        assert fresh != token


def test_a_pending_import_of_cases_outlives_the_server(start: Start, tmp_path: Path) -> None:
    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"), "--case-import-delay", "30")
    server = start(*arguments)
    with client(server) as http:
        http.put("/_sim/clock", json={"mode": "frozen", "now": "2027-01-02T03:04:05Z"})
        made = http.put(f"{APTIC}/Cases", json=[{"caseNumber": "N1"}, {}]).json()
    server.stop(signal.SIGKILL)
    with client(start(*arguments)) as http:
        paths = [f"{APTIC}/Cases/{guid}" for guid in made["caseGuids"]]
        assert [http.get(path).status_code for path in paths] == [404, 404]
        assert http.put(f"{APTIC}/Cases", json=[{"caseNumber": "N1"}]).status_code == 409
        events = http.post("/_sim/clock/advance", json={"by": "PT30S"}).json()["events"]
        assert [one["impStockId"] for one in events] == [made["impStockId"]] * 2
        assert [http.get(path).json()["registrationDate"] for path in paths] == ["2027-01-02T03:04:35Z"] * 2


def test_a_payment_with_a_future_date_outlives_the_server(start: Start, tmp_path: Path) -> None:
    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"))
    server = start(*arguments)
    with client(server) as http:
        http.put("/_sim/clock", json={"mode": "frozen", "now": "2027-01-02T03:04:05Z"})
        (guid,) = http.put(f"{APTIC}/Cases", json=[{"debts": [{"originalPrincipal": 9}]}]).json()["caseGuids"]
        payment = {"paymentAmount": 9, "paymentDate": "2027-01-03"}
        http.put(f"{APTIC}/Cases/{guid}/Payments", json=payment)
    server.stop(signal.SIGKILL)
    with client(start(*arguments)) as http:
        assert http.get(f"{APTIC}/Cases/{guid}").json()["remainingSum"] == 9
        events = http.post("/_sim/clock/advance", json={"by": "P1D"}).json()["events"]
        assert [(one["at"], one["event"]) for one in events] == [
            ("2027-01-03T00:00:00Z", "aptic.payment.booked")
        ]
        assert http.get(f"{APTIC}/Cases/{guid}").json()["remainingSum"] == 0


def test_an_invoice_of_payex_and_its_aging_outlive_the_server(start: Start, tmp_path: Path) -> None:
    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"))
    server = start(*arguments)
    with client(server) as http:
        http.put("/_sim/clock", json={"mode": "frozen", "now": "2027-01-02T03:04:05Z"})
        path = "/_sim/payex/46001/customers/1000001/invoices"
        made = http.post(path, json={"originalAmount": 100, "invoiceNo": "17"}).json()
        http.post("/_sim/payex/46001/invoices/17/moves/pay", json={"amount": 30})
    server.stop(signal.SIGKILL)
    with client(start(*arguments)) as http:
        assert http.get(made["@id"]).json() == {**made, "currentDebt": 70.0}
        http.post("/_sim/clock/advance", json={"by": "P40D"})
        assert http.get(made["@id"]).json()["claimLevel"] == "RestReminder"


def test_the_ids_go_on_as_if_the_server_had_never_stopped(start: Start, tmp_path: Path, api: Api) -> None:
    def two(server: Served) -> list[str]:
        with client(server) as http:
            return [http.put(f"{APTIC}/Debtors", json={}).json()["debtorGuid"] for _ in range(2)]

    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"))
    first = start(*arguments)
    found = two(first)
    first.stop(signal.SIGKILL)
    found += two(start(*arguments))
    assert found == [api.debtor(fullName=None)["debtorGuid"] for _ in range(4)]


def test_a_reset_of_a_file_is_permanent(start: Start, tmp_path: Path) -> None:
    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"))
    server = start(*arguments)
    beginning = export(server)
    with client(server) as http:
        http.put(f"{APTIC}/Debtors", json={})
        assert http.post("/_sim/reset").status_code == 204
    assert export(server) == beginning
    server.stop(signal.SIGKILL)
    assert export(start(*arguments)) == beginning


def test_other_spaces_are_in_memory(start: Start, tmp_path: Path) -> None:
    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"))
    server = start(*arguments)
    with client(server) as http:
        guid = http.put(f"/s/a{APTIC}/Debtors", json={}).json()["debtorGuid"]
    server.stop()
    with client(start(*arguments)) as http:
        assert http.get(f"/s/a{APTIC}/Debtors/{guid}").status_code == 404


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        ({"seed": "2"}, "its --seed is 1, not 2"),
        ({"customers": "2"}, "its --customers is 1, not 2"),
        ({"as_of": "2026-02-01"}, "its --as-of is 2026-01-01, not 2026-02-01"),
    ],
)
def test_a_file_of_another_world_is_rejected(tmp_path: Path, other: dict[str, str], difference: str) -> None:
    path = tmp_path / "space.db"
    create_app(load_settings({}, database=str(path), customers="1")).spaces.close()
    before = path.read_bytes()
    assert refusal(database=str(path), **{"customers": "1"} | other) == (
        f"the database {path} was created for another world ({difference}); "
        "start with the options of that world, or choose another file"
    )
    assert path.read_bytes() == before


def test_a_file_in_use_is_rejected(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "space.db"
    start("--port", "0", "--database", str(path))
    assert refusal(database=str(path)) == (f"the database {path} cannot be used: another server is using it")


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to look like one" * 10, b"SQLite format 3\x00"]
)
def test_a_file_that_is_no_database_is_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    assert refusal(database=str(path)).startswith(f"the database {path} cannot be used: ")
    assert path.read_bytes() == content


def test_a_folder_that_is_not_there_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "space.db"
    assert refusal(database=str(path)) == (f"the database {path} cannot be used: No such file or directory")


def test_an_sqlite_file_of_something_else_is_rejected(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()
    message = refusal(database=str(path))
    assert message == (
        f"the database {path} cannot be used: it is not a ledgersim database; "
        "restore a backup, or choose another file"
    )


CLIENTS = 8
BODY = json.dumps({"fullName": "x" * 500})
HEADERS = {"Authorization": "Bearer x", "Content-Type": "application/json"}


def write_until_killed(port: int, answered: list[str], enough: Event) -> None:
    """Create debtors until the server is gone; `answered` gets the id of each that it acknowledged."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=LIMIT)) as http, suppress(OSError, HTTPException):
        while True:
            http.request("PUT", f"{APTIC}/Debtors", BODY, HEADERS)
            response = http.getresponse()
            answered.append(json.load(response)["debtorGuid"])
            if len(answered) >= 100:
                enough.set()


def test_nothing_acknowledged_is_lost_when_a_busy_server_is_killed(start: Start, tmp_path: Path) -> None:
    arguments = ("--port", "0", "--database", str(tmp_path / "space.db"), "--journal-entries", "0")
    answered: list[str] = []
    for _ in range(3):
        server = start(*arguments)
        this_time: list[str] = []
        enough = Event()
        with ThreadPoolExecutor(CLIENTS) as threads:
            clients = [
                threads.submit(write_until_killed, server.port, this_time, enough) for _ in range(CLIENTS)
            ]
            assert enough.wait(LIMIT)
            server.stop(signal.SIGKILL)
            for one in clients:
                one.result()
        answered += this_time
    with client(start(*arguments)) as http:
        stored = set(re.findall(r"[0-9a-f-]{36}", http.get("/_sim/export").text))
    assert len(set(answered)) == len(answered)
    assert set(answered) <= stored


@pytest.mark.skipif(sys.platform != "linux", reason="needs prlimit")
def test_a_server_without_room_goes_on_when_there_is_some(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "space.db"
    server = start("--port", "0", "--database", str(path))
    size = path.stat().st_size
    with client(server) as http:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size // 2, resource.RLIM_INFINITY))
        written, problems = [], []
        for number in range(500):
            response = http.put(f"{APTIC}/Debtors", json={"fullName": f"{number}" + "x" * 900})
            if response.status_code == 201:
                written.append(response.json()["debtorGuid"])
            else:
                problems.append((response.status_code, response.json()["detail"]))
        reason = f"The database {path} is unavailable: the file system reports an error"
        assert set(problems) == {(503, f"{reason}. Nothing of this request was stored.")}
        assert http.put(f"/s/other{APTIC}/Debtors", json={}).status_code == 201
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        written.append(http.put(f"{APTIC}/Debtors", json={}).json()["debtorGuid"])
    messages = [line.partition(": ")[2] for line in server.stop().errors.splitlines()]
    again = f"The database {path} can be written to again"
    assert messages == [reason, again] * (len(messages) // 2)  # a smaller write may still fit
    with client(start("--port", "0", "--database", str(path))) as http:
        assert {http.get(f"{APTIC}/Debtors/{guid}").status_code for guid in written} == {200}


def main_without_room(arguments: list[str]) -> int:
    """The command line, with this size at most for files."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(arguments[0]), resource.RLIM_INFINITY))
    return cli.main(arguments[1:])


def test_a_start_without_room_loses_nothing(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "space.db"
    arguments = "serve", "--port", "0", "--database", str(path)
    server = start(*arguments[1:])
    with client(server) as http:
        responses = [http.put(f"{APTIC}/Debtors", json={"fullName": "x" * 9_000}) for _ in range(50)]
    server.stop(signal.SIGKILL)
    assert "the file system reports an error" in refused(
        Fork(main_without_room, [str(path.stat().st_size), *arguments], {})
    )
    with client(start(*arguments[1:])) as http:
        for one in responses:
            assert http.get(urlsplit(one.headers["location"]).path).status_code == 200


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_file_system(start: Start, tiny: Path) -> None:
    path = tiny / "space.db"
    server = start("--port", "0", "--database", str(path))
    with client(server) as http:
        guid = http.put(f"{APTIC}/Debtors", json={}).json()["debtorGuid"]
        (tiny / "filler").write_bytes(bytes(os.statvfs(tiny).f_bavail * os.statvfs(tiny).f_bsize))
        responses = [http.put(f"{APTIC}/Debtors", json={"fullName": "x" * 900}) for _ in range(50)]
        (detail,) = {one.json()["detail"] for one in responses if one.status_code != 201}
        assert detail == (
            f"The database {path} is unavailable: the file system is full: make room; the next request tries again. Nothing of this request was stored."
        )
        assert http.get(f"{APTIC}/Debtors/{guid}").status_code == 200
        reset = http.post("/_sim/reset")
        assert (reset.status_code, reset.json()["detail"]) == (503, detail)
        assert http.get(f"{APTIC}/Debtors/{guid}").status_code == 200
        (tiny / "filler").unlink()
        assert http.put(f"{APTIC}/Debtors", json={}).status_code == 201
    server.stop(signal.SIGKILL)
    (tiny / "filler").write_bytes(bytes(os.statvfs(tiny).f_bavail * os.statvfs(tiny).f_bsize))
    assert refusal(database=str(tiny / "new.db")).endswith("new.db cannot be used: No space left on device")
    assert sorted(one.name for one in tiny.iterdir()) == ["filler", "space.db", "space.db-wal"]
    (tiny / "filler").unlink()
    with client(start("--port", "0", "--database", str(path))) as http:
        assert http.get(f"{APTIC}/Debtors/{guid}").status_code == 200
