"""Reading the pages as a browser would."""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from tests.client import Api

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}


class Link(NamedTuple):
    """A link of a page, and the headers that its script sends with it."""

    url: str
    headers: Mapping[str, str]


class Page(HTMLParser):
    """What a page refers to."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.url = str(answer.url)
        self.links: list[Link] = []
        self.assets: list[str] = []
        self.inline_scripts = 0
        self.text = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collect links and assets."""
        given = dict(attributes)
        if tag == "a":
            url = urljoin(self.url, given["href"] or "")
            self.links.append(Link(url, json.loads(given.get("data-headers") or "{}")))
        if tag == "script":
            self.inline_scripts += "src" not in given
        reference = given.get("src") or (given.get("href") if tag == "link" else None)
        if reference and not reference.startswith("data:"):
            self.assets.append(urljoin(self.url, reference))
        self.inline_scripts += any(name.startswith("on") for name in given)

    def handle_data(self, data: str) -> None:
        """Collect the visible text."""
        self.text += data

    @property
    def others(self) -> list[str]:
        """URLs of other hosts that are loaded or linked to."""
        here = urlsplit(self.url).netloc
        return [url for url in (*self.assets, *(one.url for one in self.links)) if urlsplit(url).netloc != here]


def browse(api: Api, path: str, **headers: str) -> Page:
    """A page, as a browser requests it."""
    answer = api.send("GET", path, headers={**BROWSER, **headers})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), (
        answer.text
    )
    return Page(answer)
