"""The documentation as pages: the README and `docs/`, which are part of the package."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

from ledgersim.problems import NOT_FOUND

FIRST = "README.md"

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


@cache
def html_of(name: str) -> str:
    """A guide as HTML, with the anchors of its headings. Raises a 404 Problem."""
    from markdown_it import MarkdownIt  # slow to import, so not at start-up

    path = _files().get(name)
    if path is None:
        raise NOT_FOUND.with_detail(f"Guide {name[:80]!r} not found; the guides are {', '.join(_files())}.")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text("utf-8"))
    for token, following in pairwise([*tokens, *tokens[-1:]]):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(following))
        _drop_links(name, token.children or [])
    written: str = reader.renderer.render(tokens, reader.options, {})
    return written


def _drop_links(name: str, children: list[Any]) -> None:
    """Make text of the links to files of the repository that are not hosted, such as its tests."""
    while start := next((one for one in children if one.type == "link_open" and _is_dead(name, one)), None):
        at = children.index(start)
        end = next(at for at in range(at, len(children)) if children[at].type == "link_close")
        del children[end], children[at]


def _is_dead(name: str, link: Any) -> bool:
    path = str(link.attrGet("href")).partition("#")[0]
    return bool(path) and "://" not in path and normpath(f"{dirname(name)}/{path}".lstrip("/")) not in _files()


def _anchor(inline: Any) -> str:
    """The anchor of a heading, as on GitHub."""
    text = "".join(one.content for one in inline.children or ())
    return _NOT_IN_ANCHOR.sub("", text.lower()).replace(" ", "-")
