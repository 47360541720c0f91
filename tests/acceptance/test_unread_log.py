"""A log that nobody reads, as with an unread pipe: the server goes on, and counts what it could not log."""

import re

import httpx

from tests.serving import LIMIT, Served, Start

MALFORMED = b"GET / HTTP/9\r\n\r\n"
LINES = 1_000  # more than a pipe holds


def send_malformed(server: Served, count: int) -> None:
    """Requests that are logged with a line each, one connection after the other."""
    for _ in range(count):
        with server.connect(MALFORMED) as connection:
            assert connection.recv(12) == b"HTTP/1.1 400"


def test_requests_are_answered_and_no_line_is_lost(start: Start) -> None:
    server = start("--port", "0")
    send_malformed(server, LINES)
    assert httpx.get(f"{server.url}/_sim/health/ready").status_code == 200
    ended = server.stop()
    assert (ended.code, ended.errors.count("Invalid HTTP request received.")) == (0, LINES)


def test_what_does_not_fit_the_queue_is_counted(start: Start) -> None:
    server = start("--port", "0", "--log-level", "info")
    sent = 100
    with httpx.Client(timeout=LIMIT) as client:
        for _ in range(sent):
            assert client.get(f"{server.url}/_sim/health/live?{'x' * 60_000}").status_code == 200
    ended = server.stop()
    (dropped,) = re.findall(r"WARNING ledgersim.log: (\d+) log records dropped", ended.errors)
    logged = len(re.findall("GET /_sim/health/live", ended.errors))
    shutdown = len(re.findall("INFO uvicorn.error: ", ended.errors))
    assert 0 < int(dropped) < sent
    assert logged + shutdown + int(dropped) in range(sent, sent + 10)


def test_the_server_ends_though_nobody_reads(start_by_command: Start) -> None:
    server = start_by_command("--port", "0")
    send_malformed(server, LINES)
    server.process.terminate()
    assert server.process.wait(LIMIT) == 0
