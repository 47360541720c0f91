"""Requests that offer to switch protocols: the offer is ignored, and the request is read to its end.

Java's HTTP client and `curl --http2` offer HTTP/2 (`Upgrade: h2c`) with their requests to http addresses.
"""

import json
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import trustme

from tests.client import APTIC
from tests.clients.tools import QUICK
from tests.serving import LIMIT, Served

DEBTORS = f"{APTIC}/Debtors"
H2C = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
WEBSOCKET = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AA==\r\n"
CLOSE = "Connection: close\r\n"


class Port(NamedTuple):
    """A server, and the TLS context of its clients, if any."""

    server: Served
    tls: ssl.SSLContext | None

    def connect(self) -> socket.socket:
        """A new connection."""
        connected = socket.create_connection(("127.0.0.1", self.server.port), timeout=LIMIT)
        if self.tls is None:
            return connected
        return self.tls.wrap_socket(connected, server_hostname="127.0.0.1")

    def answers(self, *parts: bytes) -> list[tuple[int, Any]]:
        """Status and JSON of all responses to what is sent on one connection.

        A part is sent when the server has read the one before. The last request must close the connection.
        """
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
                httpx.get(f"{self.server.url}/_sim/health/live", verify=self.tls or True).raise_for_status()
            return list(parsed(b"".join(iter(lambda: connection.recv(65_536), b""))))


def parsed(data: bytes) -> Iterator[tuple[int, Any]]:
    """Status and JSON of each of these responses."""
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", head)
        length = int(found[1]) if found else 0
        yield int(head[9:12]), json.loads(rest[:length] or b"null")
        data = rest[length:]


@pytest.fixture(scope="module", params=["http", "https"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Port]:
    """A server, over plain connections and over TLS."""
    options, context = [], None
    if request.param == "https":
        folder, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
        issued = authority.issue_cert("127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        issued.private_key_pem.write_to_path(folder / "key.pem")
        options = ["--tls-cert", f"{folder}/cert.pem", "--tls-key", f"{folder}/key.pem"]
        context = ssl.create_default_context()
        authority.configure_trust(context)
    server = Served("--port", "0", *options)
    server.keep()
    yield Port(server, context)
    errors = server.stop().errors
    server.end()
    assert "pgrade" not in errors
    assert "WebSocket" not in errors
    assert "Traceback" not in errors


def head(method: str = "PUT", path: str = DEBTORS, headers: str = H2C) -> bytes:
    """A request without the headers that frame its body."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n{headers}"
    ).encode()


def body(name: str) -> bytes:
    """A debtor with this name, after a Content-Length."""
    content = json.dumps({"firstname": name}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(content), content)


def chunked(name: str) -> bytes:
    """The same in chunks of one byte, followed by a trailer."""
    content = json.dumps({"firstname": name}).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in content)
    return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nX-Trailer: a\r\n\r\n"


LAST = head("GET", f"{APTIC}/Ping", CLOSE) + b"\r\n"
PONG: tuple[int, Any] = (200, {})


def names(answers: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    """The name of each created debtor, and other responses unchanged."""
    return [(status, content.get("firstname", content)) for status, content in answers]


@pytest.mark.parametrize("write", [body, chunked])
def test_the_body_is_read_and_the_connection_stays_open(port: Port, write: Any) -> None:
    assert names(port.answers(head() + write("Ada"), LAST)) == [(201, "Ada"), PONG]


@pytest.mark.parametrize("write", [body, chunked])
def test_the_body_may_arrive_after_the_head(port: Port, write: Any) -> None:
    request = head() + write("Ada Lovelace")
    end = request.index(b"\r\n\r\n") + 4
    parts = request[:30], request[30:end], request[end : end + 5], request[end + 5 :]
    assert names(port.answers(*parts, LAST)) == [(201, "Ada Lovelace"), PONG]


def test_requests_may_follow_at_once_and_are_answered_in_order(port: Port) -> None:
    requests = [
        head() + body("Ada"),
        head("GET", f"{APTIC}/Ping") + b"\r\n",
        head() + chunked("Bo"),
        head(headers="") + body("Cy"),
        head() + body("Di"),
        LAST,
    ]
    expected = [(201, "Ada"), PONG, (201, "Bo"), (201, "Cy"), (201, "Di"), PONG]
    assert names(port.answers(b"".join(requests))) == expected


def test_hundreds_of_requests_may_follow_at_once(port: Port) -> None:
    one = f"GET {APTIC}/Ping HTTP/1.1\r\nAuthorization: Bearer x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert port.answers(one.encode() * 500 + LAST) == [PONG] * 501


def test_a_body_that_looks_like_a_request_is_none(port: Port) -> None:
    request = head("FOO", f"{APTIC}/Ping") + b"Content-Length: 20\r\n\r\n"
    (status, content), last = port.answers(request, b"BAR / HTTP/1.1\r\n\r\nxx", LAST)
    assert (status, content["detail"], last) == (
        405,
        f"There is no FOO {APTIC}/Ping; the path allows GET.",
        PONG,
    )


@pytest.mark.parametrize("parts", [(b"F", b"OO"), (b"FOO", b" "), (b"G", b"", b"E", b"T")])
def test_a_method_may_arrive_in_pieces(port: Port, parts: tuple[bytes, ...]) -> None:
    method = b"".join(parts).strip().decode()
    rest = head(method, f"{APTIC}/Ping").removeprefix(b"".join(parts)) + b"\r\n"
    (status, _), last = port.answers(*parts, rest, LAST)
    assert (status, last) == (200 if method == "GET" else 405, PONG)


@pytest.mark.pinned  # older versions of uvicorn see no `close` beside another token
def test_a_request_that_closes_the_connection_does_so(port: Port) -> None:
    request = head(headers="Connection: close, Upgrade\r\nUpgrade: h2c\r\n") + body("Ada")
    assert names(port.answers(request)) == [(201, "Ada")]


def test_a_client_that_waits_for_100_continue_gets_it(port: Port) -> None:
    start, _, content = (head() + b"Expect: 100-continue\r\n" + body("Ada")).partition(b"\r\n\r\n")
    with port.connect() as connection:
        connection.sendall(start + b"\r\n\r\n")
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(content + LAST)
        data = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert names(list(parsed(data))) == [(201, "Ada"), PONG]


@pytest.mark.parametrize("method", ["CONNECT", "GET"])
def test_other_protocols_and_tunnels_get_the_answer_of_the_route(port: Port, method: str) -> None:
    first, second = port.answers(head(method, f"{APTIC}/Ping", WEBSOCKET) + b"\r\n", LAST)
    assert first[0] == (405 if method == "CONNECT" else 200)
    assert second == PONG


def test_a_route_that_is_not_there_stays_so(port: Port) -> None:
    (status, content), last = port.answers(head("PUT", f"{APTIC}/Nothing") + body("Ada"), LAST)
    assert (status, content["detail"], last) == (404, f"There is no PUT {APTIC}/Nothing.", PONG)


@pytest.mark.parametrize(
    "framing", ["Transfer-Encoding: gzip\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nx\r\n"]
)
def test_a_body_that_cannot_be_read_is_a_400(port: Port, framing: str) -> None:
    ((status, content),) = port.answers(head() + framing.encode())
    assert (status, content["title"]) == (400, "Bad Request")


# Real clients


def run(*command: str) -> str:
    """The output of a program that must succeed."""
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8", timeout=LIMIT)
    return done.stdout


def test_curl_that_offers_http_2_gets_its_body_read(port: Port) -> None:
    curl = shutil.which("curl")
    if curl is None or " HTTP2" not in run(curl, "--version"):
        pytest.skip("needs curl built with HTTP/2")
    command = [
        curl,
        "--http2",
        "-sk",
        "-X",
        "PUT",
        "-H",
        "Authorization: Bearer x",
        "-H",
        "Content-Type: application/json",
    ]
    urls = [port.server.url + DEBTORS] * 2
    printed = run(
        *command, "-d", '{"firstname": "Ada"}', "-w", " %{http_code} %{http_version} %{num_connects}\n", *urls
    )
    lines = [re.sub(r"^.*\}", "", line) for line in printed.splitlines()]
    assert lines == [" 201 1.1 1", " 201 1.1 0"]
    assert printed.count('"firstname":"Ada"') == 2


def test_javas_client_gets_its_bodies_read(server: Served) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs a JDK (Debian: default-jdk-headless)")
    program = Path(__file__).with_name("ReadBody.java")
    bodies = [json.dumps({"firstname": name}) for name in ("Ada", "Bo", "C" * 60_000)]
    lines = run(java, *QUICK, str(program), server.url + DEBTORS, *bodies).splitlines()
    assert [line.split(" ", 2)[:2] for line in lines] == [["201", "HTTP_1_1"]] * 3
    assert [json.loads(line.split(" ", 2)[2])["firstname"] for line in lines] == ["Ada", "Bo", "C" * 60_000]
