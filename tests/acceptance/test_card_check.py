"""The card check page in a real browser: Debian's chromium, by keyboard and without JavaScript."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from tests.client import BEARER
from tests.serving import Start

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the WebDriver standard gives it
ENTER = "\ue007"
REGISTRATION = "/ledger/customer/v1/46001/customers/1000001/consent/recurring-card-redirect-registration"


@contextmanager
def browser() -> Iterator[httpx.Client]:
    """A session of a browser that runs no JavaScript, driven by the WebDriver protocol."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        [str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    options: dict[str, Any] = {
        "binary": CHROMIUM,
        "args": ["--headless=new", "--no-sandbox", "--disable-gpu"],
        "prefs": {"profile.managed_default_content_settings.javascript": 2},
    }
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait_for(client)
            wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
            session = client.post("/session", json=wanted).json()["value"]["sessionId"]
            client.base_url = f"http://127.0.0.1:{port}/session/{session}/"
            yield client
            client.delete("")
    finally:
        driver.kill()
        driver.communicate()


def _wait_for(client: httpx.Client) -> None:
    until = monotonic() + 30
    while monotonic() < until:
        try:
            if client.get("/status").json()["value"]["ready"]:
                return
        except httpx.TransportError:
            sleep(0.1)
    pytest.fail("chromedriver does not answer")


@pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="there is no browser here: apt-get install chromium chromium-driver to run this test",
)
@pytest.mark.parametrize(("button", "status"), [("confirm", "Completed"), ("cancel", "Aborted")])
def test_a_button_pressed_by_keyboard_ends_the_registration(start: Start, button: str, status: str) -> None:
    server = start("--port", "0")
    targets = {
        "completeUrl": f"{server.url}/_sim/health/live?from=confirm",
        "cancelUrl": f"{server.url}/_sim/health/live?from=cancel",
    }
    here = f"{server.url}{REGISTRATION}"
    page = httpx.post(here, headers=BEARER, json={**targets, "language": "sv-SE"}).json()["redirectUrl"]
    with browser() as driver:
        driver.post("url", json={"url": page})
        assert driver.get("title").json()["value"] == "Kontroll av ditt kort"
        found = driver.post("element", json={"using": "css selector", "value": f"#{button}"}).json()["value"]
        driver.post(f"element/{found[ELEMENT]}/value", json={"text": ENTER})
        until = monotonic() + 10
        while driver.get("url").json()["value"] == page and monotonic() < until:
            sleep(0.1)
        assert driver.get("url").json()["value"].endswith(f"?from={button}")
    assert httpx.get(here, headers=BEARER).json()["status"] == status
