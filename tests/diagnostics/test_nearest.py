"""The nearest route to requests that match none, among those of all vendors and the admin API."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledgersim.diagnostics.nearest import Nearest, NearestRoutes
from tests.apps import mounts

APPS = mounts()
ROUTES = [(mount, method, path) for mount, app in APPS.items() for method, path in app.paths()]
NEAREST = NearestRoutes(ROUTES)
METHODS = ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS")
GUID = "8d1f6a52-0c3e-4b7a-9a51-5e2f0d7c4b19"
PAYEX = "/ledger/customer/v1/46001"

MISTAKES = [
    # Another method.
    ("POST /APIGW/v1/Debtors", "PUT /v1/Debtors"),
    ("PUT /APIGW/v1/Debtors/{}", "PATCH /v1/Debtors/{debtorGuid}"),
    ("POST /APIGW/v1/Cases/{}/Debts", "PUT /v1/Cases/{caseGuid}/Debts"),
    ("PUT /APIGW/v1/Cases/{}/Close", "POST /v1/Cases/{caseGuid}/Close"),
    ("GET /APIGW/login/oauth/access_token", "POST /login/oauth/access_token"),
    ("PUT /APIGW/v1/Debtors/{}/Paymentplans/Calculate", "POST /v1/Debtors/{debtorGuid}/Paymentplans/Calculate"),
    ("HEAD /APIGW/v1/Cases", "GET /v1/Cases"),
    ("get /APIGW/v1/Cases", "GET /v1/Cases"),
    (f"PUT {PAYEX}/customers/7", "PATCH /customer/v1/{ledger}/customers/{no}"),
    (f"GET {PAYEX}/customers", "POST /customer/v1/{ledger}/customers"),
    (f"GET {PAYEX}/find-customer", "POST /customer/v1/{ledger}/find-customer"),
    (f"PATCH {PAYEX}/customers/7/legal-address", "PUT /customer/v1/{ledger}/customers/{no}/legal-address"),
    ("PUT /api/v3/customer-account", "POST /customer-account"),
    ("POST /_sim/clock", "PUT /clock"),
    # Another base.
    ("GET /v1/Debtors", "GET /APIGW/v1/Debtors"),
    ("POST /login/oauth/access_token", "POST /APIGW/login/oauth/access_token"),
    ("GET /api/APIGW/v1/Debtors", "GET /APIGW/v1/Debtors"),
    ("GET /APIGW/APIGW/v1/Cases", "GET /APIGW/v1/Cases"),
    ("GET /APIGW/v1/APIGW/v1/Cases", "GET /APIGW/v1/Cases"),
    ("GET /aptic/v1/Cases/{}", "GET /APIGW/v1/Cases/{guid}"),
    ("GET /ledger/v1/Cases/{}", "GET /APIGW/v1/Cases/{guid}"),
    ("GET /customer/v1/46001/customers/7", "GET /ledger/customer/v1/{ledger}/customers/{no}"),
    ("GET /payex/customer/v1/46001/kyc-questions", "GET /ledger/customer/v1/{ledger}/kyc-questions"),
    ("POST /customer-account", "POST /api/v3/customer-account"),
    ("POST /v3/customer-account", "POST /api/v3/customer-account"),
    ("POST /riverty/api/v3/customer-account", "POST /api/v3/customer-account"),
    ("POST /reset", "POST /_sim/reset"),
    ("GET /sim/clock", "GET /_sim/clock"),
    # No version, or another.
    ("GET /APIGW/Debtors", "GET /v1/Debtors"),
    ("GET /APIGW/v2/Debtors", "GET /v1/Debtors"),
    ("GET /ledger/customer/46001/customers/7", "GET /customer/v1/{ledger}/customers/{no}"),
    ("POST /api/v1/customer-account", "POST /api/v3/customer-account"),
    ("POST /APIGW/v1/login/oauth/access_token", "POST /login/oauth/access_token"),
    # Slashes.
    ("GET /APIGWv1/Cases", "GET /APIGW/v1/Cases"),
    ("GET /APIGW/v1Cases", "GET /v1/Cases"),
    ("GET /APIGW/v1/Cases{}/Debts", "GET /v1/Cases/{caseGuid}/Debts"),
    ("PUT /APIGW/v1/Cases/{}Debts", "PUT /v1/Cases/{caseGuid}/Debts"),
    ("GET //APIGW/v1/Debtors", "GET /APIGW/v1/Debtors"),
    ("GET /APIGW//v1/Debtors/", "GET /v1/Debtors"),
    ("GET /APIGW/v1/Debtors//", "GET /v1/Debtors"),
    ("GET /APIGW/v1/Customers/{}/Credit/Insurances", "GET /v1/Customers/{customerGuid}/CreditInsurances"),
    # Misspelt, in another number, with or without hyphens.
    ("GET /APIGW/v1/Debters", "GET /v1/Debtors"),
    ("GET /APIGW/v1/Customer/{}", "GET /v1/Customers/{guid}"),
    ("PUT /APIGW/v1/Debtors/{}/payment-plans", "PUT /v1/Debtors/{debtorGuid}/Paymentplans"),
    ("POST /APIGW/v1/Debtors/{}/Paymentplans/Calculat", "POST /v1/Debtors/{debtorGuid}/Paymentplans/Calculate"),
    ("GET /APIGW/v1/current-user", "GET /v1/CurrentUser"),
    ("POST /APIGW/login/oauth/token", "POST /login/oauth/access_token"),
    ("GET /APIGW/v1/Debtors&$top=5", "GET /v1/Debtors"),
    (f"GET {PAYEX}/customer/7", "GET /customer/v1/{ledger}/customers/{no}"),
    (f"GET {PAYEX}/customers/7/surplus", "GET /customer/v1/{ledger}/customers/{no}/surpluses"),
    (f"GET {PAYEX}/KycQuestions", "GET /customer/v1/{ledger}/kyc-questions"),
    (f"POST {PAYEX}/customers/7/surpluses/2/disbursement-orders", "POST /customer/v1/{ledger}/customers/{no}/surpluses/{sid}/active-disbursement-orders"),
    ("POST /api/v3/customerAccounts", "POST /customer-account"),
    # A missing or an extra value.
    ("PUT /APIGW/v1/Debtors/Addresses", "PUT /v1/Debtors/{debtorGuid}/Addresses"),
    ("PUT /APIGW/v1/Debtors//Addresses", "PUT /v1/Debtors/{debtorGuid}/Addresses"),
    ("GET /ledger/customer/v1/customers/7", "GET /customer/v1/{ledger}/customers/{no}"),
    ("GET /api/v3/customer-account/credit-limit", "GET /customer-account/{accountNumber}/credit-limit"),
    ("POST /APIGW/v1/Debtors/{}/Paymentplans/12/Calculate", "POST /v1/Debtors/{debtorGuid}/Paymentplans/Calculate"),
    # Sub-resources in another place.
    ("GET /APIGW/v1/Debts", "GET /v1/Cases/{caseGuid}/Debts"),
    ("PUT /APIGW/v1/Debtors/{}/Payments", "PUT /v1/Cases/{caseGuid}/Payments"),
    ("GET /APIGW/v1/Customers/{}/Paymentplans", "GET /v1/Debtors/{debtorGuid}/Paymentplans"),
    (f"GET {PAYEX}/customers/7/kyc-questions", "GET /customer/v1/{ledger}/kyc-questions"),
    (f"POST {PAYEX}/update-kyc-answers", "POST /customer/v1/{ledger}/customers/{no}/update-kyc-answers"),
    (f"GET {PAYEX}/invoices/3", "GET /invoice/v1/{ledger}/invoices/{invoiceNo}"),
    # A missing or an extra segment.
    (f"GET {PAYEX}/customers/7/recurring-card", "GET /customer/v1/{ledger}/customers/{no}/consent/recurring-card"),
    ("GET /api/v3/customer-account/0100.0000008", "GET /customer-account/{accountNumber}/credit-limit"),
    (f"POST {PAYEX}/customers/find-customer", "POST /customer/v1/{ledger}/find-customer"),
    ("GET /APIGW/v1/Debtors/{}/Summary/all", "GET /v1/Debtors/{guid}/Summary"),
    # Several at once.
    ("POST /Debtor", "PUT /APIGW/v1/Debtors"),
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


def test_nineteen_of_twenty_mistakes_lead_to_the_route_that_was_meant() -> None:
    found = []
    for request_line, route in MISTAKES:
        method, path = request_line.replace("{}", GUID).split(" ", 1)
        nearest = NEAREST.find(method, path)
        found.append((request_line, route, nearest and f"{nearest.method} {nearest.path}"))
    wrong = [one for one in found if one[1] != one[2]]
    assert len(wrong) * 20 <= len(found), wrong


@pytest.mark.parametrize(
    ("request_line", "reason"),
    [
        ("POST /APIGW/v1/Debtors", "The method is PUT, not 'POST'."),
        ("GET /APIGW/v1/Debters", "'Debters' should be Debtors."),
        ("GET /v1/Debtors", "APIGW is missing."),
        ("GET /APIGW/v1/Debtors//", None),
        (
            "POST /Debtor",
            "APIGW is missing. v1 is missing. 'Debtor' should be Debtors. The method is PUT, not 'POST'.",
        ),
    ],
)
def test_the_reason_lists_what_sets_the_request_apart(request_line: str, reason: str | None) -> None:
    found = NEAREST.find(*request_line.split(" "))
    assert found is not None
    assert reason in (None, found.reason)


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
    existing = methods_of(mount, template)
    found = NEAREST.find(method, mount + with_values(template, value))
    assert found is not None
    assert (mount, found.method, found.path) in ROUTES
    assert with_values(found.path, "{}") == with_values(template, "{}")
    if method not in existing:
        assert found.reason == f"The method is {found.method}, not '{method}'."


def takes(route: list[str], segments: list[str]) -> bool:
    """Whether a route takes a path, such as `/requests/{id}` a misspelt `/requests/stream`."""
    pairs = zip(route, segments, strict=False)
    return len(route) == len(segments) and all(own[:1] == "{" or own == one for own, one in pairs)


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
    assume(not any(takes((other + path).split("/"), segments) for other, _, path in ROUTES))
    found = NEAREST.find(method, with_values("/".join(segments), value))
    expected = mount + template if at <= mount.count("/") else template
    assert found is not None
    assert (found.method, found.path) == (method, expected)


@given(routes, values, st.sampled_from(["", "/gateway", "/gateway/prod"]))
def test_no_base_or_another_leads_to_the_route(route: tuple[str, str, str], value: str, base: str) -> None:
    mount, method, template = route
    path = base + with_values(template, value)
    found = NEAREST.find(method, path)
    assert found is not None
    assert (found.method, found.path) == (method, mount + template)


@given(routes, values, st.data())
def test_a_slash_too_many_leads_to_the_route_unless_it_stands_for_a_value(
    route: tuple[str, str, str], value: str, data: Any
) -> None:
    mount, method, template = route
    segments = with_values(mount + template, value).split("/")
    at = data.draw(st.integers(1, len(segments) - 1))
    found = NEAREST.find(method, "/".join([*segments[:at], "", *segments[at:]]))
    expected = mount + template if at <= mount.count("/") else template
    assert found is not None
    assert (found.method, found.path) == (method, expected)


anything = st.text(st.characters(), max_size=60)
pieces = st.sampled_from(
    sorted({piece for mount, _, path in ROUTES for piece in (mount + path).split("/")} | {"1", GUID})
)


@given(anything, anything | st.lists(pieces | anything, max_size=30).map(lambda parts: "/" + "/".join(parts)))
def test_any_request_gets_a_route_in_printable_ascii(method: str, path: str) -> None:
    found = NEAREST.find(method, path)
    if found is not None:
        assert [found.path in (path, mount + path) for mount, one, path in ROUTES if one == found.method].count(
            True
        )
        assert (found.reason.isascii(), found.reason.isprintable()) == (True, True)


def test_what_was_sent_is_quoted_to_forty_characters() -> None:
    found = NEAREST.find("POST\r\nX: y" + "z" * 99, "/APIGW/v1/Debtors")
    assert found is not None
    assert found.reason == "The method is GET, not 'POST\\r\\nX: y" + "z" * 30 + "'."


@pytest.mark.parametrize("tail", ["/1", "/x", "/Debtors", "/", "z", "\x00"])
def test_of_a_very_long_path_the_beginning_counts(tail: str) -> None:
    path = "/APIGW/v1/Debtors" + tail * 100_000
    assert NEAREST.find("GET", path) == NEAREST.find("GET", path[:512])


def test_routes_are_looked_at_once_and_not_before_they_are_needed() -> None:
    existing = []

    def given_routes() -> Iterator[tuple[str, str, str]]:
        for route in ROUTES:
            existing.append(route)
            yield route

    found = NearestRoutes(given_routes())
    assert existing == []
    assert found.find("GET", "/v1/Cases") == Nearest("GET", "/APIGW/v1/Cases", "APIGW is missing.")
    assert found.find("GET", "/APIGW/Cases") == Nearest("GET", "/v1/Cases", "v1 is missing.")
    assert existing == ROUTES


def test_among_equally_near_routes_the_same_method_wins_and_then_the_first() -> None:
    two = NearestRoutes([("/m", "PATCH", "/cattle"), ("/m", "GET", "/battle"), ("/m", "GET", "/rattle")])
    assert two.find("GET", "/m/hattle") == Nearest("GET", "/battle", "'hattle' should be battle.")
