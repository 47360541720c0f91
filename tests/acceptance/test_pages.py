"""The pages in a real browser: by keyboard, and without a request to any other host."""

import shutil
import subprocess
from functools import partial
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser import Browser, browser, needs_browser
from tests.serving import Served, Start


def hosts(urls: list[str]) -> set[str]:
    return {urlsplit(url).netloc for url in urls}


@needs_browser
@pytest.mark.parametrize("auth", ["lenient", "strict"])
def test_a_link_of_a_persona_shows_the_response(start: Start, auth: str) -> None:
    server = start("--port", "0", "--auth", auth)
    with browser() as driver:
        driver.open(f"{server.url}/s/mine/")
        driver.press(".personas a")
        driver.wait(lambda: driver.run("return document.querySelector('#response pre').textContent.length > 9"))
        assert driver.run("return document.querySelector('#response h2').textContent") == (
            "GET /s/mine/APIGW/v1/Debtors/5eed0001-deb0-4000-8000-000000000001 → 200"
        )
        assert '"firstname": "Ulla"' in driver.run("return document.querySelector('#response pre').textContent")
        driver.press("#response button")
        assert not driver.run("return document.querySelector('#response').open")
        assert hosts(driver.requested()) == {urlsplit(server.url).netloc}
        assert driver.complaints() == []


def click(driver: Browser, label: str) -> None:
    """Click on the button whose text matches as soon as there is one."""
    button = f"[...document.querySelectorAll('button')].find(one => /{label}/.test(one.textContent.trim()))"
    driver.wait(partial(driver.run, f"return Boolean({button})"))
    driver.run(f"{button}.click()")


@needs_browser
def test_an_operation_can_be_tried(start: Start) -> None:
    server = start("--port", "0", "--auth", "strict")
    with browser() as driver:
        driver.open(f"{server.url}/s/mine/docs#tag/system")
        at_top = "return document.querySelector('.top').getBoundingClientRect().top"
        click(driver, "^Test Request.*CurrentUser")
        click(driver, "^Send .*CurrentUser")
        assert driver.run("return document.body.textContent.includes('provenance: observed')")
        driver.wait(lambda: driver.run("return document.body.textContent.includes('integration@example.com')"))
        assert (driver.run("return scrollY > 0"), driver.run(at_top)) == (True, 0)
        assert driver.run("return document.querySelector('.loading')") is None
        requested = driver.requested()
        assert f"{server.url}/s/mine/APIGW/v1/CurrentUser" in requested
        assert hosts(requested) == {urlsplit(server.url).netloc}
        for name, header in (
            ("riverty", "X-Auth-Key: ledgersim-key"),
            ("payex", "Authorization: Bearer payex-"),
        ):
            driver.open(f"{server.url}/s/mine/docs/{name}")
            driver.wait(partial(driver.run, f"return document.body.textContent.includes('{header}')"))
        assert [one for one in driver.complaints() if "Security Policy" in one or "status of" in one] == []


@needs_browser
def test_the_reference_of_the_admin_api_asks_for_its_token(start: Start) -> None:
    server = start("--port", "0", LEDGERSIM_ADMIN_TOKEN="s3cret")
    with browser() as driver:
        driver.open(f"{server.url}/s/mine/docs/admin#tag/clock")
        click(driver, r"^Test Request.*get \/clock\)")
        driver.wait(
            lambda: driver.run(
                "return Boolean(document.querySelector('[id^=scalar-client][placeholder=Token]'))"
            )
        )
        driver.press("[id^=scalar-client][placeholder=Token]", "s3cret")
        click(driver, r"^Send .*\/clock")
        driver.wait(
            lambda: driver.run("return /\"now\"/.test(document.querySelector('[role=dialog]')?.textContent)")
        )
        assert [one for one in driver.complaints() if "Security Policy" in one or "status of" in one] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_curl_line_works_in_a_shell(server: Served) -> None:
    line = httpx.get(f"{server.url}/").json()["curl"]
    answer = subprocess.run(line, shell=True, capture_output=True, check=True, encoding="utf-8", timeout=60)
    assert '"remainingSum":1250.0' in answer.stdout
