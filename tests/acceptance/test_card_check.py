"""The card check page in a real browser, by keyboard and without JavaScript."""

import httpx
import pytest

from tests.browser import browser, needs_browser
from tests.client import BEARER
from tests.serving import Served

REGISTRATION = "/ledger/customer/v1/46001/customers/1000001/consent/recurring-card-redirect-registration"


@needs_browser
@pytest.mark.parametrize(("button", "status"), [("confirm", "Completed"), ("cancel", "Aborted")])
def test_a_button_pressed_by_keyboard_ends_the_registration(server: Served, button: str, status: str) -> None:
    targets = {
        "completeUrl": f"{server.url}/_sim/health/live?from=confirm",
        "cancelUrl": f"{server.url}/_sim/health/live?from=cancel",
    }
    here = f"{server.url}{REGISTRATION}"
    page = httpx.post(here, headers=BEARER, json={**targets, "language": "sv-SE"}).json()["redirectUrl"]
    with browser(javascript=False) as driver:
        driver.open(page)
        assert driver.title == "Kontroll av ditt kort"
        driver.press(f"#{button}")
        driver.wait(lambda: driver.url != page)
        assert driver.url.endswith(f"?from={button}")
    assert httpx.get(here, headers=BEARER).json()["status"] == status
