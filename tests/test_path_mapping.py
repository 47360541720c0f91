"""Path mappings: the user's and the vendor's paths both work, and invalid mappings abort start-up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from hypothesis import assume, given
from hypothesis import strategies as st

from ledgersim.app import openapi, routes, vendor_apps
from ledgersim.errors import StartupError
from ledgersim.http.error_response import error_response as plain
from ledgersim.http.routing import segments
from ledgersim.http.vendor_app import VendorApp
from ledgersim.path_mapping import map_paths
from tests import apps, serving
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.contract.examples import FILES, shown
from tests.test_cli import complaint

Write = Callable[..., Path]

ULLA = "5eed0001-deb0-4000-8000-000000000001"
SVEN = "/customer/v1/46001/customers/1000001"
MAPPING = """\
# A comment first.
aptic.cases.debts.create: {method: POST, path: "/v1/Cases/{caseGuid}/Debt"}
aptic.cases.debts.list:
  path: /v1/DebtsOf/{caseGuid}/
aptic.cases.close: {method: PUT}
aptic.auth.token: POST /oauth2/token
payex.customers.get: GET /people/{no}/in/{ledger}
payex.disbursements.create: put /{sid}/{no}/{ledger}/pay-out
riverty.customeraccount.creditlimit: POST /limits/{accountNumber}
riverty.customeraccount.apply: {path: /customer-account/apply}
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a mapping to a file."""

    def write(text: str, name: str = "paths.yaml") -> Path:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mapping of most of these tests."""
    path = tmp_path_factory.mktemp("mapping") / "paths.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


@pytest.fixture
def mapped(serve: Serve, file: Path) -> Api:
    """A client of a server with that mapping."""
    return serve(paths=str(file))


# Requests


def test_an_operation_of_aptic_answers_at_both_paths(mapped: Api) -> None:
    case = mapped.case()
    debt = {"remainingPrincipal": 100, "originalPrincipal": 100}
    assert mapped.put(f"{case}/Debts", debt).status_code == 201
    assert mapped.post(f"{case}/Debt", debt).status_code == 201
    guid = case.rpartition("/")[2]
    theirs, ours = (mapped.get(path) for path in (f"{case}/Debts", f"{APTIC}/DebtsOf/{guid}"))
    assert (ours.status_code, ours.json()["total"]) == (200, 2)
    assert ours.json() == theirs.json()


def test_an_operation_of_payex_answers_at_both_paths_with_the_placeholders_in_another_order(
    mapped: Api,
) -> None:
    theirs, ours = mapped.get(f"/ledger{SVEN}"), mapped.get("/ledger/people/1000001/in/46001")
    assert (ours.status_code, ours.json()["customerNo"]) == (200, "1000001")
    assert ours.json() == theirs.json()


def test_an_operation_of_riverty_answers_at_both_paths(mapped: Api) -> None:
    key = {"X-Auth-Key": "any"}
    (account,) = (
        one["riverty"]["accountNumber"]
        for one in mapped.get("/_sim/personas").json()["personas"]
        if one["name"] == "Ulla Unpaid"
    )
    theirs = mapped.send("GET", f"/api/v3/customer-account/{account}/credit-limit", key)
    ours = mapped.send("POST", f"/api/v3/limits/{account}", key)
    assert (theirs.status_code, ours.status_code) == (200, 200)
    assert ours.json() == theirs.json()


def test_a_token_comes_from_both_paths(mapped: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    for path in ("/APIGW/login/oauth/access_token", "/APIGW/oauth2/token"):
        answer = mapped.send("POST", path, {}, data=form)
        assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")


@pytest.mark.parametrize(
    "path", ["/APIGW/v1/debtsOF/{}", "/apigw/V1/DEBTSOF/{}/", "/s/other/APIGW/v1/DebtsOf/{}"]
)
def test_a_mapped_path_matches_in_any_case_with_or_without_a_slash_and_in_every_space(
    path: str, mapped: Api
) -> None:
    case = mapped.only(f"{APTIC}/Debtors/{ULLA}/Cases")
    answer = mapped.get(path.format(case["caseGuid"].upper()))
    assert (answer.status_code, answer.json()["total"]) == (200, 1)


def test_a_method_alone_can_be_mapped(mapped: Api) -> None:
    for method in ("POST", "PUT"):
        answer = mapped.send(method, f"{mapped.case()}/Close", json={"closureCode": "PAID"})
        assert answer.status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/Cases/a/Debt", "POST"),
        ("DELETE", "/v1/Cases/a/Debts", "GET, PUT"),
        ("DELETE", "/v1/DebtsOf/a", "GET"),
        ("GET", "/v1/Cases/a/Close", "POST, PUT"),
        ("HEAD", "/v1/DebtsOf/a", "GET"),
    ],
)
def test_a_405_names_the_methods_of_either_path(method: str, path: str, allow: str, mapped: Api) -> None:
    answer = mapped.send(method, f"/APIGW{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


# Links


def moved(mount: str, name: str) -> str:
    """A mapping that puts `/new` before all paths of a vendor."""
    own = [one for one in apps.routes() if one.id.startswith(f"{name}.")]
    return json.dumps({one.id: {"path": f"/new{one.path.removeprefix(mount)}"} for one in own})


@pytest.mark.pinned
@pytest.mark.parametrize(("name", "mount"), [("aptic", "/APIGW"), ("payex", "/ledger")])
def test_links_in_all_responses_are_the_users(name: str, mount: str, serve: Serve, write: Write) -> None:
    api = serve(paths=str(write(moved(mount, name))))
    expected = FILES[name].read_text(encoding="utf-8").replace(f"{mount}/", f"{mount}/new/")
    assert shown(name, api, apps.mounts()) == json.loads(expected)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Debtors", {"fullName": "Ada Ek"}),
        (f"Debtors/{ULLA}/Extrafields", {"name": "segment", "value": ["gold"]}),
        (
            f"Debtors/{ULLA}/Addresses",
            {"addressType": "VISIT", "street": "Kajen", "zipCode": "1", "city": "Oslo", "countryCode": "NO"},
        ),
        ("{case}/Debts", {"remainingPrincipal": 100, "originalPrincipal": 100}),
        ("Customers", {"fullName": "Bo Ek"}),
    ],
)
def test_the_location_of_what_was_created_is_the_users(
    path: str, body: dict[str, Any], serve: Serve, write: Write
) -> None:
    api = serve(paths=str(write(moved("/APIGW", "aptic"))))
    target = path.format(case=api.case().removeprefix(f"{APTIC}/"))
    location = api.put(f"{APTIC}/{target}", body).headers["location"]
    assert location.startswith(f"http://sim.test/APIGW/new/v1/{target}/")
    assert api.get(location).status_code == 200


def test_links_follow_placeholders_methods_and_queries(serve: Serve, write: Write) -> None:
    mapping = """\
payex.customers.update: PUT /people/{no}/in/{ledger}
payex.customers.get: GET /people/{no}/in/{ledger}
payex.surpluses.list: {path: "/in/{ledger}/{no}/surplus"}
payex.disbursements.create: "PUT /{sid}/{no}/{ledger}/pay-out"
"""
    api = serve(paths=str(write(mapping)))
    customer = api.get("/ledger/customer/v1/46001/customers/1000019").json()
    assert customer["@id"] == "/ledger/people/1000019/in/46001"
    assert customer["operations"][0] == {
        "rel": "partial-update-customer", "method": "PUT", "href": "/ledger/people/1000019/in/46001",
    }  # fmt: skip
    page = api.get(f"/s/a{customer['surpluses']}", take=1).json()
    assert page["navigation"]["next"] == "/s/a/ledger/in/46001/1000019/surplus?skip=1&take=1"
    (pay_out,) = page["items"][0]["operations"]
    sid = page["items"][0]["surplusId"]
    assert (pay_out["method"], pay_out["href"]) == ("PUT", f"/s/a/ledger/{sid}/1000019/46001/pay-out")


def test_a_link_to_what_has_no_mapping_stays(mapped: Api) -> None:
    debtor = mapped.get(f"{APTIC}/Debtors/{ULLA}").json()
    assert debtor["links"][0]["href"] == f"http://sim.test{APTIC}/Debtors/{ULLA}"


def test_the_admin_api_has_the_users_links(serve: Serve, write: Write) -> None:
    api = serve(paths=str(write(moved("/APIGW", "aptic"))))
    api.freeze("2026-01-10T09:00:00Z")
    case = {"currencyCode": "SEK", "debts": [{"originalPrincipal": 100, "remainingPrincipal": 100}]}
    created = api.post("/s/a/_sim/fixtures", {"aptic": {"cases": [case]}}).json()["aptic"]["cases"][0]
    assert created["href"] == f"http://sim.test/s/a/APIGW/new/v1/Cases/{created['caseGuid']}"
    timeline = api.get("/_sim/personas/Ulla Unpaid/timeline").json()["timeline"]
    of_aptic = [one["href"] for one in timeline if one["vendor"] == "aptic"]
    assert of_aptic
    assert all(one.startswith("http://sim.test/APIGW/new/v1/") for one in of_aptic)
    assert {one["vendor"] for one in timeline} > {"aptic"}


def test_the_pages_of_data_follow_the_users_links(serve: Serve, write: Write) -> None:
    mapping = "aptic.debtors.get: GET /people/{guid}\naptic.cases.get: POST /of/{guid}/case\n"
    api = serve(paths=str(write(mapping)))
    api.patch(f"{APTIC}/Debtors/{ULLA}", {"city": "Oslo"})
    case = api.only(f"{APTIC}/Debtors/{ULLA}/Cases")["caseGuid"]
    pairs = [(f"/Debtors/{ULLA}", f"/people/{ULLA}"), (f"/Cases/{case}", f"/of/{case}/case")]
    for own, theirs in pairs:
        shown, expected = (
            api.send("GET", "/_sim/data/item", params={"path": path}).json()
            for path in (f"/APIGW{theirs}", f"{APTIC}{own}")
        )
        assert shown == {**expected, "path": f"/APIGW{theirs}"}
        assert shown["cards"]


# The same credentials and errors


PAIRS = [
    ("GET", f"/APIGW/v1/Cases/{ULLA}/Debts", "GET", f"/APIGW/v1/DebtsOf/{ULLA}"),
    ("GET", f"/ledger{SVEN}", "GET", "/ledger/people/1000001/in/46001"),
    ("GET", "/ledger/customer/v1/99999/customers/1", "GET", "/ledger/people/1/in/99999"),
    ("POST", f"/ledger{SVEN}/surpluses/x/active-disbursement-orders", "PUT", "/ledger/x/1000001/46001/pay-out"),
    ("GET", "/api/v3/customer-account/1/credit-limit", "POST", "/api/v3/limits/1"),
    ("POST", "/api/v3/customer-account", "POST", "/api/v3/customer-account/apply"),
]
FRESH = ("traceId", "instance", "Instance")  # of one answer only


def face(api: Api, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any, Any]:
    answer = api.send(method, path, headers, json=body)
    content = answer.json()
    if isinstance(content, dict):
        content = {name: value for name, value in content.items() if name not in FRESH}
    return answer.status_code, answer.headers["content-type"], content


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[3])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        BEARER,
        {"Authorization": "Bearer payex-46002-token"},
        {"X-Auth-Key": "any"},
        {"X-Api-Key": "any"},
    ],
    ids=lambda headers: "".join(headers.values()) or "none",
)
def test_a_mapped_path_has_the_errors_of_the_vendors_path(
    pair: tuple[str, str, str, str], headers: dict[str, str], mapped: Api
) -> None:
    method, path, our_method, our_path = pair
    theirs = face(mapped, method, path, headers, {})
    assert face(mapped, our_method, our_path, headers, {}) == theirs


def test_a_token_of_another_ledger_is_rejected_at_a_mapped_path(mapped: Api) -> None:
    answer = mapped.send(
        "GET", "/ledger/people/1000001/in/46001", {"Authorization": "Bearer payex-46002-token"}
    )
    assert (answer.status_code, answer.json()["Detail"]) == (
        401,
        "The token belongs to another ledger, not to 46001.",
    )


def test_requests_by_either_path_are_recorded_as_the_same_operation(mapped: Api) -> None:
    mapped.get(f"/ledger{SVEN}")
    mapped.get("/ledger/people/1000001/in/46001")
    counted = mapped.get("/_sim/coverage").json()["vendors"]["payex"]["operations"]["payex.customers.get"]
    assert counted["responses"] == {"200": 2}


# Routes and OpenAPI


def test_routes_show_the_users_methods_and_paths_in_place_of_the_vendors(file: Path) -> None:
    plain_routes, shown = {one.id: one for one in routes()}, routes(file)
    assert [one.id for one in shown] == list(plain_routes)
    assert [one[1:5] for one in shown if one != plain_routes[one.id]] == [
        ("POST", "/APIGW/oauth2/token", "configured", "configured"),
        ("PUT", "/APIGW/v1/Cases/{caseGuid}/Close", "configured", "inferred"),
        ("GET", "/APIGW/v1/DebtsOf/{caseGuid}/", "observed", "configured"),
        ("POST", "/APIGW/v1/Cases/{caseGuid}/Debt", "configured", "configured"),
        ("GET", "/ledger/people/{no}/in/{ledger}", "configured", "configured"),
        ("PUT", "/ledger/{sid}/{no}/{ledger}/pay-out", "configured", "configured"),
        ("POST", "/api/v3/customer-account/apply", "documented", "configured"),
        ("POST", "/api/v3/limits/{accountNumber}", "configured", "configured"),
    ]


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and the rest of each operation of an OpenAPI document, by id."""
    return {
        operation.pop("operationId"): (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_openapi_shows_the_users_method_and_path_and_nothing_else_differs(file: Path) -> None:
    theirs, ours = operations(openapi("aptic")), operations(openapi("aptic", file))
    method, path, operation = ours["aptic.cases.debts.create"]
    assert (method, path) == ("post", "/v1/Cases/{caseGuid}/Debt")
    own = theirs["aptic.cases.debts.create"][2]
    for found, known in ((operation, "configured"), (own, "observed")):
        assert found.pop("x-provenance") == {"method": known, "path": known}
        assert found.pop("description").partition("\n\n")[2] == f"Provenance: method {known}, path {known}."
    assert operation == own
    assert ours["aptic.cases.close"][:2] == ("put", "/v1/Cases/{caseGuid}/Close")
    assert {name for name in theirs if ours[name][:2] != theirs[name][:2]} == {
        "aptic.auth.token", "aptic.cases.close", "aptic.cases.debts.list", "aptic.cases.debts.create",
    }  # fmt: skip


def test_a_mapping_is_written_in_json_too(write: Write) -> None:
    mapping = {"riverty.customeraccount.apply": {"path": "/apply"}}
    shown = {one.id: one.path for one in routes(write(json.dumps(mapping, indent=2), "paths.json"))}
    assert shown["riverty.customeraccount.apply"] == "/api/v3/apply"


def test_the_example_of_the_documentation_can_be_mapped(write: Write) -> None:
    page = (Path(__file__).parents[1] / "docs" / "paths.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    shown = {one.id: (one.method, one.path) for one in routes(write(example))}
    assert shown["payex.customers.get"] == ("GET", "/ledger/customers/v2/{no}/in/{ledger}")
    assert shown["riverty.customeraccount.apply"] == ("PUT", "/api/v3/accounts")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_an_empty_mapping_changes_nothing(text: str, write: Write) -> None:
    assert routes(write(text)) == routes()


@pytest.mark.parametrize(
    "entry", ["GET /v1/Cases/{guid}", "GET /V1/cases/{guid}/", "{method: get}", "{path: '/v1/Cases/{guid}'}"]
)
def test_a_mapping_may_repeat_the_vendors_path(entry: str, serve: Serve, write: Write) -> None:
    api = serve(paths=str(write(f"aptic.cases.get: {entry}")))
    assert api.get(api.case()).status_code == 200


def test_a_literal_wins_over_a_placeholder_and_leaves_it_all_other_values(serve: Serve, write: Write) -> None:
    api = serve(paths=str(write("aptic.cases.list: GET /v1/Cases/All")))
    assert "value" in api.get(f"{APTIC}/Cases/All").json()
    assert "value" not in api.get(api.case()).json()
    assert api.send("PATCH", f"{APTIC}/Cases/All", json={}).status_code == 404


def test_a_path_may_be_the_base_address_itself(serve: Serve, write: Write) -> None:
    api = serve(paths=str(write("aptic.ping.get: GET /")))
    assert [api.get(path).status_code for path in ("/APIGW", "/APIGW/", "/APIGW/v1/Ping")] == [200, 200, 200]


# Errors


APPS = dict(vendor_apps().values())


def unmapped() -> dict[str, VendorApp]:
    """Applications with all operations and no mappings."""
    apps = {mount: VendorApp(app.name, app.title, plain) for mount, app in APPS.items()}
    for mount, app in apps.items():
        app.include(APIRouter(routes=[*APPS[mount].operations()]))
    return apps


def error_of(file: Path, apps: dict[str, VendorApp]) -> str:
    """Why a file cannot be mapped; empty if it can."""
    try:
        map_paths(file, apps)
    except StartupError as reason:
        return str(reason)
    return ""


FORM = 'write METHOD /path, or {method: METHOD, path: "/path"} with one or both members'
ALPHABET = "it must be a placeholder such as {guid}, or letters, digits and -._~!$&'()*+,;=:@"
REFUSALS = [
    ("aptic.case.get: {method: PUT}", "unknown operation aptic.case.get; did you mean aptic.cases.get?"),
    ("Aptic.Cases.Get: {method: PUT}", "unknown operation Aptic.Cases.Get; did you mean aptic.cases.get?"),
    ("Echo: {method: PUT}", "unknown operation Echo; `ledgersim routes` lists them"),
    ("7: {method: PUT}", "unknown operation 7; `ledgersim routes` lists them"),
    ("<<: {aptic.cases.get: GET /x}", "unknown operation <<; `ledgersim routes` lists them"),
    ("aptic.cases.get:", FORM),
    ("aptic.cases.get: [GET, /x]", FORM),
    ("aptic.cases.get: {}", FORM),
    ("aptic.cases.get: /v1/Case/{guid}", f"'/v1/Case/{{guid}}' is not a method and a path; {FORM}"),
    ("aptic.cases.get: GET /v1/My Case", f"'GET /v1/My Case' is not a method and a path; {FORM}"),
    ("aptic.cases.get: {paht: /x}", "unknown member paht; did you mean path?"),
    ("aptic.cases.get: {1: /x}", f"unknown member 1; {FORM}"),
    ("aptic.cases.get: {path: 1}", f"path must be a string; {FORM}"),
    ("aptic.cases.get: {method: }", f"method must be a string; {FORM}"),
    ("aptic.cases.get: {method: HEAD}", "the method is 'HEAD'; it must be one of GET, POST, PUT, PATCH, DELETE"),
    ("aptic.cases.list: {path: ''}", "the path '' must start with /"),
    ("aptic.cases.list: {path: v1/Case}", "the path 'v1/Case' must start with /"),
    ("aptic.cases.list: {path: http://a/b}", "the path 'http://a/b' must start with /"),
    ("aptic.cases.list: {path: '/v1/Case?a=1'}", "the path '/v1/Case?a=1' must not have a query string"),
    ("aptic.cases.list: {path: '/v1/Case#a'}", "the path '/v1/Case#a' must not have a fragment"),
    ("aptic.cases.list: {path: //v1}", "the path '//v1' has a segment that is empty, . or .."),
    ("aptic.cases.list: {path: /v1//Case}", "the path '/v1//Case' has a segment that is empty, . or .."),
    ("aptic.cases.list: {path: /v1//}", "the path '/v1//' has a segment that is empty, . or .."),
    ("aptic.cases.list: {path: //}", "the path '//' has a segment that is empty, . or .."),
    ("aptic.cases.list: {path: /v1/../x}", "the path '/v1/../x' has a segment that is empty, . or .."),
    ("aptic.cases.list: {path: /v1/%41}", f"the path '/v1/%41' has the segment '%41'; {ALPHABET}"),
    ("aptic.cases.list: {path: /v1/Ärende}", f"the path '/v1/Ärende' has the segment 'Ärende'; {ALPHABET}"),
    ('aptic.cases.list: {path: "/v1/a\\nb"}', f"the path '/v1/a\\nb' has the segment 'a\\nb'; {ALPHABET}"),
    ("aptic.cases.get: {path: '/v1/Case-{guid}'}", f"the path '/v1/Case-{{guid}}' has the segment 'Case-{{guid}}'; {ALPHABET}"),
    ("aptic.cases.get: {path: '/v1/{}'}", f"the path '/v1/{{}}' has the segment '{{}}'; {ALPHABET}"),
    ("aptic.cases.list: {path: /apigw/v1/Case}", "the path '/apigw/v1/Case' is relative to /APIGW and must not repeat it"),
    ("aptic.cases.get: {path: '/v1/{guid}/{guid}'}", "the path '/v1/{guid}/{guid}' has the placeholder {guid} twice"),
    ("aptic.cases.get: {path: '/v1/Case/{GUID}'}", "the path '/v1/Case/{GUID}' must have the placeholders {guid}; it has {GUID}"),
    ("aptic.cases.get: {path: /v1/Case}", "the path '/v1/Case' must have the placeholders {guid}; it has none"),
    ("aptic.cases.list: {path: '/v1/{a}'}", "the path '/v1/{a}' must have no placeholders; it has {a}"),
    (
        "aptic.cases.extrafields.get: {path: '/v1/{name}/{guid}'}",
        "the path '/v1/{name}/{guid}' must have the placeholders {caseGuid}, {name}; it has {name}, {guid}",
    ),
    (
        "aptic.cases.list: GET /V1/clients/",
        "GET /V1/clients/ conflicts with GET /v1/Clients, the path of aptic.clients.list",
    ),
    (
        "aptic.cases.get: {path: '/v1/Debtors/{guid}'}",
        "GET /v1/Debtors/{guid} conflicts with GET /v1/Debtors/{guid}, the path of aptic.debtors.get",
    ),
    (
        "aptic.cases.create: {method: GET}",
        "GET /v1/Cases conflicts with GET /v1/Cases, the path of aptic.cases.list",
    ),
    (
        "aptic.debtors.cases.get: {path: '/v1/Debtors/{caseGuid}/Cases/{guid}'}",
        "GET /v1/Debtors/{caseGuid}/Cases/{guid} conflicts with GET /v1/Debtors/{guid}/Cases/{caseGuid}, "
        "the path of aptic.debtors.cases.get",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "reason"), REFUSALS, ids=[entry for entry, _ in REFUSALS])
def test_invalid_mappings_are_rejected_in_one_line_with_their_place(
    entry: str, reason: str, write: Write
) -> None:
    file = write(f"# first\naptic.ping.get:\n  path: /v1/Pong\n{entry}\n")
    assert error_of(file, unmapped()) == f"{file}, line 4: {reason}"


def test_two_mappings_to_the_same_path_are_rejected(write: Write) -> None:
    file = write("aptic.cases.get: GET /v1/One/{guid}\naptic.cases.update: GET /v1/one/{caseGuid}/\n")
    assert error_of(file, unmapped()) == (
        f"{file}, line 2: GET /v1/one/{{caseGuid}}/ conflicts with GET /v1/One/{{guid}}, the path of "
        "aptic.cases.get"
    )


def test_the_same_path_at_two_vendors_is_no_conflict(write: Write) -> None:
    file = write("aptic.ping.get: GET /x\nriverty.customeraccount.apply: {method: GET, path: /x}\n")
    assert {"/APIGW/x", "/api/v3/x"} <= {one.path for one in routes(file)}


ALIASES = "a0: &a0 [0]\n" + "\n".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]" for n in range(1, 10))
MERGE_KEYS = "a0: &a0 {b: c}\n" + "\n".join(
    f"a{n}: &a{n} {{<<: [{f'*a{n - 1}, ' * 30}]}}" for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[aptic.cases.get]", ", line 1: the file must map operation ids to methods and paths"),
        ("GET /x", ", line 1: the file must map operation ids to methods and paths"),
        ("a: 1\na: 2", ", line 2: a is given twice"),
        ("a: {\n", ", line 2: did not find expected node content"),
        (ALIASES, ", line 6: *a4: the aliases stand for more than 100,000 values"),
        (MERGE_KEYS, ", line 5: *a3: the aliases stand for more than 100,000 values"),
        ("[" * 100_000, ", line 1: nested more than 100 levels deep"),
        ("- " * 100_000, ", line 1: nested more than 100 levels deep"),
    ],
)
def test_a_file_that_is_not_a_mapping_is_rejected(text: str, reason: str, write: Write) -> None:
    file = write(text)
    assert error_of(file, unmapped()) == f"{file}{reason}"


@pytest.mark.parametrize("command", [["routes"], ["openapi", "riverty"]])
def test_every_command_with_paths_rejects_a_missing_file(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere.yaml")
    message = f"the path mapping {nowhere} cannot be read: No such file or directory"
    assert complaint(capsys, *command, "--paths", nowhere) == f"ledgersim: {message}"
    monkeypatch.setenv("LEDGERSIM_PATHS", nowhere)
    assert complaint(capsys, *command) == f"ledgersim: {message}"
    assert serving.refusal(paths=nowhere) == message
    assert serving.refusal({"LEDGERSIM_PATHS": nowhere}) == message


def test_a_served_mapping_answers(start: serving.Start, file: Path) -> None:
    server = start("--port", "0", "--paths", str(file))
    with server.connect(b"GET /ledger/people/1/in/46001 HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert connection.recv(12) == b"HTTP/1.1 401"


# Generated mappings


ROUTES = apps.routes()
WORDS = sorted({one for route in ROUTES for one in segments(route.path)[1:] if not one.startswith("{")})
words = st.sampled_from([*WORDS, "one", "two"])


def placeholders(path: str) -> list[str]:
    return [one for one in segments(path) if one.startswith("{")]


@st.composite
def mappings(draw: st.DrawFn) -> dict[str, tuple[str, str]]:
    chosen = draw(st.lists(st.sampled_from(ROUTES), min_size=1, max_size=6, unique=True))
    drawn = {}
    for route in chosen:
        parts = draw(st.permutations(placeholders(route.path)))
        for word in draw(st.lists(words, max_size=4)):
            parts.insert(draw(st.integers(0, len(parts))), word)
        drawn[route.id] = (
            draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"])),
            "/" + "/".join(parts),
        )
    return drawn


def found(app: VendorApp, method: str, path: str) -> tuple[Any, dict[str, str], dict[str, str]]:
    """The operation found, its parameters, and those that were sent: values that are no literals."""
    sent = {one[1:-1]: f"value of {one[1:-1]}" for one in placeholders(path)}
    parts = [sent[one[1:-1]] if one.startswith("{") else one for one in segments(path)]
    route, parameters, _ = app.find(method, parts)
    return route and route.operation_id, parameters, sent


@given(mapping=mappings())
def test_any_mapping_leaves_every_path_findable(
    mapping: dict[str, tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    apps = unmapped()
    file = tmp_path_factory.mktemp("any") / "paths.json"
    file.write_text(json.dumps({name: " ".join(place) for name, place in mapping.items()}))
    reason = error_of(file, apps)
    assume("conflicts with" not in reason)
    assert reason == ""
    for mount, app in APPS.items():
        for route in app.operations():
            assert isinstance(route, APIRoute)
            own = [(method, route.path) for method in route.methods or ()]
            for method, path in own + [mapping[one] for one in [str(route.operation_id)] if one in mapping]:
                operation, parameters, sent = found(apps[mount], method, path)
                assert (operation, parameters) == (route.operation_id, sent)
