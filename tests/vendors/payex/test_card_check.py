"""The hosted page that checks a card."""

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import REGISTRATION, ULLA, registration


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
