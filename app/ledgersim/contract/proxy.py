"""Sends each request both to the vendor and to the simulator, answers with the vendor's answer, and compares.

The vendor gets what the client sent, and nothing else. The simulator has other ids: where both answer alike,
their ids are noted, and later requests reach the simulator with its own. No value of a request or an answer is
logged.
"""

import json
import re
import ssl
from asyncio import Lock, to_thread
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from starlette.types import Message, Receive, Scope, Send

from ledgersim.content_encoding import plain
from ledgersim.contract.comparison import RESPONSE
from ledgersim.contract.exchanges import MAX_BODY, Answer, BaseAddress, Unreachable
from ledgersim.contract.findings import Finding
from ledgersim.contract.values import against_value, masked_text
from ledgersim.diagnostics.rejections import Rejections
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.routing import raw_path, segments
from ledgersim.ids import parse_guid
from ledgersim.problems import Problem

MAX_IDS = 100_000

# Of one connection (RFC 9110, section 7.6.1), or set separately for the other connection.
_HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade", "host", "content-length", "expect"),
    }
)
_ID_NAME = re.compile(r"(?i)(guid|id|no|number|reference|token)$")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.~-]{3,8000}")
_WORD = re.compile(r"[A-Za-z0-9_.~-]{3,8000}")
_WHOLE_WORD = re.compile(r'(?<=["=/ ])[A-Za-z0-9_.~-]{3,8000}(?=["&/?]|\Z)')  # no number of JSON
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,40}")

Found = Callable[[Finding], None]
Headers = Sequence[tuple[bytes, bytes]]


class Comparison:
    """An ASGI application in front of a simulator: requests below the mount of the vendor go to both."""

    def __init__(
        self,
        app: Dispatcher,
        mount: str,
        upstream: BaseAddress,
        timeout: float,
        tls: ssl.SSLContext | None,
        on_finding: Found,
    ) -> None:
        self._app, self._vendor, self._upstream = app, app.mounts[mount], upstream
        self._mount = segments(mount.lower())
        self._timeout, self._tls = timeout, tls
        self._on_finding = on_finding
        self._findings: dict[Finding, None] = {}
        self._ids: dict[str, str] = {}  # the simulator's by the vendor's
        self._lock = Lock()  # ids of one answer are noted before the next request reaches the simulator

    @property
    def findings(self) -> list[Finding]:
        """What differed so far, each once."""
        return list(self._findings)

    def end_streams(self) -> None:
        """End responses that go on until their client leaves, because the server stops."""
        self._app.end_streams()

    @property
    def rejections(self) -> Rejections:
        """The requests that were rejected before their space was known."""
        return self._app.rejections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts = segments(_raw_path(scope)) if scope["type"] == "http" else []
        inside = parts[2:] if parts[:1] == ["s"] else parts
        if [one.lower() for one in inside[: len(self._mount)]] != self._mount:
            await self._app(scope, receive, send)
            return
        try:
            self._app.access.check(scope, False, None)
        except Problem:  # of a page that another site has led here
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        if len(body) > MAX_BODY:
            await _answer(send, Answer(413, [], b""))
            return
        try:
            theirs = await to_thread(self._send_upstream, scope, body)
        except Unreachable as error:
            text = json.dumps({"title": "Bad Gateway", "status": 502, "detail": str(error)})
            await _answer(send, Answer(502, [("Content-Type", "application/problem+json")], text.encode()))
            return
        async with self._lock:
            ours = await self._send_to_space(scope, body)
            parts = inside[len(self._mount) :]
            for one in self._differences(scope["method"], parts, ours, theirs):
                if one not in self._findings:
                    self._findings[one] = None
                    self._on_finding(one)
        await _answer(send, theirs)

    def _send_upstream(self, scope: Scope, body: bytes) -> Answer:
        raw = _raw_path(scope)
        skipped = len(self._mount) + (2 if segments(raw)[:1] == ["s"] else 0)
        path = "/" + "/".join(raw.split("/")[1 + skipped :])
        query = scope["query_string"].decode("latin-1")
        named = {
            name.strip().lower() for name in _header(scope["headers"], b"connection").split(",") if name.strip()
        }
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in scope["headers"]
            if (lowered := name.decode("latin-1").lower()) not in _HOP_BY_HOP | named
            and not lowered.startswith("sim-")
        ]
        target = f"{'' if path == '/' else path}{'?' + query if query else ''}"
        return self._upstream.send(scope["method"], target, headers, body, self._timeout, self._tls)

    async def _send_to_space(self, scope: Scope, body: bytes) -> Answer:
        """The answer of the simulator to the same request with its own ids."""
        body = self._body_with_own_ids(scope["headers"], body)
        path = "/".join(quote(self._own_id(unquote(one)), safe="") for one in _raw_path(scope).split("/"))
        query = "&".join(
            f"{name}{equals}{self._in_query(value)}"
            for name, equals, value in (
                pair.partition("=") for pair in scope["query_string"].decode("latin-1").split("&")
            )
        )
        headers = [
            (name, self._with_own_ids(value) if name == b"authorization" else value)
            for name, value in scope["headers"]
            if name not in (b"content-length", b"transfer-encoding", b"accept-encoding", b"content-encoding")
        ]
        headers.append((b"content-length", b"%d" % len(body)))
        own = {
            **scope,
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": headers,
        }
        start: Message = {"status": 500, "headers": []}
        chunks: list[bytes] = []
        is_sent = False

        async def receive() -> Message:
            nonlocal is_sent
            if is_sent:
                return {"type": "http.disconnect"}
            is_sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                chunks.append(message.get("body", b""))

        await self._app(own, receive, send)
        decoded = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        return Answer(start["status"], decoded, b"".join(chunks))

    # Ids

    def _own_id(self, text: str) -> str:
        return self._ids.get(text.lower(), text)

    def _in_query(self, value: str) -> str:
        text = unquote(value.replace("+", " "))
        changed = _WORD.sub(lambda word: self._own_id(word[0]), text)
        return value if changed == text else quote(changed, safe="")

    def _body_with_own_ids(self, headers: Headers, body: bytes) -> bytes:
        body = plain(headers, body, MAX_BODY)
        return self._with_own_ids(body) if self._ids else body

    def _with_own_ids(self, text: bytes) -> bytes:
        """A header, or a body in which ids are whole strings, or segments of paths."""
        return _WHOLE_WORD.sub(lambda word: self._own_id(word[0]), text.decode("latin-1")).encode("latin-1")

    def _note_ids(self, theirs: Any, ours: Any, name: str = "") -> None:
        if isinstance(theirs, dict) and isinstance(ours, dict):
            for key in theirs.keys() & ours.keys():
                self._note_ids(theirs[key], ours[key], key)
        elif isinstance(theirs, list) and isinstance(ours, list):
            for one, other in zip(theirs, ours, strict=False):
                self._note_ids(one, other, name)
        elif isinstance(theirs, str) and isinstance(ours, str) and _is_id(name, theirs):
            self._note(theirs, ours)

    def _note(self, theirs: str, ours: str) -> None:
        if theirs != ours and len(self._ids) < MAX_IDS:
            self._ids.setdefault(theirs.lower(), ours)

    # Differences

    def _differences(self, method: str, parts: list[str], ours: Answer, theirs: Answer) -> Iterator[Finding]:
        route = self._vendor.find(method, parts).route
        operation = f"{method} {_masked_path(parts)}" if route is None else str(route.operation_id)
        known: Mapping[str, str] = {} if route is None else (route.openapi_extra or {}).get("x-provenance", {})
        provenance = "/".join(known[name] for name in ("method", "path") if name in known)
        if ours.status != theirs.status:
            texts = str(ours.status), str(theirs.status)
            yield Finding("error", "status", "differing", operation, "", "", *texts, provenance)
        if ours.status != theirs.status and max(ours.status, theirs.status) >= 300:
            return
        part = f"{RESPONSE} {theirs.status}"
        kinds = [one.header("content-type").partition(";")[0].strip().lower() for one in (ours, theirs)]
        if kinds[0] != kinds[1]:
            own_kind, other_kind = (kind or "none" for kind in kinds)
            yield Finding(
                "warning", "format", "differing", operation, part, "", own_kind, other_kind, provenance
            )
        own, other = _json(ours), _json(theirs)
        for one in against_value(own, other):
            yield Finding(
                one.level,
                one.kind,
                one.direction,
                operation,
                part,
                one.member,
                one.ours,
                one.theirs,
                provenance,
            )
        if theirs.status < 300:
            self._note_ids(other, own)
            self._note_location(ours, theirs)

    def _note_location(self, ours: Answer, theirs: Answer) -> None:
        last = [urlsplit(one.header("location")).path.rpartition("/")[2] for one in (ours, theirs)]
        if all(last):
            self._note(unquote(last[1]), unquote(last[0]))


def _masked_path(parts: Sequence[str]) -> str:
    """A path for reports, with names of resources and without ids."""
    masks = (masked_text(part) if parse_guid(part) or part.isdigit() else part for part in parts)
    return "/" + "/".join(mask if _NAME.fullmatch(mask) or mask[:1] == "<" else "<value>" for mask in masks)


def _is_id(name: str, value: str) -> bool:
    return parse_guid(value) is not None or bool(_ID_NAME.search(name) and _PLAIN_WORD.fullmatch(value))


def _json(answer: Answer) -> Any:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    try:
        return answer._replace(body=plain(headers, answer.body, MAX_BODY)).json()
    except (ValueError, RecursionError):
        return None


def _raw_path(scope: Scope) -> str:
    return raw_path(scope).decode("latin-1")


def _header(headers: Headers, name: bytes) -> str:
    return ",".join(value.decode("latin-1") for one, value in headers if one == name)


async def _read(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        size += len(message.get("body", b""))
        if size <= MAX_BODY:
            chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(chunks) if size <= MAX_BODY else b"\0" * (MAX_BODY + 1)


async def _answer(send: Send, answer: Answer) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers
        if name.lower() not in _HOP_BY_HOP or name.lower() == "content-length"
    ]
    if answer.status not in (204, 304) and not answer.header("content-length"):
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
