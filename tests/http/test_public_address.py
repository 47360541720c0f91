"""The address of links: by setting, by trusted proxies, by the request."""

from typing import Any

import httpx
import pytest

from ledgersim.http.proxies import NOTHING, Forwarded, Proxies
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.serving import Start, refusal

REGISTRATION = "/ledger/customer/v1/46001/customers/1000001/consent/recurring-card-redirect-registration"
TARGETS = {"completeUrl": "https://shop.test/done", "cancelUrl": "https://shop.test/not", "language": "en-US"}
PUBLIC = "https://sim.example.com/tools"
PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "sim.example.com", "X-Forwarded-Prefix": "/tools"}


def links(api: Api, headers: dict[str, str]) -> list[str]:
    """A Location, a relative link of PayEx, the address of its page, and those of the admin API."""
    sent = {**BEARER, **headers}
    location = api.send("PUT", f"{APTIC}/Debtors", headers=sent, json={}).headers["location"]
    registration = api.send("POST", REGISTRATION, headers=sent, json=TARGETS).json()
    info = api.send("GET", "/_sim/info", headers=sent).json()
    return [
        location.rpartition("/")[0],
        registration["@id"].removesuffix(REGISTRATION),
        registration["redirectUrl"].partition("/_sim/")[0],
        info["vendors"]["payex"],
    ]


def expected(base: str, path: str) -> list[str]:
    return [f"{base}{APTIC}/Debtors", path, base, f"{base}/ledger"]


def test_links_begin_with_the_public_address(serve: Serve) -> None:
    api = serve(public_url=PUBLIC)
    assert links(api, {}) == expected(PUBLIC, "/tools")
    spoofed = {**PROXY, "X-Forwarded-Host": "localhost", "X-Forwarded-Prefix": "/other"}
    assert links(serve(public_url=PUBLIC), spoofed) == expected(PUBLIC, "/tools")
    assert links(serve(public_url="http://localhost:8080"), PROXY | {"X-Forwarded-Host": "a"}) == expected(
        "http://localhost:8080", ""
    )


@pytest.mark.parametrize("sent", ["", "/tools"])
def test_a_request_may_have_the_path_of_the_public_address_or_not(serve: Serve, sent: str) -> None:
    assert serve(public_url=PUBLIC).get(f"{sent}{APTIC}/Ping").status_code == 200


def test_the_host_of_the_public_address_is_served(serve: Serve) -> None:
    host = {**BEARER, "Host": "sim.example.com"}
    assert serve().send("GET", f"{APTIC}/Ping", headers=host).status_code == 421
    assert serve(public_url=PUBLIC).send("GET", f"{APTIC}/Ping", headers=host).status_code == 200


def test_pages_of_the_public_address_may_press_buttons(serve: Serve) -> None:
    api = serve(public_url=PUBLIC)
    page = api.post(REGISTRATION, TARGETS).json()["redirectUrl"].removeprefix("https://sim.example.com")
    foreign = api.send("POST", f"{page}/confirm", headers={"Origin": "https://evil.example"})
    own = api.send("POST", f"{page}/confirm", headers={"Origin": "https://sim.example.com"})
    assert (foreign.status_code, own.status_code) == (403, 303)


def test_links_begin_with_what_a_trusted_proxy_says(serve: Serve) -> None:
    api = serve(allowed_host="sim.example.com")
    assert links(api, PROXY) == expected(PUBLIC, "/tools")
    assert links(serve(), {"X-Forwarded-Proto": "https"}) == expected("https://sim.test", "")
    assert links(serve(root_path="/sim"), {"X-Forwarded-Prefix": "/x"}) == expected(
        "http://sim.test/sim", "/sim"
    )


def test_a_forwarded_host_must_be_known(serve: Serve) -> None:
    answer = serve().send("GET", f"{APTIC}/Ping", headers={**BEARER, **PROXY})
    assert answer.status_code == 421
    assert "sim.example.com" in answer.text


def scope(client: Any, *headers: tuple[str, str], server: Any = ("10.0.0.1", 8080)) -> dict[str, Any]:
    sent = [(name.lower().encode(), value.encode()) for name, value in headers]
    return {"client": client, "server": server, "headers": sent}


@pytest.mark.parametrize(
    ("trusted", "client", "is_believed"),
    [
        ([], "127.0.0.1", True),
        ([], "127.1.2.3", True),
        ([], "::1", True),
        ([], "::ffff:127.0.0.1", True),
        ([], "10.0.0.1", True),
        ([], "10.0.0.7", False),
        (["10.0.0.0/8"], "10.0.0.7", True),
        (["10.0.0.0/8"], "::ffff:10.0.0.7", True),
        (["10.0.0.0/8"], "11.0.0.7", False),
        (["10.0.0.0/8"], "testclient", False),
        (["fd00::/8"], "fd00::7", True),
        (["*"], "11.0.0.7", True),
    ],
)
def test_only_trusted_proxies_are_believed(trusted: list[str], client: str, is_believed: bool) -> None:
    found = Proxies(trusted).forwarded(scope((client, 1), *PROXY.items()))
    assert found == (Forwarded("https", "sim.example.com", "/tools") if is_believed else NOTHING)


def test_a_client_without_an_address_is_believed_if_all_are() -> None:
    assert Proxies().forwarded(scope(None, *PROXY.items())) == NOTHING
    assert Proxies().forwarded(scope(None, *PROXY.items(), server=None)) == NOTHING
    assert Proxies(["*"]).forwarded(scope(None, *PROXY.items())).scheme == "https"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("Proto", "ftp", Forwarded()),
        ("Proto", "http, HTTPS", Forwarded(scheme="https")),
        ("Host", "evil.example, sim.test:8080", Forwarded(host="sim.test:8080")),
        ("Host", "", Forwarded()),
        ("Host", "sim.test:65535", Forwarded(host="sim.test:65535")),
        ("Host", "sim.test:65536", Forwarded()),
        ("Host", "sim.test:0", Forwarded()),
        ("Host", f"sim.test:{'9' * 5000}", Forwarded()),
        ("Host", "[fd00::99999]", Forwarded(host="[fd00::99999]")),
        ("Prefix", "/a/b/", Forwarded(prefix="/a/b")),
        ("Prefix", "/", Forwarded()),
        ("Prefix", "//evil.example", Forwarded()),
        ("Prefix", "/..", Forwarded()),
        ("For", "1.2.3.4", Forwarded()),
    ],
)
def test_the_last_value_counts_and_nonsense_does_not(name: str, value: str, read: Forwarded) -> None:
    assert Proxies().forwarded(scope(("127.0.0.1", 1), (f"X-Forwarded-{name}", value))) == read


def test_a_root_path_must_be_that_of_the_public_address(serve: Serve) -> None:
    assert serve(public_url=PUBLIC, root_path="/tools").get(f"/tools{APTIC}/Ping").status_code == 200
    assert refusal(public_url=PUBLIC, root_path="/sim").startswith(
        "--root-path is '/sim'; --public-url must end"
    )
    assert refusal(public_url="http://localhost/docs").startswith("the path of --public-url is '/docs'")


def test_a_served_process_knows_its_public_address_and_its_proxies(start: Start) -> None:
    server = start("--port", "0", "--public-url", "http://sim.example.com:8080/tools")
    info = httpx.get(f"{server.url}/tools/_sim/info", headers={"Host": "sim.example.com:8080"}).json()
    assert info["vendors"]["aptic"] == "http://sim.example.com:8080/tools/APIGW"
    proxied = start("--port", "0", LEDGERSIM_TRUSTED_PROXY="10.0.0.1")
    info = httpx.get(f"{proxied.url}/_sim/info", headers=PROXY | {"X-Forwarded-Host": "sim.test"}).json()
    assert info["vendors"]["aptic"] == "https://sim.test/tools/APIGW"
