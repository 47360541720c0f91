"""Recording of requests and responses."""

from asyncio import current_task, timeout
from collections.abc import Callable
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgersim.clock import Clock
from ledgersim.diagnostics.diagnostic import format_diagnostics
from ledgersim.diagnostics.journal import Record
from ledgersim.http.body import MAX_BYTES, MAX_DRAINED

MAX_READ = MAX_BYTES + MAX_DRAINED  # bytes of a body that the response doesn't depend on
MAX_WAIT = 1  # seconds for such a body to arrive


class Recorder:
    """An ASGI layer for one request: records it and its response, and adds `Date` and `Sim-*` headers.

    The response starts when the body of the request has been read. `on_end` is called once, before the last
    byte of the response is sent.
    """

    def __init__(self, app: ASGIApp, record: Record, clock: Clock, on_end: Callable[[Record], object]) -> None:
        self._app = app
        self._record = record
        self._clock = clock
        self._on_end: Callable[[Record], object] | None = on_end
        self._is_client_gone = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        headers = dict(self._record.headers)
        self._record.is_incomplete = b"content-length" in headers or b"transfer-encoding" in headers
        try:
            await self._app(scope, self._record_request, self._record_response)
        finally:
            self._end()

    async def _record_request(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._is_client_gone = True
            return message
        self._record.is_incomplete = message.get("more_body", False)
        if body := message.get("body"):
            self._record.add_request_body(body)
        return message

    async def _record_response(self, message: Message) -> None:
        record = self._record
        if record.is_incomplete and record.status is None and not _is_cancelled():
            await read_to_end(record, self._record_request)
        if self._is_client_gone:
            return
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *self._headers()]}
            record.status = message["status"]
            record.response_headers = message["headers"]
        else:
            record.add_response_body(message.get("body", b""))
            if not message.get("more_body"):
                self._end()
        await self._send(message)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        record = self._record
        headers = [(b"date", self._clock.http_date())]
        if record.id:
            headers.append((b"sim-request-id", b"%d" % record.id))
        if record.nearest is not None:
            headers.append((b"sim-nearest", f"{record.nearest.method} {record.nearest.path}".encode()))
        if record.diagnostics:
            headers.append((b"sim-diagnostics", format_diagnostics(record.diagnostics).encode()))
        return headers

    def _end(self) -> None:
        if self._on_end is not None:
            self._on_end(self._record)
            self._on_end = None


def _is_cancelled() -> bool:
    task = current_task()
    return task is not None and task.cancelling() > 0


async def read_to_end(record: Record, receive: Receive) -> None:
    """Read the rest of a recorded request's body, within bounds: the client may never send it."""
    with suppress(TimeoutError):
        async with timeout(MAX_WAIT):
            while record.is_incomplete and record.body_size < MAX_READ:
                if (await receive())["type"] == "http.disconnect":
                    return
