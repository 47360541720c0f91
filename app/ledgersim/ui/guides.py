"""The documentation as pages: the README and `docs/`, which are part of the package."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

from ledgersim.problems import NOT_FOUND

FIRST = "README.md"
DASHBOARD = "docs/dashboard.md"

_CODE = re.compile(r"`[a-z]+(-[a-z]+)*`")  # of a problem or diagnostic
_NOT_IN_ANCHOR = re.compile(r"[^\w\- ]")


@cache
def _files() -> dict[str, Path]:
    package = Path(__file__).resolve().parents[1]
    installed = package / "_guides"
    folder = installed if installed.is_dir() else package.parents[1]
    return {
        path.relative_to(folder).as_posix(): path
        for path in (folder / FIRST, *sorted(folder.glob("docs/*.md")))
        if path.is_file()
    }


@cache
def titles() -> dict[str, str]:
    """The title of each guide, by path: `README.md`, `docs/admin.md`."""
    return {name: path.read_text("utf-8").partition("\n")[0].lstrip("# ") for name, path in _files().items()}


def short(titles: Mapping[str, str]) -> dict[str, str]:
    """Titles for a menu: what is before a colon, or before a comma if titles begin alike."""
    begins = Counter(title.partition(":")[0] for title in titles.values())
    return {
        path: title.partition("," if begins[title.partition(":")[0]] > 1 else ":")[0]
        for path, title in titles.items()
    }


def screenshot(name: str) -> bytes:
    """A picture of a guide, as PNG. Raises a 404 Problem."""
    folder = next(iter(_files().values())).parent / "docs/screenshots"
    path = next((one for one in folder.glob("*.png") if one.name == name), None)
    if path is None:
        raise NOT_FOUND.with_detail(f"Screenshot {name[:80]!r} not found.")
    return path.read_bytes()


@cache
def html_of(name: str) -> str:
    """A guide as HTML, with the anchors of its headings and of codes in tables. Raises a 404 Problem."""
    from markdown_it import MarkdownIt  # slow to import, so not at start-up

    path = _files().get(name)
    if path is None:
        raise NOT_FOUND.with_detail(f"Guide {name[:80]!r} not found; the guides are {', '.join(_files())}.")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text("utf-8"))
    for opened, text in pairwise(tokens):
        if opened.type == "heading_open":
            opened.attrSet("id", _anchor(text))
    codes: dict[str, Any] = {}  # the first cell with each
    for row, cell, text in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if row.type == "tr_open" and cell.type == "td_open" and _CODE.fullmatch(text.content):
            codes.setdefault(text.content.strip("`"), cell)
    for code, cell in codes.items():
        cell.attrSet("id", code)
    for token in tokens:
        if token.children:
            token.children = _without_dead_links(name, token.children)
    written: str = reader.renderer.render(tokens, reader.options, {})
    return written


def _without_dead_links(name: str, children: list[Any]) -> list[Any]:
    """The parts of a text, without links to files of the repository that are not hosted, such as its tests."""
    kept, is_dead = [], False
    for one in children:
        if one.type == "link_open":
            is_dead = _is_dead(name, one)
        if not (is_dead and one.type in ("link_open", "link_close")):
            kept.append(one)
    return kept


def _is_dead(name: str, link: Any) -> bool:
    path = str(link.attrGet("href")).partition("#")[0]
    return bool(path) and "://" not in path and normpath(f"{dirname(name)}/{path}".lstrip("/")) not in _files()


def _anchor(inline: Any) -> str:
    """The anchor of a heading, as on GitHub."""
    text = "".join(one.content for one in inline.children or ())
    return _NOT_IN_ANCHOR.sub("", text.lower()).replace(" ", "-")
