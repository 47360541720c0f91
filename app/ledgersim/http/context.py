"""The context of a request: what the dispatcher found out about it, for the layers and routes below."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import Depends
from starlette.requests import Request
from starlette.types import Scope

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.diagnostics.journal import Record
from ledgersim.http.proxies import Forwarded
from ledgersim.http.routing import Found
from ledgersim.problems import VALIDATION
from ledgersim.spaces.space import Space

if TYPE_CHECKING:
    from ledgersim.http.dispatcher import Dispatcher
    from ledgersim.http.vendor_app import VendorApp

KEY = "ledgersim"  # in the ASGI scope

_STRICT = VALIDATION.with_detail(
    "The server runs with --leniency strict, which rejects requests that have diagnostics. Each one says what "
    "a lenient server does."
)


class ReadBody(NamedTuple):
    """A JSON body and its value. Validating one with many elements takes long, so a thread does it."""

    body: bytes
    value: Any
    takes_long: bool = False


@dataclass(eq=False)
class RequestContext:
    """A request: its space, its route, its record in the journal, and how to write URLs for its client.

    `space` is that of the name `space_name`, or a stand-in if answering takes none. `app` is the application at
    the mount, if anything is mounted there.
    `base_path` is the path below which a proxy publishes the server. `root_path` also has the prefix of the
    space and the mount: it precedes the application's own paths. Both are empty or begin with a slash, and
    don't end with one. `is_strict` rejects requests with diagnostics. The simulator itself sends requests that
    are `is_trusted`, which need no credentials, to show what a vendor has. `read` and `error` are what the
    application leaves to FastAPI: a body that it has read, and what it has raised.
    """

    dispatcher: "Dispatcher"
    space: Space
    space_name: str
    app: "VendorApp | None"
    record: Record
    found: Found
    base_path: str
    root_path: str
    scheme: str
    is_strict: bool
    forwarded: Forwarded
    adopt: Callable[[Any], None] | None = None  # takes what an overlay adopts out of a parsed body
    is_trusted: bool = False
    read: ReadBody | None = None
    error: Exception | None = None

    @cached_property
    def origin(self) -> str:
        """Scheme and host, such as `http://localhost:8080`, by setting, proxy or request."""
        if self.dispatcher.public_origin is not None:
            return self.dispatcher.public_origin
        host = self.forwarded.host
        if host is None:
            sent = next((value for name, value in self.record.headers if name == b"host"), b"localhost")
            host = sent.decode("latin-1")
        return f"{self.forwarded.scheme or self.scheme}://{host}"

    @cached_property
    def url(self) -> Callable[[str], str]:
        """The function that makes a path of the application an absolute URL in the same space.

        The path is the user's, if it is mapped.
        """
        base, app = self.origin + self.root_path, self.app
        if app is None or not app.is_mapped:
            return base.__add__
        return lambda path: base + app.address(path)[1]

    @property
    def server_url(self) -> str:
        """The URL of the server, with the base path of a proxy and without a space."""
        return self.origin + self.base_path

    def report(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Record what was accepted although the vendor does not document it.

        Raises a 400 Problem if the request has diagnostics and the server runs with `--leniency strict`. Call
        it before the end of a transaction, so that such a request stores nothing.
        """
        self.record.add_diagnostics(diagnostics)
        if self.is_strict and self.record.diagnostics:
            errors: dict[str, list[str]] = {}
            for code, where, message in self.record.diagnostics:
                errors.setdefault(where, []).append(f"{code}: {message}")
            raise _STRICT.with_errors(errors)


def context_of(scope: Scope) -> RequestContext:
    """The context in an ASGI scope."""
    context: RequestContext = scope[KEY]
    return context


async def current_context(request: Request) -> RequestContext:
    """The context of a route's request."""
    return context_of(request.scope)


CurrentContext = Annotated[RequestContext, Depends(current_context)]
