"""A real browser, driven by WebDriver: Debian's chromium-headless-shell or chromium, and chromium-driver."""

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

# The shell is the same browser without what only people see; it starts in a third of the time.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that the WebDriver standard gives it
ENTER = "\ue007"
PATIENCE = 30  # seconds

needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="there is no browser here: apt-get install chromium chromium-driver to run this test",
)


class Browser:
    """A session of a browser."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def open(self, url: str) -> None:
        """Go to a page, and wait until it has loaded: in its history, the next page replaces one that has not."""
        self._post("url", {"url": url})
        self.wait(lambda: self.run("return document.readyState") == "complete")

    @property
    def url(self) -> str:
        """Where it is."""
        return str(self._client.get("url").json()["value"])

    @property
    def title(self) -> str:
        """The title of the page."""
        return str(self._client.get("title").json()["value"])

    def press(self, selector: str, keys: str = ENTER) -> None:
        """Press keys on the element that a CSS selector finds."""
        found = self._post("element", {"using": "css selector", "value": selector})
        self._post(f"element/{found[ELEMENT]}/value", {"text": keys})

    def run(self, script: str) -> Any:
        """What a script of the test returns in the page."""
        return self._post("execute/sync", {"script": script, "args": []})

    def wait(self, until: Callable[[], Any]) -> Any:
        """What `until` returns as soon as it is true; fails the test if it never is."""
        end = monotonic() + PATIENCE
        while monotonic() < end:
            if found := until():
                return found
            sleep(0.02)
        return pytest.fail(f"{until} did not come true on {self.url}")

    def emulate(
        self, width: int | None = None, scheme: str | None = None, height: int = 640, scale: int = 2
    ) -> None:
        """Show pages as on a phone of this width, or in the color scheme `light` or `dark`."""
        if width is not None:
            metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": True}
            self._devtools("Emulation.setDeviceMetricsOverride", metrics)
        if scheme is not None:
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            self._devtools("Emulation.setEmulatedMedia", {"features": features})

    def allow_scripts(self, allowed: bool) -> None:
        """Whether pages may run scripts; those of tests always run."""
        self._devtools("Emulation.setScriptExecutionDisabled", {"value": not allowed})

    def screenshot(self) -> str:
        """The visible part of the page as PNG, in base64."""
        return str(self._client.get("screenshot").json()["value"])

    def requested(self) -> list[str]:
        """The addresses that pages have requested since this was last asked."""
        entries = self._post("se/log", {"type": "performance"})
        messages = [json.loads(one["message"])["message"] for one in entries]
        urls = [
            one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in urls if not url.startswith(("chrome:", "data:"))]

    def complaints(self) -> list[str]:
        """What the browser has written to its console, such as diagnostics of a content security policy."""
        return [one["message"] for one in self._post("se/log", {"type": "browser"})]

    def clear(self) -> None:
        """Forget what a test has done."""
        self.open("about:blank")
        self._devtools("Emulation.clearDeviceMetricsOverride", {})
        self._devtools("Emulation.setEmulatedMedia", {"features": []})
        self._devtools("Network.clearBrowserCookies", {})
        self._devtools("Network.clearBrowserCache", {})
        self.requested()
        self.complaints()

    def _devtools(self, command: str, parameters: dict[str, Any]) -> None:
        self._post("goog/cdp/execute", {"cmd": command, "params": parameters})

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self._client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]


_running: list[tuple[Browser, ExitStack]] = []  # one at most


@contextmanager
def browser(javascript: bool = True) -> Iterator[Browser]:
    """A browser that shows nothing and has no cookies. Starting one takes a second, so tests take turns."""
    if not _running:
        stack = ExitStack()
        _running.append((stack.enter_context(_started()), stack))
    found, _ = _running[0]
    try:
        found.allow_scripts(javascript)
        yield found
        found.clear()
    except BaseException:
        close()  # because its state is unknown
        raise


def close() -> None:
    """End the browser if one is running."""
    while _running:
        _, stack = _running.pop()
        stack.close()


@contextmanager
def _started() -> Iterator[Browser]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    driver = subprocess.Popen(
        [str(DRIVER), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    quiet = ("no-first-run", "disable-background-networking", "disable-component-update", "disable-sync")
    options: dict[str, Any] = {
        "binary": CHROMIUM,
        "args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            # Processes that only save people time, or keep their tabs apart.
            "--disable-features=SpareRendererForSitePerProcess",
            "--in-process-gpu",
            *(f"--{one}" for one in quiet),
        ],
    }
    logs = {"performance": "ALL", "browser": "ALL"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait_for(client)
            wanted = {
                "capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": logs}}
            }
            identifier = client.post("/session", json=wanted).json()["value"]["sessionId"]
            session = f"http://127.0.0.1:{port}/session/{identifier}"
            client.base_url = httpx.URL(f"{session}/")
            try:
                yield Browser(client)
            finally:
                # The end of the session does not end the headless shell, which would outlive its driver.
                client.post("goog/cdp/execute", json={"cmd": "Browser.close", "params": {}})
                assert client.delete(session).status_code == 200
    finally:
        driver.kill()
        driver.communicate()


def _wait_for(client: httpx.Client) -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until:
        try:
            if client.get("/status").json()["value"]["ready"]:
                return
        except httpx.TransportError:
            sleep(0.1)
    pytest.fail("chromedriver does not answer")
