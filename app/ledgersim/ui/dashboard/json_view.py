"""JSON as HTML, with objects and lists that fold."""

import json
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from ledgersim.ui.rendering import visible

MAX_DEPTH = 40  # deeper values are shown as text
OPEN_DEPTH = 4  # deeper values are folded: of a list of objects with lists of objects nothing is
MAX_OPEN = 30  # members of a list that are shown at once; longer ones are folded

# Where a text leads to: an address, or None.
Link = Callable[[str], str | None]


def json_view(value: Any, link: Link | None = None) -> Markup:
    """A JSON value. Texts for which `link` knows an address are links."""
    return Markup('<div class="json">{}</div>').format(_view(value, link, 0))


def _view(value: Any, link: Link | None, depth: int, comma: str = "") -> Markup:
    if isinstance(value, dict | list) and value and depth < MAX_DEPTH:
        return _folded(value, link, depth, comma)
    if isinstance(value, str):
        text = Markup('<span class="string">{}</span>').format(_text(value))
        address = link(value) if link else None
        return (text if address is None else Markup('<a href="{}">{}</a>').format(address, text)) + comma
    kind = "literal" if value is None or isinstance(value, bool) else "number"
    return Markup('<span class="{}">{}</span>{}').format(kind, _text(value), comma)


def _folded(value: dict[str, Any] | list[Any], link: Link | None, depth: int, comma: str) -> Markup:
    pairs = list(value.items()) if isinstance(value, dict) else [(None, one) for one in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    lines = []
    for number, (name, one) in enumerate(pairs):
        key = Markup('<span class="key">{}</span>: ').format(_text(name)) if name is not None else Markup()
        following = "," if number < len(pairs) - 1 else ""
        lines.append(Markup("<li>{}{}</li>").format(key, _view(one, link, depth + 1, following)))
    count = f"{len(pairs)} {'member' if opening == '{' else 'item'}{'' if len(pairs) == 1 else 's'}"
    is_open = depth < OPEN_DEPTH and len(pairs) <= MAX_OPEN
    return Markup(
        '<details{}><summary>{}<span class="folded"> {} {}{}</span></summary><ul>{}</ul>{}{}</details>'
    ).format(
        Markup(" open" if is_open else ""), opening, count, closing, comma, Markup().join(lines), closing, comma
    )


def _text(value: Any) -> Markup:
    text = json.dumps(value, ensure_ascii=False, default=float)
    return escape(visible(text))
