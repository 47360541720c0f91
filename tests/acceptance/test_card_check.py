"""The hosted card page in a real browser: the flow, Back, a double click, a phone, dark mode, accessibility."""

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser import ENTER, Browser, browser, needs_browser
from tests.serving import Served

ULLA = "/ledger/customer/v1/46001/customers/1000001"
REGISTRATION = f"{ULLA}/consent/recurring-card-redirect-registration"
BEARER = {"Authorization": "Bearer any"}
# `make contract` installs it.
AXE = Path(__file__).parents[1] / "contract/linters/node_modules/axe-core/axe.min.js"

pytestmark = needs_browser

HEADING = "return document.querySelector('h1').textContent"
OUTCOME = "return document.querySelector('[data-outcome]')?.dataset.outcome"
CONFIRM = "document.querySelector('#confirm').click()"
# The lowest contrast of a text with what is behind it, by the formula of WCAG 2.
CONTRAST = """
const parse = color => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return {r, g, b, a} }
const light = ({r, g, b}) => { const [x, y, z] = [r, g, b].map(v => v / 255).map(
  v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * x + 0.7152 * y + 0.0722 * z }
const behind = element => { for (; element; element = element.parentElement) {
  const color = parse(getComputedStyle(element).backgroundColor); if (color.a) return color } }
const ratio = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x)
  return (a + 0.05) / (b + 0.05) }
const ofText = [...document.querySelectorAll('header, h1, h2, p, dt, dd, button, a')].map(
  one => ratio(parse(getComputedStyle(one).color), behind(one)))
const ofEdges = [...document.querySelectorAll('button, a, aside')].map(
  one => ratio(parse(getComputedStyle(one).borderTopColor), behind(one.parentElement)))
return [Math.min(...ofText), Math.min(...ofEdges)]
"""


def start(server: Served, language: str = "en-US") -> str:
    """A new registration that leads back to pages of the server; the address of its page."""
    body = {
        "completeUrl": f"{server.url}/_sim?completed",
        "cancelUrl": f"{server.url}/_sim?canceled",
        "language": language,
    }
    answer = httpx.post(server.url + REGISTRATION, headers=BEARER, json=body)
    address: str = answer.json()["redirectUrl"]
    return address


def status(server: Served) -> str:
    return str(httpx.get(server.url + REGISTRATION, headers=BEARER).json()["status"])


def wait_for(driver: Browser, query: str) -> None:
    driver.wait(lambda: urlsplit(driver.url).query == query)
    driver.wait(
        lambda: driver.run("return document.readyState === 'complete'")
    )  # what comes next is a new entry


def test_the_keyboard_confirms_and_back_shows_that_it_has_ended(server: Served) -> None:
    page = start(server)
    with browser() as driver:
        driver.open(page)
        assert driver.run(HEADING) == "Save your card for future invoices"
        driver.press("#confirm", ENTER)
        wait_for(driver, "completed")
        assert status(server) == "Completed"
        driver.run("history.back()")
        assert driver.wait(lambda: driver.run(OUTCOME)) == "Completed"
        assert driver.url == page
        driver.press("a.back", ENTER)
        wait_for(driver, "completed")
        assert driver.complaints() == []


def test_back_after_the_browser_has_kept_the_page_shows_that_it_has_ended(server: Served) -> None:
    page = start(server)
    with browser() as driver:
        driver.open(page)
        httpx.post(f"{page}/cancel")
        driver.run("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        assert driver.wait(lambda: driver.run(OUTCOME)) == "Aborted"


def test_a_double_click_confirms_once_and_leads_to_the_shop(server: Served) -> None:
    with browser() as driver:
        driver.open(start(server))
        driver.run(f"{CONFIRM}; {CONFIRM}")
        wait_for(driver, "completed")
    assert status(server) == "Completed"


def test_it_works_without_javascript(server: Served) -> None:
    page = start(server, "da-DK")
    with browser(javascript=False) as driver:
        driver.open(page)
        driver.press("#cancel", ENTER)
        wait_for(driver, "canceled")
        driver.open(page)
        assert driver.title == "Du annullerede | Nordljus Energi AB"
    assert status(server) == "Aborted"


@pytest.mark.parametrize("language", ["en-US", "fi-FI"])
def test_a_phone_shows_all_of_it_with_margins(server: Served, language: str) -> None:
    with browser() as driver:
        driver.emulate(width=320)
        driver.open(start(server, language))
        left, right, wide = driver.run(
            "const box = document.querySelector('main').getBoundingClientRect();"
            "return [box.left, innerWidth - box.right, document.documentElement.scrollWidth - innerWidth]"
        )
        assert (left, right, wide) == (16, 16, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ended", [False, True])
def test_colors_have_contrast_and_axe_finds_nothing(server: Served, scheme: str, ended: bool) -> None:
    page = start(server)
    if ended:
        httpx.post(f"{page}/confirm")
    with browser() as driver:
        driver.emulate(scheme=scheme)
        driver.open(page)
        background = driver.run("return getComputedStyle(document.body).backgroundColor")
        assert background == {"light": "rgb(238, 241, 244)", "dark": "rgb(18, 22, 27)"}[scheme]
        text, edges = driver.run(CONTRAST)
        assert text >= 4.5
        assert edges >= 3
        if not AXE.exists():
            pytest.skip("axe-core is not installed: make contract")
        driver.run(AXE.read_text("utf-8"))
        found = driver.run("return axe.run().then(result => result.violations.map(one => one.help))")
        assert found == []
