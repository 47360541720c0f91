"""The context of a request: what the dispatcher found out about it, for the layers and routes below."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.types import Scope

from ledgersim.diagnostics.journal import Record
from ledgersim.http.routing import Found
from ledgersim.spaces.space import Space

if TYPE_CHECKING:
    from ledgersim.http.dispatcher import Dispatcher

KEY = "ledgersim"  # in the ASGI scope


@dataclass(eq=False)
class RequestContext:
    """A request: its space, its route, its record in the journal, and how to write URLs for its client.

    `base_path` is the path below which a proxy publishes the server. `root_path` also has the prefix of the
    space and the mount: it precedes the application's own paths. Both are empty or begin with a slash, and
    don't end with one.
    """

    dispatcher: "Dispatcher"
    space: Space
    record: Record
    found: Found
    base_path: str
    root_path: str
    scheme: str

    @cached_property
    def origin(self) -> str:
        """Scheme and host, such as `http://localhost:8080`."""
        host = next((value for name, value in self.record.headers if name == b"host"), b"localhost")
        return f"{self.scheme}://{host.decode('latin-1')}"

    @property
    def server_url(self) -> str:
        """The URL of the server, with the base path of a proxy and without a space."""
        return self.origin + self.base_path

    def url(self, path: str = "") -> str:
        """The absolute URL of a path of the application, in the same space."""
        return self.origin + self.root_path + path


def context_of(scope: Scope) -> RequestContext:
    """The context in an ASGI scope."""
    context: RequestContext = scope[KEY]
    return context


async def current_context(request: Request) -> RequestContext:
    """The context of a route's request."""
    return context_of(request.scope)


CurrentContext = Annotated[RequestContext, Depends(current_context)]
