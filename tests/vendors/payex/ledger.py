"""Paths, request bodies and helpers for the tests of PayEx."""

from typing import Any

from tests.client import Api

SE, SE2, NO, DK = (f"/ledger/customer/v1/{number}" for number in ("46001", "46002", "47001", "45001"))
ADMIN = "/_sim/payex/46001/customers/1000001"
ULLA = f"{SE}/customers/1000001"
SIRI = f"{SE}/customers/1000019"  # the persona with open surpluses, and an unpaid invoice of 125.00
SIRI_ADMIN = "/_sim/payex/46001/customers/1000019"
SURPLUS = f"{SIRI}/surpluses/5eed0019-5042-4000-8000-000000000001"
ORDERS = f"{SURPLUS}/active-disbursement-orders"

ADDRESS = {
    "addressee": "Britt-Marie Axelstopp",
    "streetAddress": "The street 18",
    "coAddress": "c/o Jansson",
    "city": "STOCKHOLM",
    "zipCode": "15961",
    "countryCode": "SE",
}
BILLING = {
    "addressee": "Kalle Axelstopp",
    "streetAddress": "Axelgatan 18",
    "city": "STOCKHOLM",
    "zipCode": "16872",
    "countryCode": "SE",
}
IDENTIFIER = {"regNo": "19101010-1010", "countryCode": "SE"}
# The vendor's sample of a create request, with the placeholders of regNo and legalEntity filled in.
CUSTOMER = {
    "customerNo": "9999",
    "nationalIdentifier": IDENTIFIER,
    "vatNo": "SE101010101001",
    "legalEntity": "consumer",
    "name": "Britt-Marie Axelstopp",
    "emailAddress": "britt@axelstopp.com",
    "msisdn": "+91485918841",
    "eDIAddressInfo": {"VAN": "ABCXYZ", "InterChangeRecipient": "Recipient_ID1", "BuyerId": "123456"},
    "legalAddress": ADDRESS,
    "distributionType": "postal",
    "taxIdentificationNumber": "123456789",
}
BRITT = f"{SE}/customers/9999"
REGISTRATION = {
    "completeUrl": "https://www.google.com/search?q=cancelurl",
    "cancelUrl": "https://www.google.com/search?q=completeurl",
    "language": "en-US",
}
PAYEE = {"norwegianBankAccount": {"accountNo": "86011117947"}}
ANSWERS = [
    {"questionCode": "employment", "answerCode": "selfemployed"},
    {"questionCode": "income", "answerCode": "incomeinterval1"},
]


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    """A request body without a member."""
    return {key: value for key, value in body.items() if key != name}


def britt(api: Api, **members: Any) -> dict[str, Any]:
    """Creates the customer of the samples."""
    answer = api.post(f"{SE}/customers", {**CUSTOMER, **members})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def registration(api: Api, **members: str) -> Any:
    """Starts the registration of a card of Ulla Unpaid."""
    return api.post(f"{ULLA}/consent/recurring-card-redirect-registration", {**REGISTRATION, **members})


def problem_of(answer: Any) -> tuple[int, str]:
    """The status and code of a problem document."""
    problem = answer.json()
    assert problem["Status"] == answer.status_code
    return answer.status_code, problem["Type"].removeprefix("ledger/customer/v1/problems/")


def fields(answer: Any) -> list[str]:
    """The fields of a validation problem."""
    assert problem_of(answer)[1] == "validation", answer.text
    return [name for one in answer.json()["Problems"] for name in one]
