"""What all routes of the control plane have in common."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field

from ledgersim.http.body import JsonRoute
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.schemas import Schema
from ledgersim.spaces.registry import Spaces
from ledgersim.spaces.space import Space


class _ControlRoute(JsonRoute):
    any_media_type = True  # `curl -d` says that all it sends is a form


def new_router(tag: str, prefix: str = "") -> APIRouter:
    """A router whose routes read JSON under any media type; `tag` says what its operations are about."""
    return APIRouter(tags=[tag], prefix=prefix, route_class=_ControlRoute)


# For a member of an answer that is left out where there is nothing to say.
OPTIONAL: Any = Field(default=None)


class Sparse(Schema):
    """An answer with `OPTIONAL` members; its routes have `response_model_exclude_unset`."""


class Strict(Schema):
    """A body of the control plane: unknown members are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True)


async def current_space(request: Request) -> Space:
    """The space that the request is for."""
    space: Space = request.scope["space"]
    return space


async def current_dispatcher(request: Request) -> Dispatcher:
    """The dispatcher that handed the request on."""
    dispatcher: Dispatcher = request.scope["dispatcher"]
    return dispatcher


async def current_spaces(request: Request) -> Spaces:
    """All spaces of the server."""
    spaces: Spaces = request.scope["dispatcher"].spaces
    return spaces


CurrentSpace = Annotated[Space, Depends(current_space)]
CurrentDispatcher = Annotated[Dispatcher, Depends(current_dispatcher)]
CurrentSpaces = Annotated[Spaces, Depends(current_spaces)]
