"""`ledgersim serve` in its own process, and the sockets that it serves on."""

import json
import re
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
import trustme

from ledgersim import __version__
from ledgersim.errors import StartupError
from ledgersim.server import open_sockets
from ledgersim.settings import address_of
from tests.serving import Served, Start, fork, process, refused

LIVE = "/_sim/health/live"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """A server for tests that change nothing; it warns of requests that cannot be read."""
    served = Served("--port", "0")
    served.keep()
    yield served
    served.end()


# Sockets


@pytest.mark.parametrize(
    ("scheme", "host", "address"),
    [
        ("http", "127.0.0.1", "http://127.0.0.1:8080"),
        ("https", "localhost", "https://localhost:8080"),
        ("http", "0.0.0.0", "http://0.0.0.0:8080"),
        ("http", "::", "http://[::]:8080"),
        ("https", "::1", "https://[::1]:8080"),
    ],
)
def test_the_address_is_as_given_with_ipv6_in_brackets(scheme: str, host: str, address: str) -> None:
    assert address_of(scheme, host, 8080) == address


def test_all_addresses_of_a_name_get_the_same_free_port() -> None:
    sockets = open_sockets("localhost", 0)
    try:
        ports = {one.getsockname()[1] for one in sockets}
        assert len(ports) == 1
        assert 0 not in ports
        assert "127.0.0.1" in {one.getsockname()[0] for one in sockets}
    finally:
        for one in sockets:
            one.close()


def test_a_bound_port_rejects_connections_until_the_server_listens() -> None:
    (bound,) = open_sockets("127.0.0.1", 0)
    with bound, pytest.raises(ConnectionRefusedError):
        socket.create_connection(bound.getsockname(), timeout=5)


def test_the_address_of_all_interfaces_is_ipv4_as_well(start: Start) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("needs IPv6, with sockets that take IPv4 connections too")
    server = start("--host", "::", "--port", "0")
    assert server.url == f"http://[::]:{server.port}"
    for host in ("127.0.0.1", "[::1]"):
        assert httpx.get(f"http://{host}:{server.port}{LIVE}").status_code == 200


def test_a_port_in_use_is_rejected() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartupError) as caught:
            open_sockets("127.0.0.1", port)
    assert str(caught.value) == (
        f"port {port} of 127.0.0.1 is in use; choose another with --port (0 picks a free one)"
    )


def test_an_address_of_another_machine_is_rejected() -> None:
    # 192.0.2.0/24 is set aside for documentation (RFC 5737): no machine has it.
    with pytest.raises(StartupError) as caught:
        open_sockets("192.0.2.1", 0)
    assert str(caught.value) == "cannot listen on 192.0.2.1: this machine has no such address"


def test_an_unknown_host_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(StartupError) as caught:
        open_sockets("nowhere", 8080)
    assert str(caught.value) == "cannot listen on nowhere, port 8080: Name or service not known"


def test_a_host_that_cannot_be_a_name_is_rejected() -> None:
    with pytest.raises(StartupError) as caught:
        open_sockets("a" * 64, 8080)
    assert str(caught.value).startswith(f"cannot listen on {'a' * 64}, port 8080: ")


# Errors


def test_a_bad_variable_stops_the_process_with_one_line() -> None:
    assert refused(process("serve", LEDGERSIM_CUSTOMERS="lots")) == (
        "ledgersim: LEDGERSIM_CUSTOMERS is 'lots'; it must be a whole number from 1 to 1000000"
    )


def test_an_unknown_variable_stops_the_process_with_one_line() -> None:
    assert refused(fork("serve", LEDGERSIM_WROLD="mine")) == (
        "ledgersim: LEDGERSIM_WROLD is not a setting; did you mean LEDGERSIM_WORLD?"
    )


def test_a_port_in_use_stops_the_process_with_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refused(fork("serve", "--port", str(port))) == (
            f"ledgersim: port {port} of 127.0.0.1 is in use; choose another with --port (0 picks a free one)"
        )


def test_an_unknown_world_stops_the_process_with_one_line() -> None:
    assert "no-such-world" in refused(fork("serve", "--port", "0", "--world", "no-such-world"))


# Serving


def test_the_ready_line_names_the_port_that_answers_and_is_the_only_output(start_by_command: Start) -> None:
    server = start_by_command("--port", "0")
    assert re.fullmatch(r"Ready: http://127\.0\.0\.1:[1-9]\d*\n", server.first_line)
    assert httpx.get(server.url + LIVE).status_code == 200
    assert server.stop()[:3] == (0, "", "")


def test_the_host_stands_in_the_ready_line_as_given(start: Start) -> None:
    server = start(LEDGERSIM_HOST="0.0.0.0", LEDGERSIM_PORT="0")
    assert re.fullmatch(r"Ready: http://0\.0\.0\.0:[1-9]\d*\n", server.first_line)


def test_a_world_that_was_built_before_is_served_from_the_cache(start: Start, tmp_path: Path) -> None:
    variables = {"LEDGERSIM_CACHE": str(tmp_path), "LEDGERSIM_CUSTOMERS": "2"}
    start("--port", "0", **variables)
    (kept,) = tmp_path.rglob("*.world")
    before = kept.stat().st_ino
    start("--port", "0", **variables)
    assert [file.stat().st_ino for file in tmp_path.rglob("*.world")] == [before]


def test_answers_do_not_name_the_server_software(server: Served) -> None:
    assert "server" not in httpx.get(server.url + LIVE).headers


BANNER = """\
ledgersim {version}: world nordic-basic, 200 customers, seed 1, as of 2026-01-01
  aptic      {url}/APIGW
  payex      {url}/ledger
  riverty    {url}/api/v3
  admin API  {url}/_sim
Open {url}/ in a browser for a first request and the API documents, and
{url}/docs/guides/README.md for the guides.

"""


@pytest.mark.parametrize("options", [[], ["--log-level", "info"], ["--host", "0.0.0.0"]])
def test_a_banner_on_standard_error_shows_the_world_and_the_addresses(start: Start, options: list[str]) -> None:
    server = start("--port", "0", *options)
    ended = server.stop()
    banner = BANNER.format(version=__version__, url=f"http://127.0.0.1:{server.port}")
    assert banner.rstrip("\n") in ended.banner
    assert ended.output == ""


@pytest.mark.parametrize("level", ["error", "critical"])
def test_who_wants_only_errors_gets_no_banner(start: Start, level: str) -> None:
    assert start("--port", "0", "--log-level", level).stop()[:4] == (0, "", "", "")


def test_requests_are_logged_at_the_level_info(start: Start) -> None:
    server = start("--port", "0", "--log-level", "info")
    httpx.get(server.url + LIVE)
    (line,) = [line for line in server.stop().errors.splitlines() if "ledgersim.requests" in line]
    assert " INFO ledgersim.requests: GET /_sim/health/live 200 " in line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_server_at_once(number: signal.Signals, start: Start) -> None:
    server = start("--port", "0")
    idle = server.connect(b"GET /_sim/health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    half_a_head = server.connect(b"GET /_sim/health/live HTTP/1.1\r\n")
    with idle, half_a_head:
        assert idle.recv(12) == b"HTTP/1.1 200"
        ended = server.stop(number)
    assert (ended.code, ended.output) == (0, "")
    assert ended.seconds < 2
    assert "Traceback" not in ended.errors


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Issues the certificates of these tests."""
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """The variables for serving HTTPS with client certificates."""
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return {
        "LEDGERSIM_PORT": "0",
        "LEDGERSIM_TLS_CERT": str(tmp_path / "cert.pem"),
        "LEDGERSIM_TLS_KEY": str(tmp_path / "key.pem"),
        "LEDGERSIM_TLS_CLIENT_CA": str(tmp_path / "ca.pem"),
    }


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """The TLS context of a client that trusts the authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_with_a_certificate_the_server_speaks_https(
    start: Start, tls: dict[str, str], trusting: ssl.SSLContext
) -> None:
    del tls["LEDGERSIM_TLS_CLIENT_CA"]
    server = start(**tls)
    assert re.fullmatch(r"Ready: https://127\.0\.0\.1:[1-9]\d*\n", server.first_line)
    with httpx.Client(verify=trusting) as client:
        assert client.get(server.url + LIVE).status_code == 200
        ended = server.stop()
    assert (ended.code, ended.output) == (0, "")
    assert ended.seconds < 2


def test_a_client_authority_lets_in_only_its_clients(
    start: Start, tls: dict[str, str], trusting: ssl.SSLContext, authority: trustme.CA
) -> None:
    server = start(**tls)
    with httpx.Client(verify=trusting) as stranger, pytest.raises(httpx.TransportError):
        stranger.get(server.url + LIVE)
    authority.issue_cert("client@example.com").configure_cert(trusting)
    with httpx.Client(verify=trusting) as known:
        assert known.get(server.url + LIVE).status_code == 200


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("cert", "ledgersim: the certificate {cert} and the key {key} cannot be used: "),
        ("key", "ledgersim: the certificate {cert} and the key {key} cannot be used: "),
        ("client_ca", "ledgersim: the client authorities {client_ca} cannot be used: "),
    ],
)
def test_a_tls_file_that_is_not_pem_stops_the_process_with_one_line(
    broken: str, message: str, tls: dict[str, str]
) -> None:
    files = {name: tls[f"LEDGERSIM_TLS_{name.upper()}"] for name in ("cert", "key", "client_ca")}
    Path(files[broken]).write_text("no PEM\n")
    assert refused(fork("serve", **tls)).startswith(message.format(**files))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("GET /APIGW/v1/Debtors?$filter=city%20eq%20'Örebro' HTTP/1.1", "Percent-encode what is not ASCII"),
        ("GET /APIGW/v1/Debtors?$filter=city eq 'Ystad' HTTP/1.1", "Percent-encode what is not ASCII"),
        ("nonsense", "Invalid method encountered."),
        ("GET / HTTP/9.9", "Invalid HTTP version."),
        ("GET / HTTP/1.1\r\nContent-Length: x", "Invalid character in Content-Length."),
        (f"GET / HTTP/1.1\r\nA: {'a' * 70_000}", "All headers together may have at most 64 KiB"),
    ],
)
def test_an_unreadable_request_gets_advice_as_json(server: Served, line: str, reason: str) -> None:
    connection = server.connect(f"{line}\r\nHost: x\r\n\r\n".encode())
    answer = b"".join(iter(lambda: connection.recv(65536), b""))
    connection.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.splitlines()[0] == b"HTTP/1.1 400 Bad Request"
    assert json.loads(body)["detail"].startswith(f"Invalid HTTP request received. {reason}")
    latest = httpx.get(f"{server.url}/_sim/requests").json()["without_space"]["latest"][0]
    assert latest["reason"].startswith(f"Invalid HTTP request received. {reason}")
    assert (latest["status"], latest["method"], latest["path"]) == (400, None, None)


# Methods


def answer_to(server: Served, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the response to the bytes of a request."""
    with server.connect(request) as connection:
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    return int(status.split()[1]), dict(one.lower().split(": ", 1) for one in headers), body


END = b"Host: x\r\nConnection: close\r\n\r\n"
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    "method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "FOO", "get", "X-Y.z", "PRI", "A" * 64]
)
@pytest.mark.parametrize(
    ("path", "allow", "kind", "members"),
    [
        ("/APIGW/v1/Debtors", "get, put", PROBLEM, ["type", "title", "status", "detail", "instance", "traceId"]),
        ("/APIGW/v1/Cases/5eed/Debts/5eed", "delete, get, patch", PROBLEM, ["type", "title", "status", "detail", "instance", "traceId"]),
        ("/ledger/customer/v1/46001/find-customer", "post", PROBLEM, ["Type", "Title", "Status", "Instance", "Detail", "Problems"]),
        ("/s/a/api/v3/customer-account", "post", "application/json", ["message"]),
        ("/APIGW/v1/Nothing", None, PROBLEM, ["type", "title", "status", "detail", "instance", "traceId"]),
        ("/ledger/nothing", None, PROBLEM, ["Type", "Title", "Status", "Instance", "Detail", "Problems"]),
        ("/api/v3/nothing", None, "application/json", ["message"]),
    ],
)  # fmt: skip
def test_any_other_method_is_rejected_by_the_vendor(
    server: Served, method: str, path: str, allow: str | None, kind: str, members: list[str]
) -> None:
    status, headers, body = answer_to(server, f"{method} {path} HTTP/1.1\r\n".encode() + END)
    assert (status, headers.get("allow"), headers["content-type"]) == (405 if allow else 404, allow, kind)
    if method == "HEAD":
        assert body == b""
    else:
        assert list(json.loads(body)) == members
        assert f"There is no {method} {path}" in body.decode()


def test_a_method_of_any_name_may_come_after_other_requests_and_with_a_body(server: Served) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(method: str, body: bytes = b"") -> tuple[int, bytes]:
        connection.request(method, "/APIGW/v1/Ping", body, {"Authorization": "Bearer x"})
        answer = connection.getresponse()
        return answer.status, answer.read()

    with closing(connection):
        assert ask("FOO", b"BAR / HTTP/1.1\r\n\r\n")[0] == 405
        assert ask("GET") == (200, b"{}")
        assert b"There is no FOO /APIGW/v1/Ping" in ask("FOO")[1]
        assert ask("GET") == (200, b"{}")


def test_a_body_that_looks_like_a_request_is_not_one_even_after_the_response(server: Served) -> None:
    request = b"FOO /APIGW/v1/Ping HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
    with server.connect(request) as connection:
        assert connection.recv(9) == b"HTTP/1.1 "
        connection.sendall(b"BAR / HTT")
        assert httpx.get(server.url + LIVE).status_code == 200  # by now the body has been read
        connection.sendall(b"NEXT /APIGW/v1/Ping HTTP/1.1\r\n" + END)
        answers = b"".join(iter(lambda: connection.recv(65536), b""))
    assert (answers.count(b"There is no "), answers.count(b"There is no NEXT /APIGW")) == (2, 1)


def test_what_looks_like_a_method_within_the_headers_is_none(server: Served) -> None:
    with server.connect(b"GET /APIGW/v1/Ping HTTP/1.1\r\nAuthorization: ") as connection:
        assert httpx.get(server.url + LIVE).status_code == 200  # by now the first part has been read
        connection.sendall(b"Bearer x\r\n" + END)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "line", [b"A" * 65 + b" /APIGW/v1/Ping HTTP/1.1", b"F(O /APIGW/v1/Ping HTTP/1.1", b"FOO", b" FOO /"]
)
def test_what_is_no_method_cannot_be_read(server: Served, line: bytes) -> None:
    assert answer_to(server, line + b"\r\n" + END)[0] == 400


def test_headers_together_have_at_most_64_kib(server: Served) -> None:
    line = b"X-Long: %s\r\n" % (b"x" * 33_000)
    assert answer_to(server, b"GET /_sim/health/live HTTP/1.1\r\n" + line + END)[0] == 200
    assert answer_to(server, b"GET /_sim/health/live HTTP/1.1\r\n" + line * 2 + END)[0] == 400
