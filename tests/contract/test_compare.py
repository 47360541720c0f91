"""`ledgersim compare` passes requests on to a vendor and to a space, and reports where they behave differently."""

import gzip
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest

from ledgersim.contract.exchanges import BaseAddress
from ledgersim.contract.findings import Finding
from ledgersim.contract.proxy import Comparison
from tests.client import BEARER, Api
from tests.conftest import Serve
from tests.contract.vendor import serving, write_options
from tests.serving import LIMIT, Served, fork
from tests.test_cli import complaint

V1, V2 = "/APIGW/v1", "/APIGW/api/v2"
SECRET = "secret-of-a-client"


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The vendor, in a process of its own, with people of its own."""
    options = write_options(tmp_path_factory.mktemp("vendor"))
    flags = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", value)]
    served = Served("--port", "0", "--customers", "1", "--seed", "7", *flags)
    served.keep()
    yield served
    served.end()


class Client:
    """A client whose requests go to both."""

    def __init__(self, api: Api, mount: str, upstream: str) -> None:
        self.shown: list[Finding] = []
        base = BaseAddress("--upstream", upstream)
        self.comparison = Comparison(api.app, mount, base, 30, None, self.shown.append)
        self._api = api
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.comparison), base_url="http://127.0.0.1"
        )

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        options.setdefault("headers", BEARER)
        request = self._client.build_request(method, path, **options)
        request.extensions["foreign"] = True
        return self._api.run(self._client.send(request))

    def found(self) -> set[tuple[str, str, str, str, str]]:
        findings = self.comparison.findings
        assert self.shown == findings
        return {(one.kind, one.operation, one.place, one.ours, one.theirs) for one in findings}


@pytest.fixture
def client(serve: Serve, vendor: Served) -> Client:
    """A client of both, which have different worlds."""
    return Client(serve(), "/APIGW", f"{vendor.url}/APIGW")


def test_the_client_gets_the_answers_of_the_vendor_and_both_tell_the_same_story(client: Client) -> None:
    answer = client.send("PUT", f"{V1}/Clients", json={"fullName": "Ada Ek"})
    assert answer.status_code == 200
    created = answer.json()["uniqueId"]
    assert client.send("GET", f"{V1}/Clients/{created}").json()["fullName"] == "Ada Ek"
    listed = client.send("GET", f"{V1}/Clients", params={"$filter": f"uniqueId eq '{created}'"}).json()
    assert [one["uniqueId"] for one in listed["value"]] == [created]
    assert client.send("PATCH", f"{V1}/Clients/{created}", json={"fullName": "Bo Ek"}).status_code == 204
    assert client.send("GET", f"{V1}/Clients/{created}").json()["fullName"] == "Bo Ek"
    assert client.found() == {
        ("status", "aptic.clients.create", "", "201", "200"),
        ("member", "aptic.clients.list", "response 200: value[].webPage", "null", ""),
    }


def test_seeded_items_of_both_stand_for_each_other(client: Client) -> None:
    (first, *_) = client.send("GET", f"{V1}/Debtors", params={"$top": "3"}).json()["value"]
    assert client.send("GET", f"{V1}/Debtors/{first['debtorGuid']}").status_code == 200
    assert client.send("GET", f"{V1}/Debtors/{first['debtorGuid']}/Addresses").status_code == 200
    assert client.send("PUT", f"{V1}/Cases", json=[{"currencyCode": "SEK"}]).status_code == 200
    assert client.found() == {
        ("member", "aptic.debtors.list", "response 200: value[].naceCode", "null", ""),
        ("member", "aptic.debtors.get", "response 200: naceCode", "null", ""),
        ("member", "aptic.debtors.get", "response 200: links[].guid", "string", ""),
        ("status", "aptic.cases.create", "", "201", "200"),
    }


def test_tokens_of_the_vendor_stand_for_those_of_a_strict_simulator(serve: Serve, vendor: Served) -> None:
    client = Client(serve(auth="strict"), "/APIGW", f"{vendor.url}/APIGW")
    form = {"grant_type": "client_credentials", "client_id": "ledgersim", "client_secret": "ledgersim-secret"}
    token = client.send("POST", "/APIGW/login/oauth/access_token", data=form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.send("GET", f"{V1}/CurrentUser", headers=headers).status_code == 200
    assert client.found() == set()


def test_paths_that_only_the_vendor_has_are_named_without_ids(client: Client) -> None:
    guid = client.send("GET", f"{V2}/Debtors").json()["value"][0]["debtorGuid"]
    assert client.send("GET", f"{V2}/Debtors/{guid}").status_code == 200
    assert client.send("GET", f"{V2}/Debtors/a%40b.example/1234").status_code == 404
    assert client.found() == {
        ("status", "GET /api/v2/Debtors", "", "404", "200"),
        ("status", "GET /api/v2/Debtors/<guid>", "", "404", "200"),
    }


def test_other_requests_reach_the_simulator_alone(client: Client) -> None:
    assert client.send("GET", "/_sim/info").json()["vendors"]
    assert client.send("GET", "/").status_code == 200
    assert client.send("GET", f"{V1}/Debtors", headers={"Host": "evil.example", **BEARER}).status_code == 421
    assert client.found() == set()


# What the vendor gets


class Echo(BaseHTTPRequestHandler):
    """Notes what it gets, and answers with a compressed body."""

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.got.append((self.command, self.path, self.headers.items(), sent))  # type: ignore[attr-defined]
        body = gzip.compress(b'{"outcome": "Accepted"}')
        self.send_response(418)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[Any]:
    """A vendor that notes what it gets."""
    with serving(Echo) as server:
        server.got = []  # type: ignore[attr-defined]
        yield server


def test_the_vendor_gets_what_the_client_sent_and_nothing_else(serve: Serve, echo: Any) -> None:
    url = f"http://127.0.0.1:{echo.server_port}/gateway/api/v3"
    client = Client(serve(), "/api/v3", url)
    headers = {"Host": "127.0.0.1", "X-Auth-Key": SECRET, "Sim-Space": "t1", "Connection": "keep-alive, X-Hop"}
    headers |= {"X-Hop": "1", "Content-Type": "application/json", "Accept": "*/*"}
    request = httpx.Request(
        "POST", "http://127.0.0.1/api/v3/customer-account?a=%20b", headers=headers, content=b"{}"
    )
    request.extensions["foreign"] = True
    answer = client._api.run(client._client.send(request))
    assert (answer.status_code, answer.json()) == (418, {"outcome": "Accepted"})
    ((method, path, got, body),) = echo.got
    assert (method, path, body) == ("POST", "/gateway/api/v3/customer-account?a=%20b", b"{}")
    assert {name.lower(): value for name, value in got} == {
        "host": f"127.0.0.1:{echo.server_port}",
        "x-auth-key": SECRET,
        "content-type": "application/json",
        "accept": "*/*",
        "content-length": "2",
    }
    assert client.found() == {("status", "riverty.customeraccount.apply", "", "400", "418")}


def test_a_vendor_that_cannot_be_reached_is_a_bad_gateway(serve: Serve) -> None:
    client = Client(serve(), "/APIGW", "http://127.0.0.1:1/APIGW")
    answer = client.send("GET", f"{V1}/Debtors")
    assert (answer.status_code, answer.json()["detail"]) == (
        502,
        "http://127.0.0.1:1/APIGW cannot be reached: Connection refused",
    )
    assert client.found() == set()


# The command


def test_the_command_reports_at_the_end_and_logs_no_credentials(vendor: Served) -> None:
    command = fork("compare", "--upstream", f"{vendor.url}/APIGW", "--port", "0", LEDGERSIM_CUSTOMERS="1")
    limit = threading.Timer(LIMIT, command.kill)
    limit.start()
    url = command.stdout.readline().removeprefix("Ready: ").rstrip("\n")
    with httpx.Client(headers={"Authorization": f"Bearer {SECRET}"}, trust_env=False) as http:
        request = http.build_request("PUT", f"{url}{V1}/Clients", json={"fullName": "Ada Ek"})
        request.extensions["foreign"] = True
        assert http.send(request).status_code == 200
    command.send_signal(signal.SIGTERM)
    output, errors = command.communicate(timeout=LIMIT)
    limit.cancel()
    assert command.returncode == 1
    assert output.splitlines() == [
        "error   aptic.clients.create: status differing 201 → 200 (observed/observed) [ff74e53a656ea]",
        f"aptic: {vendor.url}/APIGW: 1 error",
    ]
    assert "error   aptic.clients.create: status differing 201 → 200\n" in errors
    assert SECRET not in output + errors


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--upstream", "nowhere"], "--upstream is 'nowhere'; it must be a base address such as"),
        (["--upstream", "http://127.0.0.1:1/x"], "--upstream ends with none of /APIGW, /ledger, /api/v3"),
        (["--upstream", "http://127.0.0.1:1/x", "--vendor", "acme"], "--vendor is 'acme'; it must be one of"),
        (["--upstream", "http://127.0.0.1:1/APIGW", "--port", "x"], "--port is 'x'; it must be a whole number"),
    ],
)
def test_bad_options_are_one_line(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reason in complaint(capsys, "compare", *arguments)
