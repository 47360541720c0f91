"""What ends by the clock: abandoned card registrations, and the consents of expired cards."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ledgersim.vendors.payex.consents.rules import is_active
from tests.client import Api
from tests.vendors.payex.ledger import ADMIN, REGISTRATION, ULLA

HERE = f"{ULLA}/consent/recurring-card-redirect-registration"
CARD = f"{ULLA}/consent/recurring-card"


def start(api: Api) -> Any:
    return api.post(HERE, REGISTRATION)


def test_an_abandoned_registration_is_aborted_after_half_an_hour(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    page = start(api).json()["redirectUrl"]
    api.freeze("2026-03-01T10:29:59Z")
    assert api.get(HERE).json()["status"] == "Initialized"
    events = api.post("/_sim/clock/advance", {"by": "PT1S"}).json()["events"]
    assert [one for one in events if one["event"].startswith("payex.card")] == [
        {
            "at": "2026-03-01T10:30:00Z",
            "event": "payex.card-registration.expired",
            "href": f"http://sim.test{HERE}",
        }
    ]
    assert api.get(HERE).json() == {"redirectUrl": page, "status": "Aborted"}
    assert api.send("POST", f"{page}/confirm", headers={}).status_code == 409
    assert start(api).status_code == 200


def test_a_registration_that_has_ended_does_not_expire(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    start(api)
    api.post(f"{ADMIN}/card-registration/complete")
    api.freeze("2026-03-02T10:00:00Z")
    assert api.get(HERE).json()["status"] == "Completed"


def test_the_time_is_a_setting(serve: Callable[..., Api]) -> None:
    api = serve(payex_card_check_minutes="5")
    api.freeze("2026-03-01T10:00:00Z")
    start(api)
    api.freeze("2026-03-01T10:05:00Z")
    assert api.get(HERE).json()["status"] == "Aborted"


@pytest.mark.parametrize(
    ("today", "active"),
    [
        (date(2030, 3, 31), True),
        (date(2030, 4, 1), False),
        (date(2031, 1, 1), False),
        (date(2029, 12, 1), True),
    ],
)
def test_a_consent_is_active_until_the_end_of_its_last_month(today: date, active: bool) -> None:
    card = {"consent_expiry_date": "03-2030", "card_expiry_date": "03/2030"}
    assert is_active(card, today) == active


def test_the_consent_of_an_expired_card_is_not_active(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    start(api)
    api.post(f"{ADMIN}/card-registration/complete")
    api.freeze("2030-03-31T23:59:59Z")
    assert "RecurringCard" in api.get(ULLA).json()["activeConsents"]
    api.freeze("2030-04-01T00:00:00Z")
    assert "RecurringCard" not in api.get(ULLA).json()["activeConsents"]
    assert api.get(CARD).status_code == 404
    assert api.delete(CARD).status_code == 404
    start(api)
    api.post(f"{ADMIN}/card-registration/complete")
    assert api.get(CARD).json()["cardExpiryDate"] == "04/2034"
