"""Calls to the admin API, with Python values in and out."""

from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from http.client import HTTPConnection, HTTPSConnection
from json import dumps, loads
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 60  # seconds per call

__tracebackhide__ = True  # so that pytest shows the line of the test


class AdminApiError(Exception):
    """The admin API rejected a call, with this `status` and `reason`."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


class Calls:
    """Calls to one `/_sim`. Proxy settings of the environment are ignored."""

    def __init__(self, url: str, token: str | None) -> None:
        scheme, self._host, self._root = urlsplit(url)[:3]
        self._connect = HTTPSConnection if scheme == "https" else HTTPConnection
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, json: Any = None) -> Any:
        """The response as JSON, as bytes, or None if it is empty. Raises AdminApiError."""
        content = None if json is None else json_of(json).encode()
        return self.send(method, path, content, "application/json")

    def send(self, method: str, path: str, content: bytes | None, media_type: str) -> Any:
        """Like a call, with a body of any media type."""
        headers = self._headers if content is None else {**self._headers, "Content-Type": media_type}
        with closing(self._connect(self._host, timeout=TIMEOUT)) as connection:
            connection.request(method, self._root + path, content, headers)
            response = connection.getresponse()
            raw = response.read()
        is_json = str(response.getheader("Content-Type")).startswith("application/json")
        body: Any = loads(raw) if is_json and raw else raw
        if response.status >= 400:
            raise AdminApiError(response.status, body["detail"] if isinstance(body, dict) else raw.decode())
        return body if raw else None


def texts_in(match: Mapping[str, Any]) -> dict[str, Any]:
    """Match criteria, with the values of `header` and `query` as text."""
    return {
        name: {key: text_of(item) for key, item in value.items()}
        if name in ("header", "query") and isinstance(value, Mapping)
        else value
        for name, value in match.items()
    }


def text_of(value: Any) -> Any:
    """Numbers and booleans as text; anything else unchanged."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | Decimal) else value


def json_of(value: Any) -> str:
    """JSON, with times and durations as ISO 8601 text, and amounts as numbers."""
    return dumps(value, default=_as_json)


def _as_json(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        sign, size = ("-", -value) if value < timedelta() else ("", value)
        return f"{sign}PT{size.days * 86_400 + size.seconds}.{size.microseconds:06}S"
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} cannot be sent as JSON")
