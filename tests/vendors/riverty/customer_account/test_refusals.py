"""Riverty's errors: arrays of messages for invalid requests, objects for everything else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client import Api
from tests.conftest import Serve
from tests.vendors.riverty.conftest import ACCOUNTS, KEY, SAMPLE, Riverty, application

CUSTOMER = SAMPLE["customer"]
DENIED = {"message": "Authorization has been denied for this request."}


def test_a_message_has_the_members_of_the_sample_in_order(riverty: Riverty) -> None:
    answer = riverty.send(application({"address": {**CUSTOMER["address"], "street": None}}))
    assert answer.status_code == 400
    assert [list(one.items()) for one in answer.json()] == [
        [
            ("type", "BusinessError"),
            ("code", "400.002"),
            ("message", "Value is required."),
            ("customerFacingMessage", "Value is required."),
            ("actionCode", "AskConsumerToReEnterData"),
            ("fieldReference", "customer.address.street"),
        ]
    ]


def test_all_invalid_fields_are_reported_at_once(riverty: Riverty) -> None:
    body = {
        "accountLimit": 1.005,
        "customer": {
            "salutation": "Dr",
            "firstName": "x" * 51,
            "currency": "USD",
            "email": "nobody",
            "address": {"street": " ", "postalCode": "12345678901", "countryCode": "SE"},
            "mobilePhone": "none",
        },
        "firstNoticeDate": "soon",
        "countryCode": "SE",
        "conversationLanguage": "",
    }
    assert riverty.rejected(body) == [
        ("400.007", "accountLimit"),
        ("400.003", "customer.salutation"),
        ("400.005", "customer.firstName"),
        ("400.002", "customer.category"),
        ("400.003", "customer.currency"),
        ("400.004", "customer.email"),
        ("400.002", "customer.address.street"),
        ("400.005", "customer.address.postalCode"),
        ("400.002", "customer.address.postalPlace"),
        ("400.004", "customer.mobilePhone"),
        ("400.004", "firstNoticeDate"),
        ("400.002", "conversationLanguage"),
    ]


def test_an_empty_object_lacks_all_required_members(riverty: Riverty) -> None:
    assert riverty.rejected({}) == [
        ("400.002", "accountLimit"),
        ("400.002", "customer"),
        ("400.002", "countryCode"),
        ("400.002", "conversationLanguage"),
    ]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"accountLimit": ...}, "400.002"),
        ({"accountLimit": None}, "400.002"),
        ({"accountLimit": -0.01}, "400.003"),
        ({"accountLimit": 1e12}, "400.003"),
        ({"accountLimit": "1.00"}, "400.004"),
        ({"accountLimit": True}, "400.004"),
        ({"accountLimit": 0.001}, "400.007"),
        ({"customer": None}, "400.002"),
        ({"customer": "Astrid"}, "400.004"),
        ({"customer": []}, "400.004"),
        ({"countryCode": "SV"}, "400.003"),
        ({"countryCode": "se"}, "400.003"),
        ({"countryCode": 46}, "400.004"),
        ({"conversationLanguage": "XX"}, "400.003"),
        ({"firstNoticeDate": "2026-02-30"}, "400.004"),
        ({"firstNoticeDate": 20260228}, "400.004"),
    ],
)
def test_an_invalid_member_is_reported(riverty: Riverty, members: dict[str, Any], code: str) -> None:
    body = {name: one for name, one in {**SAMPLE, **members}.items() if one is not ...}
    assert riverty.rejected(body) == [(code, next(iter(members)))]


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("category", ..., "400.002"),
        ("category", "person", "400.003"),
        ("currency", None, "400.002"),
        ("distributionBy", "Nobody", "400.003"),
        ("distributionType", "Fax", "400.003"),
        ("firstName", 7, "400.004"),
        ("lastName", "x" * 51, "400.005"),
        ("customerNumber", "x" * 101, "400.005"),
        ("organizationPersonalNo", 19101010, "400.004"),
        ("email", "a@b@c", "400.004"),
        ("phone", "12", "400.004"),
        ("address", "Storgatan 1", "400.004"),
    ],
)
def test_an_invalid_member_of_the_customer_is_reported(
    riverty: Riverty, member: str, value: Any, code: str
) -> None:
    assert riverty.rejected(application({member: value})) == [(code, f"customer.{member}")]


@pytest.mark.parametrize(
    ("name", "longest"),
    [("street", 100), ("streetNumber", 10), ("streetNumberAdditional", 10), ("postalCode", 10),
     ("postalPlace", 100), ("careOf", 50)],
)  # fmt: skip
def test_the_parts_of_an_address_have_a_maximum_length(riverty: Riverty, name: str, longest: int) -> None:
    def sent(length: int) -> Any:
        return application({"address": {**CUSTOMER["address"], name: "x" * length}})

    assert riverty.send(sent(longest)).status_code == 200
    (message,) = riverty.send(sent(longest + 1)).json()
    assert (message["code"], message["message"], message["fieldReference"]) == (
        "400.005",
        f"A string value exceeds maximum length of {longest}.",
        f"customer.address.{name}",
    )


def test_lengths_count_characters_and_not_bytes(riverty: Riverty) -> None:
    assert riverty.apply({"firstName": "å" * 50})["outcome"] == "Accepted"


def test_optional_members_may_be_null_or_empty_and_unknown_ones_are_tolerated(riverty: Riverty) -> None:
    required = ("category", "currency")
    nothing = {name: None for name in CUSTOMER if name not in required}
    empty = dict.fromkeys(("firstName", "lastName", "email", "phone", "customerNumber"), "")
    assert riverty.apply({**nothing, "hobby": "chess"}, firstNoticeDate=None)["outcome"] == "Accepted"
    assert riverty.apply(empty, firstNoticeDate="", more=1)["outcome"] == "Accepted"


def test_check_digits_of_national_numbers_are_not_validated(riverty: Riverty) -> None:
    assert riverty.apply({"organizationPersonalNo": "19101010-1011"})["outcome"] == "Accepted"


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{", b"[]", b'"text"', b"7", b"\xff", b'{"accountLimit": NaN}', b'{"accountLimit": 1,}'],
)
def test_a_missing_empty_or_unreadable_body_is_reported_as_the_request(riverty: Riverty, body: bytes) -> None:
    headers = {**KEY, "Content-Type": "application/json"}
    answer = riverty.api.send("POST", ACCOUNTS, headers=headers, content=body)
    assert answer.status_code == 400
    assert answer.json() == [
        {
            "type": "BusinessError",
            "code": "400.001",
            "message": "Request body is empty or invalid.",
            "customerFacingMessage": "Request body is empty or invalid.",
            "actionCode": "AskConsumerToReEnterData",
            "fieldReference": "request",
        }
    ]


def test_an_unknown_account_is_a_404_object(riverty: Riverty) -> None:
    answer = riverty.credit_limit("0100.9999999")
    assert (answer.status_code, answer.json()) == (
        404,
        {"message": "Unknown customer account '0100.9999999'."},
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v3/nothing", 404),
        ("GET", ACCOUNTS, 405),
        ("DELETE", ACCOUNTS, 405),
        ("POST", f"{ACCOUNTS}/0100.0000008/credit-limit", 405),
    ],
)
def test_a_wrong_path_or_method_is_an_object_with_a_message(
    riverty: Riverty, method: str, path: str, status: int
) -> None:
    answer = riverty.api.send(method, path, headers=KEY)
    assert (answer.status_code, list(answer.json())) == (status, ["message"])


def test_another_media_type_is_an_object_with_a_message(riverty: Riverty) -> None:
    headers = {**KEY, "Content-Type": "text/plain"}
    answer = riverty.api.send("POST", ACCOUNTS, headers=headers, content=json.dumps(SAMPLE).encode())
    assert (answer.status_code, list(answer.json())) == (415, ["message"])


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Key": " "}, {"Authorization": "Bearer x"}])
@pytest.mark.parametrize("mode", ["lenient", "strict"])
def test_without_a_key_the_answer_is_a_401_object(serve: Serve, mode: str, headers: dict[str, str]) -> None:
    api = serve(auth=mode)
    for method, path in (("POST", ACCOUNTS), ("GET", f"{ACCOUNTS}/0100.0000008/credit-limit")):
        answer = api.send(method, path, headers=headers, content=b"{")
        assert (answer.status_code, answer.json()) == (401, DENIED)
        assert answer.headers["sim-diagnostics"] == "unauthorized X-Auth-Key"


@pytest.mark.parametrize(
    ("mode", "key", "status"),
    [
        ("lenient", "any", 200),
        ("strict", "any", 401),
        ("strict", "ledgersim-key", 200),
        ("off", None, 200),
    ],
)
def test_the_accepted_keys_depend_on_the_mode(serve: Serve, mode: str, key: str | None, status: int) -> None:
    headers = {} if key is None else {"x-auth-key": key}
    assert serve(auth=mode).send("POST", ACCOUNTS, headers=headers, json=SAMPLE).status_code == status


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=120),
    st.sampled_from(["Person", "SEK", "SE", "9" * 50, "2026-02-30", "\x00", "\ud800", -0.0, 1e308, 2**63]),
)  # fmt: skip
NAMES = st.sampled_from([*SAMPLE, *CUSTOMER, *CUSTOMER["address"]])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=20,
)


@given(
    st.dictionaries(st.sampled_from(list(SAMPLE)), values, max_size=3),
    st.dictionaries(NAMES, values, max_size=3),
)
def test_any_application_is_answered(api: Api, members: dict[str, Any], customer: dict[str, Any]) -> None:
    body = {**SAMPLE, "customer": {**CUSTOMER, **customer}, **members}
    sent = json.dumps(body).encode("utf-8", "surrogatepass")
    headers = {**KEY, "Content-Type": "application/json"}
    answer = api.send("POST", ACCOUNTS, headers=headers, content=sent)
    assert answer.status_code in (200, 400)
    assert isinstance(answer.json(), dict if answer.status_code == 200 else list)


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [("category", 5, "400.004"), ("currency", [], "400.004"), ("salutation", 7, "400.004"),
     ("salutation", "", "400.003"), ("category", "", "400.002"), ("category", "Ghost", "400.003")],
)  # fmt: skip
def test_enum_members_distinguish_a_wrong_type_from_a_wrong_value(
    riverty: Riverty, member: str, value: Any, code: str
) -> None:
    (one,) = riverty.send(application({member: value})).json()
    assert (one["code"], one["fieldReference"]) == (code, f"customer.{member}")
