"""HTTP/1.1 on one connection: uvicorn's protocol, for more requests than uvicorn and its parser read.

uvicorn's other parser, h11, needs none of this, but makes every request about a tenth slower.
"""

import asyncio
import json
import re
import sys
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ledgersim.http.connection import EXTENSION

_ENCODE = "Percent-encode what is not ASCII, and blanks, in the address (curl: -G --data-urlencode)."
_TOO_LONG = "All headers together may have at most 64 KiB, and so may the address."

# Methods that the parser knows. It reads any other as the last; the scope gets the name that was sent.
_METHODS = (b"GET ", b"PUT ", b"PATCH ", b"POST ", b"DELETE ", b"HEAD ", b"OPTIONS ", b"TRACE ")
_METHOD = re.compile(rb"[\w!#$%&'*+.^`|~-]{1,64}( ?)")

CONFIRM_WITHIN = 0.5  # seconds for a client to confirm the end of an idle TLS connection

MAX_HEADERS = 64 * 2**10  # bytes of all names and values
READ_TIMEOUT = 30  # seconds for the head of a request, and at most between two parts of its body
RESERVED_FILES = 64  # descriptors that are not for connections: databases, the log, listening sockets

_FRAMING = (b"content-length", b"transfer-encoding")


class Protocol(HttpToolsProtocol):
    """HTTP with methods of any name, connections that can be broken, and errors that say what to do.

    Offers to switch protocols (`Upgrade: h2c`) are ignored, as RFC 9110, section 7.8, allows.
    """

    _read_timeout: float
    _header_bytes = 0  # of the current request
    _most: int  # connections at a time
    _heard = 0.0  # when the last byte of a request, or the first byte of its head, arrived
    _is_in_head = False
    _was_client_waiting = False  # for the server, at the last check; it gets the full time from then on
    _check: asyncio.TimerHandle | None = None
    _method: str | None = None  # of the current request, if the parser reads another
    _start = b""  # of the next request, until its method has arrived in full
    _is_between_requests = True
    _unanswered: tuple[RequestResponseCycle, ...] = ()  # whose responses are not complete, oldest first
    _is_resuming = False  # the parser reads a head only to learn how long the body is

    def __init__(
        self, *arguments: Any, read_timeout: float = READ_TIMEOUT, most: int = sys.maxsize, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._read_timeout = read_timeout
        self._most = most

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room if there are too many connections: close the one that has waited longest for its client."""
        super().connection_made(_Transport(transport, self.loop))  # type: ignore[arg-type]
        self._heard = self.loop.time()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        if len(self.connections) > self._most:
            waiting = [one for one in self.connections if isinstance(one, Protocol) and one.waits_for_client]
            min(waiting, key=lambda one: one._heard).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the timer, and the requests that wait behind another: uvicorn ends only the last one."""
        super().connection_lost(exc)
        for cycle in self._unanswered:
            _disconnect(cycle)
        if self._check is not None:
            self._check.cancel()

    @property
    def waits_for_client(self) -> bool:
        """Whether the client has sent no request, or not all of it."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete or not self._is_between_requests

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived. The application rejects the methods that the parser does not know."""
        self._unset_keepalive_if_required()
        if not self._is_in_head:
            self._heard = self.loop.time()
            self._is_in_head = self._is_between_requests
        self._receive(data)
        if self._check is None and (self._is_in_head or not self._is_between_requests):
            self._check = self.loop.call_later(self._read_timeout, self._check_reading)

    def _check_reading(self) -> None:
        """Close the connection if the client takes too long for the rest of its request."""
        self._check = None
        if self.transport.is_closing() or (self._is_between_requests and not self._is_in_head):
            return
        is_waiting = self.flow.read_paused or (not self._is_in_head and self.cycle.waiting_for_100_continue)
        if is_waiting or self._was_client_waiting:
            self._heard = self.loop.time()
        self._was_client_waiting = is_waiting
        left = self._heard + self._read_timeout - self.loop.time()
        if left > 0:
            self._check = self.loop.call_later(left, self._check_reading)
            return
        if self._close_when_answered():
            return
        if not self._is_in_head and not self.cycle.response_started:
            message = f"Nothing more of the body arrived within {self._read_timeout:g} seconds."
            self._send_error(HTTPStatus.REQUEST_TIMEOUT, message)
        elif self._is_in_head:
            self._reject(None, f"The head of the request did not arrive within {self._read_timeout:g} seconds.")
        self._close()

    def _receive(self, data: bytes) -> None:
        if self._is_between_requests:
            data, self._start = self._start + data, b""
            if not data.startswith(_METHODS) and (found := _METHOD.match(data)):
                if found.end() == len(data) and not found[1]:
                    self._start = data
                    return
                if found[1]:
                    self._method = found[0].decode().rstrip()
                    data = _METHODS[-1] + data[found.end() :]
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            reason = f"{message} {_reason(error)}"
            self._reject(HTTPStatus.BAD_REQUEST, reason)
            if not self._close_when_answered():
                self.send_400_response(reason)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more: answer what it has sent in full. With TLS the connection ends at once."""
        return self._close_when_answered() and self.scheme == "http"

    def _close_when_answered(self) -> bool:
        """Answer the requests that have arrived in full, then close the connection. False if there are none."""
        while self._unanswered and self._unanswered[-1].more_body:
            *unanswered, cut_off = self._unanswered
            self._unanswered = tuple(unanswered)
            _disconnect(cut_off)
            if self.pipeline and self.pipeline[0][0] is cut_off:
                self.pipeline.popleft()
        if self._unanswered:
            self._unanswered[-1].keep_alive = False
        return bool(self._unanswered)

    def _parse(self, data: bytes | memoryview) -> None:
        """Feed the parser.

        httptools believes that every offer to switch protocols will be accepted: it reports the end of the
        request after its head, without the body, and stops there. Another parser then takes over: it reads
        a head with the same framing and no offer, and so is ready for the body.
        """
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as stop:
                data = memoryview(data)[stop.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                with suppress(AttributeError):  # httptools < 0.6.3
                    self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
                self._is_resuming = True
                self.parser.feed_data(self._framing_head())
            else:
                return

    def _framing_head(self) -> bytes:
        headers = [pair for pair in self.headers if pair[0] in _FRAMING]
        if not self.cycle.keep_alive:
            headers.append((b"connection", b"close"))
        return b"POST / HTTP/1.1\r\n%s\r\n" % b"".join([b"%s: %s\r\n" % pair for pair in headers])

    def on_message_begin(self) -> None:
        """Give the request the transport of its connection: see `http/connection.py`."""
        self._is_in_head = True
        self._is_between_requests = False
        self._header_bytes = 0
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self.transport}  # type: ignore[dict-item]

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header. The parser reports the error, which is answered by 400."""
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADERS:
            raise ValueError(_TOO_LONG)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._is_in_head = False
        self._heard = self.loop.time()
        if self._is_resuming:
            self._is_resuming = False
            return
        super().on_headers_complete()
        self._unanswered += (self.cycle,)
        if self._method is not None:
            self.scope["method"], self._method = self._method, None

    def on_response_complete(self) -> None:
        """Answer the next request."""
        self._unanswered = self._unanswered[1:]
        super().on_response_complete()

    def on_message_complete(self) -> None:
        """What comes next is another request, unless the parser is about to stop before the body."""
        if self.parser.should_upgrade():
            return
        self._is_between_requests = True
        super().on_message_complete()

    def shutdown(self) -> None:
        """Close the connection if it is idle."""
        super().shutdown()
        if self.transport.is_closing():
            self._close()

    def _close(self) -> None:
        """Close the connection, without waiting long for a TLS client to confirm that."""
        self.transport.close()
        self.loop.call_later(CONFIRM_WITHIN, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """Answer in JSON and close the connection: the start of the next request is unknown."""
        self._send_error(HTTPStatus.BAD_REQUEST, msg)
        self.transport.close()

    def _reject(self, status: int | None, reason: str) -> None:
        """Have the application note a request that it does not get to see."""
        self.config.app.rejections.add(status, reason)  # type: ignore[union-attr]

    def _send_error(self, status: HTTPStatus, detail: str) -> None:
        content = json.dumps({"status": status, "title": status.phrase, "detail": detail})
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%b" % (status, status.phrase.encode(), len(content), content.encode())
        )


class _Transport:
    """A transport that sends the head of a response together with its body.

    uvicorn writes them one after the other. Each write is a system call and a packet, which together take
    longer than most operations of the simulator do.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing  # which is asked after each response
        self._loop = loop
        self._head = b""  # that waits for its body, until the application lets others run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.endswith(b"\r\n\r\n") and data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head and not self._transport.is_closing():
            self._transport.write(self._head)
        self._head = b""


def _disconnect(cycle: RequestResponseCycle) -> None:
    """Tell the application that the client has gone."""
    cycle.disconnected = True
    cycle.message_event.set()


def _reason(error: httptools.HttpParserError) -> str:
    """What is wrong with a request, and what to do about it."""
    if isinstance(error, httptools.HttpParserCallbackError):
        return _TOO_LONG
    in_address = isinstance(error, httptools.HttpParserInvalidURLError) or str(error).startswith(
        "Expected HTTP/"
    )
    return _ENCODE if in_address else f"{error}."


def most_connections(files: int = 0) -> int:
    """How many connections the limit of open files leaves room for, beside so many other files.

    If there are others, raises the limit as far as a process may.
    """
    if sys.platform == "win32":
        return sys.maxsize
    import resource

    limit, highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files and limit != highest:
        with suppress(ValueError, OSError):  # macOS accepts less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))
            limit = highest
    return sys.maxsize if limit == resource.RLIM_INFINITY else max(limit - RESERVED_FILES - files, 1)
