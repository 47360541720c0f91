"""Requests of browsers from other origins: allowed to the vendors' routes if configured, never to others."""

import httpx
import pytest

from ledgersim.settings import load_settings
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve

SHOP = "https://shop.test"
DEBTORS = f"{APTIC}/Debtors"


def from_origin(api: Api, path: str, origin: str = SHOP, method: str = "GET", **headers: str) -> httpx.Response:
    return api.send(method, path, headers={**BEARER, "Origin": origin, **headers})


def preflight(api: Api, path: str, origin: str = SHOP, wanted: str = "PATCH") -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": wanted,
        "Access-Control-Request-Headers": "authorization,content-type,sim-fault",
    }
    return api.send("OPTIONS", path, headers=headers)


def cors_headers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def recorded(api: Api) -> list[str]:
    return [one["method"] for one in api.get("/_sim/requests").json()["requests"]]


@pytest.fixture
def api(serve: Serve) -> Api:
    return serve(cors_origin=(SHOP, "http://localhost:3000"))


def test_without_the_option_there_are_no_cors_headers(serve: Serve) -> None:
    api = serve()
    assert cors_headers(from_origin(api, DEBTORS)) == {}
    rejected = preflight(api, DEBTORS)
    assert (rejected.status_code, cors_headers(rejected)) == (405, {})


@pytest.mark.parametrize("origin", [SHOP, "http://localhost:3000"])
@pytest.mark.parametrize(
    "path", [DEBTORS, f"/s/a{DEBTORS}", "/ledger/customer/v1/46001/customers", "/api/v3/customer-account"]
)
def test_a_preflight_is_answered_for_every_vendor(api: Api, origin: str, path: str) -> None:
    answer = preflight(api, path, origin)
    assert answer.status_code == 200
    allowed = cors_headers(answer)
    assert allowed["access-control-allow-origin"] == origin
    assert allowed["access-control-allow-headers"] == "authorization,content-type,sim-fault"
    methods = set(allowed["access-control-allow-methods"].split(", "))
    assert methods >= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    assert "Origin" in answer.headers["vary"]


def test_a_page_may_read_answers_with_all_their_headers(api: Api) -> None:
    answer = from_origin(api, DEBTORS)
    assert answer.status_code == 200
    assert cors_headers(answer) == {
        "access-control-allow-origin": SHOP,
        "access-control-expose-headers": "*",
    }
    assert answer.headers["vary"] == "Origin"
    assert "sim-request-id" in answer.headers


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (DEBTORS, {"Authorization": ""}, 401),
        (f"{APTIC}/Nothing", {}, 404),
        (f"{APTIC}/CurrentUser", {"Sim-Fault": "status=503"}, 503),
        (f"{APTIC}/CurrentUser", {"Sim-Fault": "nonsense"}, 400),
        (f"{APTIC}/CurrentUser", {"Sim-Fault": "status=500; when=after_commit"}, 500),
    ],
)
def test_a_page_can_read_rejections_and_faults(
    api: Api, path: str, headers: dict[str, str], status: int
) -> None:
    answer = from_origin(api, path, **headers)
    assert (answer.status_code, answer.headers.get("access-control-allow-origin")) == (status, SHOP)


def test_requests_are_recorded_and_preflights_are_not(api: Api) -> None:
    api.post("/_sim/faults", {"kind": "status", "status": 503, "times": 1})
    assert preflight(api, DEBTORS).status_code == 200
    assert from_origin(api, DEBTORS).status_code == 503
    assert from_origin(api, DEBTORS).status_code == 200
    assert recorded(api) == ["GET", "GET"]


def test_an_options_request_that_is_no_preflight_is_the_vendors(api: Api) -> None:
    answer = from_origin(api, DEBTORS, method="OPTIONS")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")


def test_another_origin_is_not_let_in(api: Api) -> None:
    for other in ("https://shop.test.evil.test", "http://shop.test", "null"):
        rejected = preflight(api, DEBTORS, other)
        assert (rejected.status_code, rejected.text) == (400, "Disallowed CORS origin")
        assert "access-control-allow-origin" not in rejected.headers
        assert "access-control-allow-origin" not in from_origin(api, DEBTORS, other).headers


@pytest.mark.parametrize("origins", [(SHOP,), ("*",)])
def test_the_admin_api_and_other_pages_are_never_open(serve: Serve, origins: tuple[str, ...]) -> None:
    api = serve(cors_origin=origins)
    for path in ("/_sim/reset", "/s/a/_sim/reset", "/_SIM/reset", "/_sim"):
        assert cors_headers(preflight(api, path, wanted="POST")) == {}
        assert cors_headers(from_origin(api, path, method="POST")) == {}
    for path in ("/", "/docs", "/nothing"):
        assert cors_headers(from_origin(api, path)) == {}


def test_a_star_lets_in_every_origin(serve: Serve) -> None:
    api = serve(cors_origin=("*",))
    for origin in (SHOP, "null"):
        assert preflight(api, DEBTORS, origin).headers["access-control-allow-origin"] == "*"
        assert from_origin(api, DEBTORS, origin).headers["access-control-allow-origin"] == "*"


def test_below_a_base_path_too(serve: Serve) -> None:
    api = serve(cors_origin=(SHOP,), root_path="/sim")
    assert preflight(api, f"/sim{DEBTORS}").status_code == 200
    assert cors_headers(preflight(api, "/sim/_sim/reset")) == {}


# Settings


def test_origins_come_from_options_or_from_a_list_in_the_variable() -> None:
    options = load_settings({}, cors_origin=["https://a.test/", "HTTP://Localhost:3000"])
    assert options.cors_origin == ("https://a.test", "http://localhost:3000")
    variable = load_settings({"LEDGERSIM_CORS_ORIGIN": "https://a.test, capacitor://localhost,*"})
    assert variable.cors_origin == ("https://a.test", "capacitor://localhost", "*")
