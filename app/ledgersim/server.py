"""Serving: the sockets, TLS, and one uvicorn worker that says when it is ready."""

import errno
import gc
import json
import logging
import re
import socket
import ssl
import sys
from asyncio import CancelledError
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from threading import Thread
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ledgersim.core.connection import EXTENSION
from ledgersim.core.startup import CannotStart
from ledgersim.main import create_app
from ledgersim.settings import Settings, address_of

UNREADABLE = (
    "Percent-encode what is not ASCII in the address (curl: -G --data-urlencode), and keep the address and "
    "each header below 64 KiB."
)
STOP_WITHIN = 1  # seconds for the requests in flight, of the two in which SIGTERM ends the server
KEEP_ALIVE = 75  # seconds; longer than clients pool idle connections, so that they end them, not we


def serve(settings: Settings) -> None:
    """Serve until a signal ends it; print `Ready: URL` when it answers. Raises CannotStart."""
    sockets = open_sockets(settings.host, settings.port)
    tls = None if settings.tls_cert is None else tls_context(settings)
    logging.basicConfig(
        stream=sys.stderr,
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    _Server(_config(settings), settings.host, _say_ready, tls).run(sockets)


def _say_ready(url: str) -> None:
    gc.freeze()
    gc.enable()
    print("Ready:", url, flush=True)


class BackgroundServer:
    """A server on a thread of its own, for tests; it answers as soon as it is made. Raises CannotStart."""

    def __init__(self, settings: Settings) -> None:
        self._answers: Future[str] = Future()
        self._thread = Thread(target=self._run, args=(settings,), name="ledgersim", daemon=True)
        self._thread.start()
        self.url = self._answers.result()

    def _run(self, settings: Settings) -> None:
        try:
            with ExitStack() as open_here:
                sockets = open_sockets(settings.host, settings.port)
                for one in sockets:
                    open_here.enter_context(one)
                self._server = _Server(_config(settings), settings.host, self._answers.set_result)
                self._server.run(sockets)
        except BaseException as error:
            if self._answers.done():
                raise
            self._answers.set_exception(error)

    def stop(self) -> None:
        """End the server, and wait until it has ended."""
        self._server.should_exit = True
        self._thread.join()


def _config(settings: Settings) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return uvicorn.Config(
        create_app(settings),
        http=_Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        date_header=False,  # the clock of the space tells the date
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=STOP_WITHIN,
    )


def _is_news(record: logging.LogRecord) -> bool:
    """False for the traceback of a request that was cancelled because the server ends."""
    return record.exc_info is None or record.exc_info[0] is not CancelledError


# Methods that the parser knows; any other is read as the last, and takes its own name again in the scope.
_METHODS = (b"GET ", b"PUT ", b"PATCH ", b"POST ", b"DELETE ", b"HEAD ", b"OPTIONS ", b"TRACE ")
_METHOD = re.compile(rb"[\w!#$%&'*+.^`|~-]{1,64} ")


class _Protocol(HttpToolsProtocol):
    """HTTP with methods of any name, connections that can be broken, and a refusal that says what to do."""

    _method: str | None = None  # of the request at hand, where the parser reads another
    _is_between_requests = True

    def data_received(self, data: bytes) -> None:
        """Read a method that the parser does not know, so that a vendor can refuse it."""
        if not data.startswith(_METHODS) and self._is_between_requests and (found := _METHOD.match(data)):
            self._method = found[0].decode().rstrip()
            data = _METHODS[-1] + data[found.end() :]
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        super().on_headers_complete()
        if self._method is not None:
            self.scope["method"], self._method = self._method, None

    def on_message_begin(self) -> None:
        """Give the request the transport of its connection: see `core/connection.py`."""
        self._is_between_requests = False
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self.transport}  # type: ignore[dict-item]

    def on_message_complete(self) -> None:
        """What comes next is another request."""
        self._is_between_requests = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer in JSON, and close: where the next request begins cannot be told."""
        content = json.dumps({"status": 400, "title": "Bad Request", "detail": f"{msg} {UNREADABLE}"})
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(content), content.encode())
        )
        self.transport.close()


class _Server(uvicorn.Server):
    """Says where it answers requests, once it does."""

    def __init__(
        self,
        config: uvicorn.Config,
        host: str,
        say: Callable[[str], object],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(config)
        self._host = host
        self._say = say
        self._tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        assert sockets
        port = sockets[0].getsockname()[1]
        self.config.ssl = self._tls  # uvicorn before 0.48 takes no context as an option
        try:
            await super().startup(sockets)
        except OSError as error:  # another server began to listen since the port was bound
            raise _cannot_listen(self._host, port, error) from error
        self._say(address_of("http" if self._tls is None else "https", self._host, port))


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """A bound socket for every address of `host`, all on one port. Raises CannotStart.

    They do not listen yet: a client that waits for the port is refused until the server is ready.
    """
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(found):
            taken = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bind(family, (address[0], taken, *address[2:])))
            except OSError as error:
                # A name such as localhost may stand for an address that this machine does not have.
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
    except (OSError, UnicodeError) as error:
        for one in sockets:
            one.close()
        raise _cannot_listen(host, port, error) from error
    if not sockets:
        raise CannotStart(f"cannot listen on {host}: this machine has no such address")
    return sockets


def _bind(family: int, address: tuple[Any, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # where it would let two servers share the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _cannot_listen(host: str, port: int, error: Exception) -> CannotStart:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return CannotStart(f"port {port} of {host} is in use; choose another with --port (0: a free one)")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return CannotStart(f"cannot listen on {host}, port {port}: {reason}")


def tls_context(settings: Settings) -> ssl.SSLContext:
    """TLS with the certificate of the settings, and with clients' certificates where they name a CA."""
    assert settings.tls_cert is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # An empty password makes an encrypted key an error, where OpenSSL would ask at the terminal.
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password="")
    except OSError as error:
        files = f"the certificate {settings.tls_cert} and the key {settings.tls_key}"
        raise CannotStart(f"{files} cannot be used: {_reason(error)}") from error
    if settings.tls_client_ca is not None:
        try:
            context.load_verify_locations(settings.tls_client_ca)
        except OSError as error:
            files = f"the client authorities {settings.tls_client_ca}"
            raise CannotStart(f"{files} cannot be used: {_reason(error)}") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason.replace("_", " ").lower() if error.reason else "no PEM file, or an encrypted one"
    return error.strerror or str(error)
