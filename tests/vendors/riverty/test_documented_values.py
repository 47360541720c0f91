"""Every documented value of an enumeration is accepted, or can be provoked."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.test_riverty import FACTS
from tests.vendors.riverty.conftest import SAMPLE, Json, Riverty, application

# YAML reads an unquoted NO as false.
COUNTRIES, LANGUAGES = (
    [value or "NO" for value in FACTS["request"][name]["enum"]]
    for name in ("countryCode", "conversationLanguage")
)
CUSTOMER = [
    (name, value)
    for name, facts in FACTS["request"]["customer"]["fields"].items()
    if "enum" in facts
    for value in facts["enum"]
]
TRIGGERS = [
    "Astrid",
    "Reject",
    "StrongCustomerAuthentication",
    "AddressCorrection",
    "RequiresSsn",
    "TechnicalProblem",
]
MOVES = ["reminder", "reminder", "reminder", "send-to-collection", "close"]


def values(found: Any, name: str) -> Iterator[Any]:
    """The values of all members with a name, anywhere in a response."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key == name:
                yield value
            yield from values(value, name)
    elif isinstance(found, list):
        for item in found:
            yield from values(item, name)


@pytest.fixture
def answers(riverty: Riverty) -> list[Json]:
    """The responses to applications with every outcome, and to one that is invalid."""
    customers = [
        {"firstName": name, "customerNumber": None, "organizationPersonalNo": None} for name in TRIGGERS
    ]
    return [*(riverty.apply(customer) for customer in customers), *riverty.send({}).json()]


@pytest.mark.parametrize(("name", "value"), CUSTOMER)
def test_every_value_of_the_customer_is_accepted(riverty: Riverty, name: str, value: str) -> None:
    assert riverty.send(application({name: value})).status_code == 200


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_is_accepted(riverty: Riverty, country: str) -> None:
    address = {**SAMPLE["customer"]["address"], "countryCode": country}
    answer = riverty.send(application({"address": address}, countryCode=country))
    assert answer.json()["customer"]["addressList"] == [address]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_accepted(riverty: Riverty, language: str) -> None:
    assert riverty.send(application(conversationLanguage=language)).status_code == 200


def test_every_outcome_can_be_provoked(answers: list[Json]) -> None:
    assert set(values(answers, "outcome")) == set(FACTS["response_200"]["outcome"])
    assert set(values(answers, "temporaryExternalProblem")) == {False, True}


@pytest.mark.parametrize("member", ["type", "actionCode"])
def test_every_type_and_action_of_messages_can_be_provoked(answers: list[Json], member: str) -> None:
    assert set(values(answers, member)) == set(FACTS["message"][member])


def test_every_status_of_an_account_can_be_provoked(riverty: Riverty) -> None:
    number = riverty.open()
    riverty.move(number, "purchases", 100)
    found = [riverty.apply()["account"]]
    for move in MOVES:
        riverty.move(number, move)
        found.append(riverty.apply()["account"])
    assert list(values(found, "accountStatus")) == FACTS["response_200"]["account"]["accountStatus"]


def test_a_stopped_account_can_be_provoked(riverty: Riverty) -> None:
    riverty.move(riverty.open(), "stop")
    assert riverty.apply()["account"]["isStopped"] is True


def test_every_documented_status_can_be_provoked(riverty: Riverty) -> None:
    path = "/api/v3/customer-account"
    assert riverty.send(SAMPLE).status_code == 200
    assert riverty.send({}).status_code == 400
    assert riverty.api.send("POST", path, json=SAMPLE).status_code == 401
    fault = {"kind": "status", "status": 500, "match": {"path": path}}
    assert riverty.api.post("/_sim/faults", fault).status_code == 201
    assert riverty.send(SAMPLE).status_code == 500
