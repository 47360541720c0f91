"""Clients that send slowly, or not at all: they are disconnected, and others are answered."""

import json
import resource
import socket
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.client import APTIC
from tests.serving import Served, Start

HEAD = f"PUT {APTIC}/Debtors HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n"


def all_of(connection: socket.socket) -> bytes:
    """What arrives until the server closes the connection."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.fixture(scope="module")
def impatient() -> Iterator[Served]:
    """A server that logs nothing until it ends."""
    server = Served("--port", "0", "--read-timeout", "0.5")
    server.keep()
    yield server
    ended = server.stop()
    server.end()
    assert ended[:3] == (0, "", "")


@pytest.mark.parametrize("sent", ["G", "FOO", "GET / HTTP/1.1\r\n", f"{HEAD}X"])
def test_a_head_that_does_not_come_to_its_end_is_not_waited_for(impatient: Served, sent: str) -> None:
    with impatient.connect(sent.encode()) as connection:
        assert all_of(connection) == b""
    latest = httpx.get(f"{impatient.url}/_sim/requests").json()["without_space"]["latest"][0]
    assert latest["reason"] == "The head of the request did not arrive within 0.5 seconds."
    assert latest["status"] is None


def test_a_head_that_trickles_is_not_waited_for(impatient: Served) -> None:
    with impatient.connect(HEAD.encode()) as connection:
        connection.settimeout(0.1)
        answer = None
        while answer is None:
            try:
                connection.sendall(b"X")
                answer = connection.recv(1)
            except TimeoutError:
                pass
            except ConnectionError:
                answer = b""
        assert answer == b""


@pytest.mark.parametrize(
    "rest",
    ["Content-Length: 9\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", "Content-Length: 9\r\n\r\n"],
)
def test_a_body_that_stops_is_a_408_and_recorded_as_incomplete(impatient: Served, rest: str) -> None:
    with impatient.connect((HEAD + rest).encode()) as connection:
        head, _, body = all_of(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert json.loads(body) == {
        "status": 408,
        "title": "Request Timeout",
        "detail": "Nothing more of the body arrived within 0.5 seconds.",
    }
    found = httpx.get(f"{impatient.url}/_sim/requests").json()["requests"][-1]
    assert (found["status"], found["problem"]) == (None, "incomplete-body")


def test_idle_connections_stay_and_slow_responses_are_waited_for(impatient: Served) -> None:
    ping = f"GET {APTIC}/Ping HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n"
    with impatient.connect(b"") as unused, impatient.connect(f"{ping}\r\n".encode()) as idle:
        assert idle.recv(12) == b"HTTP/1.1 200"
        with impatient.connect(f"{ping}Sim-Fault: delay=1\r\n\r\n".encode()) as slow:
            assert slow.recv(12) == b"HTTP/1.1 200"
        for connection in (unused, idle):
            connection.sendall(f"{ping}Connection: close\r\n\r\n".encode())
            assert all_of(connection).endswith(b"{}")


def test_who_waits_for_100_continue_is_not_slow(impatient: Served) -> None:
    head = f"{HEAD}Content-Length: 2\r\nExpect: 100-continue\r\nSim-Fault: delay=1\r\n\r\n"
    with impatient.connect(head.encode()) as connection:
        assert connection.recv(12) == b"HTTP/1.1 100"
        connection.recv(100)
        connection.sendall(b"{}")
        assert connection.recv(12) == b"HTTP/1.1 201"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_more_connections_than_files_do_not_lock_others_out(start: Start) -> None:
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    few = 128
    resource.setrlimit(resource.RLIMIT_NOFILE, (few, most))
    try:
        server = start("--port", "0")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    unfinished = f"{HEAD}Content-Length: 9\r\n\r\n".encode()
    slow = [server.connect(sent) for _ in range(few) for sent in (b"GET / HTTP/1.1\r\n", unfinished)]
    assert httpx.get(f"{server.url}/_sim/health/ready").status_code == 200
    for connection in slow:
        connection.close()
    assert server.stop()[:3] == (0, "", "")
