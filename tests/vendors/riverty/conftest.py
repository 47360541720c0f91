"""Requests to Riverty."""

from typing import Any

import httpx
import pytest

from tests.client import Api

ACCOUNTS = "/api/v3/customer-account"
ADMIN = "/_sim/riverty/accounts"
KEY = {"X-Auth-Key": "any"}
Json = dict[str, Any]

# The vendor's sample, with its members in order and the placeholders filled in.
SAMPLE: Json = {
    "accountLimit": 1.00,
    "customer": {
        "salutation": "Mrs",
        "firstName": "Astrid",
        "lastName": "Svensson",
        "customerNumber": "K-1",
        "organizationPersonalNo": "19101010-1011",
        "category": "Person",
        "currency": "SEK",
        "distributionBy": "Client",
        "distributionType": "Email",
        "email": "astrid@example.com",
        "address": {
            "street": "Storgatan",
            "streetNumber": "1",
            "streetNumberAdditional": "B",
            "postalCode": "111 20",
            "postalPlace": "Stockholm",
            "countryCode": "SE",
            "careOf": "Ek",
        },
        "phone": "+46 8 465 004 00",
        "directPhone": "08-46500400",
        "mobilePhone": "+46701740605",
    },
    "firstNoticeDate": "2026-02-28",
    "countryCode": "SE",
    "conversationLanguage": "SV",
}


def application(customer: Json | None = None, **members: Any) -> Json:
    """The sample with other members; an Ellipsis removes one."""
    changed = {**SAMPLE, "customer": {**SAMPLE["customer"], **(customer or {})}, **members}
    if isinstance(changed["customer"], dict):
        changed["customer"] = {name: one for name, one in changed["customer"].items() if one is not ...}
    return {name: one for name, one in changed.items() if one is not ...}


class Riverty:
    """Sends requests to Riverty with a key."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def send(self, body: Any, space: str = "") -> httpx.Response:
        """Sends an application."""
        return self.api.send("POST", space + ACCOUNTS, headers=KEY, json=body)

    def apply(self, customer: Json | None = None, **members: Any) -> Json:
        """The response to a valid application."""
        answer = self.send(application(customer, **members))
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def rejected(self, body: Any) -> list[tuple[str, str]]:
        """The code and field of each message in the response to an invalid application."""
        answer = self.send(body)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
        return [(one["code"], one["fieldReference"]) for one in answer.json()]

    def open(self, customer: Json | None = None, **members: Any) -> str:
        """The number of a new account with a limit of 5,000."""
        number: str = self.apply(customer, accountLimit=5000, **members)["account"]["accountNumber"]
        return number

    def account(self, number: str) -> Json:
        """The account as the admin API returns it."""
        answer = self.api.get(f"{ADMIN}/{number}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def post(self, number: str, move: str, amount: Any = None) -> httpx.Response:
        """Sends a move of an account to the admin API."""
        path = move if move in ("purchases", "payments") else f"moves/{move}"
        return self.api.post(f"{ADMIN}/{number}/{path}", None if amount is None else {"amount": amount})

    def move(self, number: str, move: str, amount: Any = None) -> Json:
        """The account after a move that must succeed."""
        answer = self.post(number, move, amount)
        assert answer.status_code == (200 if amount is None else 201), answer.text
        found: Json = answer.json()
        return found

    def credit_limit(self, number: str) -> httpx.Response:
        """Reads the remaining credit of an account."""
        return self.api.send("GET", f"{ACCOUNTS}/{number}/credit-limit", headers=KEY)


@pytest.fixture
def riverty(small_api: Api) -> Riverty:
    """A client of a fresh server whose clock is frozen on 1 January 2026."""
    small_api.freeze("2026-01-01T10:20:30.123456Z")
    return Riverty(small_api)
