"""Hosts that are served, and web pages that may call the server."""

from pathlib import Path

import pytest

from ledgersim.http import access
from ledgersim.http.access import Access
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.serving import Start

EVIL = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
REBOUND = {"Host": "rebind.evil.example:8080"}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "localhost:8080",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "[::1]:8080",
        "192.168.1.20",
        "10.0.0.7:32768",
        "[fe80::1%25eth0]:8080",
        "ledgersim:8080",
        "ledgersim_1",
        "host.docker.internal:49153",
        "host.testcontainers.internal",
        "laptop.local",
        "ledgersim.default.svc.cluster.local:8080",
        "ledgersim.default.svc",
        "sim.test",
        "",
    ],
)
def test_hosts_that_only_local_networks_resolve_are_served(host: str) -> None:
    assert Access([], [], []).serves(host)


@pytest.mark.parametrize(
    "host",
    [
        "rebind.evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "sim.example.com",
        "1.2.3.4.5",
        "evil.com/.localhost",
        "evil.com#.localhost",
        "localhost:80@evil.com",
        "[::1].evil.com",
        "[::1",
        "a b",
    ],
)
def test_other_hosts_are_not_served(host: str) -> None:
    assert not Access([], [], []).serves(host)


@pytest.mark.parametrize(
    ("configured", "host", "is_served"),
    [
        ("sim.example.com", "SIM.example.com:443", True),
        ("sim.example.com", "a.sim.example.com", False),
        (".example.com", "example.com", True),
        (".example.com", "a.sim.example.com", True),
        (".example.com", "badexample.com", False),
        ("*", "rebind.evil.example", True),
    ],
)
def test_configured_hosts_are_served(configured: str, host: str, is_served: bool) -> None:
    assert Access([configured], [], []).serves(host) is is_served


def test_in_kubernetes_the_names_of_services_in_the_namespace_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "namespace").write_text("dev\n")
    monkeypatch.setattr(access, "_NAMESPACE", tmp_path / "namespace")
    served = Access([], [], [])
    assert served.serves("ledgersim.dev")
    assert not served.serves("ledgersim.evil.dev")
    assert not served.serves("ledgersim.shop")


@pytest.mark.parametrize("path", ["/_sim/export", f"{APTIC}/Debtors", "/", "/s/new/_sim/info", "/nothing"])
def test_an_unknown_host_gets_421_that_names_the_setting(api: Api, path: str) -> None:
    response = api.send("GET", path, headers={**BEARER, **REBOUND})
    assert response.status_code == 421
    assert "--allowed-host" in response.json()["detail"]
    assert api.space_names() == ["default"]


@pytest.mark.parametrize("path", ["/_sim/health/live", "/_sim/health/ready", "/s/a/_sim/health/live"])
def test_health_probes_may_name_any_host(api: Api, path: str) -> None:
    assert api.send("GET", path, headers={**REBOUND, **EVIL}).status_code == 200


def test_the_host_to_listen_on_is_served(serve: Serve) -> None:
    api = serve(host="sim.corp.example")
    assert api.send("GET", "/_sim/info", headers={"Host": "sim.corp.example:8080"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_sim/reset"),
        ("POST", "/_sim/spaces"),
        ("POST", "/_sim/import"),
        ("GET", "/_sim/export"),
        ("POST", "/_sim/payex/card-check/key/confirm"),
        ("POST", f"{APTIC}/Cases/Services/anything"),
        ("PUT", f"{APTIC}/Debtors"),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        EVIL,
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "not an origin"},
        {"Origin": "http://sim.test@evil.example"},
    ],
)
def test_a_page_of_another_site_gets_403_that_names_the_setting(
    api: Api, method: str, path: str, headers: dict[str, str]
) -> None:
    response = api.send(method, path, headers={**BEARER, "Content-Type": "text/plain", **headers}, content=b"")
    assert response.status_code == 403
    setting = "--admin-origin" if path.startswith("/_sim") else "--cors-origin"
    assert setting in response.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://sim.test", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://sim.test:3000", "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://sim.test:3000"},  # a browser without Sec-Fetch-Site
    ],
)
def test_programs_and_pages_of_the_same_site_may_call_the_admin_api(api: Api, headers: dict[str, str]) -> None:
    assert api.send("POST", "/_sim/reset", headers=headers).status_code == 204


def test_a_link_of_another_site_may_be_followed_but_not_embedded(api: Api) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert api.send("GET", "/_sim/info", headers=link).status_code == 200
    assert api.send("GET", "/", headers=link).status_code == 200
    assert api.send("POST", "/_sim/reset", headers=link).status_code == 403
    assert api.send("GET", "/_sim/info", headers=link | {"Sec-Fetch-Dest": "iframe"}).status_code == 403


def test_a_page_may_read_the_vendors_without_cors_as_a_program_does(api: Api) -> None:
    assert api.send("GET", f"{APTIC}/Debtors", headers={**BEARER, **EVIL}).status_code == 200


def test_the_pages_of_an_admin_origin_may_call_the_admin_api_and_read_its_responses(serve: Serve) -> None:
    api = serve(admin_origin=("http://dash.example",))
    headers = {"Origin": "http://dash.example", "Sec-Fetch-Site": "cross-site"}
    preflight = api.send("OPTIONS", "/_sim/reset", headers={**headers, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 200
    response = api.send("POST", "/_sim/reset", headers=headers)
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (
        204,
        "http://dash.example",
    )
    assert api.send("POST", "/_sim/reset", headers=EVIL).status_code == 403
    assert api.send("PUT", f"{APTIC}/Debtors", headers={**BEARER, **headers}).status_code == 403


def test_the_pages_of_a_cors_origin_may_call_the_vendors_but_not_the_admin_api(serve: Serve) -> None:
    api = serve(cors_origin=("http://shop.example",))
    headers = {**BEARER, "Origin": "http://shop.example", "Sec-Fetch-Site": "cross-site"}
    assert api.send("PUT", f"{APTIC}/Debtors", json={"fullName": "Ada Ek"}, headers=headers).status_code == 201
    assert api.send("POST", "/_sim/reset", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("options", "warns"),
    [
        (("--host", "0.0.0.0"), True),
        (("--host", "127.0.0.1"), False),
        (("--host", "0.0.0.0", "--admin-token", "secret"), False),
    ],
)
def test_the_start_says_who_can_reach_an_open_admin_api(
    start: Start, options: tuple[str, ...], warns: bool
) -> None:
    assert ("LEDGERSIM_ADMIN_TOKEN" in start("--port", "0", *options).stop().banner) is warns


def test_neither_foreign_pages_nor_probes_create_spaces(api: Api) -> None:
    image = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    for path in ("/s/new/", f"/s/new{APTIC}/Debtors"):
        assert api.send("GET", path, headers={**BEARER, **image}).status_code == 404
    assert api.send("GET", "/s/new/_sim/health/ready", headers=REBOUND).status_code == 200
    assert api.space_names() == ["default"]
