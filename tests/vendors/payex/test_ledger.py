"""What the ledgers reject, and what each state allows."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import (
    ADDRESS,
    ADMIN,
    BILLING,
    BRITT,
    CUSTOMER,
    DK,
    IDENTIFIER,
    NO,
    ORDERS,
    REGISTRATION,
    SE,
    SE2,
    SURPLUS,
    ULLA,
    britt,
    fields,
    problem_of,
)  # fmt: skip

PAYEE = {"norwegianBankAccount": {"accountNo": "86011117947"}}
QUESTIONS = [
    {"questionCode": "employment", "answerCode": "selfemployed"},
    {"questionCode": "income", "answerCode": "incomeinterval1"},
]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


# Ledgers and tokens


def test_an_unknown_ledger_is_a_501(api: Api) -> None:
    assert problem_of(api.get("/ledger/customer/v1/99999/customers/1")) == (501, "ledger-not-configured")


@pytest.mark.parametrize(
    ("mode", "token", "status"),
    [
        ("lenient", "any", 200), ("lenient", "payex-46001-token", 200), ("lenient", "payex-47001-token", 401),
        ("strict", "any", 401), ("strict", "payex-46001-token", 200), ("strict", "payex-47001-token", 401),
    ],
)  # fmt: skip
def test_a_token_belongs_to_one_ledger(serve: Callable[..., Api], mode: str, token: str, status: int) -> None:
    assert serve(auth=mode).send("GET", ULLA, headers=bearer(token)).status_code == status


def test_a_missing_token_is_a_401(api: Api) -> None:
    answer = api.send("GET", ULLA, headers={})
    assert problem_of(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="payex"'


@pytest.mark.parametrize(
    "path",
    [
        f"{DK}/generate-consumer-customer-by-reg-no",
        f"{DK}/customers/1/surpluses/x/active-disbursement-orders",
        f"{DK}/customers/1/legal-address/update-legal-address-from-population-register",
    ],
)
def test_an_operation_that_is_not_granted_is_forbidden(api: Api, path: str) -> None:
    assert problem_of(api.post(path, {})) == (403, "forbidden")


def test_paths_and_query_names_match_in_any_case(api: Api) -> None:
    found = api.send("GET", "/LEDGER/Customer/V1/46001/Kyc-Questions?LANGUAGE=sv").json()
    assert found == api.get(f"{SE}/kyc-questions", language="sv").json()
    assert found["kycQuestions"][0]["questionText"] == "Vad arbetar du med?"
    for query in ("%24EXPAND=LegalAddress", "$Expand=LEGALADDRESS"):
        assert isinstance(api.send("GET", f"{ULLA}?{query}").json()["legalAddress"], dict)


def test_problems_can_be_spelled_in_camel_case(serve: Callable[..., Api]) -> None:
    answer = serve(payex_problem_case="camel").get(f"{SE}/customers/0")
    assert list(answer.json()) == ["type", "title", "status", "instance", "detail", "problems"]


# Customers


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"customerNo": "0999"}, "customerNo"),
        ({"customerNo": "1" * 16}, "customerNo"),
        ({"customerNo": "12a"}, "customerNo"),
        ({"vatNo": "SE101010101002"}, "vatNo"),
        ({"vatNo": "se10101"}, "vatNo"),
        ({"legalEntity": "person"}, "legalEntity"),
        ({"name": "x" * 73}, "name"),
        ({"emailAddress": "britt"}, "emailAddress"),
        ({"preferredLanguageCode": "sv"}, "preferredLanguageCode"),
        ({"msisdn": "0701234567"}, "msisdn"),
        ({"msisdn": "+123"}, "msisdn"),
        ({"distributionType": "email"}, "distributionType"),
        ({"taxIdentificationNumber": ""}, "taxIdentificationNumber"),
        ({"eDIAddressInfo": {"VAN": "x"}}, "eDIAddressInfo.BuyerId"),
        ({"nationalIdentifier": {"regNo": "19101010-1011", "countryCode": "SE"}}, "nationalIdentifier"),
        ({"nationalIdentifier": {"regNo": "1010101010", "countryCode": "SE"}}, "nationalIdentifier"),
        ({"legalAddress": {**ADDRESS, "zipCode": "159 61"}}, "legalAddress.zipCode"),
        ({"legalAddress": {**ADDRESS, "countryCode": "XX"}}, "legalAddress.countryCode"),
        ({"legalAddress": without(ADDRESS, "city")}, "legalAddress.city"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(api: Api, members: dict[str, Any], field: str) -> None:
    assert fields(api.post(f"{SE}/customers", {**CUSTOMER, **members})) == [field]


@pytest.mark.parametrize("name", ["customerNo", "name", "legalAddress"])
def test_a_required_field_is_named(api: Api, name: str) -> None:
    assert fields(api.post(f"{SE}/customers", without(CUSTOMER, name))) == [name]


def test_a_customer_number_is_unique(api: Api) -> None:
    britt(api)
    assert problem_of(api.post(f"{SE}/customers", CUSTOMER)) == (409, "conflict")


def test_the_norwegian_ledger_generates_customer_numbers(api: Api) -> None:
    person = {"nationalIdentifier": {"regNo": "02519026263", "countryCode": "NO"}}
    body = {**without(CUSTOMER, "customerNo"), **person}
    first, second = (api.post(f"{NO}/customers", body).json()["customerNo"] for _ in range(2))
    assert (len(first), int(second) - int(first)) == (7, 1)
    assert fields(api.post(f"{NO}/customers", {**body, "customerNo": "1234567"})) == ["customerNo"]
    assert fields(api.post(f"{NO}/customers", without(body, "nationalIdentifier"))) == ["nationalIdentifier"]


@pytest.mark.parametrize(("number", "status"), [("0123456", 201), ("123456", 400), ("12345678", 400)])
def test_danish_numbers_have_seven_digits(api: Api, number: str, status: int) -> None:
    assert api.post(f"{DK}/customers", {**CUSTOMER, "customerNo": number}).status_code == status


def test_members_are_read_in_any_case(api: Api) -> None:
    body = {name.upper(): value for name, value in CUSTOMER.items()}
    body["LEGALADDRESS"] = {name.upper(): value for name, value in ADDRESS.items()}
    assert api.post(f"{SE}/customers", body).status_code == 201
    assert api.get(BRITT).json()["eDIAddressInfo"] == CUSTOMER["eDIAddressInfo"]


def test_patch_rejects_members_that_it_does_not_list(api: Api) -> None:
    assert fields(api.patch(ULLA, {"name": "Other"})) == ["name"]
    assert fields(api.patch(ULLA, {"eDIAddressInfo": {"VAN": "x"}})) == ["eDIAddressInfo.BuyerId"]


def test_protected_identity_is_supported_in_sweden_only(api: Api) -> None:
    body = {**CUSTOMER, "customerNo": "1234567", "protectedIdentity": True}
    assert fields(api.post(f"{DK}/customers", body)) == ["protectedIdentity"]
    assert api.post(f"{SE}/customers", body).status_code == 201


def test_an_unknown_expansion_is_rejected(api: Api) -> None:
    assert fields(api.get(ULLA, _expand="legaladdress,surpluses")) == ["$expand"]


def test_every_available_operation_works_with_its_method(api: Api) -> None:
    britt(api)
    api.post("/_sim/payex/46001/customers/9999/expire-kyc")
    bodies = {
        "partial-update-customer": {"msisdn": None},
        "add-billing-address": BILLING,
        "update-kyc-answers": {"answers": QUESTIONS},
    }
    available = api.get(BRITT).json()["operations"]
    assert [one["rel"] for one in available] == list(bodies)
    for one in available:
        assert api.send(one["method"], one["href"], json=bodies[one["rel"]]).is_success
    assert [one["rel"] for one in api.get(BRITT).json()["operations"]] == ["partial-update-customer"]


def test_links_carry_the_prefix_of_the_space(api: Api) -> None:
    assert api.get(f"/s/mine{ULLA}").json()["@id"] == f"/s/mine{ULLA}"


# Addresses and the register


def test_the_customer_without_a_register_entry_has_no_legal_address(api: Api) -> None:
    (kalle,) = [
        one["payex"]["customerNo"]
        for one in api.get("/_sim/personas").json()["personas"]
        if one["name"] == "Kalle Codebtor"
    ]
    path = f"{SE}/customers/{kalle}/legal-address"
    assert problem_of(api.get(path)) == (404, "legal-address-does-not-exists")
    update = f"{path}/update-legal-address-from-population-register"
    assert problem_of(api.post(update)) == (404, "not-found")
    assert api.put(path, ADDRESS).status_code == 204
    assert api.get(path).status_code == 200


def test_a_customer_has_at_most_one_billing_address(api: Api) -> None:
    britt(api)
    path = f"{BRITT}/billing-address"
    assert problem_of(api.get(path)) == (404, "billing-address-does-not-exists")
    assert problem_of(api.put(path, BILLING)) == (404, "billing-address-does-not-exists")
    assert problem_of(api.delete(path)) == (404, "billing-address-does-not-exists")
    assert api.post(path, BILLING).status_code == 201
    assert problem_of(api.post(path, BILLING)) == (409, "conflict")


def generated(api: Api, reg_no: str, country: str, number: str) -> dict[str, Any]:
    body = {"nationalIdentifier": {"regNo": reg_no, "countryCode": country}, "customerNo": number}
    answer = api.post(f"{SE}/generate-consumer-customer-by-reg-no", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = api.get(f"{SE}/customers/{number}", _expand="legaladdress").json()
    return found


def test_the_register_always_returns_the_same_person_for_a_number(api: Api) -> None:
    first = generated(api, "19101010-1010", "SE", "501")
    second = generated(api, "19101010-1010", "SE", "502")
    assert first["name"] == second["name"]
    assert without(first["legalAddress"], "operations") == without(second["legalAddress"], "operations")
    assert generated(api, "19850314-9984", "SE", "503")["name"] == "Ulla Unpaid"


@pytest.mark.parametrize(("reg_no", "country"), [("02519026263", "NO"), ("19750101-9801", "SE")])
def test_the_register_hides_where_protected_people_live(api: Api, reg_no: str, country: str) -> None:
    found = generated(api, reg_no, country, "501")
    assert found["protectedIdentity"] is True
    assert found["legalAddress"]["streetAddress"].startswith(("Skatteverket", "Skatteetaten"))


def test_the_register_has_no_companies(api: Api) -> None:
    company = {"nationalIdentifier": {"regNo": "559988-1173", "countryCode": "SE"}}
    assert fields(api.post(f"{SE}/generate-consumer-customer-by-reg-no", company)) == ["nationalIdentifier"]
    britt(api, **company)
    path = f"{BRITT}/legal-address/update-legal-address-from-population-register"
    assert fields(api.post(path)) == ["nationalIdentifier"]


def test_a_number_that_the_register_lacks_is_a_404(api: Api) -> None:
    body = {"nationalIdentifier": {"regNo": "19700101-9806", "countryCode": "SE"}, "customerNo": "7"}
    assert problem_of(api.post(f"{SE}/generate-consumer-customer-by-reg-no", body)) == (404, "not-found")


def test_an_unknown_national_number_is_a_404(api: Api) -> None:
    assert problem_of(api.post(f"{SE}/find-customer", {"nationalIdentifier": IDENTIFIER})) == (
        404,
        "customer-not-found",
    )


# Surpluses


def test_a_surplus_looks_as_in_the_sample_and_agrees_with_its_source(api: Api) -> None:
    surplus = api.get(SURPLUS.replace("5eed0001-5042", "5EED0001-5042")).json()
    assert surplus == {
        "surplusId": "5eed0001-5042-4000-8000-000000000001",
        "balance": 10.0,
        "currency": "SEK",
        "date": "2025-12-23T11:00:00",
        "status": "open",
        "invoice": "/ledger/invoice/v1/46001/invoices/100000102",
        "operations": [{"rel": "add-disbursement-orders", "method": "POST", "href": ORDERS}],
        "@id": SURPLUS,
    }
    assert list(surplus)[-1] == "@id"
    invoice = api.get(surplus["invoice"]).json()
    assert (invoice["status"], invoice["currentDebt"], invoice["currency"]) == ("closed", 0, "SEK")
    other = api.get(f"{ULLA}/surpluses").json()["items"][1]
    account = api.get(other["account"]).json()
    assert (account["customerNo"], account["totalBalance"]) == ("1000001", other["balance"])
    assert account["availableAmount"] == account["creditLimit"] + account["totalBalance"]


def test_an_order_is_executed_two_banking_days_later(api: Api) -> None:
    api.freeze("2026-04-01T12:00:00Z")
    assert api.post(ORDERS, PAYEE).status_code == 201
    assert api.get(SURPLUS).json()["status"] == "pending-disbursement"
    assert api.get(SURPLUS).json()["operations"] == []
    assert problem_of(api.post(ORDERS, PAYEE)) == (409, "conflict")
    # Good Friday the 3rd to Easter Monday the 6th lie between.
    api.freeze("2026-04-06T23:59:59Z")
    assert api.get(SURPLUS).status_code == 200
    api.freeze("2026-04-07T00:00:00Z")
    assert problem_of(api.get(SURPLUS)) == (404, "not-found")
    assert len(api.get(f"{ULLA}/surpluses").json()["items"]) == 1


def test_the_clock_reports_an_execution(api: Api) -> None:
    api.freeze("2026-03-02T00:00:00Z")
    api.post(ORDERS, PAYEE)
    events = api.post("/_sim/clock/advance", {"by": "P2D"}).json()["events"]
    assert [one for one in events if one["event"].startswith("payex")] == [
        {
            "at": "2026-03-04T00:00:00Z",
            "event": "payex.surplus.disbursed",
            "href": f"http://sim.test{ULLA}/surpluses",
            "surplusId": SURPLUS.rsplit("/", 1)[1],
            "balance": 10.0,
        }
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**PAYEE, "international": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}},
        {"norwegianBankAccount": {"accountNo": "1234"}},
        {"swedishBankAccount": {"accountNo": "944-1049000", "accountType": "BGSE"}},
        {"swedishBankAccount": {"accountNo": "991-2346"}},
        {"swedishBankAccount": {"accountNo": "123456", "clearingNo": "3300"}},
        {"swedishBankAccount": {"accountNo": "1234567", "clearingNo": "0100"}},
        {"international": {"iban": "123456", "bic": "SWEDSESS"}},
        {"international": {"iban": "SE3550000000054910000003", "bic": "SWED..."}},
        {"swedishSus": {"nationalIdentifier": {"regNo": "559988-1173", "countryCode": "SE"}, "address": ADDRESS}},
    ],
)  # fmt: skip
def test_an_invalid_payee_is_rejected(api: Api, body: dict[str, Any]) -> None:
    assert problem_of(api.post(ORDERS, body)) == (400, "validation")


def test_a_clearing_number_may_be_a_separate_member(api: Api) -> None:
    body = {"swedishBankAccount": {"clearingNo": "3300", "accountNo": "1010101010"}}
    assert api.post(ORDERS, body).json() == {
        "operations": [],
        "swedishBankAccount": {"accountNo": "3300-1010101010", "accountType": "BKSE"},
    }


def test_a_surplus_is_set_off_against_an_invoice(api: Api) -> None:
    path = f"{ADMIN}/surpluses/{SURPLUS.rsplit('/', 1)[1]}"
    owed = api.get("/ledger/invoice/v1/46001/invoices/100000101").json()["currentDebt"]
    assert api.post(f"{path}/execute").status_code == 409
    assert api.post(f"{path}/regulate", {"invoiceNo": "100000101"}).status_code == 204
    assert api.get(SURPLUS).json()["status"] == "pending-regulate"
    assert problem_of(api.post(ORDERS, PAYEE)) == (409, "conflict")
    assert api.post(f"{path}/execute").status_code == 204
    assert api.get(SURPLUS).status_code == 404
    assert api.get("/ledger/invoice/v1/46001/invoices/100000101").json()["currentDebt"] == owed - 10


def test_a_payment_pays_the_debt_first_and_the_remainder_is_a_surplus(api: Api) -> None:
    answer = api.post(f"{ADMIN}/payments", {"amount": 200, "invoiceNo": "100000101"})
    surplus = api.get(f"{ULLA}/surpluses/{answer.json()['surplusId']}").json()
    assert (surplus["balance"], surplus["status"]) == (75.0, "open")
    assert surplus["invoice"].endswith("/invoices/100000101")
    plain = api.post(f"{ADMIN}/payments", {"amount": 5.5}).json()["surplusId"]
    found = api.get(f"{ULLA}/surpluses/{plain}").json()
    assert (found["balance"], "invoice" in found, "account" in found) == (5.5, False, False)


def test_svens_pending_surpluses_are_executed_by_the_clock(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    here = f"{SE}/customers/1000008/surpluses"
    assert [one["status"] for one in api.get(here).json()["items"]] == [
        "pending-disbursement",
        "pending-regulate",
    ]
    api.freeze("2026-01-04T00:00:00Z")  # a Sunday
    assert len(api.get(here).json()["items"]) == 2
    api.freeze("2026-01-05T00:00:00Z")
    assert api.get(here).json()["items"] == []


def test_lists_page_with_navigation(api: Api) -> None:
    here = f"{ULLA}/surpluses"
    assert api.get(here).json()["navigation"] == {"@id": here}
    for _ in range(20):
        api.post(f"{ADMIN}/payments", {"amount": 1})
    first = api.get(here).json()
    assert len(first["items"]) == 20
    assert first["navigation"] == {"@id": here, "first": f"{here}?skip=0", "next": f"{here}?skip=20"}
    last = api.send("GET", first["navigation"]["next"]).json()
    assert len(last["items"]) == 2
    assert last["navigation"] == {"@id": here, "first": f"{here}?skip=0", "previous": f"{here}?skip=0"}


# Consents


def registration(api: Api, **members: str) -> Any:
    return api.post(f"{ULLA}/consent/recurring-card-redirect-registration", {**REGISTRATION, **members})


@pytest.mark.parametrize(
    ("button", "status", "name"),
    [("confirm", "Completed", "completeUrl"), ("cancel", "Aborted", "cancelUrl"), ("fail", "Failed", "cancelUrl")],
)  # fmt: skip
def test_the_page_ends_a_registration(api: Api, button: str, status: str, name: str) -> None:
    page = registration(api).json()["redirectUrl"]
    shown = api.send("GET", page, headers={})
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "551000******1232" in shown.text
    pressed = api.send("POST", f"{page}/{button}", headers={})
    assert (pressed.status_code, pressed.headers["location"]) == (303, REGISTRATION[name])
    here = f"{ULLA}/consent/recurring-card-redirect-registration"
    assert api.get(here).json()["status"] == status
    assert ("RecurringCard" in api.get(ULLA).json()["activeConsents"]) == (button == "confirm")
    assert api.send("POST", f"{page}/confirm", headers={}).status_code == 409


@pytest.mark.parametrize(
    ("language", "word"),
    [("en-US", "Confirm"), ("sv-SE", "Bekräfta"), ("nb-NO", "Bekreft"), ("da-DK", "Bekræft"), ("fi-FI", "Vahvista")],
)  # fmt: skip
def test_the_page_is_in_the_language_of_the_registration(api: Api, language: str, word: str) -> None:
    page = api.send("GET", registration(api, language=language).json()["redirectUrl"], headers={}).text
    assert f'<html lang="{language}">' in page
    assert f'<button id="confirm">{word}</button>' in page
    assert "<script" not in page


def test_the_page_of_a_named_space_is_reached_without_a_header(api: Api) -> None:
    headers = {"Authorization": "Bearer x", "Sim-Space": "mine"}
    path = f"{ULLA}/consent/recurring-card-redirect-registration"
    page = api.send("POST", path, headers=headers, json=REGISTRATION).json()["redirectUrl"]
    assert page.startswith("http://sim.test/s/mine/_sim/payex/card-check/")
    shown = api.send("GET", page, headers={})
    assert f'action="{page.removeprefix("http://sim.test")}/confirm"' in shown.text


@pytest.mark.parametrize(
    ("act", "status"), [("complete", "Completed"), ("abort", "Aborted"), ("fail", "Failed")]
)
def test_a_registration_ends_without_a_browser(api: Api, act: str, status: str) -> None:
    registration(api)
    assert problem_of(registration(api)) == (409, "conflict")
    assert api.post(f"{ADMIN}/card-registration/{act}").json()["status"] == status
    assert registration(api).status_code == 200


@pytest.mark.parametrize(
    "url", ["/done", "javascript:alert(1)", "ftp://x.se", "https://", "http://a b", "//x.se"]
)
def test_redirect_targets_are_absolute_web_addresses(api: Api, url: str) -> None:
    assert fields(registration(api, completeUrl=url)) == ["completeUrl"]


def test_a_card_can_be_removed(api: Api) -> None:
    registration(api)
    api.post(f"{ADMIN}/card-registration/complete")
    path = f"{ULLA}/consent/recurring-card"
    card = api.get(path).json()
    assert list(card) == ["cardToken", "consentExpiryDate", "instrumentDisplayName", "cardExpiryDate"]
    assert (card["consentExpiryDate"], card["cardExpiryDate"]) == ("01-2030", "01/2030")
    assert api.delete(path).status_code == 204
    assert problem_of(api.get(path)) == (404, "not-found")
    assert "RecurringCard" not in api.get(ULLA).json()["activeConsents"]


def test_consents_can_be_set(api: Api) -> None:
    wanted = {"activeConsents": ["EBoks", "RecurringCard", "Autogiro"]}
    assert api.put(f"{ADMIN}/consents", wanted).status_code == 204
    assert api.get(ULLA).json()["activeConsents"] == ["Autogiro", "RecurringCard", "EBoks"]


# KYC


def test_answers_are_due_again_after_the_ledgers_period(api: Api) -> None:
    api.freeze("2026-02-01T00:00:00Z")
    assert api.post(f"{ULLA}/update-kyc-answers", {"answers": QUESTIONS}).status_code == 204

    def rels() -> list[str]:
        return [one["rel"] for one in api.get(ULLA).json()["operations"]]

    assert "update-kyc-answers" not in rels()
    events = api.post("/_sim/clock/advance", {"by": "P1Y"}).json()["events"]
    assert [one for one in events if one["event"] == "payex.kyc.due"] == [
        {"at": "2027-02-01T00:00:00Z", "event": "payex.kyc.due", "href": f"http://sim.test{ULLA}"}
    ]
    assert "update-kyc-answers" in rels()
    later = api.post("/_sim/clock/advance", {"by": "P3Y"}).json()["events"]
    assert "payex.kyc.due" not in {one["event"] for one in later}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (QUESTIONS[:1], "answers"),
        ([*QUESTIONS, QUESTIONS[0]], "answers[2].answerCode"),
        ([*QUESTIONS, {"questionCode": "x", "answerCode": "y"}], "answers[2].questionCode"),
        ([QUESTIONS[0], {"questionCode": "income", "answerCode": "y"}], "answers[1].answerCode"),
    ],
)
def test_answers_must_answer_the_questions(api: Api, answers: list[Any], field: str) -> None:
    assert fields(api.post(f"{ULLA}/update-kyc-answers", {"answers": answers})) == [field]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ([], ["answers"]),
        ([("foreign_tax_number", "ab")], ["answers[2].answerCode"]),
        ([("foreign_tax_number", "AB-1234")], []),
    ],
)
def test_sub_questions_depend_on_the_answer_to_their_question(
    api: Api, more: list[tuple[str, str]], named: list[str]
) -> None:
    api.post(f"{SE2}/customers", CUSTOMER)
    pairs = [("taxable_outside_sweden", "yes"), ("multiple_citizenship", "no"), *more]
    body = {"answers": [{"questionCode": question, "answerCode": answer} for question, answer in pairs]}
    answer = api.post(f"{SE2}/customers/9999/update-kyc-answers", body)
    assert (fields(answer) if answer.status_code == 400 else []) == named


def test_questions_are_translated_and_fall_back_to_english(api: Api) -> None:
    def first(**query: str) -> str:
        return str(api.get(f"{SE}/Kyc-Questions", **query).json()["kycQuestions"][0]["questionText"])

    assert first(Language="sv") == "Vad arbetar du med?"
    assert first() == first(language="fr") == "What do you do for a living?"
    assert first(language="FI") == "Mitä teet työksesi?"


def test_a_ledger_without_kyc_returns_its_problems(api: Api) -> None:
    assert problem_of(api.get(f"{NO}/kyc-questions")) == (404, "company-kyc-questions-not-configured")
    body = {"answers": QUESTIONS}
    assert problem_of(api.post(f"{NO}/customers/1000003/update-kyc-answers", body)) == (
        409,
        "kyc-configuration",
    )
    assert problem_of(api.post(f"{NO}/customers/1/update-kyc-answers", body)) == (404, "not-found")


# The other problems


@pytest.mark.parametrize("code", ["fatal", "internal-server-error", "handled-exception", "unhandled-exception"])
def test_a_requested_failure_happens_once(api: Api, code: str) -> None:
    assert api.put("/_sim/payex/46001/next-problem", {"code": code}).status_code == 204
    assert problem_of(api.get(ULLA)) == (500, code)
    assert api.get(ULLA).status_code == 200


def test_a_bad_language_is_a_general_validation_error(api: Api) -> None:
    assert problem_of(api.get(f"{SE}/kyc-questions", language="swe")) == (400, "general-validation-error")


def test_a_wrong_method_and_a_wrong_media_type_are_rejected(api: Api) -> None:
    assert problem_of(api.put(ULLA, {})) == (405, "method-not-allowed")
    headers = {"Authorization": "Bearer x", "Content-Type": "text/plain"}
    answer = api.send("POST", f"{SE}/customers", headers=headers, content=b"{}")
    assert problem_of(answer) == (415, "unsupported-media-type")


def test_unreadable_json_is_a_validation_problem(api: Api) -> None:
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    answer = api.send("POST", f"{SE}/customers", headers=headers, content=b'{"a": 1,}')
    assert problem_of(answer) == (400, "validation")


# People


def test_every_persona_is_a_ledger_customer_with_the_same_national_number(api: Api) -> None:
    for persona in api.get("/_sim/personas").json()["personas"]:
        payex, number = persona["payex"], persona["aptic"]["idNumber"]
        found = api.get(f"/ledger/customer/v1/{payex['ledger']}/customers/{payex['customerNo']}").json()
        assert (found["name"], found["nationalIdentifier"]["regNo"]) == (persona["name"], number)


@pytest.mark.parametrize(("language", "like"), [("", "en"), ("sv-SE", "sv"), ("NO", "nb"), ("xx-YY", "en")])
def test_a_language_may_be_empty_or_come_with_its_country(api: Api, language: str, like: str) -> None:
    assert (
        api.get(f"{SE}/kyc-questions", language=language).json()
        == api.get(f"{SE}/kyc-questions", language=like).json()
    )


def test_a_registration_ends_by_an_action_in_any_case(api: Api) -> None:
    registration(api)
    assert api.post("/_sim/payex/46001/customers/1000001/Card-Registration/Complete").status_code == 200


def test_the_register_is_available_only_for_people_with_a_national_number(api: Api) -> None:
    address = {"addressee": "A", "city": "B", "zipCode": "11122", "countryCode": "SE"}
    body = {"customerNo": "777001", "name": "A", "legalAddress": address}
    assert api.send("POST", f"{SE}/customers", json=body).status_code == 201
    available = [one["rel"] for one in api.get(f"{SE}/customers/777001/legal-address").json()["operations"]]
    assert available == ["update"]
    assert [one["rel"] for one in api.get(f"{ULLA}/legal-address").json()["operations"]] == [
        "update",
        "update-legal-address-from-population-register",
    ]
