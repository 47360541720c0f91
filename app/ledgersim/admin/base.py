"""Router, request model, dependencies and checks shared by the routes of the admin API."""

from socket import gethostname
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field

from ledgersim.admin import MOUNT
from ledgersim.diagnostics.matching import Match, matches
from ledgersim.errors import did_you_mean
from ledgersim.http.body import JsonRoute
from ledgersim.http.context import CurrentContext, RequestContext, context_of
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.problems import VALIDATION
from ledgersim.schemas import JsonObject, Schema
from ledgersim.spaces.registry import Spaces
from ledgersim.spaces.space import Space

# `openapi_extra=PUBLIC` exempts a route from the token: health probes, and pages opened in a browser.
PUBLIC: dict[str, Any] = {"security": []}


class _AdminRoute(JsonRoute):
    is_admin = True  # `curl -d` always sends the media type of a form


class _ServerRoute(_AdminRoute):
    uses_space = False


class AdminRouter(APIRouter):
    """A router whose tag has a description."""

    description = ""


def new_router(tag: str, prefix: str = "", description: str = "", of_server: bool = False) -> AdminRouter:
    """A router whose routes accept JSON under any media type.

    The OpenAPI document groups its operations under `tag`. `description` is that of a vendor's tag. Routes
    `of_server` are about all spaces: they answer even if the space of the request is unavailable.
    """
    router = AdminRouter(tags=[tag], prefix=prefix, route_class=_ServerRoute if of_server else _AdminRoute)
    router.description = description
    return router


# The value of a response member that is left out if there is nothing to say.
OPTIONAL: Any = Field(default=None)


class Sparse(Schema):
    """Base class of responses with `OPTIONAL` members; their routes have `response_model_exclude_unset`."""


class Strict(JsonObject):
    """Base class of request bodies: unknown members and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True)


async def current_space(context: CurrentContext) -> Space:
    """The space of the request."""
    return context.space


async def current_dispatcher(context: CurrentContext) -> Dispatcher:
    """The dispatcher of the server."""
    return context.dispatcher


async def current_spaces(context: CurrentContext) -> Spaces:
    """All spaces of the server."""
    return context.dispatcher.spaces


async def server_name(request: Request) -> str:
    """The name of the server that answers: its setting, or the machine and the port."""
    name = context_of(request.scope).dispatcher.server_name
    port = (request.scope.get("server") or (None, None))[1]
    return name or (gethostname() if port is None else f"{gethostname()}:{port}")


CurrentSpace = Annotated[Space, Depends(current_space)]
CurrentDispatcher = Annotated[Dispatcher, Depends(current_dispatcher)]
CurrentSpaces = Annotated[Spaces, Depends(current_spaces)]
ServerName = Annotated[str, Depends(server_name)]


def vendor_url(context: RequestContext, path: str) -> str:
    """The absolute URL of a vendor's path, in the space of a request to the admin API."""
    vendors = context.dispatcher.vendors
    mount = next(one for one in vendors if path.startswith(f"{one}/"))
    _, inside = vendors[mount].address(path.removeprefix(mount))
    return context.url("").removesuffix(MOUNT) + mount + inside


def check_match(dispatcher: Dispatcher, match: Match) -> None:
    """Raise a 400 Problem for an unknown operation, and for a path that cannot be the path of a request."""
    errors = {}
    if match.operation is not None:
        names = [str(route.operation_id) for app in dispatcher.vendors.values() for route in app.operations()]
        pattern = match.operation.lower()
        if not any(matches(name.lower(), pattern) for name in names):
            hint = did_you_mean(pattern, names, "`ledgersim routes` lists them")
            errors["match.operation"] = [f"{match.operation[:80]!r} matches no operation; {hint}"]
    if match.path is not None and not match.path.startswith(("/", "*")):
        errors["match.path"] = ["must start with / or *, for example /APIGW/v1/Debtors*"]
    if match.path is not None and match.path.lower().startswith("/s/"):
        errors["match.path"] = ["must not include the prefix /s/NAME: paths are matched without it"]
    if errors:
        raise VALIDATION.with_errors(errors)
