"""Loading the user's own fixtures into the space of a request."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from ledgersim.control import MOUNT
from ledgersim.control.base import CurrentSpace, new_router
from ledgersim.core.body import read_bytes
from ledgersim.core.space import Space
from ledgersim.core.vendor import origin

# Stores what a text says, in a space, and tells what was made, with links that begin with the base address.
Load = Callable[[Space, str, bytes], dict[str, Any]]

# Of each vendor and kind, what was created: ids, and the address to read it at.
Created = dict[str, dict[str, list[dict[str, str | int | list[str] | None]]]]

_TEXT = {"schema": {"type": "string"}}
_BODY = {
    "required": True,
    "content": {"application/yaml": _TEXT, "application/json": {"schema": {"type": "object"}}},
}


def fixtures_router(load: Load) -> APIRouter:
    """The route that loads fixtures: YAML or JSON, under any media type."""
    router = new_router("State")

    @router.post(
        "/fixtures",
        status_code=201,
        operation_id="sim.fixtures.load",
        summary="Load customers, debtors, cases, ledgers, surpluses and accounts from YAML or JSON",
        openapi_extra={"requestBody": _BODY},
    )
    async def load_fixtures(request: Request, space: CurrentSpace) -> Created:
        """The text is what `--fixtures` takes. All of it is stored, or nothing; the answer has ids and
        addresses.
        """
        data = await read_bytes(request)
        return load(space, origin(request) + request.scope["root_path"].removesuffix(MOUNT), data)

    return router
