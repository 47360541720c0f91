"""The nearest route of requests that no route takes, among the routes of all vendors and of the control plane."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgersim.core.nearest import Nearest, NearestRoutes
from ledgersim.core.path_distance import Sent
from ledgersim.main import mounts
from ledgersim.settings import Settings

APPS = mounts(Settings())
ROUTES = [(mount, method, path) for mount, app in APPS.items() for method, path in app.paths()]
NEAREST = NearestRoutes(ROUTES)
METHODS = ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS")
GUID = "8d1f6a52-0c3e-4b7a-9a51-5e2f0d7c4b19"
PAYEX = "/ledger/customer/v1/46001"

MISTAKES = [
    # Another method.
    ("POST /APIGW/v1/Debtors", "PUT /v1/Debtors", "PUT is the method of this path, not POST."),
    ("PUT /APIGW/v1/Debtors/{}", "PATCH /v1/Debtors/{debtorGuid}", "PATCH is the method of this path, not PUT."),
    ("POST /APIGW/v1/Cases/{}/Debts", "PUT /v1/Cases/{caseGuid}/Debts", "PUT is the method of this path, not POST."),
    ("PUT /APIGW/v1/Cases/{}/Close", "POST /v1/Cases/{caseGuid}/Close", "POST is the method of this path, not PUT."),
    ("GET /APIGW/login/oauth/access_token", "POST /login/oauth/access_token", "POST is the method of this path, not GET."),
    ("PUT /APIGW/v1/Debtors/{}/Paymentplans/Calculate", "POST /v1/Debtors/{debtorGuid}/Paymentplans/Calculate", "POST is the method of this path, not PUT."),
    ("HEAD /APIGW/v1/Cases", "GET /v1/Cases", "GET is the method of this path, not HEAD."),
    ("get /APIGW/v1/Cases", "GET /v1/Cases", "GET is the method of this path, not get."),
    (f"PUT {PAYEX}/customers/7", "PATCH /customer/v1/{ledger}/customers/{no}", "PATCH is the method of this path, not PUT."),
    (f"GET {PAYEX}/customers", "POST /customer/v1/{ledger}/customers", "POST is the method of this path, not GET."),
    (f"GET {PAYEX}/find-customer", "POST /customer/v1/{ledger}/find-customer", "POST is the method of this path, not GET."),
    (f"PATCH {PAYEX}/customers/7/legal-address", "PUT /customer/v1/{ledger}/customers/{no}/legal-address", "PUT is the method of this path, not PATCH."),
    ("PUT /api/v3/customer-account", "POST /customer-account", "POST is the method of this path, not PUT."),
    ("POST /_sim/clock", "PUT /clock", "PUT is the method of this path, not POST."),
    # Another base.
    ("GET /v1/Debtors", "GET /APIGW/v1/Debtors", "The base /APIGW is missing."),
    ("POST /login/oauth/access_token", "POST /APIGW/login/oauth/access_token", "The base /APIGW is missing."),
    ("GET /api/APIGW/v1/Debtors", "GET /APIGW/v1/Debtors", "The base is /APIGW, not '/api/APIGW'."),
    ("GET /APIGW/APIGW/v1/Cases", "GET /APIGW/v1/Cases", "The base /APIGW is doubled."),
    ("GET /APIGW/v1/APIGW/v1/Cases", "GET /APIGW/v1/Cases", "The base is /APIGW, not '/APIGW/v1/APIGW'."),
    ("GET /aptic/v1/Cases/{}", "GET /APIGW/v1/Cases/{guid}", "The base is /APIGW, not '/aptic'."),
    ("GET /ledger/v1/Cases/{}", "GET /APIGW/v1/Cases/{guid}", "The base is /APIGW, not '/ledger'."),
    ("GET /customer/v1/46001/customers/7", "GET /ledger/customer/v1/{ledger}/customers/{no}", "The base /ledger is missing."),
    ("GET /payex/customer/v1/46001/kyc-questions", "GET /ledger/customer/v1/{ledger}/kyc-questions", "The base is /ledger, not '/payex'."),
    ("POST /customer-account", "POST /api/v3/customer-account", "The base /api/v3 is missing."),
    ("POST /v3/customer-account", "POST /api/v3/customer-account", "The base is /api/v3, not '/v3'."),
    ("POST /riverty/api/v3/customer-account", "POST /api/v3/customer-account", "The base is /api/v3, not '/riverty/api/v3'."),
    ("POST /reset", "POST /_sim/reset", "The base /_sim is missing."),
    ("GET /sim/clock", "GET /_sim/clock", "The base is /_sim, not '/sim'."),
    # No version, or another.
    ("GET /APIGW/Debtors", "GET /v1/Debtors", "The version v1 is missing."),
    ("GET /APIGW/v2/Debtors", "GET /v1/Debtors", "The version is v1, not 'v2'."),
    ("GET /ledger/customer/46001/customers/7", "GET /customer/v1/{ledger}/customers/{no}", "The version v1 is missing."),
    ("POST /api/v1/customer-account", "POST /api/v3/customer-account", "The version is v3, not 'v1'."),
    ("POST /APIGW/v1/login/oauth/access_token", "POST /login/oauth/access_token", "The segment 'v1' is too many."),
    # Slashes.
    ("GET /APIGWv1/Cases", "GET /APIGW/v1/Cases", "A slash is missing between APIGW and v1."),
    ("GET /APIGW/v1Cases", "GET /v1/Cases", "A slash is missing between v1 and Cases."),
    ("GET /APIGW/v1/Cases{}/Debts", "GET /v1/Cases/{caseGuid}/Debts", "A slash is missing between Cases and {caseGuid}."),
    ("PUT /APIGW/v1/Cases/{}Debts", "PUT /v1/Cases/{caseGuid}/Debts", "A slash is missing between {caseGuid} and Debts."),
    ("GET //APIGW/v1/Debtors", "GET /APIGW/v1/Debtors", "A slash is too many before 'APIGW'."),
    ("GET /APIGW//v1/Debtors/", "GET /v1/Debtors", "A slash is too many before 'v1'."),
    ("GET /APIGW/v1/Debtors//", "GET /v1/Debtors", "A slash is too many at the end."),
    ("GET /APIGW/v1/Customers/{}/Credit/Insurances", "GET /v1/Customers/{customerGuid}/CreditInsurances", "A slash is too many in 'Credit/Insurances': CreditInsurances."),
    # Misspelt, in another number, with or without hyphens.
    ("GET /APIGW/v1/Debters", "GET /v1/Debtors", "'Debters' is misspelt: Debtors."),
    ("GET /APIGW/v1/Customer/{}", "GET /v1/Customers/{guid}", "'Customer' is misspelt: Customers."),
    ("PUT /APIGW/v1/Debtors/{}/payment-plans", "PUT /v1/Debtors/{debtorGuid}/Paymentplans", "'payment-plans' is misspelt: Paymentplans."),
    ("POST /APIGW/v1/Debtors/{}/Paymentplans/Calculat", "POST /v1/Debtors/{debtorGuid}/Paymentplans/Calculate", "'Calculat' is misspelt: Calculate."),
    ("GET /APIGW/v1/current-user", "GET /v1/CurrentUser", "'current-user' is misspelt: CurrentUser."),
    ("POST /APIGW/login/oauth/token", "POST /login/oauth/access_token", "'token' is misspelt: access_token."),
    ("GET /APIGW/v1/Debtors&$top=5", "GET /v1/Debtors", "'Debtors&$top=5' is misspelt: Debtors."),
    (f"GET {PAYEX}/customer/7", "GET /customer/v1/{ledger}/customers/{no}", "'customer' is misspelt: customers."),
    (f"GET {PAYEX}/customers/7/surplus", "GET /customer/v1/{ledger}/customers/{no}/surpluses", "'surplus' is misspelt: surpluses."),
    (f"GET {PAYEX}/KycQuestions", "GET /customer/v1/{ledger}/kyc-questions", "'KycQuestions' is misspelt: kyc-questions."),
    (f"POST {PAYEX}/customers/7/surpluses/2/disbursement-orders", "POST /customer/v1/{ledger}/customers/{no}/surpluses/{sid}/active-disbursement-orders", "'disbursement-orders' is misspelt: active-disbursement-orders."),
    ("POST /api/v3/customerAccounts", "POST /customer-account", "'customerAccounts' is misspelt: customer-account."),
    # A value too few or too many.
    ("PUT /APIGW/v1/Debtors/Addresses", "PUT /v1/Debtors/{debtorGuid}/Addresses", "The value of {debtorGuid} is missing."),
    ("PUT /APIGW/v1/Debtors//Addresses", "PUT /v1/Debtors/{debtorGuid}/Addresses", "The value of {debtorGuid} is missing."),
    ("GET /ledger/customer/v1/customers/7", "GET /customer/v1/{ledger}/customers/{no}", "The value of {ledger} is missing."),
    ("GET /api/v3/customer-account/credit-limit", "GET /customer-account/{accountNumber}/credit-limit", "The value of {accountNumber} is missing."),
    ("POST /APIGW/v1/Debtors/{}/Paymentplans/12/Calculate", "POST /v1/Debtors/{debtorGuid}/Paymentplans/Calculate", "The segment '12' is too many."),
    # Sub-resources in another place.
    ("GET /APIGW/v1/Debts", "GET /v1/Cases/{caseGuid}/Debts", "Debts belongs under /v1/Cases/{caseGuid}."),
    ("PUT /APIGW/v1/Debtors/{}/Payments", "PUT /v1/Cases/{caseGuid}/Payments", "Payments belongs under /v1/Cases/{caseGuid}."),
    ("GET /APIGW/v1/Customers/{}/Paymentplans", "GET /v1/Debtors/{debtorGuid}/Paymentplans", "Paymentplans belongs under /v1/Debtors/{debtorGuid}."),
    (f"GET {PAYEX}/customers/7/kyc-questions", "GET /customer/v1/{ledger}/kyc-questions", "kyc-questions belongs under /customer/v1/{ledger}."),
    (f"POST {PAYEX}/update-kyc-answers", "POST /customer/v1/{ledger}/customers/{no}/update-kyc-answers", "update-kyc-answers belongs under /customer/v1/{ledger}/customers/{no}."),
    (f"GET {PAYEX}/invoices/3", "GET /invoice/v1/{ledger}/invoices/{invoiceNo}", "The segment is invoice, not 'customer'."),
    # A segment too few or too many.
    (f"GET {PAYEX}/customers/7/recurring-card", "GET /customer/v1/{ledger}/customers/{no}/consent/recurring-card", "The segment consent is missing."),
    ("GET /api/v3/customer-account/0100.0000008", "GET /customer-account/{accountNumber}/credit-limit", "The segment credit-limit is missing."),
    (f"POST {PAYEX}/customers/find-customer", "POST /customer/v1/{ledger}/find-customer", "The segment 'customers' is too many."),
    ("GET /APIGW/v1/Debtors/{}/Summary/all", "GET /v1/Debtors/{guid}/Summary", "The segment 'all' is too many."),
    # Several at once.
    ("POST /Debtor", "PUT /APIGW/v1/Debtors", "The base /APIGW is missing. The version v1 is missing. 'Debtor' is misspelt: Debtors. PUT is the method of this path, not POST."),
]  # fmt: skip

NOTHING_ALIKE = (
    "", "/", "//", "*", "/v1", "/api", "/api/v3", "/APIGW", "/APIGW/v1", "/APIGW/v1/Orders", "/api/users",
    "/favicon.ico", "/robots.txt", "/wp-login.php", "/.env", "/login", "/admin", "/index.html", "/xmlrpc.php",
    "/swagger/index.html", "/.well-known/openid-configuration", "/\x00", "/%2e%2e/etc/passwd",
)  # fmt: skip


def with_values(template: str, value: str) -> str:
    return re.sub(r"\{.*?\}", value, template)


def methods_of(mount: str, template: str) -> set[str]:
    same = with_values(template, "{}")
    return {method for at, method, path in ROUTES if at == mount and with_values(path, "{}") == same}


@pytest.mark.parametrize(("request_line", "route", "reason"), MISTAKES)
def test_the_route_that_was_meant_is_the_nearest(request_line: str, route: str, reason: str) -> None:
    sent, path = request_line.replace("{}", GUID).split(" ", 1)
    method, template = route.split(" ")
    assert NEAREST.find(sent, path) == Nearest(method, template, reason)


@pytest.mark.parametrize("path", NOTHING_ALIKE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_like_no_route_has_no_nearest(method: str, path: str) -> None:
    assert NEAREST.find(method, path) is None


routes = st.sampled_from(ROUTES)
values = st.sampled_from(["1", GUID, GUID.upper(), "0100.0000008"])


@given(routes, values, st.sampled_from(METHODS))
def test_a_path_that_does_not_take_the_method_is_nearest(
    route: tuple[str, str, str], value: str, method: str
) -> None:
    mount, _, template = route
    taken = methods_of(mount, template)
    found = NEAREST.find(method, mount + with_values(template, value))
    assert found is not None
    assert (mount, found.method, found.path) in ROUTES
    assert with_values(found.path, "{}") == with_values(template, "{}")
    if method not in taken:
        assert found.reason == f"{found.method} is the method of this path, not {method}."


@given(routes, values, st.data())
def test_a_letter_too_few_or_doubled_leads_to_the_route(
    route: tuple[str, str, str], value: str, data: Any
) -> None:
    mount, method, template = route
    segments = (mount + template).split("/")
    at = data.draw(st.sampled_from([at for at, one in enumerate(segments) if one and one[0] != "{"]))
    letter = data.draw(st.integers(0, len(segments[at]) - 1))
    times = data.draw(st.sampled_from([0, 2]))
    segments[at] = segments[at][:letter] + times * segments[at][letter] + segments[at][letter + 1 :]
    found = NEAREST.find(method, with_values("/".join(segments), value))
    told = mount + template if at <= mount.count("/") else template
    assert found is not None
    assert (found.method, found.path) == (method, told)


@given(routes, values, st.sampled_from(["", "/gateway", "/gateway/prod"]))
def test_no_base_or_another_leads_to_the_route(route: tuple[str, str, str], value: str, base: str) -> None:
    mount, method, template = route
    path = base + with_values(template, value)
    reason = f"The base is {mount}, not '{base}'." if base else f"The base {mount} is missing."
    assert NEAREST.find(method, path) == Nearest(method, mount + template, reason)


@given(routes, values, st.data())
def test_a_slash_too_many_leads_to_the_route_unless_it_stands_for_a_value(
    route: tuple[str, str, str], value: str, data: Any
) -> None:
    mount, method, template = route
    segments = with_values(mount + template, value).split("/")
    at = data.draw(st.integers(1, len(segments) - 1))
    found = NEAREST.find(method, "/".join([*segments[:at], "", *segments[at:]]))
    told = mount + template if at <= mount.count("/") else template
    assert found == Nearest(method, told, f"A slash is too many before '{segments[at][:40]}'.")


anything = st.text(st.characters(), max_size=60)
pieces = st.sampled_from(
    sorted({piece for mount, _, path in ROUTES for piece in (mount + path).split("/")} | {"1", GUID})
)


@settings(deadline=None)
@given(anything, anything | st.lists(pieces | anything, max_size=30).map(lambda parts: "/" + "/".join(parts)))
def test_whatever_is_sent_the_answer_is_a_route_told_in_printable_ascii(method: str, path: str) -> None:
    found = NEAREST.find(method, path)
    if found is not None:
        assert [found.path in (path, mount + path) for mount, one, path in ROUTES if one == found.method].count(
            True
        )
        assert (found.reason.isascii(), found.reason.isprintable()) == (True, True)


def test_what_was_sent_is_quoted_to_forty_characters() -> None:
    found = NEAREST.find("POST\r\nX: y" + "z" * 99, "/APIGW/v1/Debtors?" + "å" * 99)
    quoted = "'Debtors?" + "\\xe5" * 32 + "'"
    method = "'POST\\r\\nX: y" + "z" * 30 + "'"
    reason = f"{quoted} is misspelt: Debtors. GET is the method of this path, not {method}."
    assert found == Nearest("GET", "/v1/Debtors", reason)


@pytest.mark.parametrize("tail", ["/1", "/x", "/Debtors", "/", "z", "\x00"])
def test_of_a_very_long_path_the_beginning_counts(tail: str) -> None:
    path = "/APIGW/v1/Debtors" + tail * 100_000
    assert NEAREST.find("GET", path) == NEAREST.find("GET", path[:512])


def test_routes_are_looked_at_once_and_not_before_they_are_needed() -> None:
    taken = []

    def given_routes() -> Iterator[tuple[str, str, str]]:
        for route in ROUTES:
            taken.append(route)
            yield route

    found = NearestRoutes(given_routes())
    assert taken == []
    assert found.find("GET", "/v1/Cases") == Nearest("GET", "/APIGW/v1/Cases", "The base /APIGW is missing.")
    assert found.find("GET", "/APIGW/Cases") == Nearest("GET", "/v1/Cases", "The version v1 is missing.")
    assert taken == ROUTES


def test_a_request_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    class Counted(Sent):
        def __init__(self, path: str, known: set[str]) -> None:
            compared.append(path)
            super().__init__(path, known)

    monkeypatch.setattr("ledgersim.core.nearest.Sent", Counted)
    found = NearestRoutes(ROUTES)
    answers = {found.find("GET", "/v1/Cases") for _ in range(3)}
    assert answers == {Nearest("GET", "/APIGW/v1/Cases", "The base /APIGW is missing.")}
    assert compared == ["/v1/Cases"]


def test_of_two_that_are_as_near_the_one_with_the_same_method_wins_and_then_the_first() -> None:
    two = NearestRoutes([("/m", "PATCH", "/cats"), ("/m", "GET", "/bats"), ("/m", "GET", "/rats")])
    assert two.find("GET", "/m/hats") == Nearest("GET", "/bats", "'hats' is misspelt: bats.")
