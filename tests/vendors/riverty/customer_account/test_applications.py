"""Applications for account credit: what is granted, rejected and stored."""

import json
from typing import Any

import pytest
from stdnum import luhn

from tests.client import Api
from tests.contract.shapes import of_answer
from tests.vendors.riverty.conftest import SAMPLE, Json, Riverty, application

ADDRESS = SAMPLE["customer"]["address"]
ACCOUNT_MEMBERS = [
    "accountLimit", "accountNumber", "accountProfile", "accountStatus", "balance", "bankAccount", "customerId",
    "createdAt", "isStopped", "ocr", "lastNoticeDate", "nextNoticeDate",
]  # fmt: skip


def messages(answer: Json) -> list[tuple[str, str, str]]:
    """Type, code and action of each message."""
    return [(one["type"], one["code"], one["actionCode"]) for one in answer["riskCheckMessages"]]


def test_the_sample_request_works_as_printed(riverty: Riverty) -> None:
    answer = riverty.send(SAMPLE)
    found = answer.json()
    customer_account_id, number, ocr = (
        found["customer"]["customerAccountId"],
        found["account"]["accountNumber"],
        found["account"]["ocr"],
    )
    assert answer.status_code == 200
    assert found == {
        "account": {
            "accountLimit": 1.00,
            "accountNumber": number,
            "accountProfile": "1",
            "accountStatus": "Ok",
            "balance": 0.00,
            "bankAccount": "599-0007",
            "customerId": "K-1",
            "createdAt": "2026-01-01T10:20:30Z",
            "isStopped": False,
            "ocr": ocr,
            "lastNoticeDate": None,
            "nextNoticeDate": "2026-02-28",
        },
        "temporaryExternalProblem": False,
        "customer": {
            "customerNumber": "K-1",
            "customerAccountId": customer_account_id,
            "firstName": "Astrid",
            "lastName": "Svensson",
            "addressList": [ADDRESS],
        },
        "outcome": "Accepted",
        "riskCheckMessages": [],
    }
    assert len(customer_account_id) == 36


def test_answers_have_the_members_of_the_sample_in_order(riverty: Riverty) -> None:
    address = [(name, None) for name in ADDRESS]
    message = [
        (name, None)
        for name in ("type", "code", "message", "customerFacingMessage", "actionCode", "fieldReference")
    ]
    assert of_answer(riverty.apply({"firstName": "AddressCorrection"})) == [
        ("account", [(name, None) for name in ACCOUNT_MEMBERS]),
        ("temporaryExternalProblem", None),
        (
            "customer",
            [
                ("customerNumber", None),
                ("customerAccountId", None),
                ("firstName", None),
                ("lastName", None),
                ("addressList", ["array", address]),
            ],
        ),
        ("outcome", None),
        ("riskCheckMessages", ["array", message]),
    ]


def test_account_and_reference_have_valid_check_digits(riverty: Riverty) -> None:
    for number in range(12):
        account = riverty.apply({"customerNumber": f"N-{number}"})["account"]
        front, _, back = account["accountNumber"].partition(".")
        assert (len(front), len(back)) == (4, 7)
        assert luhn.is_valid(front + back)
        assert account["ocr"].startswith(f"61{front}{back}00000")
        assert (len(account["ocr"]), luhn.is_valid(account["ocr"])) == (19, True)


def test_the_required_members_are_enough(riverty: Riverty) -> None:
    body = {
        "accountLimit": 500,
        "customer": {"category": "Company", "currency": "NOK"},
        "countryCode": "NO",
        "conversationLanguage": "NO",
    }
    found = riverty.send(body).json()
    own = found["customer"]["customerAccountId"]
    assert found["customer"] == {
        "customerNumber": own,
        "customerAccountId": own,
        "firstName": None,
        "lastName": None,
        "addressList": [],
    }
    assert (found["outcome"], found["account"]["accountLimit"], found["account"]["nextNoticeDate"]) == (
        "Accepted",
        500,
        None,
    )


@pytest.mark.parametrize(
    ("currency", "bank_account"),
    [("SEK", "599-0007"), ("NOK", "9710.00.00028"), ("EUR", "FI2112345600000785"), ("DKK", "0040-0440116243"),
     ("CHF", "CH9300762011623852957")],
)  # fmt: skip
def test_the_bank_account_depends_on_the_currency(riverty: Riverty, currency: str, bank_account: str) -> None:
    assert riverty.apply({"currency": currency})["account"]["bankAccount"] == bank_account


@pytest.mark.parametrize("language", ["NO", "SV", "SE", "FI", "DA", "DK", "EN", "DE", "NL", "FR"])
def test_obsolete_languages_are_accepted_as_their_successors(riverty: Riverty, language: str) -> None:
    riverty.apply(conversationLanguage=language)
    rows = json.loads(riverty.api.get("/_sim/export").content)["tables"]["riverty_customer_account"]
    assert rows[-1]["conversation_language"] == {"SE": "SV", "DK": "DA"}.get(language, language)


def test_a_known_customer_number_gets_its_account(riverty: Riverty) -> None:
    first = riverty.apply({"customerNumber": "K-7"}, accountLimit=5000)
    riverty.api.freeze("2026-01-05T00:00:00Z")
    assert riverty.apply({"customerNumber": "K-7"}, accountLimit=5000) == first
    assert riverty.apply({"customerNumber": "K-7", "email": "new@example.com"}, accountLimit=99) == first
    assert (
        riverty.apply({"customerNumber": "K-8"})["account"]["accountNumber"]
        != first["account"]["accountNumber"]
    )


@pytest.mark.parametrize(
    ("customer", "members", "differing"),
    [
        ({"lastName": "Other"}, {}, "customer.lastName differs"),
        ({"firstName": "Bo"}, {}, "customer.firstName differs"),
        ({"category": "Company"}, {}, "customer.category differs"),
        ({"organizationPersonalNo": "19850314-9984"}, {}, "customer.organizationPersonalNo differs"),
        ({}, {"countryCode": "NO"}, "countryCode differs"),
        (
            {"category": "Company", "lastName": "Other"},
            {"countryCode": "NO"},
            "countryCode, customer.category, customer.lastName differ",
        ),
        ({"firstName": "AddressCorrection", "lastName": "Other"}, {}, "customer.lastName differs"),
    ],
)
def test_a_customer_number_of_somebody_else_is_reported(
    riverty: Riverty, customer: Json, members: Json, differing: str
) -> None:
    riverty.apply()
    before = riverty.api.get("/_sim/export").content
    answer = riverty.send(application(customer, **members))
    text = f"The customer number belongs to another customer: {differing}."
    assert answer.status_code == 400
    assert answer.json() == [
        {
            "type": "BusinessError",
            "code": "400.004",
            "message": text,
            "customerFacingMessage": text,
            "actionCode": "AskConsumerToReEnterData",
            "fieldReference": "customer.customerNumber",
        }
    ]
    assert riverty.api.get("/_sim/export").content == before


@pytest.mark.parametrize(
    "customer",
    [
        {"firstName": " ASTRID ", "lastName": "svensson"},
        {"firstName": None, "lastName": ""},
        {"firstName": "AddressCorrection"},
        {"firstName": "80"},
        {"organizationPersonalNo": None},
        {"organizationPersonalNo": ""},
        {"organizationPersonalNo": "191010101011"},
        {"organizationPersonalNo": "101010-1011"},
    ],
)
def test_the_same_customer_need_not_send_the_same_name_and_number(riverty: Riverty, customer: Json) -> None:
    first = riverty.apply()
    assert riverty.apply(customer)["customer"] == first["customer"]


def test_a_customer_may_send_the_number_later(riverty: Riverty) -> None:
    first = riverty.apply({"organizationPersonalNo": None})
    assert riverty.apply() == first
    assert riverty.apply({"organizationPersonalNo": "19850314-9984"}) == first


def test_a_confirmed_account_has_the_name_and_number_that_confirmed_it(riverty: Riverty) -> None:
    trigger = {"firstName": "StrongCustomerAuthentication", "organizationPersonalNo": None}
    riverty.apply(trigger)
    assert riverty.apply()["customer"]["firstName"] == "Astrid"
    (row,) = [
        row
        for row in json.loads(riverty.api.get("/_sim/export").content)["tables"]["riverty_customer_account"]
        if row["customer_number"] == "K-1"
    ]
    assert (row["first_name"], row["organization_personal_no"]) == ("Astrid", "19101010-1011")
    assert riverty.rejected(application({"firstName": "Bo"})) == [("400.004", "customer.customerNumber")]


def test_without_a_customer_number_every_application_opens_an_account(riverty: Riverty) -> None:
    numbers = [riverty.apply({"customerNumber": None})["account"]["accountNumber"] for _ in range(2)]
    assert len(set(numbers)) == 2


@pytest.mark.parametrize(
    ("name", "code", "text", "field"),
    [
        ("Reject", "200.901", "Negative Customer Score.", None),
        ("Underage", "200.001", "Customer Too Young.", None),
        ("ChargebackPresent", "200.912", "Chargeback present.", None),
        ("80", "200.903", "Customer Limit Reached.", "accountLimit"),
    ],
)
def test_first_names_lead_to_rejections(riverty: Riverty, name: str, code: str, text: str, field: Any) -> None:
    found = riverty.apply({"firstName": name}, accountLimit=80.01)
    assert found == {
        "account": None,
        "temporaryExternalProblem": False,
        "customer": {
            "customerNumber": "K-1",
            "customerAccountId": None,
            "firstName": name,
            "lastName": "Svensson",
            "addressList": [ADDRESS],
        },
        "outcome": "Rejected",
        "riskCheckMessages": [
            {
                "type": "BusinessError",
                "code": code,
                "message": text,
                "customerFacingMessage": text,
                "actionCode": "OfferSecurePaymentMethods",
                "fieldReference": field,
            }
        ],
    }


@pytest.mark.parametrize(
    ("name", "limit", "outcome"),
    [
        ("80", 80, "Accepted"),
        ("80", 80.01, "Rejected"),
        ("0", 0, "Accepted"),
        ("0", 0.01, "Rejected"),
        ("-1", 0, "Rejected"),
        ("80.5", 1000, "Accepted"),
        ("reject", 1, "Accepted"),
    ],
)
def test_an_integer_as_first_name_is_the_highest_limit_granted(
    riverty: Riverty, name: str, limit: float, outcome: str
) -> None:
    assert riverty.apply({"firstName": name}, accountLimit=limit)["outcome"] == outcome


def test_a_technical_problem_leaves_the_application_unevaluated(riverty: Riverty) -> None:
    found = riverty.apply({"firstName": "TechnicalProblem"})
    assert (found["account"], found["outcome"], found["temporaryExternalProblem"]) == (
        None,
        "NotEvaluated",
        True,
    )
    assert messages(found) == [("TechnicalError", "TechnicalProblem", "Unavailable")]


@pytest.mark.parametrize("name", ["Reject", "TechnicalProblem"])
def test_an_application_that_is_not_granted_is_not_stored(riverty: Riverty, name: str) -> None:
    before = riverty.api.get("/_sim/export").content
    riverty.apply({"firstName": name})
    assert riverty.api.get("/_sim/export").content == before


def test_a_rejection_does_not_change_the_account_of_the_customer(riverty: Riverty) -> None:
    number = riverty.apply()["account"]["accountNumber"]
    assert riverty.apply({"firstName": "Reject"})["account"] is None
    assert riverty.credit_limit(number).json()["remainingCreditLimit"] == 1
    assert riverty.apply()["account"]["accountNumber"] == number


def test_strong_authentication_is_pending_until_the_customer_applies_again(riverty: Riverty) -> None:
    found = riverty.apply({"firstName": "StrongCustomerAuthentication"})
    assert found["outcome"] == "Pending"
    assert messages(found) == [("NotificationMessage", "StrongCustomerAuthentication", "AskConsumerToIdentify")]
    number = found["account"]["accountNumber"]
    assert riverty.credit_limit(number).json()["isOpenForNewTransactions"] is False
    again = riverty.apply()
    assert (again["outcome"], again["account"]["accountNumber"]) == ("Accepted", number)
    assert riverty.credit_limit(number).json()["isOpenForNewTransactions"] is True


@pytest.mark.parametrize("number", [None, ""])
def test_a_personal_number_can_be_required(riverty: Riverty, number: str | None) -> None:
    ssn = {"firstName": "RequiresSsn"}
    found = riverty.apply({**ssn, "organizationPersonalNo": number})
    assert (found["outcome"], found["account"]["isStopped"]) == ("Pending", False)
    assert messages(found) == [("BusinessError", "RequiresSsn", "RequiresSsn")]
    assert found["riskCheckMessages"][0]["fieldReference"] == "customer.organizationPersonalNo"
    account = found["account"]["accountNumber"]
    assert riverty.credit_limit(account).json()["accountMessage"] == "The application is pending."
    again = riverty.apply({**ssn, "organizationPersonalNo": "19101010-1011"})
    assert (again["outcome"], again["account"], again["riskCheckMessages"]) == (
        "Accepted",
        found["account"],
        [],
    )
    assert riverty.credit_limit(account).json()["isOpenForNewTransactions"] is True


def test_a_corrected_address_is_listed_first_and_stored_when_confirmed(riverty: Riverty) -> None:
    found = riverty.apply({"firstName": "AddressCorrection"})
    better = {**ADDRESS, "streetNumberAdditional": "A"}
    assert (found["outcome"], found["customer"]["addressList"]) == ("Pending", [better, ADDRESS])
    assert messages(found) == [("BusinessError", "200.103", "AskConsumerToConfirm")]
    assert found["riskCheckMessages"][0]["fieldReference"] == "customer.address"
    again = riverty.apply({"address": better})
    assert (again["outcome"], again["customer"]["addressList"]) == ("Accepted", [better])
    assert again["account"] == found["account"]


@pytest.mark.parametrize(
    ("today", "last", "following"),
    [
        ("2026-01-02", None, "2026-01-31"),
        ("2026-01-31", "2026-01-31", "2026-02-28"),
        ("2026-02-27", "2026-01-31", "2026-02-28"),
        ("2026-12-31", "2026-12-31", "2027-01-31"),
        ("2028-03-01", "2028-02-29", "2028-03-31"),
    ],
)
def test_notices_are_dated_monthly_by_the_clock(
    riverty: Riverty, today: str, last: Any, following: str
) -> None:
    riverty.apply(firstNoticeDate="2026-01-31")
    riverty.api.freeze(f"{today}T12:00:00Z")
    account = riverty.apply()["account"]
    assert (account["lastNoticeDate"], account["nextNoticeDate"]) == (last, following)


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2032-03-01T00:00:00+01:00", "2032-03-01"),
        ("2032-03-01T23:59:59.999-11:00", "2032-03-01"),
        ("2032-03-01T00:00", "2032-03-01"),
        ("2032-03-01 12:30:00Z", "2032-03-01"),
    ],
)
def test_a_first_notice_is_on_the_calendar_day_that_was_sent(riverty: Riverty, sent: str, day: str) -> None:
    assert riverty.apply(firstNoticeDate=sent)["account"]["nextNoticeDate"] == day


def test_a_reset_starts_the_numbers_again(riverty: Riverty) -> None:
    first = riverty.apply()
    assert riverty.api.post("/_sim/reset").status_code == 204
    riverty.api.freeze("2026-01-01T10:20:30Z")
    assert riverty.apply() == first


def test_spaces_are_isolated(api: Api) -> None:
    riverty = Riverty(api)
    number = riverty.apply()["account"]["accountNumber"]
    path = f"/s/other/api/v3/customer-account/{number}/credit-limit"
    assert api.send("GET", path, headers={"X-Auth-Key": "k"}).status_code == 404
    other = riverty.send(application({"customerNumber": "X"}), "/s/other").json()
    assert other["account"]["accountNumber"] == number


@pytest.mark.parametrize("limit", [0, 0.1, 0.29, 1234.56, 99_999_999_999.99])
def test_the_granted_limit_can_be_read(riverty: Riverty, limit: float) -> None:
    number = riverty.apply(accountLimit=limit)["account"]["accountNumber"]
    assert riverty.credit_limit(number).json() == {
        "remainingCreditLimit": limit,
        "balance": 0,
        "isOpenForNewTransactions": True,
        "accountMessage": None,
        "totalBalance": 0,
    }


def test_accounts_in_dunning_are_closed_for_new_transactions(riverty: Riverty) -> None:
    ulla = riverty.api.get("/_sim/personas").json()["personas"][0]
    assert riverty.credit_limit(ulla["riverty"]["accountNumber"]).json() == {
        "remainingCreditLimit": 3750,
        "balance": 1250,
        "isOpenForNewTransactions": False,
        "accountMessage": "The account is in status SentToDebtCollection.",
        "totalBalance": 1250,
    }
