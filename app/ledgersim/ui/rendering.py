"""Renders pages: templates, headers, assets, and HTML or JSON as the client prefers."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from ledgersim import __version__
from ledgersim.http.context import context_of
from ledgersim.problems import NOT_FOUND

_FOLDER = Path(__file__).parent
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}

# Everything comes from the server itself. Scalar writes its own styles, so its page allows inline styles.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": _POLICY.format(styles=""),
}
CACHED = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
_INLINE_STYLES = {"Content-Security-Policy": _POLICY.format(styles=" 'unsafe-inline'")}


# Characters that change the direction of the text around them: a name could turn around what a page says of it.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """A text in which characters that change its direction are shown by their code."""
    return _BIDI.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _finalized(value: Any) -> Any:
    """What a template shows of a value. Markup is shown as it is."""
    return visible(value) if type(value) is str else value


@cache
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # for the first page, not at start-up

    loader = FileSystemLoader(_FOLDER / "templates")
    found = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["cell"] = _cell
    found.filters["decoded"] = unquote_plus
    found.filters["exact"] = escape  # for fields of forms and what is copied
    return found


def _cell(value: Any) -> str:
    """A value in a table: fractions are amounts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def page(request: Request, template: str, content: Mapping[str, Any], inline_styles: bool = False) -> Response:
    """An HTML page.

    Besides `content`, templates have `root`, the prefix of links, `version`, `space`, and whether it `exists`.
    """
    context = context_of(request.scope)
    values = {
        "root": context.root_path,
        "version": __version__,
        "space": context.space_name,
        "has_dashboard": context.dispatcher.has_dashboard,
        "exists": context.space_name in context.dispatcher.spaces,
    }
    written: str = _templates().get_template(template).render(content, **values)
    return HTMLResponse(written, headers=_HEADERS | (_INLINE_STYLES if inline_styles else {}))


def render(template: str, content: Mapping[str, Any]) -> str:
    """A part of a page."""
    written: str = _templates().get_template(template).render(content)
    return written


def page_or_json(
    request: Request, template: str, content: Mapping[str, Any], more: Mapping[str, Any] | None = None
) -> Response:
    """HTML for a client that prefers it, such as a browser; JSON for others. `more` is for the page only."""
    if prefers_html(request.headers.get("accept", "")):
        answer = page(request, template, {**content, **(more or {})})
    else:
        answer = JSONResponse(content, headers={"Cache-Control": "no-store"})
    answer.headers["Vary"] = "Accept"
    return answer


_QUALITY = re.compile(r";\s*q\s*=\s*([01](?:\.[0-9]*)?)", re.IGNORECASE)


def prefers_html(accept: str) -> bool:
    """Whether an `Accept` header (RFC 9110, section 12.5.1) ranks HTML above JSON."""
    qualities: dict[str, float] = {}
    for part in accept.lower().split(","):
        found = _QUALITY.search(part)
        qualities[part.partition(";")[0].strip()] = 1.0 if found is None else float(found[1])

    def quality_of(media_type: str) -> float:
        ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
        return next((qualities[one] for one in ranges if one in qualities), 0)

    return quality_of("text/html") > quality_of("application/json")


@cache
def _assets() -> dict[str, Path]:
    return {path.name: path for path in _FOLDER.glob("static/**/*") if path.suffix in _MEDIA_TYPES}


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


def asset(name: str) -> Response:
    """A style sheet or script. Raises a 404 Problem."""
    path = _assets().get(name)
    if path is None:
        raise NOT_FOUND.with_detail(f"Asset {name[:80]!r} not found.")
    return Response(_content(path), headers=CACHED, media_type=_MEDIA_TYPES[path.suffix])
