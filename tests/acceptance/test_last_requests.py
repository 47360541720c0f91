"""Requests that are the last on their connection: complete requests are answered, even if garbage follows them."""

import re
import socket
from collections.abc import Iterator

import pytest

from tests.client import APTIC
from tests.serving import Served

PING = f"GET {APTIC}/Ping HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer any\r\n\r\n".encode()
PUT = f"PUT {APTIC}/Debtors HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer any\r\n".encode()
CUT_OFF = PUT + b"Content-Length: 9\r\n\r\n{"
BAD_CHUNK = PUT + b"Transfer-Encoding: chunked\r\n\r\nx\r\n"


@pytest.fixture(scope="module")
def quiet() -> Iterator[Served]:
    """A server that logs no unreadable requests, and no errors until it ends."""
    server = Served("--port", "0", "--log-level", "error")
    server.keep()
    yield server
    ended = server.stop()
    server.end()
    assert ended[:3] == (0, "", "")


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (PING, [b"200"]),
        (PING * 3, [b"200"] * 3),
        (PING + b"\x16\x03\x01", [b"200"]),
        (PING * 3 + b"\x16\x03\x01", [b"200"] * 3),
        (PING * 2 + BAD_CHUNK, [b"200"] * 2),
        (PING * 2 + CUT_OFF, [b"200"] * 2),
        (BAD_CHUNK, [b"400"]),
        (CUT_OFF, []),
        (b"\x16\x03\x01", [b"400"]),
    ],
)
def test_requests_are_answered_before_a_connection_ends(
    quiet: Served, sent: bytes, statuses: list[bytes]
) -> None:
    with quiet.connect(sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == statuses
