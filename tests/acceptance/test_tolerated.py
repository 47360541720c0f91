"""Lenient parsing: what a vendor would probably accept is accepted, with a diagnostic in journal and header."""

import json
from typing import Any

import pytest

from tests.client import APTIC, BEARER, Api
from tests.vendors.payex.ledger import ADDRESS, CUSTOMER, SE, ULLA, britt
from tests.vendors.riverty.conftest import ACCOUNTS, KEY, SAMPLE, application

# A request that creates an object, by vendor: method, path, headers, body and status.
CREATIONS: dict[str, tuple[str, str, dict[str, str], dict[str, Any], int]] = {
    "aptic": ("PUT", f"{APTIC}/Debtors", BEARER, {"firstname": "Ada"}, 201),
    "payex": ("POST", f"{SE}/customers", BEARER, CUSTOMER, 201),
    "riverty": ("POST", ACCOUNTS, KEY, SAMPLE, 200),
}
vendors = pytest.mark.parametrize("vendor", CREATIONS)


def diagnostics(api: Api) -> list[dict[str, str]]:
    """The last request in the journal."""
    *_, last = api.get("/_sim/requests").json()["requests"]
    found: list[dict[str, str]] = last.get("diagnostics", [])
    return found


def diagnostics_of(api: Api) -> list[tuple[str, str]]:
    """Code and place of each diagnostic of the last request."""
    return [(one["code"], one["where"]) for one in diagnostics(api)]


def create(api: Api, vendor: str, body: bytes | None = None, media_type: str = "application/json") -> str:
    """Create an object from these bytes. Returns the diagnostics in the header of the response."""
    method, path, key, sent, status = CREATIONS[vendor]
    content = json.dumps(sent).encode() if body is None else body
    headers = {**key, "Content-Type": media_type} if media_type else key
    answer = api.send(method, path, headers=headers, content=content)
    assert answer.status_code == status, answer.text
    return str(answer.headers.get("sim-diagnostics", ""))


# Bodies


@vendors
def test_a_request_as_documented_has_no_diagnostics(api: Api, vendor: str) -> None:
    assert create(api, vendor) == ""
    assert diagnostics_of(api) == []


@vendors
def test_an_unknown_member_is_reported(api: Api, vendor: str) -> None:
    body = json.dumps({**CREATIONS[vendor][3], "foo": {"bar": 1}}).encode()
    assert create(api, vendor, body) == "unknown-member foo"
    assert diagnostics(api) == [
        {
            "code": "unknown-member",
            "where": "foo",
            "message": "The operation has no such member here, and ignored it. Leave it out.",
        }
    ]


@vendors
def test_a_duplicate_member_is_reported_and_the_last_one_is_used(api: Api, vendor: str) -> None:
    body = json.dumps(CREATIONS[vendor][3])
    name = next(iter(CREATIONS[vendor][3]))
    twice = f'{{"{name}": {{"not": "this"}}, {body[1:]}'.encode()
    assert create(api, vendor, twice) == f"duplicate-member {name}"


@vendors
def test_a_missing_media_type_is_reported(api: Api, vendor: str) -> None:
    assert create(api, vendor, media_type="") == "missing-media-type Content-Type"


@vendors
@pytest.mark.parametrize("kind", ["text/json", "application/vnd.x+json", "application/json; charset=latin-1"])
def test_another_media_type_or_charset_is_reported(api: Api, vendor: str, kind: str) -> None:
    assert create(api, vendor, media_type=kind) == "media-type Content-Type"


@vendors
def test_a_byte_order_mark_is_reported(api: Api, vendor: str) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(CREATIONS[vendor][3]).encode()
    assert create(api, vendor, body) == "byte-order-mark body"


def test_a_debtor_as_it_was_read_can_be_sent_with_a_new_case_and_unknown_members_are_reported(api: Api) -> None:
    guid = api.debtor(firstname="Ada", lastname="Ek", email="ada@ek.example")["debtorGuid"]
    whole = api.get(f"{APTIC}/Debtors/{guid}").json()
    imported = api.put(f"{APTIC}/Cases", [{}, {"debtors": [whole], "debts": [{"remainingPrincipal": 10}]}])
    assert imported.status_code == 201
    assert list(imported.json()) == ["caseGuids", "impStockId"]
    expected = [
        "debtorReference",
        "gender",
        "email",
        "preferredChannel",
        "conversationNotificationChannel",
        "conversationNotificationEmail",
        "conversationNotificationCellularPhone",
        "regDate",
        "links",
    ]
    assert diagnostics_of(api) == [("unknown-member", f"[1].debtors[0].{name}") for name in expected]
    assert diagnostics(api)[2]["message"].endswith("Did you mean emails?")
    case = imported.json()["caseGuids"][1]
    assert [one["debtorGuid"] for one in api.get(f"{APTIC}/Cases/{case}/Debtors").json()] == [guid]


def test_unknown_members_of_rejected_requests_are_reported_too(api: Api) -> None:
    answer = api.post(f"{SE}/find-customer", {"nationalIdentifer": {"regNo": "1"}})
    assert answer.status_code == 400
    assert diagnostics_of(api)[-1] == ("unknown-member", "nationalIdentifer")
    assert diagnostics(api)[-1]["message"].endswith("Did you mean nationalIdentifier?")


def test_rejected_members_are_reported_once(api: Api) -> None:
    assert api.patch(ULLA, {"name": "Ulla"}).status_code == 400
    assert diagnostics_of(api) == [("validation", "name")]


def test_payex_reads_members_in_any_case_without_a_diagnostic(api: Api) -> None:
    sent = {name.upper(): value for name, value in CUSTOMER.items()}
    answer = api.post(f"{SE}/customers", {**sent, "LEGALADDRESS": {**ADDRESS, "foo": 1}})
    assert (answer.status_code, answer.headers["sim-diagnostics"]) == (201, "unknown-member LEGALADDRESS.foo")


def test_payex_treats_two_spellings_of_a_member_as_a_duplicate(api: Api) -> None:
    created = britt(api, NAME="Britt")
    assert diagnostics_of(api) == [("duplicate-member", "NAME")]
    assert api.get(created["@id"]).json()["name"] == "Britt"


def test_members_in_another_letter_case_are_read_and_reported(api: Api) -> None:
    created = api.create(f"{APTIC}/Debtors", {"FirstName": "Ada", "LASTNAME": "Ek"})
    assert (created["firstname"], created["lastname"]) == ("Ada", "Ek")
    assert diagnostics_of(api) == [("member-case", "FirstName"), ("member-case", "LASTNAME")]
    assert diagnostics(api)[0]["message"] == (
        "The API spells this member firstname, and it was read as such. Send firstname."
    )


def test_members_in_another_letter_case_are_read_however_many_there_are(api: Api) -> None:
    created = api.create(f"{APTIC}/Debtors", {**{f"x{number}": 1 for number in range(50)}, "FirstName": "Ada"})
    assert created["firstname"] == "Ada"


def test_two_spellings_of_a_member_are_a_400(api: Api) -> None:
    answer = api.put(f"{APTIC}/Debtors", {"FirstName": "Ada", "firstname": "Ada"})
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"FirstName": ["This member was sent in several spellings. Send it once, as firstname"]},
    )


def test_riverty_reads_members_in_any_case_too(api: Api) -> None:
    sent = {name.capitalize() if name == "customer" else name: value for name, value in SAMPLE.items()}
    answer = api.send("POST", ACCOUNTS, headers=KEY, json=sent)
    assert (answer.status_code, answer.headers["sim-diagnostics"]) == (200, "member-case Customer")


def test_a_request_has_twenty_notes_at_most(api: Api) -> None:
    api.create(f"{APTIC}/Debtors", {f"member{number}": 1 for number in range(1000)})
    assert diagnostics_of(api) == [("unknown-member", f"member{number}") for number in range(20)]


def test_custom_services_take_any_members(api: Api) -> None:
    answer = api.send(
        "POST",
        f"{APTIC}/Debtors/Services/Echo",
        headers={**BEARER, "Content-Type": "application/json"},
        content=b'{"a": {"b": 1, "b": 2}}',
    )
    assert (answer.status_code, "sim-diagnostics" in answer.headers) == (200, False)


def test_the_form_of_the_token_endpoint_is_not_reported(api: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    assert api.send("POST", "/APIGW/login/oauth/access_token", headers={}, data=form).status_code == 200
    assert diagnostics_of(api) == []


def test_rounded_rates_are_reported(api: Api) -> None:
    path = api.case(
        debts=[{"remainingPrincipal": 100, "dueDate": "2026-01-01", "interestRate": 8.12345, "exchRate": 1}]
    )
    assert diagnostics_of(api) == [("value-rounded", "[0].debts[0].interestRate")]
    assert api.only(f"{path}/Debts")["currencyCode"] == "SEK"


@pytest.mark.parametrize(("code", "successor"), [("SE", "SV"), ("DK", "DA")])
def test_obsolete_languages_are_reported_with_their_successors(api: Api, code: str, successor: str) -> None:
    answer = api.send("POST", ACCOUNTS, headers=KEY, json=application(conversationLanguage=code))
    assert (answer.status_code, answer.headers["sim-diagnostics"]) == (
        200,
        "deprecated-value conversationLanguage",
    )
    assert diagnostics(api)[0]["message"] == f"{code} is obsolete and will be removed. Send {successor}."


@pytest.mark.parametrize("code", ["SV", "DA", "NO", 5, None, ["SE"], {"SE": 1}])
def test_other_languages_are_not(api: Api, code: Any) -> None:
    api.send("POST", ACCOUNTS, headers=KEY, json=application(conversationLanguage=code))
    assert "deprecated-value" not in dict(diagnostics_of(api))


# Queries


@pytest.mark.parametrize(
    ("path", "headers", "known"),
    [
        (f"{APTIC}/Debtors", BEARER, "takes $filter, $orderby, $skip, $top"),
        (f"{APTIC}/Ping", BEARER, "takes no parameters"),
        (f"{ULLA}", BEARER, "takes $expand"),
        (f"{ULLA}/surpluses", BEARER, "takes skip, take"),
        (f"{ACCOUNTS}/0100.0000008/credit-limit", KEY, "takes no parameters"),
    ],
)
def test_an_unknown_parameter_is_reported_with_those_of_the_operation(
    api: Api, path: str, headers: dict[str, str], known: str
) -> None:
    answer = api.send("GET", f"{path}?pageSize=5", headers=headers)
    assert answer.status_code == 200, answer.text
    (one,) = diagnostics(api)
    assert one["code"] == "unknown-parameter"
    assert one["where"] == "pageSize"
    assert one["message"] == f"This parameter was ignored: the operation {known}."


@pytest.mark.parametrize(
    "address",
    [
        f"{APTIC}/Debtors?$TOP=1&%24Filter=juridicalType%20eq%200&$orderBy=fullName&$skip=1",
        f"{APTIC}/Debtors",
        f"{ULLA}?$Expand=legalAddress",
        f"{ULLA}/surpluses?SKIP=0&Take=5",
        f"{SE}/kyc-questions?Language=sv-SE",
    ],
)
def test_known_parameters_are_not_reported(api: Api, address: str) -> None:
    assert api.send("GET", address).status_code == 200
    assert diagnostics_of(api) == []


def test_a_parameter_of_a_creation_is_known(api: Api) -> None:
    api.send("PUT", f"{APTIC}/Cases?async=false", json=[{}])
    assert diagnostics_of(api) == []
    api.send("PUT", f"{APTIC}/Cases?Asynchronous=false", json=[{}])
    assert diagnostics_of(api) == [("unknown-parameter", "Asynchronous")]


def test_a_duplicate_parameter_is_reported_and_the_last_one_is_used(api: Api) -> None:
    assert api.send("GET", f"{APTIC}/Debtors?$top=3&$top=2").json()["count"] == 2
    assert diagnostics_of(api) == [("duplicate-parameter", "$top")]


@pytest.mark.parametrize(("top", "expected"), [(100, []), (101, [("value-cut", "$top")])])
def test_a_page_size_above_the_maximum_is_reported(api: Api, top: int, expected: list[tuple[str, str]]) -> None:
    assert api.get(f"{APTIC}/Debtors", _top=top).json()["count"] == 100
    assert diagnostics_of(api) == expected
