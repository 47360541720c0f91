"""The dashboard in a real browser: each page's main path, live rows, keys, a phone, dark mode, accessibility."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.browser import ENTER, Browser, browser, needs_browser
from tests.serving import Served, Start

BEARER = {"Authorization": "Bearer any"}
APTIC = "/APIGW/v1"
PETRA = f"{APTIC}/Debtors/5eed0002-deb0-4000-8000-000000000001"
PLAN = f"{PETRA}/Paymentplans/5eed0002-91a0-4000-8000-000000000001"
CASE = f"{APTIC}/Cases/5eed0005-ca5e-4000-8000-000000000001"
SURPLUS = "/ledger/customer/v1/46001/customers/1000020/surpluses/5eed0020-5042-4000-8000-000000000001"
PAGES = (
    *(
        "../..",
        "../../docs/guides/docs/dashboard.md",
        "requests",
        "requests/{id}",
        "errors",
        "data",
        "clock",
        "faults",
        "coverage",
        "personas",
        "spaces",
    ),
    *(
        "data/aptic/debtors",
        "data/payex/customers",
        "personas/Siri%20Surplus",
        "spaces?confirm=reset&space=default",
    ),
    *(f"data/item?{urlencode({'path': path})}" for path in (PETRA, PLAN, CASE, SURPLUS)),
)
# `make contract` installs it.
AXE = Path(__file__).parents[1] / "contract/linters/node_modules/axe-core/axe.min.js"
# It looks at the first two of each kind of row, entry and link: those of a kind have the same elements, classes and
# attributes, and are empty in the same places. The check of contrast takes most of the time. It depends on the colors, and
# the others on the layout.
LEAVE_TWO_OF_EACH_KIND = """
const look = (one) => [one.tagName, ...one.getAttributeNames(), one.getAttribute('class'), !one.textContent];
const count = {};
for (const one of document.querySelectorAll(':is(tbody, ul, ol, dl, datalist, nav, .links) > *')) {
    const kind = [one.parentElement, one, ...one.querySelectorAll('*')].map(look).join();
    count[kind] = (count[kind] ?? 0) + 1;
    if (count[kind] > 2) one.remove();
}"""
CONTRAST, OTHERS = "{runOnly: ['color-contrast']}", "{rules: {'color-contrast': {enabled: false}}}"

# Whether the menus show where one is.
NAMED = """return [...document.querySelectorAll('nav > [aria-current]')].every(one => {
    const [own, menu] = [one, one.parentElement].map(each => each.getBoundingClientRect());
    return menu.left <= own.left && own.right <= menu.right;
})"""

BACKSPACE, ESCAPE = "\ue003", "\ue00c"

pytestmark = needs_browser


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers=BEARER) as client:
        yield client


def fail(client: httpx.Client) -> int:
    """A rejected request; its id."""
    return int(client.put(f"{APTIC}/Debtors", json={"fullName": 5}).headers["sim-request-id"])


def text(driver: Browser, selector: str) -> str:
    """The text of an element, or an empty string if the element is missing."""
    return str(driver.run(f"return document.querySelector({selector!r})?.textContent ?? ''"))


def click(driver: Browser, selector: str) -> None:
    """Click on an element as soon as there is one."""
    driver.wait(lambda: driver.run(f"return Boolean(document.querySelector({selector!r}))"))
    driver.run(f"document.querySelector({selector!r}).click()")


def test_two_clicks_lead_from_the_first_page_to_the_reason(server: Served, client: httpx.Client) -> None:
    number = fail(client)
    with browser() as driver:
        driver.open(server.url)
        click(driver, "header nav a[href='/_sim/ui']")
        driver.wait(lambda: driver.url.endswith("/_sim/ui"))
        click(driver, f"#r{number} a")
        assert "fullName Input should be a string" in driver.wait(lambda: text(driver, ".why"))
        assert driver.url.endswith(f"/_sim/ui/requests/{number}")
        driver.run("history.back()")
        driver.wait(lambda: not text(driver, ".why"))
        assert driver.complaints() == []


def test_requests_appear_as_they_come_and_a_paused_list_stays(server: Served, client: httpx.Client) -> None:
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui/requests?vendor=aptic")
        assert "Nothing" in text(driver, "#empty") or "No recorded" in text(driver, "#empty")
        driver.wait(lambda: driver.run("return stream !== null && stream.source.readyState === 1"))
        first = fail(client)
        client.get("/ledger/customer/v1/46001/customers/1000001")  # which the filter leaves out
        driver.wait(lambda: text(driver, f"#r{first}"))
        assert (text(driver, "#empty"), driver.run("return document.querySelectorAll('#rows tr').length")) == (
            "",
            1,
        )
        click(driver, f"#r{first} a")
        driver.wait(lambda: text(driver, ".why"))
        second = fail(client)
        driver.wait(lambda: text(driver, f"#r{second}"))
        assert text(driver, "#recorded") == "3"
        assert text(driver, "#without-space").strip() == ""
        client.get(f"{APTIC}/Ping", headers={"Host": "evil.example"})
        driver.wait(lambda: "does not serve the host 'evil.example'" in text(driver, "#without-space"))
        click(driver, ".bar a")
        driver.wait(lambda: "paused=on" in driver.url and text(driver, ".bar a") == "Resume")
        driver.wait(lambda: driver.run("return stream === null"))
        assert driver.complaints() == []


def test_a_filter_applies_when_it_is_chosen(server: Served, client: httpx.Client) -> None:
    number = fail(client)
    client.get(f"{APTIC}/Ping")
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui")
        driver.run("const box = document.querySelector('[name=errors]'); box.click()")
        driver.wait(lambda: driver.url.endswith("/requests?errors=true"))
        rows = "return [...document.querySelectorAll('#rows tr')].map(one => one.id)"
        driver.wait(lambda: driver.run(rows) == [f"r{number}"])


def test_keys_search_and_go_through_the_list(server: Served, client: httpx.Client) -> None:
    first, second = fail(client), fail(client)
    focus = "return document.activeElement.closest('tr')?.id ?? document.activeElement.name"
    with browser() as driver:
        driver.emulate(1280, "light")
        driver.open(f"{server.url}/_sim/ui")
        driver.press("main", "j")
        assert driver.run(focus) == f"r{second}"
        driver.press(f"#r{second} a", "j")
        assert driver.run(focus) == f"r{first}"
        driver.press(f"#r{first} a", "k")
        assert driver.run(focus) == f"r{second}"
        driver.press(f"#r{second} a", ENTER)
        driver.wait(lambda: driver.run("return document.activeElement.id") == f"detail-{second}")
        driver.press(":focus", "j")
        assert driver.run(focus) == f"r{first}"
        driver.press(f"#r{first} a", ESCAPE)
        driver.wait(lambda: driver.url.endswith("/requests") and driver.run(focus) == f"r{second}")
        driver.press("main", "/")
        assert driver.run(focus) == "text"
        driver.press("[name=text]", f"fullName{ENTER}")
        driver.wait(lambda: driver.run("return document.activeElement.id") == "main")
        driver.press(":focus", "j")
        assert driver.run(focus) == f"r{second}"
        driver.press(":focus", "/")
        driver.press("[name=text]", ESCAPE)
        assert driver.run("return document.activeElement") == driver.run("return document.body")
        driver.press("main", "?")
        assert driver.run("return document.querySelector('#keys').open") is True


def test_the_filter_of_a_list_completes_the_names_of_fields(server: Served) -> None:
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui/data/aptic/debtors")
        driver.press("[name=filter]", "cit")
        assert text(driver, "#fields li") == "city"
        driver.press("[name=filter]", "\ue004")  # Tab
        driver.press("[name=filter]", f" eq 'Oslo'{ENTER}")
        driver.wait(lambda: "filter=city" in driver.url)
        cities = "return [...new Set([...document.querySelectorAll('tbody td:nth-child(3)')].map(one => one.textContent))]"
        driver.wait(lambda: driver.run(cities) == ["Oslo"])
        click(driver, "tbody a")
        driver.wait(lambda: "/data/item?path=" in driver.url)
        driver.wait(lambda: text(driver, ".card dl"))
        assert driver.complaints() == []


def test_the_clock_is_frozen_and_goes_to_the_next_job(server: Served) -> None:
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui/clock")
        reading = text(driver, ".reading")
        driver.wait(lambda: text(driver, ".reading") != reading)
        driver.press(".actions form:nth-child(2) button")
        driver.wait(lambda: text(driver, ".done") and text(driver, ":focus") == "+1 day")
        click(driver, ".actions form:nth-child(1) button")
        driver.wait(lambda: "frozen" in text(driver, ".reading"))
        due = text(driver, ".next time")
        click(driver, ".actions form:nth-child(5) button")
        driver.wait(lambda: due in text(driver, ".reading"))
        assert 'POST /_sim/clock/advance {"to": "next-job"}' in text(driver, ".done")
        assert driver.run("return document.querySelectorAll('.card:nth-child(2) li').length") > 0
        assert driver.complaints() == []


def test_a_fault_is_added_hits_and_is_switched_off(server: Served, client: httpx.Client) -> None:
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui/faults")
        assert (
            driver.run("return document.querySelector('[name=\"body.limit:int\"]').closest('label').hidden")
            is True
        )
        driver.press("[name='body.match.operation']", "aptic.ping.get")
        driver.press("[name='body.status:int']", f"503{ENTER}")
        driver.wait(lambda: text(driver, "tbody .chip") == "status")
        assert client.get(f"{APTIC}/Ping").status_code == 503
        driver.open(f"{server.url}/_sim/ui/faults")
        assert text(driver, "tbody td.num b") == "1"
        click(driver, "tbody form button")
        driver.wait(lambda: "No faults" in text(driver, ".empty"))
        assert client.get(f"{APTIC}/Ping").status_code == 200


def test_the_form_of_a_fault_shows_its_call_and_keeps_what_was_wrong(server: Served) -> None:
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui/faults")
        driver.press("[name='body.status:int']", "600")
        driver.press("[name='body.ttl']", "10 minutes")
        call = 'POST /_sim/faults {"kind":"status","status":600,"ttl":"10 minutes"}'
        assert text(driver, "form[data-kinds] .call") == call
        driver.press("[name='body.ttl']", ENTER)
        wrong = "return [...document.querySelectorAll('[aria-invalid]')].map(one => [one.value, one.closest('label').querySelector('.error').textContent])"
        expected = [
            ["600", "status must be at most 599"],
            ["10 minutes", "ttl '10 minutes' is not an ISO 8601 duration such as P1M, P3DT12H or PT90S"],
        ]
        driver.wait(lambda: driver.run(wrong) == expected)
        address = driver.url
        driver.run("location.reload()")
        driver.wait(lambda: driver.run(wrong) == expected and driver.url == address)
        driver.run("document.querySelector('[name=\"body.status:int\"]').value = '503'")
        driver.press("[name='body.ttl']", f"{BACKSPACE * 10}PT1M{ENTER}")
        driver.wait(lambda: text(driver, "tbody .chip") == "status")
        driver.run("history.back()")
        driver.wait(lambda: driver.url == address and driver.run(wrong) == expected)


def test_keys_work_on_the_other_lists(server: Served, client: httpx.Client) -> None:
    fault = client.post("/_sim/faults", json={"kind": "status", "status": 503}).json()["id"]
    focus = "return document.activeElement.textContent"
    keys = "return [...document.querySelectorAll('#keys kbd')].filter(one => one.checkVisibility()).map(one => one.textContent).join('')"
    with browser() as driver:
        for page, entry, opened in (
            ("clock", "Payment plan of Petra Paymentplan", "/data/item?"),
            ("faults", fault, f"/requests?fault={fault}"),
            ("coverage", "aptic.auth.token", "/requests?operation=aptic.auth.token"),
            ("personas", "Petra Paymentplan", "/personas/Petra%20Paymentplan"),
        ):
            driver.open(f"{server.url}/_sim/ui/{page}")
            driver.press("main", "?")
            assert driver.run(keys) == "/jkEnter?"
            driver.press("#keys", ESCAPE)
            driver.press("main", "/")
            driver.press("[name=text]", f"{entry}{ENTER}")
            driver.wait(
                lambda: "?text=" in driver.url and driver.run("return document.activeElement.id") == "main"
            )
            driver.press(":focus", "j")
            assert driver.run(focus) == entry
            driver.press(":focus", ENTER)
            driver.wait(lambda: "?text=" not in driver.url)
            assert opened in driver.url
        assert driver.complaints() == []


def test_the_first_page_has_the_keys(server: Served, client: httpx.Client) -> None:
    number = fail(client)
    with browser() as driver:
        driver.open(server.url)
        driver.press(".home", "j")
        assert driver.run("return document.activeElement.closest('tr')?.id") == f"r{number}"
        driver.press(".home", "/")
        assert driver.run("return document.activeElement.name") == "text"
        driver.press("[name=text]", f"fullName{ENTER}")
        driver.wait(lambda: driver.url.endswith("/_sim/ui/requests?text=fullName"))
        driver.open(server.url)
        driver.press(".home", "?")
        assert driver.run("return document.querySelector('#keys').open") is True
        assert driver.complaints() == []


def test_a_persona_is_tried_and_leads_to_its_request(server: Served) -> None:
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui/personas")
        click(driver, "[data-try]")
        driver.wait(lambda: "→ 200" in text(driver, "#tried-title"))
        assert "5eed0001-deb0" in text(driver, "#tried code")
        assert text(driver, "#tried-record") == "See it in Requests"
        click(driver, "#tried-record")
        assert "Accepted" in driver.wait(lambda: text(driver, ".why"))


def test_a_space_is_created_and_deleted_after_a_confirmation(server: Served, client: httpx.Client) -> None:
    with browser() as driver:
        driver.open(f"{server.url}/_sim/ui/spaces")
        driver.press("[name='body.name']", f"mine{ENTER}")
        driver.wait(lambda: "mine" in text(driver, "tbody"))
        click(driver, "a[href$='confirm=delete&space=mine']")
        driver.wait(lambda: "Delete the space mine" in text(driver, ":focus"))
        click(driver, ":focus button")
        driver.wait(lambda: "mine" not in text(driver, "tbody") and "DELETE" in text(driver, ".done"))
    assert [one["name"] for one in client.get("/_sim/spaces").json()["spaces"]] == ["default"]


def test_it_works_without_javascript(server: Served, client: httpx.Client) -> None:
    number = fail(client)
    ui = f"{server.url}/_sim/ui"

    def faults() -> list[Any]:
        return list(client.get("/_sim/faults").json()["faults"])

    def spaces() -> list[str]:
        listed = client.get("/_sim/spaces").json()
        return [*(one["name"] for one in listed["spaces"]), *listed["closed"]]

    with browser(javascript=False) as driver:
        driver.open(ui)
        driver.press("[name=text]", f"fullName{ENTER}")
        driver.wait(lambda: driver.url.startswith(f"{ui}/requests?text=fullName"))
        driver.press(f"#r{number} a")
        driver.wait(lambda: driver.url.startswith(f"{ui}/requests/{number}?text=fullName"))
        assert "Input should be a string" in text(driver, ".why")
        assert driver.run("return typeof stream") == "undefined"

        driver.open(f"{ui}/faults")
        driver.press("[name='body.status:int']", f"5o3{ENTER}")
        driver.wait(lambda: text(driver, ".error") == "status must be a whole number")
        driver.press("[aria-invalid]", f"{BACKSPACE * 3}503{ENTER}")
        driver.wait(faults)
        driver.wait(lambda: driver.url == f"{ui}/faults")
        driver.press("tbody form button")
        driver.wait(lambda: not faults())

        driver.open(f"{ui}/clock")
        before = client.get("/_sim/clock").json()["now"]
        driver.press(".actions form:nth-child(4) button")
        driver.wait(lambda: int(client.get("/_sim/clock").json()["now"][:4]) == int(before[:4]) + 1)

        driver.open(f"{ui}/spaces")
        driver.press("[name='body.name']", f"mine{ENTER}")
        driver.wait(lambda: "mine" in spaces())
        driver.wait(lambda: driver.url == f"{ui}/spaces")
        driver.press("a[href$='confirm=delete&space=mine']")
        driver.press(".why button")
        driver.wait(lambda: "mine" not in spaces())


def test_a_token_is_asked_for_once_also_below_the_path_of_a_proxy(start: Start) -> None:
    served = start("--port", "0", "--public-url", "http://localhost/sim", LEDGERSIM_ADMIN_TOKEN="s3cret")
    clock = f"{served.url.removesuffix('/sim')}/sim/_sim/ui/clock"
    with browser() as driver:
        driver.open(clock)
        driver.press("[name=token]", f"wrong{ENTER}")
        driver.wait(lambda: "not the admin token" in text(driver, "main"))
        driver.open(driver.url)  # as F5 does, which would first ask whether to send the form again
        driver.wait(lambda: driver.url == clock)
        driver.complaints()  # of the status 401
        driver.press("[name=token]", f"s3cret{ENTER}")
        driver.wait(lambda: text(driver, ".reading"))
        assert driver.url == clock
        click(driver, ".actions form button")
        driver.wait(lambda: "frozen" in text(driver, ".reading"))
        assert driver.run("return document.cookie") == ""
        click(driver, ".side a")
        driver.wait(lambda: driver.run("return stream !== null && stream.source.readyState === 1"))
        assert driver.complaints() == []
        click(driver, "header form button")
        driver.wait(lambda: text(driver, "[action*=login]"))
        driver.open(clock)
        assert text(driver, ".reading") == ""


@pytest.mark.parametrize("page", PAGES)
def test_pages_fit_a_phone_and_axe_finds_nothing(server: Served, client: httpx.Client, page: str) -> None:
    client.post("/_sim/faults", json={"kind": "delay", "seconds": 0.01, "match": {"path": "/APIGW/v1/Debtors"}})
    url = f"{server.url}/_sim/ui/{page.format(id=fail(client))}"
    with browser() as driver:
        driver.emulate(1280, "light")
        driver.open(url)
        for width in (360, 1280):
            driver.emulate(width)
            assert driver.run("return document.documentElement.scrollWidth") <= width
            driver.run("showCurrent()")
            assert driver.run(NAMED) is True
        if AXE.exists():
            driver.run(AXE.read_text("utf-8"))
            driver.run(LEAVE_TWO_OF_EACH_KIND)
            for width, scheme, rules in ((1280, "light", ""), (1280, "dark", CONTRAST), (360, "light", OTHERS)):
                driver.emulate(width, scheme)
                found = driver.run(
                    f"return axe.run({rules}).then(result => result.violations.map("
                    "one => `${one.help}: ${one.nodes.map(node => node.html).join(' ')}`))"
                )
                assert found == []
        assert driver.complaints() == []
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make contract")
