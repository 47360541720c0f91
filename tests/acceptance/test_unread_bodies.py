"""Responses that do not depend on the body: it is read for the journal, but not waited for long."""

import re
import select
import socket
import struct
from typing import Any

import httpx
import pytest

from tests.client import APTIC
from tests.serving import Served, Start, complaints

DEBTORS = f"{APTIC}/Debtors"


def head(path: str, *headers: str) -> bytes:
    """The head of a PUT without a token."""
    lines = [f"PUT {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *headers, "", ""]
    return "\r\n".join(lines).encode()


def recorded(server: Served) -> dict[str, Any]:
    """The newest request in full."""
    newest = httpx.get(f"{server.url}/_sim/requests").json()["requests"][-1]
    found: dict[str, Any] = httpx.get(f"{server.url}/_sim/requests/{newest['id']}").json()
    return found


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (DEBTORS, [], 401),
        (DEBTORS, ["Sim-Fault: status=503"], 503),
        (f"{APTIC}/Nothing", [], 404),
        ("/nowhere", [], 404),
        ("/s/%20/nowhere", [], 400),
        ("/s/a/nowhere", ["Sim-Space: b"], 400),
    ],
)
def test_a_missing_body_is_not_waited_for(server: Served, path: str, headers: list[str], status: int) -> None:
    with server.connect(head(path, "Content-Length: 9", *headers) + b"{") as connection:
        assert connection.recv(12) == b"HTTP/1.1 %d" % status
    if status != 400:
        sent = recorded(server)["request"]
        assert (sent["bytes"], sent["body"], sent["truncated"]) == (1, "{", True)
        wanted = {"match": {"body": {}}, "count": {"exactly": 0}}
        assert httpx.post(f"{server.url}/_sim/requests/verify", json=wanted).json()["uncertain"] == 1


def test_a_body_without_end_is_read_only_so_far(server: Served) -> None:
    chunk = b"100000\r\n%s\r\n" % (b"x" * 2**20)
    with server.connect(head(DEBTORS, "Transfer-Encoding: chunked")) as connection:
        sent = 0
        while not select.select([connection], [], [], 0)[0]:
            connection.sendall(chunk)
            sent += 1
        assert connection.recv(12) == b"HTTP/1.1 401"
    assert sent <= 150  # MiB: 100 that are read, and what the system buffers
    assert recorded(server)["request"]["truncated"] is True


def test_a_fault_that_drops_the_connection_does_not_wait_for_the_body_either(server: Served) -> None:
    with server.connect(head(DEBTORS, "Content-Length: 9", "Sim-Fault: drop") + b"{") as connection:
        assert connection.recv(1) == b""


def test_a_client_that_waits_for_100_continue_gets_it(server: Served) -> None:
    fault = "Sim-Fault: status=503"
    with server.connect(head(DEBTORS, "Expect: 100-continue", "Content-Length: 2", fault)) as connection:
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}" + head(DEBTORS, "Content-Length: 0", "Connection: close"))
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"503", b"401"]
    before, _ = httpx.get(f"{server.url}/_sim/requests").json()["requests"]
    assert httpx.get(f"{server.url}/_sim/requests/{before['id']}").json()["request"]["body"] == {}


def test_a_client_that_disconnects_in_its_body_is_not_a_server_error(server: Served) -> None:
    with server.connect(head(DEBTORS, "Content-Length: 9", "Authorization: Bearer x") + b"{") as connection:
        while not httpx.get(f"{server.url}/_sim/info").json()["in_flight"]:
            pass
        connection.shutdown(socket.SHUT_RDWR)
    while not httpx.get(f"{server.url}/_sim/requests").json()["recorded"]:
        pass
    found = recorded(server)
    assert (found["status"], found["problem"]) == (None, "incomplete-body")
    assert (found["request"]["bytes"], found["request"]["truncated"], found["response"]["bytes"]) == (
        1,
        True,
        0,
    )


def test_a_client_that_goes_away_before_it_has_read_its_response_is_no_failure(start: Start) -> None:
    server = start("--port", "0", "--log-level", "info")
    with server.connect(b"GET /_sim/export HTTP/1.1\r\nHost: x\r\n\r\n" * 5) as connection:
        assert connection.recv(12) == b"HTTP/1.1 200"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # ends by a reset
    assert httpx.get(f"{server.url}/_sim/health/ready").status_code == 200
    ended = server.stop()
    assert ended.code == 0
    assert complaints(ended.errors) == []
