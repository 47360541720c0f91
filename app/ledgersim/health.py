"""The client side of a health check: asks a server whether it is ready, for container probes."""

import json
import re
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from ledgersim.errors import StartupError
from ledgersim.settings import Settings, address_of, local_host

_READY = "/_sim/health/ready"
_MAX_BYTES = 1000  # of the response that are read; a ready server sends `{"status": "ok"}`
_ASCII = re.compile(r"[!-~]+")


class NotReady(Exception):
    """Why a server is not ready, in one line."""


def ask_own(settings: Settings, timeout: float) -> None:
    """Ask the server with these settings on this machine. Raises NotReady, or StartupError for port 0.

    If the server requires client certificates, the server's own certificate is used.
    """
    base = own_url(settings)
    context = _unverified_tls()
    if settings.tls_cert is not None and settings.tls_client_ca is not None:
        _load_certificate(context, settings.tls_cert, settings.tls_key)
    ask(base, timeout, context)


def own_url(settings: Settings) -> str:
    """The base URL of the server with these settings on this machine. Raises StartupError for port 0."""
    if settings.port == 0:
        raise StartupError("the port is 0, which means any free port; use --url to say where the server is")
    scheme = "http" if settings.tls_cert is None else "https"
    return address_of(scheme, local_host(settings.host), settings.port)


def ask(base: str, timeout: float, context: ssl.SSLContext | None = None) -> None:
    """Ask the server at a base URL. `timeout` is in seconds, for each read.

    Raises NotReady, or StartupError for an invalid base URL.
    """
    parts = split_url(base)
    url = f"{base.rstrip('/')}{_READY}"
    host = parts.hostname or ""
    connection = (
        HTTPSConnection(host, parts.port, timeout=timeout, context=context or _unverified_tls())
        if parts.scheme == "https"
        else HTTPConnection(host, parts.port, timeout=timeout)
    )
    try:
        connection.request("GET", parts.path.rstrip("/") + _READY)
        with connection.getresponse() as response:
            body = response.read(_MAX_BYTES)
    except TimeoutError as error:
        raise NotReady(f"{url} did not respond within {timeout:g} seconds") from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotReady(f"{url} cannot be reached: {reason}") from error
    except HTTPException as error:
        raise NotReady(f"{url} is not a ledgersim server") from error
    finally:
        connection.close()
    if response.status != 200:
        raise NotReady(f"{url} returned {response.status}")
    if not _is_ok(body):
        raise NotReady(f"{url} is not a ledgersim server")


def split_url(base: str) -> SplitResult:
    """The parts of a base URL. Raises StartupError if it is none."""
    error = StartupError(
        f"--url is {base!r}; it must be the base URL of a server, such as http://127.0.0.1:8080"
    )
    try:
        parts = urlsplit(base)
        parts.port  # noqa: B018 - raises ValueError unless it is a number
    except ValueError as reason:
        raise error from reason
    has_more = parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("http", "https") or not parts.hostname or has_more or not _ASCII.fullmatch(base):
        raise error
    return parts


def _unverified_tls() -> ssl.SSLContext:
    """TLS without verification: the question is whether the server is alive, not who it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _load_certificate(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        raise NotReady(f"the certificate {certificate} cannot be used: {error.strerror or error}") from error


def _is_ok(body: bytes) -> bool:
    try:
        return bool(json.loads(body) == {"status": "ok"})
    except (ValueError, RecursionError):
        return False
