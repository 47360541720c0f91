"""Every sample request of the vendor's documentation works as printed, except for the following.

Placeholders: regNo `YYYYMMDD-NNNN` and legalEntity `consumer|business`. Dummy account numbers: `1234`, `123456`
with `SWED...`. The sample of a SUS payee has a trailing comma.
"""

from typing import Any

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import (
    ADDRESS,
    BILLING,
    BRITT,
    CUSTOMER,
    IDENTIFIER,
    REGISTRATION,
    SE,
    SE2,
    britt,
)

CHANGES: list[dict[str, Any]] = [
    {
        "emailAddress": "britt@axelstopp.com",
        "protectedIdentity": False,
        "preferredLanguageCode": "SV",
        "legalStatus": "active",
        "msisdn": "+91485918841",
        "eDIAddressInfo": {"VAN": "ABCXYZ", "InterChangeRecipient": "Recipient_ID1", "BuyerId": "123456"},
        "distributionType": "postal",
        "taxIdentificationNumber": "987654321",
    },
    {"emailAddress": "britt@axelstopp.com"},
    {"emailAddress": "britt@axelstopp.com", "msisdn": None},
    {"eDIAddressInfo": None},
]
PAYEES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"SwedishBankAccount": {"AccountNo": "944-1049000", "AccountType": "BGSE"}},
        {"swedishBankAccount": {"accountNo": "944-1049000", "accountType": "BGSE"}},
    ),
    (
        {"norwegianBankAccount": {"accountNo": "86011117947"}},
        {"norwegianBankAccount": {"accountNo": "86011117947"}},
    ),
    (
        {"international": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}},
        {"international": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}},
    ),
    (
        {"swedishSus": {"nationalIdentifier": IDENTIFIER, "address": {**BILLING, "coAddress": None, "countryCode": "se"}}},
        {"swedishSus": {"nationalIdentifier": IDENTIFIER, "address": {**BILLING, "countryCode": "se"}}},
    ),
]  # fmt: skip


def test_create_and_read_a_customer(api: Api) -> None:
    assert britt(api) == {"@id": BRITT, "customerNo": "9999"}
    assert api.get(BRITT).json() == {
        "@id": BRITT,
        "customerNo": "9999",
        "nationalIdentifier": IDENTIFIER,
        "vatNo": "SE101010101001",
        "legalEntity": "consumer",
        "name": "Britt-Marie Axelstopp",
        "emailAddress": "britt@axelstopp.com",
        "protectedIdentity": False,
        "preferredLanguageCode": "SV",
        "legalStatus": "active",
        "msisdn": "+91485918841",
        "distributionType": "postal",
        "taxIdentificationNumber": "123456789",
        "activeConsents": [],
        "eDIAddressInfo": CUSTOMER["eDIAddressInfo"],
        "legalAddress": f"{BRITT}/legal-address",
        "surpluses": f"{BRITT}/surpluses",
        "operations": [
            {"rel": "partial-update-customer", "method": "PATCH", "href": BRITT},
            {"rel": "add-billing-address", "method": "POST", "href": f"{BRITT}/billing-address"},
        ],
    }


def test_create_a_customer_with_a_billing_address_and_expand_both(api: Api) -> None:
    britt(api, billingAddress=BILLING)
    found = api.get(BRITT, _expand="legaladdress,billingaddress").json()
    register = "update-legal-address-from-population-register"
    assert list(found["legalAddress"].items()) == [
        *ADDRESS.items(),
        ("operations", [
            {"rel": "update", "href": f"{BRITT}/legal-address", "method": "PUT"},
            {"rel": register, "href": f"{BRITT}/legal-address/{register}", "method": "POST"},
        ]),
    ]  # fmt: skip
    assert list(found["billingAddress"].items()) == [
        *BILLING.items(),
        ("operations", [
            {"rel": "update", "href": f"{BRITT}/billing-address", "method": "PUT"},
            {"rel": "delete", "href": f"{BRITT}/billing-address", "method": "DELETE"},
        ]),
    ]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_change_a_customer(api: Api, change: dict[str, Any]) -> None:
    britt(api)
    before = api.get(BRITT).json()
    answer = api.patch(BRITT, change)
    assert (answer.status_code, answer.content) == (204, b"")
    expected = {name: value for name, value in (before | change).items() if value is not None}
    assert api.get(BRITT).json() == expected


def test_answer_the_kyc_questions(api: Api) -> None:
    (customer,) = [
        one["payex"]["customerNo"]
        for one in api.get("/_sim/personas").json()["personas"]
        if one["name"] == "Berit Balances"
    ]
    pairs = [
        ("taxable_outside_sweden", "no"),
        ("multiple_citizenship", "yes"),
        ("citizen_ship_country_codes", "SWE"),
        ("citizen_ship_country_codes", "NOR"),
    ]
    answers = [{"questionCode": question, "answerCode": answer} for question, answer in pairs]
    answer = api.post(f"{SE2}/customers/{customer}/update-kyc-answers", {"answers": answers})
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(("payee", "expected"), PAYEES)
def test_order_a_disbursement(api: Api, payee: dict[str, Any], expected: dict[str, Any]) -> None:
    orders = f"{SE}/customers/1000019/surpluses/5eed0019-5042-4000-8000-000000000001/active-disbursement-orders"
    assert api.get(orders).json() == {"items": [], "navigation": {"@id": orders}}
    answer = api.post(orders, payee)
    assert (answer.status_code, answer.json()) == (201, {"operations": [], **expected})
    assert api.get(orders).json() == {
        "items": [{"operations": [], **expected}],
        "navigation": {"@id": orders},
    }


@pytest.mark.parametrize("kind", ["legal-address", "billing-address"])
def test_replace_an_address(api: Api, kind: str) -> None:
    britt(api, billingAddress=ADDRESS)
    assert api.put(f"{BRITT}/{kind}", BILLING).status_code == 204
    found = api.get(f"{BRITT}/{kind}").json()
    assert {name: value for name, value in found.items() if name != "operations"} == BILLING


def test_update_the_legal_address_from_the_register(api: Api) -> None:
    britt(api)
    path = f"{BRITT}/legal-address/update-legal-address-from-population-register"
    assert api.post(path, {}).status_code == 204


def test_add_and_delete_a_billing_address(api: Api) -> None:
    britt(api)
    path = f"{BRITT}/billing-address"
    assert api.post(path, BILLING).status_code == 201
    assert api.send("DELETE", path, json={}).status_code == 204
    assert api.get(path).status_code == 404


def test_register_a_card(api: Api) -> None:
    britt(api)
    consent = f"{BRITT}/consent"
    here = f"{consent}/recurring-card-redirect-registration"
    assert api.get(consent).json() == {
        "recurringCard": f"{consent}/recurring-card",
        "recurringCardRedirectRegistration": here,
    }
    started = api.post(here, REGISTRATION)
    assert (started.status_code, list(started.json())) == (200, ["redirectUrl", "status", "@id"])
    assert (started.json()["status"], started.json()["@id"]) == ("Initialized", here)
    polled = api.send("GET", here, json={})
    assert polled.json() == {"redirectUrl": started.json()["redirectUrl"], "status": "Initialized"}


def test_find_a_customer(api: Api) -> None:
    britt(api)
    answer = api.post(f"{SE}/find-customer", {"nationalIdentifier": IDENTIFIER})
    assert (answer.status_code, answer.json()) == (200, {"@id": BRITT, "customerNo": "9999"})


def test_generate_a_customer(api: Api) -> None:
    body = {
        "nationalIdentifier": IDENTIFIER,
        "emailAddress": "britt@axelstopp.com",
        "msisdn": "+91485918841",
        "customerNo": "9999",
    }
    answer = api.post(f"{SE}/generate-consumer-customer-by-reg-no", body)
    assert (answer.status_code, answer.json()) == (201, {"@id": BRITT, "customerNo": "9999"})


def test_list_the_kyc_questions(api: Api) -> None:
    found = api.get(f"{SE}/kyc-questions", language="en").json()
    assert list(found) == ["kycQuestions", "operations"]
    assert [list(one) for one in found["kycQuestions"]] == [["questionText", "answer", "questionCode"]] * 2
    codes = [
        (one["questionCode"], [answer["answerCode"] for answer in one["answer"]["possibleAnswers"]])
        for one in found["kycQuestions"]
    ]
    assert codes == [
        ("employment", ["selfemployed", "private_employee", "goverment_employee"]),
        ("income", ["incomeinterval1", "incomeinterval2", "incomeinterval3", "incomeinterval4"]),
    ]
