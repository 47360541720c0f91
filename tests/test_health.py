"""`ledgersim health` against servers that are ready and those that are not."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from ledgersim import cli
from ledgersim.errors import StartupError
from ledgersim.health import NotReady, ask, ask_own
from ledgersim.quick_health import is_ready
from ledgersim.settings import Settings
from tests.serving import LIMIT, Served, Start, environ, fork, refused

READY = "/_sim/health/ready"
Other = Callable[[int, bytes], str]


def run_health(*arguments: str, **variables: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `ledgersim health`."""
    asked = fork("health", *arguments, **variables)
    try:
        output, errors = asked.communicate(timeout=LIMIT)
    finally:
        asked.kill()
    return asked.returncode, output, errors


@pytest.fixture
def other() -> Iterator[Other]:
    """Starts servers that are not ledgersim. Returns the address of each."""
    servers: list[HTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Location", "/")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        Thread(target=servers[-1].serve_forever).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Listens, but never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


# Ready


def test_a_ready_server_is_ok_by_its_base_address_with_or_without_a_space(server: Served) -> None:
    for path in ("", "/", "/s/test-1", "/s/test-1/"):
        assert run_health("--url", server.url + path) == (0, "ok\n", "")


def test_without_an_address_the_variables_identify_the_server(start: Start) -> None:
    port = str(free_port())
    variables = {"LEDGERSIM_PORT": port, "LEDGERSIM_HOST": "0.0.0.0", "LEDGERSIM_ADMIN_TOKEN": "secret"}
    start(**variables)
    assert run_health(**variables) == (0, "ok\n", "")
    assert run_health(LEDGERSIM_PORT=port, LEDGERSIM_HOST="localhost") == (0, "ok\n", "")


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_a_server_on_all_ipv6_addresses_is_found(start: Start) -> None:
    variables = {"LEDGERSIM_PORT": str(free_port()), "LEDGERSIM_HOST": "::"}
    start(**variables)
    assert run_health(**variables) == (0, "ok\n", "")


def test_a_proxy_is_not_asked(server: Served) -> None:
    proxy = f"http://127.0.0.1:{free_port()}"
    assert run_health("--url", server.url, http_proxy=proxy, HTTP_PROXY=proxy, no_proxy="") == (0, "ok\n", "")


def test_over_tls_no_certificate_is_verified(start: Start, tmp_path: Path) -> None:
    variables = tls(trustme.CA(), "elsewhere.test", tmp_path)
    start(**variables)
    assert run_health(**variables) == (0, "ok\n", "")
    assert run_health("--url", f"https://127.0.0.1:{variables['LEDGERSIM_PORT']}") == (0, "ok\n", "")


def test_where_clients_need_certificates_the_server_is_asked_with_its_own(start: Start, tmp_path: Path) -> None:
    authority = trustme.CA()
    variables = tls(authority, "elsewhere.test", tmp_path)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    variables["LEDGERSIM_TLS_CLIENT_CA"] = str(tmp_path / "ca.pem")
    start(**variables)
    assert run_health(**variables) == (0, "ok\n", "")
    url = f"https://127.0.0.1:{variables['LEDGERSIM_PORT']}"
    code, output, errors = run_health("--url", url)
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(f"ledgersim: {url}{READY} cannot be reached: ")


def tls(authority: trustme.CA, name: str, folder: Path) -> dict[str, str]:
    """The variables for serving HTTPS on a free port."""
    issued = authority.issue_cert(name)
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    return {
        "LEDGERSIM_PORT": str(free_port()),
        "LEDGERSIM_TLS_CERT": str(folder / "cert.pem"),
        "LEDGERSIM_TLS_KEY": str(folder / "key.pem"),
    }


# Not ready


def test_a_port_without_a_listener_gives_exit_code_1_and_one_line() -> None:
    port = str(free_port())
    message = f"ledgersim: http://127.0.0.1:{port}{READY} cannot be reached: Connection refused\n"
    assert run_health(LEDGERSIM_PORT=port) == (1, "", message)


def reason(base: str, timeout: float = 2) -> str:
    """Why a server is not ready, without its address."""
    with pytest.raises(NotReady) as caught:
        ask(base, timeout)
    return str(caught.value).removeprefix(f"{base}{READY} ")


def test_a_silent_server_is_not_waited_for(silent: socket.socket) -> None:
    base = f"http://127.0.0.1:{silent.getsockname()[1]}"
    assert reason(base, 0.05) == "did not respond within 0.05 seconds"


def test_a_server_that_speaks_no_http_is_no_ledgersim(silent: socket.socket) -> None:
    def greet() -> None:
        connection, _ = silent.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"220 mail.test ESMTP\r\n")

    greeting = Thread(target=greet)
    greeting.start()
    assert reason(f"http://127.0.0.1:{silent.getsockname()[1]}") == "is not a ledgersim server"
    greeting.join()


@pytest.mark.parametrize("status", [204, 302, 404, 503])
def test_another_status_is_reported(status: int, other: Other) -> None:
    assert reason(other(status, b"")) == f"returned {status}"


@pytest.mark.parametrize(
    "body", [b"", b"ok", b"{}", b"[]", b'{"status": "down"}', b"\xff", b"[" * 2000, b'{"status": "ok"}' * 100]
)
def test_another_answer_is_no_ledgersim(body: bytes, other: Other) -> None:
    assert reason(other(200, body)) == "is not a ledgersim server"


def test_https_to_an_http_server_cannot_be_reached(other: Other) -> None:
    assert reason(other(200, b"").replace("http:", "https:")).startswith("cannot be reached: ")


def test_a_host_that_cannot_be_a_name_cannot_be_reached() -> None:
    assert reason(f"http://{'a' * 64}.test").startswith("cannot be reached: ")


# Where the server is


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"host": "0.0.0.0"}, "http://127.0.0.1:8080"),
        ({"host": "::", "port": 9}, "http://[::1]:9"),
        ({"host": "localhost"}, "http://localhost:8080"),
        ({"host": "10.0.0.7", "tls_cert": Path("c"), "tls_key": Path("k")}, "https://10.0.0.7:8080"),
    ],
)
def test_the_settings_identify_the_server(
    options: dict[str, object], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("ledgersim.health.ask", lambda base, *_: asked.append(base))
    ask_own(Settings.model_validate(options), 2)
    assert asked == [address]


def test_port_0_does_not_identify_the_server() -> None:
    assert refused(fork("health", LEDGERSIM_PORT="0")) == (
        "ledgersim: the port is 0, which means any free port; use --url to say where the server is"
    )


# Bad usage


@pytest.mark.parametrize(
    "url",
    [
        "", "127.0.0.1:8080", "ftp://a", "http://", "http://a:b", "http://a:99999", "http://[::1", "http://u@a",
        "http://a/?b=c", "http://a/#b", "http://a/ b", "http://a/\r\nX: y", "http://ä.test",
    ],
)  # fmt: skip
def test_an_invalid_base_address_is_rejected(url: str) -> None:
    with pytest.raises(StartupError) as caught:
        ask(url, 2)
    assert str(caught.value) == (
        f"--url is {url!r}; it must be the base URL of a server, such as http://127.0.0.1:8080"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--url", ""], "--url is ''; it must be the base URL of a server, such as http://127.0.0.1:8080"),
        (["--timeout", "0"], "--timeout is 0; it must be above 0 and at most 600 seconds"),
        (["--timeout", "-1"], "--timeout is -1; it must be above 0 and at most 600 seconds"),
        (["--timeout", "nan"], "--timeout is nan; it must be above 0 and at most 600 seconds"),
        (["--timeout", "inf"], "--timeout is inf; it must be above 0 and at most 600 seconds"),
        # typer words the following.
        (["--timeout", "soon"], "Invalid value for '--timeout': "),
        (["now"], "Got unexpected extra argument"),
    ],
)
def test_bad_usage_ends_with_2_and_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["health", *arguments])
    assert caught.value.code == 2
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    assert errors.startswith(f"ledgersim: {message}")


def test_a_bad_variable_is_rejected() -> None:
    assert refused(fork("health", LEDGERSIM_PORT="http")) == (
        "ledgersim: LEDGERSIM_PORT is 'http'; it must be a whole number from 0 to 65535"
    )


def test_it_imports_nothing_of_the_server() -> None:
    slow = {"fastapi", "starlette", "uvicorn", "sqlalchemy", "sqlmodel", "faker", "yaml", "asyncio"}
    program = f"import sys, ledgersim.cli, ledgersim.health; print(*sorted(sys.modules.keys() & {slow}))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, encoding="utf-8", timeout=60
    )
    assert loaded.stdout == "\n"


def test_the_usual_answer_imports_nothing_that_is_slow_to_load(server: Served) -> None:
    slow = {"pydantic", "typer", "http.client", "ssl"}
    program = f"""
import sys
from ledgersim.__main__ import main
sys.argv = ["ledgersim", "health"]
try:
    main()
except SystemExit as end:
    print(end.code, *sorted(sys.modules.keys() & {slow}))
"""
    port = server.url.rpartition(":")[2]
    answered = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=60,
        env=environ(LEDGERSIM_PORT=port),
    )
    assert answered.stdout == "ok\nNone\n"


@pytest.mark.parametrize(
    "variables",
    [
        {"LEDGERSIM_PORT": "http"},
        {"LEDGERSIM_PORT": "99999"},
        {"LEDGERSIM_HOST": ".."},
        {"LEDGERSIM_TLS_CERT": "x"},
    ],
    ids=str,
)
def test_what_is_unusual_is_left_to_the_command(variables: dict[str, str], server: Served) -> None:
    assert not is_ready({"LEDGERSIM_PORT": server.url.rpartition(":")[2], **variables})


@pytest.mark.parametrize(("status", "body"), [(500, b'{"status":"ok"}'), (200, b"{}")])
def test_another_answer_is_left_to_the_command(status: int, body: bytes, other: Other) -> None:
    assert not is_ready({"LEDGERSIM_PORT": other(status, body).rpartition(":")[2]})
