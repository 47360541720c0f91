"""SIGTERM, SIGINT and SIGHUP: requests in flight finish, new ones are not accepted, and the server stops in time."""

import json
import signal
import socket
from typing import Any

import httpx
import pytest

from tests.client import APTIC
from tests.serving import Served, Start

DEBTORS = f"{APTIC}/Debtors"
LEDGER = "/ledger/customer/v1/46001/find-customer"


def request(method: str, path: str, *headers: str) -> bytes:
    """A request without a body, or the head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Authorization: Bearer x", *headers, "", ""]
    return "\r\n".join(lines).encode()


def wait_for(server: Served, in_flight: int) -> None:
    """Wait until this many requests are in flight."""
    with httpx.Client() as client:
        while client.get(f"{server.url}/_sim/info").json()["in_flight"] < in_flight:
            pass


def wait_until_closed(server: Served) -> None:
    """Wait until the server no longer accepts connections."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=60).close()
        except OSError:
            return


def answer(connection: socket.socket) -> tuple[int, Any]:
    """Status and JSON of the last response on a connection that the server closes."""
    data = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head[9:12]), json.loads(body)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_requests_in_flight_are_finished_while_idle_connections_end_at_once(
    start: Start, number: signal.Signals
) -> None:
    server = start("--port", "0")
    idle = server.connect(request("GET", "/_sim/health/live"))
    busy = server.connect(request("GET", f"{APTIC}/Ping", "Sim-Fault: delay=3"))
    sending = server.connect(request("PUT", DEBTORS, "Content-Type: application/json", "Content-Length: 20"))
    with idle, busy, sending:
        wait_for(server, 2)
        server.process.send_signal(number)
        assert answer(idle)[0] == 200
        wait_until_closed(server)
        sending.sendall(b'{"firstname": "Ada"}')
        assert (answer(sending)[0], server.process.poll()) == (201, None)
        assert answer(busy) == (200, {})
    output, errors = server.process.communicate(timeout=60)
    assert (server.process.returncode, output) == (0, "")
    assert "Traceback" not in errors


def test_what_is_not_finished_in_time_is_answered_by_503_as_the_vendor_does(start: Start) -> None:
    server = start("--port", "0", "--log-level", "info")
    json_body = "Content-Type: application/json", "Content-Length: 9"
    waiting = [
        server.connect(request("GET", DEBTORS, "Sim-Fault: delay=60")),
        server.connect(request("GET", DEBTORS, "Sim-Fault: delay=60; when=after_commit")),
        server.connect(request("PUT", DEBTORS, *json_body) + b"{"),
        server.connect(request("POST", LEDGER, *json_body) + b"{"),
        server.connect(request("PUT", "/_sim/clock", *json_body) + b"{"),
    ]
    wait_for(server, len(waiting))
    ended = server.stop()
    answers = [answer(connection) for connection in waiting]
    assert [status for status, _ in answers] == [503] * len(waiting)
    members = [list(body) for _, body in answers]
    aptic = ["type", "title", "status", "detail", "instance", "traceId"]
    payex = ["Type", "Title", "Status", "Instance", "Detail", "Problems"]
    assert members == [aptic, aptic, aptic, payex, ["status", "title", "detail"]]
    for connection in waiting:
        connection.close()
    assert (ended.code, ended.output) == (0, "")
    assert "Traceback" not in ended.errors
    assert ended.errors.count(" 503 ") == len(waiting)
    assert ended.seconds < 10  # after which Docker kills


def test_many_requests_in_flight_are_all_answered(start: Start) -> None:
    server = start("--port", "0")
    clients = [server.connect(request("GET", f"{APTIC}/Ping", "Sim-Fault: delay=3")) for _ in range(100)]
    wait_for(server, len(clients))
    server.process.terminate()
    assert [answer(client) for client in clients] == [(200, {})] * len(clients)
    for client in clients:
        client.close()
    assert server.process.wait(60) == 0


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_server_at_once(start: Start, second: signal.Signals) -> None:
    server = start("--port", "0")
    with server.connect(request("GET", DEBTORS, "Sim-Fault: delay=60")):
        wait_for(server, 1)
        server.process.send_signal(signal.SIGTERM)
        wait_until_closed(server)
        ended = server.stop(second)
    assert (ended.code, ended.output) == (0, "")
    assert ended.seconds < 2
    assert "Traceback" not in ended.errors


def test_streams_of_events_end_with_the_server(start: Start) -> None:
    server = start("--port", "0")
    with server.connect(request("GET", "/_sim/requests/stream?seconds=600")) as stream:
        wait_for(server, 1)
        server.process.send_signal(signal.SIGTERM)
        data = b"".join(iter(lambda: stream.recv(65_536), b""))
        assert data.startswith(b"HTTP/1.1 200 OK")
        assert data.endswith(b"0\r\n\r\n")  # to the end of the last chunk: it was not cut off
        assert server.process.wait(timeout=60) == 0


def test_streams_of_events_end_with_their_space(server: Served) -> None:
    with server.connect(
        request("GET", "/s/gone/_sim/requests/stream?seconds=600", "Connection: close")
    ) as stream:
        assert stream.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        httpx.delete(f"{server.url}/_sim/spaces/gone").raise_for_status()
        data = b"".join(iter(lambda: stream.recv(65_536), b""))
        assert data.endswith(b"0\r\n\r\n")
