"""A web page of another site, in a real browser, and the simulator on the same machine."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from tests.browser import Browser, browser, needs_browser
from tests.serving import Start

FORM = """
const form = document.createElement("form");
Object.assign(form, {method: "POST", enctype: "text/plain", action: "%s/_sim/spaces"});
form.innerHTML = `<input name='{"name": "evil", "x' value='": ""}'>`;
document.body.append(form);
form.submit();
"""
FETCH = """
await fetch("%s/_sim/spaces", {method: "POST", mode: "no-cors", body: '{"name": "evil"}'});
return "sent";
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>evil</title>")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    """The URL of a page. Chromium resolves every name below localhost to this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://evil.localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def spaces(url: str) -> list[str]:
    listed = httpx.get(f"{url}/_sim/spaces").json()
    return sorted([*(space["name"] for space in listed["spaces"]), *listed["closed"]])


@needs_browser
def test_a_page_of_another_site_cannot_use_the_admin_api(start: Start, page: str) -> None:
    url = start("--port", "0").url
    with browser() as driver:
        driver.open(page)
        assert driver.run(FETCH % url) == "sent"
        driver.run(FORM % url)
        driver.wait(lambda: shown(driver, "--admin-origin"))
        assert spaces(url) == ["default"]
        driver.open(f"{url}/_sim")
        assert driver.run(FETCH % "") == "sent"
    assert spaces(url) == ["default", "evil"]


def shown(driver: Browser, text: str) -> bool:
    """Whether the page shows a text."""
    return text in driver.run("return document.body.innerText")
