"""HTTP/1.1 on one connection: uvicorn's protocol, for more requests than uvicorn and its parser read.

uvicorn's other parser, h11, needs none of this, but makes every request about a tenth slower.
"""

import json
import re
from contextlib import suppress

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ledgersim.http.connection import EXTENSION

UNREADABLE = (
    "Percent-encode what is not ASCII in the address (curl: -G --data-urlencode), and keep the address and "
    "each header below 64 KiB."
)

# Methods that the parser knows. It reads any other as the last; the scope gets the name that was sent.
_METHODS = (b"GET ", b"PUT ", b"PATCH ", b"POST ", b"DELETE ", b"HEAD ", b"OPTIONS ", b"TRACE ")
_METHOD = re.compile(rb"[\w!#$%&'*+.^`|~-]{1,64}( ?)")

CONFIRM_WITHIN = 0.5  # seconds for a client to confirm the end of an idle TLS connection

_FRAMING = (b"content-length", b"transfer-encoding")


class Protocol(HttpToolsProtocol):
    """HTTP with methods of any name, connections that can be broken, and errors that say what to do.

    Offers to switch protocols (`Upgrade: h2c`) are ignored, as RFC 9110, section 7.8, allows.
    """

    _method: str | None = None  # of the current request, if the parser reads another
    _start = b""  # of the next request, until its method has arrived in full
    _is_between_requests = True
    _is_resuming = False  # the parser reads a head only to learn how long the body is

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived. The application rejects the methods that the parser does not know."""
        self._unset_keepalive_if_required()
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
        except httptools.HttpParserError:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            self.send_400_response(message)

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
        self._is_between_requests = False
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self.transport}  # type: ignore[dict-item]

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        if self._is_resuming:
            self._is_resuming = False
            return
        super().on_headers_complete()
        if self._method is not None:
            self.scope["method"], self._method = self._method, None

    def on_message_complete(self) -> None:
        """What comes next is another request, unless the parser is about to stop before the body."""
        if self.parser.should_upgrade():
            return
        self._is_between_requests = True
        super().on_message_complete()

    def shutdown(self) -> None:
        """Close the connection if it is idle, without waiting long for a TLS client to confirm that."""
        super().shutdown()
        if self.transport.is_closing():
            self.loop.call_later(CONFIRM_WITHIN, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """Answer in JSON and close the connection: the start of the next request is unknown."""
        content = json.dumps({"status": 400, "title": "Bad Request", "detail": f"{msg} {UNREADABLE}"})
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(content), content.encode())
        )
        self.transport.close()
