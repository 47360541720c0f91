"""Health probes, and information about the server."""

import platform
from asyncio import to_thread
from collections.abc import Sequence
from time import monotonic
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from ledgersim import __version__
from ledgersim.admin.base import PUBLIC, CurrentSpaces, ServerName, new_router
from ledgersim.admin.spaces import base_urls
from ledgersim.http.context import CurrentContext
from ledgersim.schemas import AdminResponse

health_router = new_router("Server", of_server=True)

_HEAD: dict[str, Any] = {"openapi_extra": PUBLIC, "include_in_schema": False}


class HealthStatus(AdminResponse):
    """The status of a running server."""

    status: Literal["ok"]


class EffectiveSetting(AdminResponse):
    """A setting, its value, and the source of the value: a flag, a variable or the default."""

    name: str
    value: Any
    from_: str = Field(alias="from")


class ServerInfo(AdminResponse):
    """Facts about the running server. `space` is that of the request, `vendors` has the base URLs in it."""

    name: str
    server: str
    version: str
    python: str
    uptime_seconds: float
    space: str
    vendors: dict[str, str]
    spaces: int
    space_bytes: int
    in_flight: int
    settings: list[EffectiveSetting]


@health_router.head("/health/live", operation_id="sim.health.live.head", **_HEAD)
@health_router.get(
    "/health/live", operation_id="sim.health.live", summary="Liveness probe", openapi_extra=PUBLIC
)
async def get_live() -> HealthStatus:
    """Whether the process runs. It works without a token."""
    return HealthStatus(status="ok")


@health_router.head("/health/ready", operation_id="sim.health.ready.head", **_HEAD)
@health_router.get(
    "/health/ready",
    operation_id="sim.health.ready",
    openapi_extra=PUBLIC,
    summary="Readiness probe",
)
async def get_ready() -> HealthStatus:
    """Whether requests are served. It works without a token."""
    return HealthStatus(status="ok")


def server_router(settings: Sequence[dict[str, Any]]) -> APIRouter:
    """Routes with information about the server. `settings` are its effective settings."""
    router = new_router("Server", of_server=True)
    started = monotonic()

    @router.get(
        "/info",
        response_model=ServerInfo,
        operation_id="sim.info",
        summary="Get version, uptime, base URLs and effective settings",
    )
    async def get_info(
        request: Request, context: CurrentContext, spaces: CurrentSpaces, server: ServerName
    ) -> Any:
        """The base URLs are those of the vendors in the space of the request."""
        closed = await to_thread(spaces.closed)
        return {
            "name": "ledgersim",
            "server": server,
            "version": __version__,
            "python": platform.python_version(),
            "uptime_seconds": round(monotonic() - started, 3),
            "space": context.space_name,
            "vendors": base_urls(request, context.space_name),
            "spaces": len(list(spaces)) + len(closed),
            "space_bytes": spaces.size,
            "in_flight": sum(one.in_flight for one in {*spaces, spaces.stand_in}) - 1,  # without this request
            "settings": settings,
        }

    return router
