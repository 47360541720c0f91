"""Requests to a live API, their record as an HTTP archive (HAR 1.2), and its replay without the network."""

import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ledgersim import __version__
from ledgersim.errors import StartupError
from ledgersim.json_text import loads

MAX_BODY = 16 * 2**20
_RECORDED_HEADERS = ("content-type", "date", "location", "retry-after")
_NO_TIME = "1970-01-01T00:00:00Z"


class Unreachable(Exception):
    """Why there is no answer."""


class Answer(NamedTuple):
    """A response. Its body is as it was sent."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, empty if it is missing."""
        return next((value for one, value in self.headers if one.lower() == name), "")

    def json(self) -> Any:
        """The JSON value of the body. Raises ValueError."""
        return loads(self.body)


# Sends a method, the path below the base address with its query, and a body.
Send = Callable[[str, str, bytes | None], Answer]


class BaseAddress:
    """The base address of a vendor's API, such as https://gateway.example.com/APIGW."""

    def __init__(self, option: str, url: str) -> None:
        error = StartupError(
            f"{option} is {url!r}; it must be a base address such as https://api.example.com/v1"
        )
        try:
            parts = urlsplit(url)
            self.port = parts.port
        except ValueError as reason:
            raise error from reason
        is_plain = not (parts.query or parts.fragment or parts.username is not None) and url.isascii()
        if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain or " " in url:
            raise error
        self.is_secure = parts.scheme == "https"
        self.host = parts.hostname
        self.authority = parts.netloc
        self.path = parts.path.rstrip("/")
        self.url = f"{parts.scheme}://{parts.netloc}{self.path}"

    def send(
        self,
        method: str,
        path: str,
        headers: Sequence[tuple[str, str]],
        body: bytes | None,
        timeout: float,
        tls: ssl.SSLContext | None = None,
    ) -> Answer:
        """Send a request with these headers and no others but Host and Content-Length. Raises Unreachable."""
        connection = (
            HTTPSConnection(self.host, self.port, timeout=timeout, context=tls)
            if self.is_secure
            else HTTPConnection(self.host, self.port, timeout=timeout)
        )
        try:
            connection.putrequest(method, self.path + path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", self.authority)
            for name, value in headers:
                connection.putheader(name, value.encode("latin-1"))
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            with connection.getresponse() as response:
                content = response.read(MAX_BODY + 1)
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Unreachable(f"{self.url} cannot be reached: {reason}") from error
        finally:
            connection.close()
        if len(content) > MAX_BODY:
            raise Unreachable(f"{self.url} sent more than {MAX_BODY // 2**20} MiB")
        return Answer(response.status, response.getheaders(), content)


def client_tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """TLS that verifies the server and may present a client certificate. Raises StartupError."""
    context = ssl.create_default_context()
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key, password="")
        except OSError as error:
            raise StartupError(
                f"the certificate {certificate} cannot be used: {error.strerror or error}"
            ) from error
    return context


class Recording:
    """Exchanges with an API, to be written as a HAR file. They have been redacted before."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._entries: list[dict[str, Any]] = []

    def add(self, method: str, url: str, sent: str, credentials: Sequence[str], answer: Answer) -> None:
        """Add an exchange. Of the credentials, only the names of the headers are recorded."""
        time = _time_of(answer)
        body = {"postData": {"mimeType": "application/json", "text": sent}} if sent else {}
        text = answer.body.decode("utf-8", "replace")
        self._entries.append(
            {
                "startedDateTime": time,
                "time": 0,
                "request": {
                    "method": method,
                    "url": url,
                    "httpVersion": "HTTP/1.1",
                    "cookies": [],
                    "headers": [{"name": name, "value": "***"} for name in credentials],
                    "queryString": [],
                    **body,
                    "headersSize": -1,
                    "bodySize": len(sent.encode()),
                },
                "response": {
                    "status": answer.status,
                    "statusText": "",
                    "httpVersion": "HTTP/1.1",
                    "cookies": [],
                    "headers": [
                        {"name": name, "value": value}
                        for name, value in answer.headers
                        if name.lower() in _RECORDED_HEADERS
                    ],
                    "content": {
                        "size": len(answer.body),
                        "mimeType": answer.header("content-type"),
                        "text": text,
                    },
                    "redirectURL": "",
                    "headersSize": -1,
                    "bodySize": len(answer.body),
                },
                "cache": {},
                "timings": {"send": 0, "wait": 0, "receive": 0},
            }
        )

    def write(self, path: Path) -> None:
        """Write the file. Raises StartupError."""
        creator = {"name": "ledgersim", "version": __version__}
        content = {
            "log": {"version": "1.2", "creator": creator, "comment": self._url, "entries": self._entries}
        }
        try:
            path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise StartupError(f"--record {path} cannot be written: {error.strerror}") from error


def _time_of(answer: Answer) -> str:
    """The time of an answer by its own header."""
    try:
        return parsedate_to_datetime(answer.header("date")).isoformat()
    except ValueError:
        return _NO_TIME


def read_recording(path: Path) -> tuple[str, Mapping[tuple[str, str], Answer]]:
    """The base address in a recorded HAR file, and its responses by method and URL. Raises StartupError."""
    try:
        log = loads(path.read_bytes())["log"]
        url, entries = str(log["comment"]), log["entries"]
        found = {}
        for one in entries:
            response = one["response"]
            headers = [(str(header["name"]), str(header["value"])) for header in response["headers"]]
            body = str(response["content"].get("text", "")).encode()
            answer = Answer(int(response["status"]), headers, body)
            found[str(one["request"]["method"]), str(one["request"]["url"])] = answer
    except OSError as error:
        raise StartupError(f"--replay {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StartupError(f"--replay {path} is not a recording of `contract check`") from error
    return url, found
