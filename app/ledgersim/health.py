"""Asking a server whether it is ready: for the probes of containers."""

import json
import re
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from ledgersim.errors import StartupError
from ledgersim.settings import Settings, address_of, local_host

_READY = "/_sim/health/ready"
_MAX_BYTES = 1000  # of an answer that are read; ready is `{"status": "ok"}`
_ASCII = re.compile(r"[!-~]+")


class NotReady(Exception):
    """Why a server is not ready, in one line."""


def ask_own(settings: Settings, timeout: float) -> None:
    """Ask the server with these settings on this machine. Raises NotReady, and CannotStart for port 0.

    Where it lets in clients by their certificates, it is asked with its own.
    """
    if settings.port == 0:
        raise StartupError("the port is 0, a free one; say by --url where the server is")
    scheme = "http" if settings.tls_cert is None else "https"
    base = address_of(scheme, local_host(settings.host), settings.port)
    context = _trusting()
    if settings.tls_cert is not None and settings.tls_client_ca is not None:
        _present(context, settings.tls_cert, settings.tls_key)
    ask(base, timeout, context)


def ask(base: str, timeout: float, context: ssl.SSLContext | None = None) -> None:
    """Ask the server at a base address, for at most `timeout` seconds without a byte from it.

    Raises NotReady, and CannotStart for what is no base address.
    """
    parts = _parts(base)
    url = f"{base.rstrip('/')}{_READY}"
    host = parts.hostname or ""
    connection = (
        HTTPSConnection(host, parts.port, timeout=timeout, context=context or _trusting())
        if parts.scheme == "https"
        else HTTPConnection(host, parts.port, timeout=timeout)
    )
    try:
        connection.request("GET", parts.path.rstrip("/") + _READY)
        with connection.getresponse() as answer:
            body = answer.read(_MAX_BYTES)
    except TimeoutError as error:
        raise NotReady(f"{url} does not answer within {timeout:g} seconds") from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotReady(f"{url} cannot be reached: {reason}") from error
    except HTTPException as error:
        raise NotReady(f"{url} does not answer as a ledgersim does") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise NotReady(f"{url} answers {answer.status}")
    if not _says_ok(body):
        raise NotReady(f"{url} does not answer as a ledgersim does")


def _parts(base: str) -> SplitResult:
    refusal = StartupError(
        f"--url is {base!r}; it must be the base address of a server, such as http://127.0.0.1:8080"
    )
    try:
        parts = urlsplit(base)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError as error:
        raise refusal from error
    surplus = parts.query or parts.fragment or parts.username is not None
    if parts.scheme not in ("http", "https") or not parts.hostname or surplus or not _ASCII.fullmatch(base):
        raise refusal
    return parts


def _trusting() -> ssl.SSLContext:
    """TLS that verifies nothing: what is asked is whether the server is alive, not who it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _present(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        raise NotReady(f"the certificate {certificate} cannot be used: {error.strerror or error}") from error


def _says_ok(body: bytes) -> bool:
    try:
        return bool(json.loads(body) == {"status": "ok"})
    except (ValueError, RecursionError):
        return False
