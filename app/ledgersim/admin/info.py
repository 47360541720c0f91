"""The server: whether it is there, what it runs with, and the OpenAPI document of its control plane."""

import platform
from asyncio import to_thread
from collections.abc import Sequence
from time import monotonic
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ledgersim import __version__
from ledgersim.admin.base import CurrentSpace, CurrentSpaces, new_router
from ledgersim.admin.spaces import addresses

health_router = new_router("Server")


class HealthStatus(BaseModel):
    """That the server is there."""

    status: Literal["ok"]


class EffectiveSetting(BaseModel):
    """A setting, its value, and where that came from: a flag, a variable or the default."""

    name: str
    value: Any
    from_: str = Field(alias="from")


class ServerInfo(BaseModel):
    """What the server runs with. `space` is that of the request, `vendors` has its base addresses."""

    name: str
    version: str
    python: str
    uptime_seconds: float
    space: str
    vendors: dict[str, str]
    spaces: int
    space_bytes: int
    in_flight: int
    settings: list[EffectiveSetting]


@health_router.head("/health/live", operation_id="sim.health.live.head", include_in_schema=False)
@health_router.get("/health/live", operation_id="sim.health.live", summary="Whether the process runs")
async def get_live() -> HealthStatus:
    """For liveness probes. It works without a token."""
    return HealthStatus(status="ok")


@health_router.head("/health/ready", operation_id="sim.health.ready.head", include_in_schema=False)
@health_router.get("/health/ready", operation_id="sim.health.ready", summary="Whether requests are served")
async def get_ready() -> HealthStatus:
    """For readiness probes. It works without a token."""
    return HealthStatus(status="ok")


def server_router(settings: Sequence[dict[str, Any]]) -> APIRouter:
    """Routes that tell of the server, with its settings as `Settings.told` lists them."""
    router = new_router("Server")
    started = monotonic()

    @router.get(
        "/info",
        response_model=ServerInfo,
        operation_id="sim.info",
        summary="Version, uptime, addresses and effective settings",
    )
    async def get_info(request: Request, space: CurrentSpace, spaces: CurrentSpaces) -> Any:
        """Also tells of the space of the request where its vendors are."""
        return {
            "name": "ledgersim",
            "version": __version__,
            "python": platform.python_version(),
            "uptime_seconds": round(monotonic() - started, 3),
            "space": space.name,
            "vendors": addresses(request, space.name),
            "spaces": len(list(spaces)),
            "space_bytes": spaces.size,
            "in_flight": sum(one.busy for one in spaces) - 1,  # without this request
            "settings": settings,
        }

    @router.get(
        "/openapi.json", operation_id="sim.openapi", summary="The OpenAPI document of the control plane"
    )
    async def get_openapi(request: Request) -> dict[str, Any]:
        """This document, with the address of the space of the request."""
        document: dict[str, Any] = await to_thread(request.app.openapi)  # it takes a while at first
        return {**document, "servers": [{"url": request.scope["root_path"]}]}

    return router
