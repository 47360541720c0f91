"""Loads the user's own fixtures into the space of the request."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from ledgersim.admin.base import CurrentSpace, CurrentSpaces, new_router, vendor_url
from ledgersim.http.body import read_bytes
from ledgersim.http.context import context_of
from ledgersim.spaces.space import Space

# Loads fixtures (YAML or JSON) into a space. The result lists what was created, with the URLs of paths.
Load = Callable[[Space, Callable[[str], str], bytes], dict[str, Any]]

# What was created, by vendor and kind: ids, and the URL to read it at.
Created = dict[str, dict[str, list[dict[str, str | int | list[str] | None]]]]

_TEXT = {"schema": {"type": "string"}}
_BODY = {
    "required": True,
    "content": {"application/yaml": _TEXT, "application/json": {"schema": {"type": "object"}}},
}


def fixtures_router(load: Load) -> APIRouter:
    """The route that loads fixtures: YAML or JSON under any media type."""
    router = new_router("State")

    @router.post(
        "/fixtures",
        status_code=201,
        operation_id="sim.fixtures.load",
        summary="Load customers, debtors, cases, ledgers, surpluses and accounts from YAML or JSON",
        openapi_extra={"requestBody": _BODY},
    )
    async def load_fixtures(request: Request, space: CurrentSpace, spaces: CurrentSpaces) -> Created:
        """The body is what `--fixtures` takes. All of it is stored, or nothing. The response has the ids and
        URLs of what was created.
        """
        data = await read_bytes(request)
        spaces.check_capacity(len(data))
        link = partial(vendor_url, context_of(request.scope))
        return await space.worker.run(partial(load, space, link, data))

    return router
