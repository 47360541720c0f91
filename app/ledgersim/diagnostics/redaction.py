"""Secrets in what is shown of requests: they are replaced by `***`, by the names of what holds them."""

import re
from urllib.parse import parse_qsl, unquote, urlencode

HIDDEN = "***"
_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_SECRET = re.compile(r"(?i)token(?![a-z_])|secret|password|passwd|api[-_]?key|auth[-_]?key")
_SECRET_PARAMETER = re.compile(rf"{_SECRET.pattern}|(^|[&_-])key(=|$)")


def is_secret(name: str) -> bool:
    """Whether a header or a member of this name holds a secret."""
    return name.lower() in _SECRET_HEADERS or _SECRET.search(name) is not None


def redact_query(query: bytes) -> str:
    """A query string; as it was sent if it holds no secrets."""
    text = query.decode("utf-8", "replace")
    return redact_form(text) if _SECRET_PARAMETER.search(unquote(text)) else text


def redact_form(text: str) -> str:
    """A query string or a form, encoded afresh."""
    pairs = parse_qsl(text, keep_blank_values=True)
    shown = [(name, HIDDEN if _SECRET_PARAMETER.search(name) else value) for name, value in pairs]
    return urlencode(shown, safe="*$")
