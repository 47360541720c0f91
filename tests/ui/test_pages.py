"""The pages: HTML for browsers, JSON for other clients, and no dead links."""

import asyncio
import json
import re
import shlex
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ledgersim.app import create_app
from ledgersim.settings import Settings
from ledgersim.world.definition import seed_folder
from tests.client import APTIC, Api
from tests.conftest import Serve
from tests.ui.html import BROWSER, browse

HOST = "http://sim.test"
SEED = seed_folder()
PAGES = ("/", "/_sim", "/docs", "/docs/payex", "/docs/riverty", "/docs/admin", "/docs/guides/README.md")
SECRETS = ("ledgersim-secret", "ledgersim-key", "payex-46001-token", "s3cret")


def read(api: Api, path: str, accept: str | None = None) -> httpx.Response:
    """Without a token."""
    return api.send("GET", path, headers={} if accept is None else {"Accept": accept})


def test_the_menu_of_guides_tells_them_apart(api: Api) -> None:
    menu = read(api, "/docs/guides/README.md", "text/html").text.partition("<main")[0]
    names = re.findall(r'<a href="/docs/guides/[^>]*>([^<]*)</a>', menu)
    assert {"Aptic: payment plans", "Aptic: what is simulated", "PayEx", "Faults"} < set(names)
    assert len(set(names)) == len(names)


# HTML or JSON


@pytest.mark.parametrize("path", ["/", "/_sim", "/s/a/", "/s/a", "/s/a/_sim", "/_SIM/"])
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, text/html;q=0.9", "application/json"),
        ("text/html;q=0, */*", "application/json"),
        ("text/html;q=0.5, application/*;q=1.0", "application/json"),
        ("image/png", "application/json"),
        ("", "application/json"),
        (BROWSER["Accept"], "text/html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("TEXT/HTML;level=1;Q=0.5, application/json;q=0.4", "text/html; charset=utf-8"),
        ("text/*, */*;q=0.1", "text/html; charset=utf-8"),
    ],
)
def test_clients_get_what_they_prefer(api: Api, path: str, accept: str | None, kind: str) -> None:
    answer = read(api, path, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize("path", [*PAGES, "/docs/riverty.json", "/docs/assets/ledgersim.css"])
def test_head_has_the_headers_of_get(api: Api, path: str) -> None:
    asked = [api.send(method, path, headers=BROWSER) for method in ("GET", "HEAD")]
    kept = [
        {name: value for name, value in one.headers.items() if name not in ("date", "sim-request-id")}
        for one in asked
    ]
    assert [one.status_code for one in asked] == [200, 200]
    assert kept[0].pop("content-length") == str(len(asked[0].content))
    kept[1].pop("content-length")
    assert kept[0] == kept[1]


@pytest.mark.parametrize("path", ["/nothing", "/favicon.ico/nothing", "/doc"])
def test_unknown_paths_are_a_404_in_json_for_browsers_too(api: Api, path: str) -> None:
    answer = api.send("GET", path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize(
    "path", ["/docs/nothing", "/docs/assets/nothing", "/docs/assets/base.html", "/docs/assets/..%2Fapp.py",
             "/docs/guides/nothing.md", "/docs/guides/..%2F..%2FLICENSE", "/docs/a/b/c"],
)  # fmt: skip
def test_unknown_documents_are_a_404_in_html_for_browsers(serve: Serve, path: str) -> None:
    for ui, first in (("on", "/_sim/ui"), ("off", "/")):
        api = serve(ui=ui)
        answer = api.send("GET", path, headers=BROWSER)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert f'href="{first}"' in answer.text
        assert read(api, path).json()["status"] == 404


def test_the_icon_for_which_browsers_ask_is_no_error(api: Api) -> None:
    answer = api.send("GET", "/favicon.ico", headers={"Accept": "image/*"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get("/_sim/requests").json()["recorded"] == 0


@pytest.mark.parametrize("path", ["/", "/_sim", "/docs", "/docs/aptic.json"])
def test_pages_are_only_read(api: Api, path: str) -> None:
    answer = api.post(path, {})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


# Contents


@pytest.mark.parametrize(("options", "prefix"), [({}, ""), ({}, "/s/a"), ({"root_path": "/sim"}, "/sim/s/a")])
def test_the_landing_page_has_all_addresses(serve: Serve, options: dict[str, str], prefix: str) -> None:
    api = serve(**options)
    content = read(api, f"{prefix}/").json()
    assert content["vendors"] == {
        "aptic": f"{HOST}{prefix}/APIGW",
        "payex": f"{HOST}{prefix}/ledger",
        "riverty": f"{HOST}{prefix}/api/v3",
    }
    assert (content["name"], content["admin"]) == ("ledgersim", f"{HOST}{prefix}/_sim")
    assert content["space"] == ("a" if prefix else "default")
    assert content["world"] == {"name": "nordic-basic", "as_of": "2026-01-01", "seed": 1}
    assert (content["clock"]["mode"], content["clock"]["now"][:10]) == ("real", "2026-01-01")
    assert list(content["documents"]) == ["aptic", "payex", "riverty", "admin"]
    for address in (content["reference"], *content["documents"].values(), *content["guides"].values()):
        assert address.startswith(f"{HOST}{prefix}/docs")
        assert read(api, address).status_code == 200
    ulla = content["personas"][0]
    assert (ulla["name"], ulla["title"]) == ("Ulla Unpaid", "One unpaid case")
    assert ulla["ids"]["payex"]["customerNo"] == "1000001"
    debtor = f"{HOST}{prefix}{APTIC}/Debtors/5eed0001-deb0-4000-8000-000000000001"
    assert ulla["links"]["aptic"]["debtor"] == debtor


def test_the_host_is_that_of_the_request(api: Api) -> None:
    content = api.send("GET", "/", headers={"Host": "ledgersim:8080"}).json()
    assert content["admin"] == "http://ledgersim:8080/_sim"


@pytest.mark.parametrize("auth", ["lenient", "strict", "off"])
def test_the_curl_line_works(serve: Serve, auth: str) -> None:
    api = serve(auth=auth)
    for prefix in ("", "/s/a"):
        curl, *words = shlex.split(read(api, f"{prefix}/").json()["curl"])
        option, header, url = words
        name, _, value = header.partition(": ")
        assert (curl, option) == ("curl", "-H")
        answer = api.send("GET", url, headers={name: value})
        assert (answer.status_code, answer.json()["remainingSum"]) == (200, 1250.0)
        assert url.startswith(f"{HOST}{prefix}/APIGW/")


def test_pages_of_an_unknown_space_show_what_it_would_be_and_do_not_create_it(serve: Serve) -> None:
    api = serve(max_spaces="1")
    for path in (*PAGES, "/docs/aptic.json", "/favicon.ico"):
        assert read(api, f"/s/new{path}", "text/html").status_code in (200, 204)
    assert api.space_names() == ["default"]
    shown = read(api, "/s/new/").json()
    assert (shown["space"], shown["clock"]["now"][:10]) == ("new", "2026-01-01")
    links = [one.url for one in browse(api, "/s/new/").links]
    assert f"{HOST}/s/new/_sim/ui" not in links
    api.get(f"/s/new{APTIC}/Ping")
    created = read(api, "/s/new/").json()
    assert created | {"clock": {}} == shown | {"clock": {}}
    assert f"{HOST}/s/new/_sim/ui" in [one.url for one in browse(api, "/s/new/").links]
    assert read(api, "/s/other/").status_code == 200


def test_pages_of_an_unknown_space_are_a_404_if_none_is_created_on_first_use(serve: Serve) -> None:
    assert read(serve(spaces_on_first_use="off"), "/s/new/").status_code == 404


@pytest.mark.parametrize("auth", ["lenient", "strict", "off"])
def test_every_link_works_with_the_headers_that_the_page_sends(serve: Serve, auth: str) -> None:
    api = serve(auth=auth)
    links = browse(api, "/s/a/").links
    assert len(links) > 100
    checked = [one for one in links if one.headers or auth == "lenient"]  # the others need no credentials
    answers = {one.url: api.send("GET", one.url, headers=dict(one.headers)).status_code for one in checked}
    assert {url: status for url, status in answers.items() if status != 200} == {}


def test_no_link_of_a_guide_is_dead(api: Api) -> None:
    guides = read(api, "/").json()["guides"].values()
    linked = {one.url.partition("#")[0] for guide in guides for one in browse(api, guide).links}
    assert len(linked) > 20
    ours = sorted(url for url in linked if url.startswith(HOST))
    assert [url for url in ours if read(api, url).status_code != 200] == []


def test_the_admin_api_lists_its_routes(api: Api) -> None:
    content = read(api, "/_sim").json()
    document = api.get("/_sim/openapi.json").json()
    documented = {
        (method.upper(), f"/_sim{path}", operation["operationId"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert {(one["method"], one["path"], one["operation"]) for one in content["routes"]} == documented
    assert content["reference"] == f"{HOST}/docs/admin"
    page = browse(api, "/s/a/_sim")
    assert "/_sim/snapshots/{name}/restore" in page.text
    assert f"{HOST}/s/a/_sim/clock" in [one.url for one in page.links]


@pytest.mark.parametrize(("options", "prefix"), [({}, ""), ({"root_path": "/sim"}, "/sim/s/a")])
@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_from_elsewhere(
    serve: Serve, options: dict[str, str], prefix: str, path: str
) -> None:
    api = serve(**options)
    page = browse(api, prefix + path)
    assert page.assets
    assert (page.others, page.inline_scripts) == ([], 0)
    for address in page.assets:
        answer = api.send("GET", address, headers={})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/css" if ".css" in address else "text/javascript")
        assert urlsplit(address).path.startswith(f"{prefix}/docs/assets/")
    policy = api.send("GET", prefix + path, headers=BROWSER).headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy


# Security


@pytest.mark.parametrize("auth", ["lenient", "strict"])
def test_with_a_token_the_pages_are_open_and_show_no_secrets(serve: Serve, auth: str) -> None:
    api = serve(admin_token="s3cret", auth=auth)
    for path in (*PAGES[:-1], "/docs/admin.json"):
        for accept in (None, BROWSER["Accept"]):
            answer = read(api, path, accept)
            assert answer.status_code == 200
            assert [one for one in SECRETS if one in answer.text] == []


def test_pages_are_not_recorded_and_not_hit_by_faults(api: Api) -> None:
    api.post("/_sim/faults", {"kind": "status", "status": 503})
    for path in PAGES:
        assert api.send("GET", path, headers={**BROWSER, "Sim-Fault": "drop"}).status_code == 200
    assert api.get("/_sim/requests").json()["recorded"] == 0
    assert api.get("/_sim/faults").json()["faults"][0]["fired"] == 0


def test_names_from_custom_worlds_are_escaped(
    tmp_path: Path, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = """"'><script src="http://evil.test/"></script>{{ 7 * 7 }}"""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    shutil.copytree(SEED, tmp_path / "seed")
    personas = tmp_path / "seed" / "personas.yaml"
    names = ("name: Ulla Unpaid", "title: One unpaid case")
    text = personas.read_text(encoding="utf-8")
    for name in names:
        assert text.count(name) == 1
        text = text.replace(name, f"{name.partition(':')[0]}: {json.dumps(evil)}")
    personas.write_text(text, encoding="utf-8")
    world = tmp_path / "seed" / "worlds" / "<b>mine.yaml"
    (tmp_path / "seed" / "worlds" / "nordic-basic.yaml").rename(world)
    app = create_app(Settings(world=str(world), customers=20))
    api = Api(app, loop)
    page = browse(api, "/")
    content = read(api, "/").json()
    app.spaces.close()
    assert (page.inline_scripts, page.text.count(evil)) == (0, 2)
    assert all("evil.test" not in address for address in page.assets)
    assert "<b>mine" in page.text
    assert (content["personas"][0]["name"], content["world"]["name"]) == (evil, "<b>mine")
