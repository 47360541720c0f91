"""The application of the admin API."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim import __version__
from ledgersim.admin import MOUNT as MOUNT
from ledgersim.admin import (
    TOKEN_SCHEME,
    clock,
    coverage,
    faults,
    info,
    openapi,
    requests,
    reset,
    snapshots,
    spaces,
    transfer,
)
from ledgersim.admin.base import AdminRouter
from ledgersim.admin.data import data_router
from ledgersim.admin.debts import debts_router
from ledgersim.admin.fixtures import Load, fixtures_router
from ledgersim.admin.pact import States, provider_states_router
from ledgersim.admin.timeline import timeline_router
from ledgersim.http.context import context_of
from ledgersim.http.error_response import error_response
from ledgersim.http.openapi import ApiMetadata
from ledgersim.http.vendor_app import VendorApp
from ledgersim.plugin import Vendor, resolve

_PROBLEM_SCHEMA = {
    "type": "object",
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["status", "title", "detail"],
}
_TOKEN = {"type": "http", "scheme": "bearer", "description": "Required if the server has a `--admin-token`."}
_DESCRIPTION = (
    "Controls the simulator, for tests. The paths are those of the default space; for another "
    "space, put `/s/NAME` in front."
)
_TAGS = {
    "Server": "Health, version and settings",
    "Clock": "The clock of a space, and the events of its scheduled jobs",
    "State": "Reset, personas, fixtures, export and import",
    "Data": "The vendors' data, with cards that explain it and what has changed it",
    "Debts": "Debts at all vendors, carried from one to another",
    "Spaces": "Isolated copies of the world",
    "Snapshots": "Saved states of a space, to be restored later",
    "Faults": "Failures on demand",
    "Requests": "Recorded requests and their responses",
}


def build(
    load_fixtures: Load,
    settings: Sequence[dict[str, Any]] = (),
    vendors: Sequence[Vendor] = (),
    states: States | None = None,
) -> VendorApp:
    """Build the application with the vendors' admin routes. All but public ones require the server's token.

    `settings` are the effective settings that `GET /_sim/info` lists, `states` the provider states of Pact.
    """
    of_vendors = [router for vendor in vendors if (router := resolve(vendor.admin)) is not None]
    routers = (
        info.health_router,
        info.server_router(settings),
        openapi.router,
        clock.router,
        clock.jobs_router(vendors),
        reset.router,
        spaces.router,
        snapshots.router,
        transfer.router,
        faults.router,
        requests.router,
        coverage.router,
        fixtures_router(load_fixtures),
        provider_states_router(load_fixtures, states or {}),
        timeline_router(vendors),
        debts_router(vendors),
        data_router(vendors),
        *of_vendors,
    )
    routes = [one for router in routers for one in router.routes if isinstance(one, APIRoute)]
    metadata = ApiMetadata(
        description=_DESCRIPTION,
        version=__version__,
        error=_PROBLEM_SCHEMA,
        media_type="application/json",
        security={TOKEN_SCHEME: _TOKEN},
        optional_security=True,
        errors={403: "A page of another site sent the request"},
        open_operations=frozenset(str(one.operation_id) for one in routes if _is_public(one)),
        tags={**_TAGS, **_vendor_tags(of_vendors)},
    )
    app = VendorApp("admin", "ledgersim admin API", error_response, _guard, metadata)
    app.include(*routers)
    return app


def _is_public(route: APIRoute) -> bool:
    """Whether a route has `openapi_extra=PUBLIC`."""
    return (route.openapi_extra or {}).get("security") == []


def _vendor_tags(routers: Sequence[APIRouter]) -> dict[str, str]:
    """The tags of the vendors' routers, with descriptions."""
    tags: dict[str, str] = {}
    for router in routers:
        description = router.description if isinstance(router, AdminRouter) else ""
        for tag in router.tags:
            tags[str(tag)] = description or tags.get(str(tag)) or f"Controls for {tag}"
    return tags


def _guard(route: APIRoute, request: Request) -> None:
    access = context_of(request.scope).dispatcher.access
    if not (_is_public(route) or access.may_read_admin(request.scope)):
        access.check_admin_token(request.scope)
