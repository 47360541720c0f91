"""The dashboard over HTTP: pages, forms, and who may see and send them."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from html import unescape
from typing import Any, get_args
from urllib.parse import quote, urlencode

import httpx
import pytest

from ledgersim.diagnostics.faults import Fault, Kind
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.ui.html import BROWSER, Page, browse

HOST = "http://sim.test"
UI = "/_sim/ui"
PETRA = f"{APTIC}/Debtors/5eed0002-deb0-4000-8000-000000000001"
PLAN = f"{PETRA}/Paymentplans/5eed0002-91a0-4000-8000-000000000001"
CASE = f"{APTIC}/Cases/5eed0005-ca5e-4000-8000-000000000001"
SURPLUS = "/ledger/customer/v1/46001/customers/1000020/surpluses/5eed0020-5042-4000-8000-000000000001"
PAGES = (
    *("", "/requests", "/errors", "/data", "/clock", "/faults", "/coverage", "/personas", "/spaces"),
    *("/data/aptic/debtors", "/data/payex/customers", "/data/riverty/accounts", "/personas/Siri%20Surplus"),
    *(f"/data/item?{urlencode({'path': path})}" for path in (PETRA, PLAN, CASE, SURPLUS)),
)
EVIL = """"'><script src="http://evil.test/"></script>{{ 7 * 7 }}<img src=x onerror=alert(1)>"""


def show(api: Api, path: str, **headers: str) -> httpx.Response:
    """A page as a browser gets it."""
    return api.send("GET", path, headers={**BROWSER, **headers})


def token_of(page: httpx.Response) -> str:
    """What the forms of a page contain."""
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found is not None, page.text
    return found[1]


def submit(api: Api, call: str, fields: Mapping[str, Any] = {}, ui: str = UI, **headers: str) -> httpx.Response:
    """What a form that makes a call returns."""
    form = {"csrf": token_of(show(api, f"{ui}/faults")), "call": call, "then": f"{UI}/faults", **fields}
    return api.send("POST", f"{ui}/call", headers={**BROWSER, **headers}, data=form)


def fields_of(page: httpx.Response) -> dict[str, str]:
    """The fields of the forms of a page, and their values."""
    return {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', page.text)}


def item(api: Api, path: str) -> httpx.Response:
    """What is shown of a path of a vendor."""
    return api.send("GET", f"/_sim/data/item?{urlencode({'path': path})}")


def fail(api: Api) -> int:
    """A rejected request; its id."""
    answer = api.put(f"{APTIC}/Debtors", {"fullName": 5})
    assert answer.status_code == 400
    return int(answer.headers["sim-request-id"])


# Pages


@pytest.mark.parametrize(("options", "prefix"), [({}, ""), ({}, "/s/a"), ({"root_path": "/sim"}, "/sim/s/a")])
def test_all_links_of_the_pages_work_and_stay_on_the_server(
    serve: Serve, options: dict[str, str], prefix: str
) -> None:
    api = serve(**options)
    api.get(f"{prefix}/_sim/clock")  # creates the space
    links = set()
    for path in PAGES:
        page = browse(api, f"{prefix}{UI}{path}")
        assert (path, page.others, page.inline_scripts) == (path, [], 0)
        assert all(url.startswith(f"{HOST}{prefix}/docs/assets/") for url in page.assets)
        links |= {one.url for one in page.links if one.url.startswith(f"{HOST}{prefix}/_sim")}
    assert {url: status for url in links if (status := show(api, url).status_code) != 200} == {}


def test_each_page_names_the_call_that_returns_the_same_as_json(api: Api) -> None:
    found = {
        path: re.findall(r'The same as JSON: <a href="([^"]+)"', show(api, UI + path).text) for path in PAGES
    }
    types = {
        path: [api.get(unescape(one)).headers["content-type"] for one in twins] for path, twins in found.items()
    }
    assert types == {path: ["application/json"] for path in PAGES}


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/nothing", 404, "There is no page"),
        ("/requests/999999", 404, "not found in the journal"),
        ("/requests/nothing", 404, "not found in the journal"),
        ("/requests?vendor=nobody", 400, "must be one of aptic, payex, riverty"),
        ("/requests?status_class=9", 400, "status_class"),
        ("/requests?status=zz", 400, "<code>status</code></dt><dd>must be a whole number</dd>"),
        ("/requests?limit=abc", 400, "<code>limit</code>"),
        ("/requests?after=abc", 400, "<code>after</code>"),
        ("/requests?older=-1", 400, "must be a whole number"),
        ("/requests?status=400&status=500", 400, "is given more than once"),
        ("/requests?paused=perhaps", 400, "must be on, or absent"),
        ("/requests/1?nothing=1", 400, "is no parameter of this page, which takes operation"),
        ("/requests/stream?after=abc", 400, "must be a position"),
        ("?nothing=1", 400, "<code>nothing</code>"),
        ("/requests/stream?status_class=9", 400, "status_class"),
        ("/errors?status=zz", 400, "<code>status</code>"),
        ("/errors?operation=nothing", 400, "matches no operation"),
        ("/data/aptic/nothing", 404, "There is no list"),
        ("/data/item?path=/nothing", 400, "must begin with"),
        (f"/data/item?path={APTIC}/nothing", 404, "There is no GET"),
        (f"/data/item?path={APTIC}/Debtors/1", 404, "This is not a GUID"),
        (f"/data/item?path={SURPLUS[:-1]}9", 404, "has no surplus"),
        ("/data/aptic/debtors?filter=cty+eq+1", 400, "did you mean city?"),
        ("/data/aptic/debtors?skip=x", 400, "skip"),
        ("/data/aptic/debtors?top=-1", 400, "Input should be greater than or equal to 1"),
        ("/data/aptic/debtors?$filter=city+eq+1", 400, "which takes filter, skip, top"),
        ("/data/payex/customers?top=101", 400, "Input should be less than or equal to 100"),
        ("/data/item", 400, "<h1>400 One or more validation errors occurred.</h1>\n  <dl>"),
        (f"/data/item?path={PETRA}&top=1", 400, "which takes path"),
        ("/data?top=1", 400, "is no parameter of this page, which takes none"),
        ("/clock?top=1", 400, "<code>top</code>"),
        ("/faults?top=1", 400, "<code>top</code>"),
        ("/coverage?top=1", 400, "<code>top</code>"),
        ("/personas?top=1", 400, "<code>top</code>"),
        ("/personas/Siri%20Surplus?top=1", 400, "<code>top</code>"),
        ("/spaces?top=1", 400, "which takes confirm, space, snapshot"),
        ("/spaces?space=default", 400, "must be one of"),
        ("/clock?job=nothing", 400, "must be one of aptic."),
        ("/clock?job=nothing", 400, "<h1>400 One or more validation errors occurred.</h1>\n  <dl>"),
        ("/clock?older=-1", 400, "must be a whole number"),
        ("/clock?later=x", 400, "must be a whole number"),
        ("/personas/Nobody", 404, "Unknown persona"),
        ("/spaces?confirm=delete&space=nothing", 400, "does not exist"),
        ("/spaces?confirm=other&space=default", 400, "must be one of"),
        ("/spaces?confirm=restore&space=default&snapshot=x", 400, "does not exist"),
    ],
)
def test_bad_addresses_say_what_is_wrong(api: Api, path: str, status: int, text: str) -> None:
    answer = show(api, UI + path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert text in unescape(answer.text)


def test_a_text_in_place_of_a_filter_is_offered_as_one(api: Api) -> None:
    found = [one.url for one in Page(show(api, f"{UI}/data/aptic/debtors?filter=O'Ulla")).links]
    wanted = [f"contains({name},'O''Ulla')" for name in ("fullName", "idNumber")]
    addresses = [
        f"{HOST}{UI}/data/aptic/debtors?{urlencode({'filter': one}, quote_via=quote)}" for one in wanted
    ]
    assert [one for one in found if "contains" in one] == addresses
    assert {show(api, one).status_code for one in addresses} == {200}
    for text in ("city eq", "cty eq 1", "contains(city"):
        assert "To search for a text" not in show(api, f"{UI}/data/aptic/debtors?filter={text}").text


def test_an_unknown_space_is_a_404_and_is_not_created(api: Api) -> None:
    answer = show(api, f"/s/unknown{UI}/requests")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert api.space_names() == ["default"]


def test_without_the_dashboard_there_is_none(serve: Serve) -> None:
    api = serve(ui="off")
    for path in ("", "/requests"):
        answer = show(api, UI + path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    page = show(api, "/").text
    assert (UI in page, "dashboard.md" in page) == (False, False)
    assert "docs/dashboard.md" not in api.get("/").json()["guides"]
    assert "dashboard.md" not in show(api, "/docs/guides/docs/admin.md").text.partition("<main")[0]


def test_pages_are_neither_recorded_nor_hit_by_faults(api: Api) -> None:
    api.post("/_sim/faults", {"kind": "status", "status": 503})
    for path in PAGES:
        assert show(api, UI + path, **{"Sim-Fault": "drop"}).status_code == 200
    assert api.get("/_sim/requests").json()["recorded"] == 0
    assert api.get("/_sim/faults").json()["faults"][0]["fired"] == 0
    assert api.get("/_sim/coverage").json()["exercised"] == 0


def test_the_guide_shows_the_pages(api: Api) -> None:
    text = show(api, "/docs/guides/docs/dashboard.md").text
    pictures = re.findall(r'<img src="([^"]+)" alt="[^"]+"', text)
    assert len(pictures) == 5
    for one in pictures:
        answer = api.send("GET", f"/docs/guides/docs/{one}", headers={})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert api.send("GET", "/docs/guides/docs/screenshots/..%2Fadmin.md", headers={}).status_code == 404


# Requests and errors


def test_why_a_request_failed_is_two_clicks_away(api: Api) -> None:
    number = fail(api)
    first = browse(api, "/")
    assert f"{HOST}{UI}" in [one.url for one in first.links]
    second = browse(api, UI)
    address = f"{HOST}{UI}/requests/{number}"
    assert address in [one.url for one in (*first.links, *second.links)]
    text = browse(api, address).text
    assert "Rejected: validation" in text
    assert "fullName Input should be a string" in text


def test_the_page_names_the_credentials_that_the_answer_does_not(api: Api) -> None:
    answer = api.send("GET", "/api/v3/customer-account/0100.0000008/credit-limit", headers=BEARER)
    page = browse(api, f"{UI}/requests/{answer.headers['sim-request-id']}")
    assert "Send X-Auth-Key: <key>." in page.text
    guide = f"{HOST}/docs/guides/docs/problems.md"
    assert f"{guide}#unauthorized" in [one.url for one in page.links]
    assert '<td id="unauthorized">' in show(api, guide).text


def test_the_first_page_leads_to_failures_in_other_spaces(api: Api) -> None:
    own = fail(api)
    for _ in range(2):
        number = api.put(f"/s/lost{APTIC}/Debtors", {"fullName": 5}).headers["sim-request-id"]
    api.get(f"/s/c{APTIC}/Ping")

    def failures(page: str) -> list[str]:
        listed = show(api, page).text.partition("Failures in other spaces")[2].partition("<h2>")[0]
        return re.findall(r'<a href="([^"]*/requests/[^"]*)"', listed)

    assert failures("/") == [f"/s/lost{UI}/requests/{number}"]
    assert failures("/s/c/") == [f"/s/lost{UI}/requests/{number}", f"{UI}/requests/{own}"]
    assert failures("/s/lost/") == [f"{UI}/requests/{own}"]
    assert "Rejected: validation" in browse(api, f"/s/lost{UI}/requests/{number}").text


def test_what_did_not_cause_the_rejection_is_apart_from_the_reason(api: Api) -> None:
    answer = api.put(f"{APTIC}/Debtors?nothing=1", {"fullName": 5})
    text = show(api, f"{UI}/requests/{answer.headers['sim-request-id']}").text
    reason, also = re.findall(r'<div class="why (?:bad|warn)">.*?</div>', text, re.DOTALL)
    assert ("fullName" in reason, "unknown-parameter" in reason) == (True, False)
    assert ("fullName" in also, "unknown-parameter" in also) == (False, True)


@pytest.mark.parametrize("path", [f"{APTIC}/Debtors/{PETRA[-36:]}/Sumary", f"/v1/Debtors/{PETRA[-36:]}/Sumary"])
def test_the_nearest_route_has_the_mount(api: Api, path: str) -> None:
    api.get(f"{APTIC}/Ping")  # with --data, a request to no mount does not open the space
    answer = api.get(path)
    page = browse(api, f"{UI}/requests/{answer.headers['sim-request-id']}")
    assert f"The nearest route is GET {APTIC}/Debtors/{{guid}}/Summary." in page.text


def test_copies_say_that_secrets_are_hidden(api: Api) -> None:
    hint = "Secrets are hidden: replace *** with yours."
    assert hint in browse(api, f"{UI}/requests/{fail(api)}").text
    answer = api.send("GET", f"{APTIC}/Ping", headers={})
    assert hint not in browse(api, f"{UI}/requests/{answer.headers['sim-request-id']}").text


def test_filters_are_part_of_the_address(api: Api) -> None:
    number = fail(api)
    api.get(f"{APTIC}/Ping")
    api.send("GET", "/ledger/customer/v1/46001/customers/1000001")

    def listed(query: str) -> list[str]:
        return re.findall(r'<tr id="r(\d+)"', show(api, f"{UI}/requests?{query}").text)

    assert listed("errors=true") == [str(number)]
    assert listed("status_class=4&vendor=aptic") == [str(number)]
    assert listed("operation=aptic.debtors.*") == [str(number)]
    assert listed("text=FULLNAME") == [str(number)]
    assert len(listed("vendor=payex")) == 1
    assert listed("vendor=riverty") == []
    assert listed("status=400&limit=") == [str(number)]
    assert len(listed("")) == 3
    detail = browse(api, f"{UI}/requests/{number}?errors=true")
    assert f"{HOST}{UI}/requests?errors=true" in [one.url for one in detail.links]


def test_older_requests_are_on_further_pages(api: Api) -> None:
    for _ in range(201):
        api.get(f"{APTIC}/Ping")
    numbers = [one["id"] for one in api.get("/_sim/requests", limit=1_000).json()["requests"]]
    assert [one["id"] for one in api.get("/_sim/requests", skip=1, limit=2).json()["requests"]] == numbers[
        -3:-1
    ]
    first = browse(api, f"{UI}/requests?vendor=aptic")
    assert "Only the newest 200 are listed." in first.text
    (older,) = [one.url for one in first.links if "older=200" in one.url]
    second = show(api, older.removeprefix(HOST)).text
    assert re.findall(r'<tr id="r(\d+)"', second) == [str(numbers[0])]
    assert "1 request, after the 200 newest" in second
    assert (f'{UI}/requests?vendor=aptic"' in second, "data-stream" in second) == (True, False)


def test_the_list_of_an_idle_space_says_what_to_do(api: Api) -> None:
    text = browse(api, UI).text
    assert "No requests yet." in text
    assert f"{HOST}/APIGW" in text


def test_errors_are_counted_with_the_newest_example(api: Api) -> None:
    fail(api)
    newest = fail(api)
    api.put(f"{APTIC}/Debtors", {"fullName": "Ada Ek", "fullNam": "x"})
    found = api.get("/_sim/requests/problems").json()["problems"]
    assert [(one["code"], one["operation"], one["rejected"], one["count"]) for one in found] == [
        ("validation", "aptic.debtors.create", True, 2),
        ("unknown-member", "aptic.debtors.create", False, 1),
    ]
    assert found[0]["newest"]["id"] == newest
    page = browse(api, f"{UI}/errors")
    assert f"{HOST}{UI}/requests/{newest}" in [one.url for one in page.links]


def test_what_a_fault_made_fail_is_apart_from_what_the_client_does_wrong(api: Api) -> None:
    own = fail(api)
    api.get(f"{APTIC}/Nothing")
    injected = api.send("PUT", f"{APTIC}/Debtors", json={}, headers={**BEARER, "Sim-Fault": "status=400"})
    delayed = api.send(
        "PUT", f"{APTIC}/Debtors", json={"fullName": 5}, headers={**BEARER, "Sim-Fault": "delay=0"}
    )
    found = api.get("/_sim/requests/problems").json()["problems"]
    assert [(one["code"], one["operation"], one["injected"], one["count"]) for one in found] == [
        ("validation", "aptic.debtors.create", False, 2),
        ("not-found", None, False, 1),
        ("bad-request", "aptic.debtors.create", True, 1),
    ]
    numbers = [int(one.headers["sim-request-id"]) for one in (injected, delayed)]
    assert found[2]["newest"]["injected"] == "status"
    listed = api.get("/_sim/requests", injected="true").json()["requests"]
    assert [one["id"] for one in listed] == [numbers[0]]
    listed = api.get("/_sim/requests", injected="false", errors="true").json()["requests"]
    assert [one["id"] for one in listed] == [own, own + 1, numbers[1]]
    assert "Made to fail by faults" in browse(api, f"{UI}/errors").text
    assert "Made to fail by a fault" in browse(api, f"{UI}/requests/{numbers[0]}").text
    assert "Made to fail" not in browse(api, f"{UI}/requests/{numbers[1]}").text


def test_hostile_values_are_escaped(api: Api) -> None:
    api.send(
        "PUT",
        f"{APTIC}/Debtors?{urlencode({EVIL: EVIL})}",
        headers={"Authorization": "Bearer any", "X-Evil": EVIL.replace("\n", " ")},
        json={"fullName": EVIL, EVIL: EVIL},
    )
    api.send("GET", f"{APTIC}/{quote(EVIL, safe='')}", headers={"Authorization": "Bearer any"})
    api.post("/_sim/faults", {"kind": "drop", "match": {"header": {"X": EVIL}}, "detail": None})
    api.post("/_sim/snapshots", {"name": "a"})
    guid = api.get(f"{APTIC}/Debtors", _orderby="debtorReference desc", _top=1).json()["value"][0]["debtorGuid"]
    numbers = [one["id"] for one in api.get("/_sim/requests").json()["requests"]]
    shown = [
        *(f"/requests/{number}" for number in numbers),
        *("/requests", "/errors", "/faults", "/data/aptic/debtors", "/nothing/" + quote(EVIL, safe="")),
        *(
            f"/{page}?{urlencode({name: EVIL})}"
            for page, name in (
                *((page, "text") for page in ("requests", "errors", "clock", "faults", "coverage", "personas")),
                *(("clock", "job"), ("clock", "older"), ("clock", "body.now"), ("spaces", "body.name")),
                *(("spaces", "body.from"), ("faults", "body.detail"), ("faults", "body.kind")),
            )
        ),
        *(f"/data/{one}?{urlencode({'filter': EVIL})}" for one in ("aptic/debtors", "payex/customers")),
        f"/data/item?{urlencode({'path': f'{APTIC}/Debtors/{guid}'})}",
        f"/data/item?{urlencode({'path': EVIL})}",
    ]
    for path in shown:
        text = show(api, UI + path).text
        assert '<script src="http://evil' not in text, path
        assert "<img" not in text, path


def test_characters_that_turn_texts_around_are_shown_by_their_code(api: Api) -> None:
    evil, shown = "Ada \u202eevil\u2066 \u061c\u200f", "Ada \\u202eevil\\u2066 \\u061c\\u200f"
    made = api.put(f"{APTIC}/Debtors?{urlencode({evil: evil})}", {"fullName": evil, evil: 1})
    number = made.headers["sim-request-id"]
    debtor = f"{APTIC}/Debtors/{made.json()['debtorGuid']}"
    case = api.case(debtors=[{"debtorGuid": made.json()["debtorGuid"]}])
    api.send("GET", f"{APTIC}/{quote(evil)}")
    api.send("POST", f"{APTIC}/Debtors", headers=BEARER, content=evil.encode())
    api.send("GET", f"{APTIC}/{quote(evil)}", headers={"Host": "evil.example"})
    api.post("/_sim/faults", {"kind": "drop", "match": {"header": {"X": evil}, "path": f"/{evil}"}})
    plain = show(api, f"{UI}/requests/{number}").text
    assert f'"fullName"</span>: <span class="string">"{shown}"' in unescape(plain)
    pages = [
        *(f"/requests/{int(number) + more}" for more in range(4)),
        *(
            "",
            "/errors",
            "/faults",
            "/data/aptic/debtors?skip=200",
            f"/{quote(evil)}",
            f"/personas/{quote(evil)}",
        ),
        *(f"/data/item?path={quote(path)}" for path in (debtor, case, evil, f"{APTIC}/{evil}")),
    ]
    texts = {page: show(api, UI + page).text for page in (*pages, f"/requests?{urlencode({'method': evil})}")}
    texts = {
        page: re.sub(r'value="[^"]*"', "", text) for page, text in texts.items()
    }  # fields keep what they have
    assert [page for page in texts if set("\u202e\u2066\u061c\u200f") & set(texts[page])] == []
    naming = (
        "",
        "/errors",
        "/faults",
        f"/requests/{number}",
        *(f"/data/item?path={path}" for path in (debtor, case)),
    )
    assert [page for page in naming if "\\u202e" not in unescape(texts[page])] == []


def test_fields_keep_characters_that_turn_texts_around(api: Api) -> None:
    query = urlencode({"text": "\u202eevil"})
    assert 'name="text" value="\u202eevil"' in show(api, f"{UI}/requests?{query}").text


def test_a_page_of_an_unknown_space_does_not_create_it(api: Api) -> None:
    page = show(api, f"/s/unknown{UI}")
    assert page.status_code == 404
    for address in re.findall(r'(?:href|src)="([^"]+/docs/assets/[^"]+)"', page.text):
        assert api.get(unescape(address)).status_code == 200
    assert "unknown" not in [one["name"] for one in api.get("/_sim/spaces").json()["spaces"]]


# What a request wrote


def written(api: Api, answer: httpx.Response) -> list[tuple[str, str | None]]:
    rows = api.get(f"/_sim/data/written/{answer.headers['sim-request-id']}").json()["rows"]
    return [(one["table"], one["path"]) for one in rows]


def test_a_request_leads_to_the_rows_that_it_wrote(api: Api) -> None:
    created = api.put(f"{APTIC}/Debtors", {"fullName": "Ada Ek"})
    path = f"{APTIC}/Debtors/{created.json()['debtorGuid']}"
    assert written(api, created) == [("debtor", path)]
    page = browse(api, f"{UI}/requests/{created.headers['sim-request-id']}")
    assert f"{HOST}{UI}/data/item?path={path}" in [one.url for one in page.links]
    assert written(api, api.patch(path, {"email": "ada@example.com"})) == [("debtor", path)]
    assert written(api, api.get(path)) == []
    assert [one["summary"] for one in item(api, path).json()["history"]] == [
        f"PATCH {path} → 204",
        f"PUT {APTIC}/Debtors → 201",
    ]


def test_a_payment_wrote_what_it_was_used_for(api: Api) -> None:
    paid = api.put(f"{CASE}/Payments", {"paymentAmount": 100, "paymentDate": "2026-01-01"})
    assert paid.status_code == 201, paid.text
    found = written(api, paid)
    assert ("payment", f"{CASE}/Payments/{paid.json()['paymentGuid']}") in found
    assert ("claim", f"{CASE}/Debts/5eed0005-deb7-4000-8000-000000000001") in found


def test_rows_have_the_names_of_resources(api: Api) -> None:
    paid = api.put(f"{CASE}/Payments", {"paymentAmount": 100, "paymentDate": "2026-01-01"})
    rows = api.get(f"/_sim/data/written/{paid.headers['sim-request-id']}").json()["rows"]
    assert {one["name"] for one in rows} >= {
        "Payment of 100.00 EUR on case 500007",
        "Debt INV-0005-01 of case 500007",
        "Payment booking",
    }
    created = api.put(f"{APTIC}/Debtors", {"fullName": "Ada Ek"})
    assert ">Debtor Ada Ek</a>" in show(api, f"{UI}/requests/{created.headers['sim-request-id']}").text


def test_what_failed_wrote_nothing(api: Api) -> None:
    case = {"currencyCode": "SEK", "debts": [{"originalPrincipal": 1000}]}
    assert written(api, api.put(f"{APTIC}/Cases", [case, {"currencyCode": "NONE"}])) == []
    lost = api.send(
        "PUT",
        f"{APTIC}/Debtors",
        json={"fullName": "Ada Ek"},
        headers={"Authorization": "Bearer any", "Sim-Fault": "status=503; when=after_commit"},
    )
    assert [table for table, _ in written(api, lost)] == ["debtor"]
    assert api.get("/_sim/data/written/999999").status_code == 404


# Data


def test_a_case_shows_its_claims_and_what_payments_were_used_for(api: Api) -> None:
    text = " ".join(browse(api, f"{UI}/data/item?path={CASE}").text.split())
    assert "Case 500007 of Järvilaina Oy, Active, in EUR" in text
    assert "principal: Monthly invoice200.00" in text


def test_a_plan_has_a_schedule_and_a_chart(api: Api) -> None:
    page = show(api, f"{UI}/data/item?path={PLAN}").text
    assert page.count("<circle") == 13
    assert "<td>2026-01-31</td>" in page


def test_a_surplus_has_a_diagram_with_its_state(api: Api) -> None:
    page = show(api, f"{UI}/data/item?path={SURPLUS}").text
    assert re.findall(r'<g class="present">.*?>([\w-]+)</text>', page) == ["pending-disbursement"]


def test_an_item_has_the_requests_and_jobs_that_changed_it(api: Api) -> None:
    api.patch(PETRA, {"email": "petra@example.com"})
    api.get(PETRA)
    number = api.get("/_sim/requests").json()["requests"][0]["id"]
    (change,) = item(api, PETRA).json()["history"]
    assert (change["request"], change["summary"]) == (number, f"PATCH {PETRA} → 204")
    api.post("/_sim/clock/advance", {"by": "P1M"})
    assert "aptic.paymentplan.invoiced" in [one["event"] for one in item(api, PLAN).json()["history"]]


def changed_by(api: Api, path: str) -> list[str]:
    """What has changed an item, the latest first."""
    return [one["summary"] for one in item(api, path).json()["history"]]


def test_a_request_on_a_case_that_changed_its_debt_and_plan_is_in_their_history(api: Api) -> None:
    case = f"{APTIC}/Cases/5eed0002-ca5e-4000-8000-000000000001"
    debt = f"{case}/Debts/5eed0002-deb7-4000-8000-000000000001"
    api.create(f"{case}/Payments", {"paymentAmount": 500, "paymentDate": "2026-01-01"})
    for path in (case, debt, PLAN, PETRA):
        assert changed_by(api, path) == [f"PUT {case}/Payments → 201"]
    assert changed_by(api, CASE) == []


def test_a_job_is_in_the_history_of_all_that_it_changed(api: Api) -> None:
    case = f"{APTIC}/Cases/5eed0002-ca5e-4000-8000-000000000001"
    api.freeze("2026-01-01T00:00:00Z")
    api.post("/_sim/clock/advance", {"by": "P6M"})
    assert changed_by(api, PLAN)[:2] == [
        "aptic.paymentplan.terminated paymentNo 2",
        "aptic.paymentplan.reminded paymentNo 2",
    ]
    assert "aptic.paymentplan.terminated paymentNo 2" in changed_by(api, case)
    (of_surplus,) = [
        one for one in changed_by(api, "/ledger/invoice/v1/46001/invoices/100002001") if "surplus" in one
    ]
    assert of_surplus.startswith("payex.surplus.regulated surplusId 5eed0020-5042-4000-8000-000000000002")
    others = changed_by(api, "/ledger/invoice/v1/46001/invoices/100005401")
    assert [one for one in others if "moved" not in one] == []
    first = item(api, case).json()["history"][0]
    assert (first["path"], first["request"]) == (PLAN, None)
    page = browse(api, f"{UI}/data/item?path={case}")
    assert f"{HOST}{UI}/data/item?{urlencode({'path': PLAN})}" in [one.url for one in page.links]


def test_an_item_leads_back_to_its_list(api: Api) -> None:
    debt = f"{CASE}/Debts/5eed0005-deb7-4000-8000-000000000001"
    for path, resource, parent in (
        (CASE, "aptic/cases", None),
        (debt, "aptic/cases", CASE),
        (SURPLUS, "payex/surpluses", None),
        ("/api/v3/customer-account/0100.0000065/credit-limit", "riverty/accounts", None),
        (f"{APTIC}/Ping", None, None),
    ):
        found = item(api, path).json()
        name = None if found["resource"] is None else f"{found['vendor']}/{found['resource']}"
        assert (name, found["parent"]) == (resource, parent)
        links = [one.url for one in browse(api, f"{UI}/data/item?{urlencode({'path': path})}").links]
        assert resource is None or f"{HOST}{UI}/data/{resource}" in links
        assert parent is None or f"{HOST}{UI}/data/item?path={parent}" in links


@pytest.mark.parametrize("auth", ["lenient", "strict", "off"])
def test_data_needs_no_credentials_and_leaves_no_trace(serve: Serve, auth: str) -> None:
    api = serve(auth=auth)
    api.put("/_sim/payex/46001/next-problem", {"code": "x"})
    for path in (PETRA, SURPLUS, "/ledger/customer/v1/47001/customers/1000003"):
        assert item(api, path).json()["path"] == path
    assert api.get("/_sim/requests").json()["recorded"] == 0


def test_lists_take_the_filter_of_the_vendor(api: Api) -> None:
    found = api.get("/_sim/data/aptic/debtors", filter="city eq 'Oslo' and juridicalType eq 0", top=3).json()
    assert {one["item"]["city"] for one in found["items"]} == {"Oslo"}
    first = found["items"][0]
    assert first["path"] == f"{APTIC}/Debtors/{first['item']['debtorGuid']}"
    assert (found["filter"], "fullName" in found["fields"]) == ("$filter", True)
    siri = api.get("/_sim/data/payex/customers", filter="siri s").json()
    assert [one["item"]["name"] for one in siri["items"]] == ["Siri Surplus"]


# Forms


@pytest.mark.parametrize("form", ["call", "login", "logout"])
def test_the_address_of_a_rejected_form_leads_to_the_dashboard(api: Api, form: str) -> None:
    answer = show(api, f"{UI}/{form}")
    assert (answer.status_code, answer.headers["location"]) == (303, UI)


def test_a_form_makes_the_call_that_it_shows(api: Api) -> None:
    fields = {
        "body.kind": "status",
        "body.status:int": "503",
        "body.match.operation": "aptic.ping.get",
        "body.ttl": "",
    }
    answer = submit(api, "POST /faults", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{UI}/faults")
    (fault,) = api.get("/_sim/faults").json()["faults"]
    assert (fault["kind"], fault["status"], fault["match"]) == ("status", 503, {"operation": "aptic.ping.get"})
    cookie = answer.headers["set-cookie"].partition(";")[0]
    text = browse(api, f"{UI}/faults", Cookie=cookie).text
    assert (
        'POST /_sim/faults {"kind": "status", "status": 503, "match": {"operation": "aptic.ping.get"}}' in text
    )
    assert submit(api, f"DELETE /faults/{fault['id']}").status_code == 303
    assert api.get("/_sim/faults").json()["faults"] == []


@pytest.mark.parametrize(
    ("call", "fields", "status", "text"),
    [
        ("POST /faults", {"body.kind": "status"}, 400, "is required for a fault of kind status"),
        ("DELETE /faults/f9", {}, 404, "not found"),
        ("POST /nothing", {}, 404, "There is no POST"),
        ("POST /clock/advance", {"body.by": "x"}, 400, "by: 'x' is not an ISO 8601 duration"),
        ("PUT /clock", {"body.mode": EVIL}, 400, "<br>mode: Input should be 'real' or 'frozen'</p>"),
        ("PUT /clock", {"body.now": ""}, 400, "<br>now: is required, or else mode: real or frozen</p>"),
    ],
)
def test_the_page_of_a_rejected_form_says_what_is_wrong(
    api: Api, call: str, fields: dict[str, str], status: int, text: str
) -> None:
    answer = submit(api, call, fields)
    assert answer.status_code == 303
    page = show(api, answer.headers["location"])
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert (text in unescape(page.text), "<script src='http://evil" in page.text) == (True, False)


@pytest.mark.parametrize("call", ["GET /faults", "", "POST faults"])
def test_a_form_that_makes_no_call_is_wrong(api: Api, call: str) -> None:
    answer = submit(api, call)
    assert (answer.status_code, "must be a method and a path" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("page", "call", "sent", "message", "correct"),
    [
        (
            "clock",
            "PUT /clock",
            {"body.now": EVIL},
            "now: ",
            ({"body.now": "2027-01-01T00:00:00Z"}, "/clock", "2027-01-01T00:00:00"),
        ),
        (
            "clock",
            "PUT /clock",
            {"body.now": "1999-01-01T00:00:00Z"},
            "time only moves forward",
            ({"body.now": "2027-01-01T00:00:00Z"}, "/clock", "2027-01-01T00:00:00"),
        ),
        (
            "spaces",
            "POST /spaces",
            {"body.name": "a b", "body.from": "space:x"},
            "Space 'x' not found",
            ({"body.name": "ab", "body.from": "seed"}, "/spaces", '"ab"'),
        ),
    ],
)
def test_what_was_entered_is_part_of_the_address_after_an_error(
    api: Api, page: str, call: str, sent: dict[str, str], message: str, correct: tuple[dict[str, str], str, str]
) -> None:
    api.get("/s/a/_sim/clock")  # creates the space
    ui = f"/s/a{UI}"
    answer = submit(api, call, {**sent, "then": f"{UI}/{page}"}, ui)
    address = f"{ui}/{page}?{urlencode(sent)}"
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    rejected, reloaded = show(api, address), show(api, address)
    assert (message in unescape(rejected.text), reloaded.status_code) == (True, 200)
    assert "failed" not in reloaded.text
    for one in (rejected, reloaded):
        assert fields_of(one).items() >= sent.items()
    fields, path, changed = correct
    answer = submit(api, call, {**sent, **fields, "then": f"{UI}/{page}"}, ui)
    assert answer.headers["location"] == f"{ui}/{page}"
    assert changed in api.get(f"/s/a/_sim{path}").text


def test_a_call_for_another_space_leads_back(api: Api) -> None:
    for name in ("default", "a", "b"):
        api.get(f"/s/{name}/_sim/clock")  # creates the space
    forms = re.findall(r'<form[^>]*action="[^"]*call".*?</form>', show(api, f"/s/a{UI}/spaces").text, re.DOTALL)
    (of_b,) = [one for one in forms if f'action="/s/b{UI}/call"' in one and "POST /snapshots" in one]
    assert 'name="space" value="a"' in of_b
    then = {"then": f"{UI}/spaces", "space": "a"}
    answer = submit(api, "POST /snapshots", then, f"/s/b{UI}")
    assert answer.headers["location"] == f"/s/a{UI}/spaces"
    spaces = {one["name"]: len(one["snapshots"]) for one in api.get("/_sim/spaces").json()["spaces"]}
    assert spaces == {"default": 0, "a": 0, "b": 1}
    assert submit(api, "DELETE /spaces/a", then).headers["location"] == f"{UI}/spaces"


def test_a_very_long_text_is_not_part_of_an_address(api: Api) -> None:
    fields = {"body.kind": "status", "body.detail": "x" * 50_000}
    answer = submit(api, "POST /faults", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{UI}/faults")
    page = show(api, answer.headers["location"])
    assert (page.status_code, "detail: String should have at most 1000 characters" in page.text) == (400, True)


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"body.kind": "status"}, {"status:int": "status is required for a fault of kind status"}),
        (
            {"body.kind": "status", "body.status:int": "5o3", "body.ttl": "10 minutes"},
            {
                "status:int": "status must be a whole number",
                "ttl": "ttl '10 minutes' is not an ISO 8601 duration such as P1M, P3DT12H or PT90S",
            },
        ),
        (
            {
                "body.kind": "status",
                "body.status:int": "600",
                "body.retry_after:int": "-1",
                "body.times:int": "0",
                "body.probability:float": "2",
                "body.match.operation": "aptic.pong.get",
                "body.match.path": "v1",
                "body.detail": EVIL * 20,
            },
            {
                "match.operation": "operation 'aptic.pong.get' matches no operation; did you mean aptic.ping.get?",
                "match.path": "path must start with / or *, for example /APIGW/v1/Debtors*",
                "status:int": "status must be at most 599",
                "retry_after:int": "retry_after must be at least 0",
                "detail": "detail must have at most 1,000 characters",
                "times:int": "times must be at least 1",
                "probability:float": "probability must be at most 1",
            },
        ),
        (
            {"body.kind": "quota", "body.limit:int": "1", "body.bytes:int": "1", "body.when": "after_commit"},
            {
                "bytes:int": "bytes is not allowed for a fault of kind quota",
                "window": "window is required for a fault of kind quota",
                "when": "when must be before for quota: requests over the quota are not carried out",
            },
        ),
        (
            {"body.kind": "delay", "body.seconds:float": "nan", "body.probability:float": "some"},
            {
                "seconds:float": "seconds must be a number from 0 to 600",
                "probability:float": "probability must be a number",
            },
        ),
        (
            {"body.kind": EVIL},
            {"kind": "kind must be 'status', 'delay', 'drop', 'reset', 'truncate' or 'quota'"},
        ),
    ],
)
def test_a_rejected_fault_says_beside_each_field_what_is_wrong(
    api: Api, sent: dict[str, str], wrong: dict[str, str]
) -> None:
    address = submit(api, "POST /faults", sent).headers["location"]
    assert address == f"{UI}/faults?{urlencode(sent)}"
    rejected, reloaded = show(api, address), show(api, address)
    for page in (rejected, reloaded):
        assert (page.status_code, page.headers["content-type"]) == (400, "text/html; charset=utf-8")
        labels = re.findall(r"<label.*?</label>", page.text, re.DOTALL)
        found = {}
        for label in labels:
            if messages := re.findall(r'<strong class="error">(.*?)</strong>', label):
                (name,) = re.findall(r'name="body\.([^"]+)"', label)
                found[name] = unescape("; ".join(messages))
        assert found == wrong
        fields = fields_of(page)
        assert {name: fields[name] for name in sent if name in fields} == {
            name: value for name, value in sent.items() if name in fields
        }
        assert "Input should" not in page.text
    assert api.get("/_sim/faults").json()["faults"] == []


@pytest.mark.parametrize(
    "text", ["", "[]", '{"status": []}', '{"status": 1e999}', '{"status": 9999}', "\u20ac"]
)
def test_a_foreign_cookie_of_a_call_is_ignored(api: Api, text: str) -> None:
    for cookie in (text.encode().hex(), urlsafe_b64encode(text.encode()).decode()):
        page = show(api, f"{UI}/faults", Cookie=f"ledgersim-done={cookie}")
        assert (page.status_code, 'class="done' in page.text) == (200, False)


def test_the_address_of_a_fault_that_could_be_added_only_fills_in_the_form(api: Api) -> None:
    sent = {"body.kind": "delay", "body.seconds:float": "0.5", "body.nothing": "x"}
    page = show(api, f"{UI}/faults?{urlencode(sent)}")
    assert (page.status_code, "Not added" in page.text, '<option value="delay" selected>' in page.text) == (
        200,
        False,
        True,
    )
    assert fields_of(page)["body.seconds:float"] == "0.5"


def test_the_form_of_a_fault_has_all_its_members(api: Api) -> None:
    fields = re.findall(r'name="body\.([\w.]+)', show(api, f"{UI}/faults").text)
    own = [name for name in fields if not name.startswith("match.")]
    assert sorted(own) == sorted(set(Fault.model_fields) - {"match"})
    assert [name for name in fields if name not in own] == ["match.operation", "match.method", "match.path"]


def test_the_form_of_a_fault_says_what_is_required_and_what_a_kind_does(api: Api) -> None:
    page = unescape(show(api, f"{UI}/faults").text)
    assert "required: 400 to 599" in page
    assert "required: bytes" not in page
    kinds = re.findall(r'<option value="(\w+)">\1: \w', page)
    assert kinds == list(get_args(Kind))


def test_a_fault_that_has_ended_is_removed_not_switched_off(api: Api) -> None:
    api.post("/_sim/faults", {"kind": "status", "status": 503, "times": 1})
    assert "Switch off" in show(api, f"{UI}/faults").text
    api.get(f"{APTIC}/Ping")
    text = show(api, f"{UI}/faults").text
    assert ("Switch off" in text, "Remove" in text) == (False, True)


@pytest.mark.parametrize(("options", "prefix"), [({}, ""), ({"root_path": "/sim"}, "/sim/s/a")])
def test_every_action_shows_its_call_before_it_is_made(
    serve: Serve, options: dict[str, str], prefix: str
) -> None:
    api = serve(**options)
    api.post(f"{prefix}/_sim/snapshots", {"name": "s"})
    api.post(f"{prefix}/_sim/faults", {"kind": "delay", "seconds": 0})
    number = api.get(f"{prefix}{APTIC}/Ping").headers["sim-request-id"]
    actions = re.compile(r'<form[^>]*action="([^"]*)/_sim/ui/call".*?</form>', re.DOTALL)
    for page in (*PAGES, f"/requests/{number}", "/spaces?confirm=reset&space=default"):
        text = show(api, f"{prefix}{UI}{page}").text
        for found in actions.finditer(text):
            called = re.search(r'name="call" value="(\w+) ([^"]*)"', found[0])
            assert called is not None
            assert f'<code class="call">{called[1]} {found[1]}/_sim{called[2]}<' in found[0]
        for after in re.findall(r"<button[^>]*data-try.*?</button>(.*?)</span>", text, re.DOTALL):
            assert f">GET {prefix}/" in after
    calls = re.findall(r'confirm=[^>]*>[^<]*</a>\s*<code class="call">([^<]*)<', text)
    root = prefix.removesuffix("/s/a")
    assert set(calls) >= {
        f"POST {prefix}/_sim/reset",
        f"POST {prefix}/_sim/snapshots/s/restore",
        f"DELETE {prefix}/_sim/snapshots/s",
        *([f"DELETE {root}/_sim/spaces/a"] if prefix else []),
    }


@pytest.mark.parametrize("then", ["http://evil.test/", "//evil.test/", "/\\evil.test", "/_sim/uix", ""])
def test_a_form_leads_only_to_the_dashboard(api: Api, then: str) -> None:
    assert submit(api, "DELETE /faults", {"then": then}).headers["location"] == UI


@pytest.mark.parametrize("names", [("body.match", "body.match.path"), ("body.match.path", "body.match")])
def test_a_form_that_describes_no_body_is_rejected(api: Api, names: tuple[str, str]) -> None:
    answer = submit(api, "POST /faults", {**dict.fromkeys(names, "/APIGW/*"), "body.kind": "drop"})
    assert answer.status_code == 400
    assert "match is a value and has members" in unescape(answer.text)


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"csrf": ""}, {}),
        ({"csrf": "0" * 64}, {}),
        ({"csrf": "é"}, {}),
        ({}, {"Origin": "http://evil.test"}),
        ({}, {"Origin": "null"}),
        ({}, {"Origin": "http://sim.test:3000"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site", "Origin": HOST}),
    ],
)
def test_forms_of_other_pages_change_nothing(api: Api, fields: dict[str, str], headers: dict[str, str]) -> None:
    number = fail(api)
    answer = submit(api, "DELETE /requests", fields, UI, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert [one["id"] for one in api.get("/_sim/requests").json()["requests"]] == [number]


@pytest.mark.parametrize("headers", [{}, {"Origin": HOST}, {"Origin": HOST, "Sec-Fetch-Site": "same-origin"}])
def test_forms_of_own_pages_are_accepted(api: Api, headers: dict[str, str]) -> None:
    fail(api)
    assert submit(api, "DELETE /requests", {}, UI, **headers).status_code == 303
    assert api.get("/_sim/requests").json()["recorded"] == 0


def test_other_hosts_and_sites_see_nothing(api: Api) -> None:
    number = fail(api)
    for headers in ({"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}):
        for path in ("", f"/requests/{number}", "/requests/stream"):
            answer = show(api, UI + path, **headers)
            assert answer.status_code in (403, 421)
            assert "fullName" not in answer.text
    answer = show(api, UI)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers


# The login


def log_in(api: Api, token: str = "s3cret", then: str = "") -> httpx.Response:
    form = {"csrf": token_of(show(api, UI)), "token": token}
    return api.send("POST", f"{UI}/login?{urlencode({'then': then})}", headers=BROWSER, data=form)


def test_with_a_token_one_logs_in(serve: Serve) -> None:
    api = serve(admin_token="s3cret")
    for path in (*PAGES, "/requests/stream"):
        answer = show(api, UI + path)
        assert (answer.status_code, "Admin token" in answer.text) == (401, True)
    wrong = log_in(api, "wrong")
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert 'role="alert">This is not the admin token of this server.' in wrong.text
    answer = log_in(api, then=f"{UI}/clock?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{UI}/clock?x=1")
    cookie, *attributes = answer.headers["set-cookie"].split("; ")
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=strict"]
    assert "s3cret" not in cookie
    for path in PAGES:
        assert show(api, UI + path, Cookie=cookie).status_code == 200
    page = show(api, f"{UI}/faults", Cookie=cookie)
    form = {"csrf": token_of(page), "call": "POST /reset", "then": UI}
    assert api.send("POST", f"{UI}/call", headers={**BROWSER, "Cookie": cookie}, data=form).status_code == 303
    no_cookie = {**BROWSER, "Cookie": "ledgersim-session=s3cret"}
    assert api.send("POST", f"{UI}/call", headers=no_cookie, data=form).status_code == 401
    out = api.send("POST", f"{UI}/logout", headers={**BROWSER, "Cookie": cookie}, data=form)
    assert 'ledgersim-session=""' in out.headers["set-cookie"]


def test_the_cookie_is_secure_over_https_and_below_the_path_of_a_proxy(serve: Serve) -> None:
    api = serve(admin_token="s3cret", public_url="https://sim.test/sim")
    assert "Path=/sim; SameSite=strict; Secure" in log_in(api).headers["set-cookie"]


def test_after_a_wrong_token_a_login_leads_to_the_page_that_was_asked_for(serve: Serve) -> None:
    api = serve(admin_token="s3cret")
    page = show(api, f"{UI}/requests?errors=true")
    for token, status in (("wrong", 401), ("s3cret", 303)):
        (action,) = re.findall(r'<form method="post" action="([^"]*)"', page.text)
        form = {"csrf": token_of(page), "token": token}
        page = api.send("POST", unescape(action), headers=BROWSER, data=form)
        assert page.status_code == status
        reloaded = show(api, unescape(action))
        assert (reloaded.status_code, reloaded.headers["location"]) == (303, f"{UI}/requests?errors=true")
    assert page.headers["location"] == f"{UI}/requests?errors=true"


def test_a_form_after_the_end_of_a_login_leads_to_the_dashboard(serve: Serve) -> None:
    answer = serve(admin_token="s3cret").send("POST", f"{UI}/call", headers=BROWSER, data={})
    assert answer.status_code == 401
    assert f'action="{UI}/login?then={UI}"' in answer.text


@pytest.mark.parametrize("then", ["http://evil.test/", "//evil.test", "/other", ""])
def test_a_login_leads_only_to_the_dashboard(serve: Serve, then: str) -> None:
    assert log_in(serve(admin_token="s3cret"), then=then).headers["location"] == UI


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/_sim/requests", {"Sec-Fetch-Site": "same-origin"}, 200),
        ("GET", "/_sim/requests.har", {"Sec-Fetch-Site": "none"}, 200),
        ("GET", "/_sim/requests", {}, 401),  # not from a page
        ("GET", "/_sim/requests", {"Sec-Fetch-Site": "same-site"}, 401),
        ("GET", "/_sim/requests", {"Sec-Fetch-Site": "cross-site"}, 403),
        (
            "GET",
            "/_sim/requests",
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
            401,
        ),
        ("GET", "/_sim/requests", {"Sec-Fetch-Site": "same-origin", "Authorization": "Bearer wrong"}, 401),
        ("GET", "/s/new/_sim/clock", {"Sec-Fetch-Site": "same-origin"}, 401),  # would create the space
        ("DELETE", "/_sim/requests", {"Sec-Fetch-Site": "same-origin"}, 401),
        ("POST", "/_sim/reset", {"Sec-Fetch-Site": "none"}, 401),
        ("PUT", "/_sim/clock", {"Sec-Fetch-Site": "same-origin", "Origin": HOST}, 401),
    ],
)
def test_a_login_opens_what_own_pages_read_of_the_admin_api(
    serve: Serve, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    api = serve(admin_token="s3cret")
    cookie = log_in(api).headers["set-cookie"].partition(";")[0]
    assert api.send(method, path, headers={"Cookie": cookie, **headers}).status_code == status


@pytest.mark.parametrize("cookie", ["", "ledgersim-session=", "ledgersim-session=s3cret"])
def test_other_cookies_open_nothing_of_the_admin_api(serve: Serve, cookie: str) -> None:
    headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    answer = serve(admin_token="s3cret").send("GET", "/_sim/requests", headers=headers)
    assert answer.status_code == 401


def test_a_login_of_another_server_opens_nothing(serve: Serve) -> None:
    cookie = log_in(serve(admin_token="s3cret")).headers["set-cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    assert serve(admin_token="s3cret").send("GET", "/_sim/requests", headers=headers).status_code == 401


# The calls behind the pages


def test_an_archive_has_what_viewers_read(api: Api) -> None:
    number = fail(api)
    api.get(f"{APTIC}/Debtors", _top=1)
    answer = api.get("/_sim/requests.har", errors="true")
    log = answer.json()["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "ledgersim")
    (entry,) = log["entries"]
    assert entry["request"]["url"] == f"{HOST}{APTIC}/Debtors"
    assert json.loads(entry["request"]["postData"]["text"]) == {"fullName": 5}
    assert (entry["response"]["status"], entry["response"]["statusText"]) == (400, "Bad Request")
    assert (entry["_id"], entry["_problem"]) == (number, "validation")
    assert {"name": "authorization", "value": "Bearer ***"} in entry["request"]["headers"]


def test_a_request_as_code_does_the_same_again(api: Api) -> None:
    number = fail(api)
    code = api.get(f"/_sim/requests/{number}/code").json()
    assert code["curl"].startswith(f"curl -X PUT {HOST}{APTIC}/Debtors \\\n")
    assert "  --data-raw '{\n  \"fullName\": 5\n}'" in code["curl"]
    assert code["http"].startswith(f"PUT {HOST}{APTIC}/Debtors\n")
    compile(code["pytest"], "test.py", "exec")
    assert "def test_aptic_debtors_create(ledgersim):" in code["pytest"]
    assert "ledgersim.aptic + '/v1/Debtors'" in code["pytest"]
    assert api.post("/_sim/faults", code["fault"]).status_code == 201
    assert api.put(f"{APTIC}/Debtors", {}).status_code == 503


def test_the_stream_has_what_was_missed(api: Api) -> None:
    number = fail(api)
    answer = api.send("GET", "/_sim/requests/stream?seconds=0&after=0", headers={})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    (data,) = re.findall(r"^data: (.*)$", answer.text, re.MULTILINE)
    event = json.loads(data)
    assert ([one["id"] for one in event["requests"]], event["skipped"]) == ([number], 0)
    fail(api)
    for query, listed, skipped in (("limit=1", 1, 1), ("vendor=payex", 0, 0)):
        text = api.send("GET", f"/_sim/requests/stream?seconds=0&after=0&{query}", headers={}).text
        events = [json.loads(one) for one in re.findall(r"^data: (.*)$", text, re.MULTILINE)]
        assert [(len(one["requests"]), one["skipped"]) for one in events] == (
            [(listed, skipped)] if listed else []
        )
    text = api.send("GET", "/_sim/requests/stream?seconds=0", headers={"Last-Event-ID": "1"}).text
    assert len(re.findall(r"^data: ", text, re.MULTILINE)) == 1
    assert api.send("GET", "/_sim/requests/stream?vendor=x", headers={}).status_code == 400


def test_the_clock_goes_to_the_next_job(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    jobs = api.get("/_sim/clock/jobs").json()["jobs"]
    assert [one["at"] for one in jobs] == sorted(one["at"] for one in jobs)
    answer = api.post("/_sim/clock/advance", {"to": "next-job"}).json()
    assert answer["to"] == jobs[0]["at"]
    assert answer["events"]
    for body in ({}, {"by": "P1D", "to": "next-job"}, {"to": "nowhere"}):
        assert api.post("/_sim/clock/advance", body).status_code == 400


def test_coming_jobs_are_listed_with_what_they_wait_for(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    jobs = {one["job"]: one for one in api.get("/_sim/clock/jobs", top=2).json()["jobs"]}
    (plan,) = jobs["aptic.paymentplans"]["rows"]
    assert plan == {"at": "2026-01-17T00:00:00Z", "name": "Payment plan of Petra Paymentplan", "path": PLAN}
    invoices = jobs["payex.invoices"]
    assert (invoices["total"] > 2, len(invoices["rows"])) == (True, 2)
    surpluses = [one["name"] for one in jobs["payex.surpluses"]["rows"]]
    assert surpluses == ["Surplus of Paula Pending, 30.00 SEK", "Surplus of Paula Pending, 40.00 SEK"]
    assert (invoices["rows"][0]["at"], jobs["payex.surpluses"]["total"]) == (invoices["at"], 2)
    page = browse(api, f"{UI}/clock")
    assert f"{HOST}{UI}/data/item?path={PLAN}" in [one.url for one in page.links]
    (skipped,) = api.get("/_sim/clock/jobs", top=1, skip=1, job="payex.invoices").json()["jobs"]
    assert skipped == {**invoices, "rows": invoices["rows"][1:]}


def test_what_has_fallen_due_has_names_links_and_what_was_written(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    api.post("/_sim/clock/advance", {"by": "P1M"})
    events = api.get("/_sim/events", limit=1_000, rows="true").json()["events"]
    invoiced = next(one for one in events if one["event"] == "aptic.paymentplan.invoiced")
    assert (invoiced["item"], invoiced["href"]) == ("Payment plan of Petra Paymentplan", f"{HOST}{PLAN}")
    assert [(one["name"], one["path"]) for one in invoiced["wrote"]] == [(invoiced["item"], PLAN)]
    regulated = next(one for one in events if one["event"] == "payex.surplus.regulated")
    assert "Invoice 100002001 of Paula Pending" in [one["name"] for one in regulated["wrote"]]
    assert api.get("/_sim/events", limit=1).json()["events"] == [
        {name: value for name, value in events[-1].items() if name not in ("job", "item", "wrote")}
    ]
    page = browse(api, f"{UI}/clock")
    links = [one.url for one in page.links]
    assert f"{HOST}{UI}/data/item?{urlencode({'path': PLAN})}" in links
    assert f"{HOST}{UI}/data/item?path=/ledger/invoice/v1/46001/invoices/100002001" in links


def items_of(page: str) -> list[str]:
    """The names of the items of the coming jobs."""
    coming = page.partition("<h2>Next</h2>")[2].partition("</section>")[0]
    return re.findall(r'<a href="[^"]*/data/item[^"]*">([^<]*)</a>', coming)


def test_all_coming_jobs_can_be_reached(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    (invoices,) = api.get("/_sim/clock/jobs", job="payex.invoices").json()["jobs"]
    page = show(api, f"{UI}/clock").text
    found = [name for name in items_of(page) if name.startswith("Invoice")]
    while more := re.search(r'<a href="([^"]*)">(?:and [\d,]+ more of this kind)</a>', page):
        page = show(api, unescape(more[1])).text
        found += items_of(page)
    assert (len(found), len(set(found))) == (invoices["total"], invoices["total"])
    page = show(api, f"{UI}/clock?later=99999").text
    assert ("No job comes after the first 99,999" in page, "No job is scheduled" in page) == (True, False)


def test_what_has_fallen_due_is_paged_and_filtered(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    api.post("/_sim/clock/advance", {"by": "P1Y"})
    found = api.get("/_sim/events", rows="true").json()
    events, total = found["events"], found["total"]
    assert total == len(events) > 200

    def listed(**query: Any) -> list[dict[str, Any]]:
        return list(api.get("/_sim/events", rows="true", **query).json()["events"])

    assert listed(limit=3, skip=2) == events[-5:-2]
    assert listed(limit=3, skip=total - 1) == events[:1]
    assert listed(limit=3, skip=total) == []
    of_surpluses = [one for one in events if one["job"] == "payex.surpluses"]
    assert {one["event"] for one in of_surpluses} == {"payex.surplus.regulated", "payex.surplus.disbursed"}
    assert listed(job="payex.surpluses") == of_surpluses
    assert listed(text="PETRA pay") == [one for one in events if "Petra Pay" in (one["item"] or "")] != []
    assert listed(text="nothing of the kind") == []
    for query in ({"job": "nothing"}, {"skip": -1}, {"text": "x" * 201}):
        assert api.get("/_sim/events", **query).status_code == 400
    assert api.get("/_sim/clock/jobs", job="nothing").status_code == 400
    page = browse(api, f"{UI}/clock?text=&job=")
    assert f"200 of {total:,} events" in page.text
    (older,) = [one.url for one in page.links if "older=200" in one.url]
    page = browse(api, older)
    assert f"{min(total - 200, 200)} of {total:,} events, after the 200 newest" in page.text
    assert f"{HOST}{UI}/clock" in [one.url for one in page.links]
    page = browse(api, f"{UI}/clock?job=aptic.paymentplans&text=petra")
    assert ("payex." in page.text.partition("Next")[2], "Petra" in page.text) == (False, True)
    assert "No event matches." in browse(api, f"{UI}/clock?text=nothing+of+the+kind").text


def test_faults_coverage_and_personas_are_searched(api: Api) -> None:
    api.post("/_sim/faults", {"kind": "status", "status": 503, "match": {"operation": "aptic.debtors.*"}})
    api.post("/_sim/faults", {"kind": "delay", "seconds": 0.01, "detail": None})

    def listed(page: str, pattern: str, text: str) -> list[str]:
        found = show(api, f"{UI}/{page}?{urlencode({'text': text})}")
        assert fields_of(found)["text"] == text
        return re.findall(pattern, found.text)

    faults, operations, personas = r'<tr id="(f\d)">', r"<tr><th.*?<code>(.*?)</code>", r"<h2><a[^>]*>(.*?)</a>"
    assert listed("faults", faults, "DEBTORS") == ["f1"]
    assert listed("faults", faults, "0.01") == ["f2"]
    assert listed("faults", faults, EVIL) == []
    assert listed("coverage", operations, "Surpluses.list") == ["payex.surpluses.list"]
    assert listed("coverage", operations, EVIL) == []
    assert listed("personas", personas, "petra") == ["Petra Paymentplan"]
    assert listed("personas", personas, "5eed0002-deb0") == ["Petra Paymentplan"]
    assert listed("personas", personas, EVIL) == []
    for page in ("faults", "coverage", "personas"):
        assert "Nothing matches." in show(api, f"{UI}/{page}?text=nothing+of+the+kind").text


def test_coverage_leads_to_the_requests_that_it_counts(api: Api) -> None:
    number = fail(api)
    api.put(f"{APTIC}/Debtors", {"fullName": "Ada Ek"})
    address = f"{UI}/requests?operation=aptic.debtors.create&status=400"
    assert f"{HOST}{address}" in [one.url for one in browse(api, f"{UI}/coverage").links]
    assert re.findall(r'<tr id="r(\d+)"', show(api, address).text) == [str(number)]


@pytest.mark.parametrize("call", ["DELETE /requests", "DELETE /faults", "DELETE /coverage"])
def test_what_cannot_be_undone_is_asked_before(api: Api, call: str) -> None:
    api.post("/_sim/faults", {"kind": "drop"})
    page = show(api, f"{UI}{call.partition(' ')[2]}").text
    (form,) = [one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'value="{call}"' in one]
    assert re.search(r'hx-confirm="[^"]+\?"', form)


def test_a_fault_leads_to_the_requests_that_it_hit(api: Api) -> None:
    api.post("/_sim/faults", {"kind": "delay", "seconds": 0, "match": {"method": "PUT"}})
    api.post("/_sim/faults", {"kind": "delay", "seconds": 0})
    number = fail(api)
    api.get(f"{APTIC}/Ping")
    (address,) = [one.url for one in browse(api, f"{UI}/faults").links if "fault=f1" in one.url]
    assert re.findall(r'<tr id="r(\d+)"', show(api, address).text) == [str(number)]
    assert len(api.get("/_sim/requests", fault="f2").json()["requests"]) == 2
    assert api.get("/_sim/requests", fault="f").json()["requests"] == []


@pytest.mark.parametrize(
    ("match", "is_known"),
    [
        ({"method": "FETCH", "path": "/nope"}, False),
        ({"method": "FETCH"}, False),
        ({"path": "/nope"}, False),
        ({"method": "DELETE", "path": f"{APTIC}/Ping"}, False),
        ({"method": "g*", "path": f"{APTIC.lower()}/debtors/{PETRA[-36:]}/"}, True),
        ({"path": "*/nope"}, True),
        ({}, True),
    ],
)
def test_a_fault_that_matches_no_route_is_added_with_a_warning(
    api: Api, match: dict[str, str], is_known: bool
) -> None:
    assert api.post("/_sim/faults", {"kind": "status", "status": 503, "match": match}).status_code == 201
    assert ("matches no known route" in show(api, f"{UI}/faults").text) is not is_known


def test_a_debtor_has_the_name_that_was_sent(api: Api) -> None:
    made = api.put(f"{APTIC}/Debtors", {"fullName": "Only A. Name"}).json()["debtorGuid"]
    assert "<h2>Only A. Name</h2>" in show(api, f"{UI}/data/item?path={APTIC}/Debtors/{made}").text


def test_a_plan_that_has_ended_says_so(api: Api) -> None:
    api.post("/_sim/clock/advance", {"by": "P1Y"})
    page = show(api, f"{UI}/data/item?path={PLAN}").text
    assert "Payment plan, ended" in page
    assert "Schedule as it was planned" in page
    assert "<circle" not in page  # it was terminated before anything was paid
