"""Runs the server: sockets, TLS, and a uvicorn worker that reports when it is ready."""

import errno
import logging
import socket
import ssl
import sys
from asyncio import CancelledError
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from functools import partial
from threading import Thread
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from ledgersim import __version__
from ledgersim.admin import MOUNT
from ledgersim.errors import StartupError
from ledgersim.loading import LoadedLater, load_later
from ledgersim.log import FLUSH_WITHIN, log_to_stderr
from ledgersim.protocol import Protocol, most_connections
from ledgersim.settings import Settings, address_of, is_loopback, local_host
from ledgersim.vendors import installed_vendors

STOP_WITHIN = 8  # seconds for the requests in flight; Docker kills 10 seconds after SIGTERM
STOP_TESTS_WITHIN = 1  # the same at the end of a test run, when nobody waits for the responses
FILES_OF_SPACE = 3  # that are open for one in a file
MIN_CONNECTIONS = 100  # that must fit beside the files of spaces
KEEP_ALIVE = 75  # seconds; longer than clients pool idle connections, so that they close them first


def serve(settings: Settings, app: ASGIApp | None = None) -> None:
    """Serve until a signal; print `Ready: URL` when requests are accepted. Raises StartupError.

    `app` is the application of the settings, if it has been made already.
    """
    sockets = open_sockets(settings.host, settings.port)
    tls = None if settings.tls_cert is None else tls_context(settings)
    log = log_to_stderr(settings.log_level.upper())
    application = app or load_later(settings)
    scheme = "http" if tls is None else "https"

    def report_ready(port: int) -> None:
        if settings.log_level not in ("critical", "error"):
            print(_banner(settings, address_of(scheme, local_host(settings.host), port)), file=sys.stderr)
        print("Ready:", address_of(scheme, settings.host, port), flush=True)
        if isinstance(application, LoadedLater):
            application.begin()

    try:
        _Server(_config(settings, application, STOP_WITHIN), settings.host, report_ready, tls).run(sockets)
    finally:
        log.flush_within(FLUSH_WITHIN)


def _banner(settings: Settings, url: str) -> str:
    world = f"{settings.customers} customers, seed {settings.seed}, as of {settings.as_of}"
    bases = {**{vendor.name: vendor.mount for vendor in installed_vendors()}, "admin API": MOUNT}
    return "\n".join(
        [
            f"ledgersim {__version__}: world {settings.world}, {world}",
            *[f"  {name:11}{url}{mount}" for name, mount in bases.items()],
            f"Open {url}/ in a browser for a first request and the API documents, and",
            f"{url}/docs/guides/README.md for the guides.",
            *_warnings(settings),
            "",
        ]
    )


def _warnings(settings: Settings) -> list[str]:
    if settings.admin_token is not None or is_loopback(settings.host):
        return []
    return [
        f"Everybody who can reach this machine (it listens on {settings.host}) can use the admin API, which "
        "reads and deletes all data. Set LEDGERSIM_ADMIN_TOKEN to require a token."
    ]


class BackgroundServer:
    """A server on its own thread, for tests. It is ready once constructed. Raises StartupError."""

    def __init__(self, settings: Settings) -> None:
        self._host = settings.host
        self._answers: Future[str] = Future()
        self._thread = Thread(target=self._run, args=(settings,), name="ledgersim", daemon=True)
        self._thread.start()
        self.url = self._answers.result()

    def _run(self, settings: Settings) -> None:
        from ledgersim.app import create_app  # the command loads it later

        try:
            with ExitStack() as stack:
                sockets = open_sockets(settings.host, settings.port)
                for listener in sockets:
                    stack.enter_context(listener)
                config = _config(settings, create_app(settings), STOP_TESTS_WITHIN)
                self._server = _Server(config, settings.host, self._report_ready)
                self._server.run(sockets)
        except BaseException as error:
            if self._answers.done():
                raise
            self._answers.set_exception(error)

    def _report_ready(self, port: int) -> None:
        self._answers.set_result(address_of("http", self._host, port))

    def stop(self) -> None:
        """Stop the server and wait for it."""
        self._server.should_exit = True
        self._thread.join()


def _config(settings: Settings, app: ASGIApp, stop_within: int) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return uvicorn.Config(
        app,
        http=partial(Protocol, read_timeout=settings.read_timeout, most=_most_connections(settings)),  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=settings.log_level,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the dispatcher reads them
        date_header=False,  # the dispatcher sends the time of the space
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=stop_within,
    )


def _most_connections(settings: Settings) -> int:
    """How many connections may be open beside the files of spaces. Raises StartupError if hardly any."""
    files = 0 if settings.data is None else FILES_OF_SPACE * (settings.max_spaces + 1)
    most = most_connections(files)
    if files and most < MIN_CONNECTIONS:
        raise StartupError(
            f"{settings.max_spaces:,} open spaces need {files:,} open files, more than this process may have; "
            "choose a lower --max-spaces, or raise the limit (ulimit -n)"
        )
    return most


def _is_news(record: logging.LogRecord) -> bool:
    """False for the tracebacks of requests that were cancelled because the server stops."""
    return record.exc_info is None or record.exc_info[0] is not CancelledError


class _Server(uvicorn.Server):
    """Calls `on_ready` with its port once it accepts requests."""

    def __init__(
        self,
        config: uvicorn.Config,
        host: str,
        on_ready: Callable[[int], object],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(config)
        self._host = host
        self._on_ready = on_ready
        self._tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        assert sockets
        self._port = sockets[0].getsockname()[1]
        self.config.ssl = self._tls  # uvicorn before 0.48 has no option for a context
        try:
            await super().startup(sockets)
        except OSError as error:  # another server has started to listen since the port was bound
            raise _cannot_listen(self._host, self._port, error) from error

    async def main_loop(self) -> None:
        """Report that the server is ready, and run until a signal."""
        # Not at the end of startup: after a signal in between, uvicorn before 0.42 would skip the shutdown.
        self._on_ready(self._port)
        await super().main_loop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End event streams, which would otherwise delay the end, and finish the other requests."""
        self.config.app.end_streams()  # type: ignore[union-attr]
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Finish the requests in flight and stop; on a second signal of either kind, stop at once."""
        if self.should_exit:
            self.force_exit = True
            for connection in list(self.server_state.connections):
                connection.transport.abort()  # otherwise asyncio's own event loop waits for them
        super().handle_exit(sig, frame)


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Bind a socket to each address of `host`, all to one port. Raises StartupError.

    They do not listen yet, so connections are refused until the server is ready.
    """
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _, _, _, address in dict.fromkeys(found):
            same_port = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bind(family, (address[0], same_port, *address[2:])))
            except OSError as error:
                # A name such as localhost may resolve to an address that this machine does not have.
                if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
    except (OSError, UnicodeError) as error:
        for bound in sockets:
            bound.close()
        raise _cannot_listen(host, port, error) from error
    if not sockets:
        raise StartupError(f"cannot listen on {host}: this machine has no such address")
    return sockets


def _bind(family: int, address: tuple[Any, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there the option would let two servers share the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # :: accepts IPv4 connections too, if the system supports it.
            both = address[0] == "::" and socket.has_dualstack_ipv6()
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _cannot_listen(host: str, port: int, error: Exception) -> StartupError:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return StartupError(f"port {port} of {host} is in use; choose another with --port (0 picks a free one)")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return StartupError(f"cannot listen on {host}, port {port}: {reason}")


def tls_context(settings: Settings) -> ssl.SSLContext:
    """TLS with the certificate of the settings; requires client certificates if `tls_client_ca` is set."""
    assert settings.tls_cert is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Without a password, OpenSSL would ask for that of an encrypted key at the terminal.
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password="")
    except OSError as error:
        files = f"the certificate {settings.tls_cert} and the key {settings.tls_key}"
        raise StartupError(f"{files} cannot be used: {_reason(error)}") from error
    if settings.tls_client_ca is not None:
        try:
            context.load_verify_locations(settings.tls_client_ca)
        except OSError as error:
            files = f"the client authorities {settings.tls_client_ca}"
            raise StartupError(f"{files} cannot be used: {_reason(error)}") from error
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason.replace("_", " ").lower() if error.reason else "not a PEM file, or encrypted"
    return error.strerror or str(error)
