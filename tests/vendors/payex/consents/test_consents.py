"""Card registrations and the consents of a customer."""

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import ADMIN, ULLA, fields, problem_of, registration


@pytest.mark.parametrize(
    ("act", "status"), [("complete", "Completed"), ("abort", "Aborted"), ("fail", "Failed")]
)
def test_a_registration_ends_without_a_browser(api: Api, act: str, status: str) -> None:
    registration(api)
    assert problem_of(registration(api)) == (409, "conflict")
    assert api.post(f"{ADMIN}/card-registration/{act}").json()["status"] == status
    assert registration(api).status_code == 200


def test_an_unknown_end_of_a_registration_is_reported_with_the_known_ones(api: Api) -> None:
    registration(api)
    answer = api.post(f"{ADMIN}/card-registration/foo")
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"action": ["Input should be complete, abort or fail"]},
    )


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


def test_a_registration_ends_by_an_action_in_any_case(api: Api) -> None:
    registration(api)
    assert api.post("/_sim/payex/46001/customers/1000001/Card-Registration/Complete").status_code == 200
