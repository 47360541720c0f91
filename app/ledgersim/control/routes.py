"""Health, clock, reset, export and personas of the space that a request is for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from ledgersim.control import MOUNT
from ledgersim.core.body import JsonRoute
from ledgersim.core.clock import Backwards, ClockError, Mode, later
from ledgersim.core.events import Event
from ledgersim.core.problems import CONFLICT, invalid
from ledgersim.core.space import ResetScope, Space
from ledgersim.core.vendor import NO_CONTENT, Call, CurrentCall
from ledgersim.core.wire import InstantIn


class ControlRoute(JsonRoute):
    """A route that reads JSON under any media type: `curl -d` says that all it sends is a form."""

    any_media_type = True


router = APIRouter(route_class=ControlRoute, strict_content_type=False)


class Strict(BaseModel):
    """A body of the control plane: unknown members are mistakes."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Status(BaseModel):
    """That the server is there."""

    status: Literal["ok"] = "ok"


class ClockOut(BaseModel):
    """How the space tells the time, and the time."""

    mode: Mode
    now: datetime


class EventOut(BaseModel):
    """Something that fell due: when, what, where it shows, and particulars."""

    model_config = ConfigDict(extra="allow")

    at: datetime
    event: str
    href: str


class ClockSet(ClockOut):
    """How the space tells the time now, and what fell due on the way."""

    events: list[EventOut]


class ClockIn(Strict):
    """How to tell the time; without `now` it goes on from the present reading."""

    mode: Mode
    now: InstantIn | None = None


class AdvanceIn(Strict):
    """By how much: an ISO 8601 duration such as P1M, P3DT12H or PT90S."""

    by: str


class AdvanceOut(BaseModel):
    """The time before and after, and what fell due between."""

    from_: Annotated[datetime, "from"]
    to: datetime
    events: list[EventOut]

    model_config = ConfigDict(alias_generator=lambda name: name.rstrip("_"), validate_by_name=True)


class EventsOut(BaseModel):
    """What fell due since the start of the space or its last reset, the oldest first."""

    events: list[dict[str, Any]]


class ResetIn(Strict):
    """What to go back to the start with."""

    scope: ResetScope = "all"


class PersonasOut(BaseModel):
    """The people and companies of the world that show something."""

    personas: list[dict[str, Any]]


async def current_space(request: Request) -> Space:
    """The space that the request is for."""
    space: Space = request.scope["space"]
    return space


CurrentSpace = Annotated[Space, Depends(current_space)]


@router.head("/health/live", operation_id="sim.health.live.head", include_in_schema=False)
@router.get("/health/live", operation_id="sim.health.live", summary="Whether the process runs")
async def get_live() -> Status:
    return Status()


@router.head("/health/ready", operation_id="sim.health.ready.head", include_in_schema=False)
@router.get("/health/ready", operation_id="sim.health.ready", summary="Whether requests are served")
async def get_ready() -> Status:
    return Status()


@router.get("/clock", response_model=ClockOut, operation_id="sim.clock.get", summary="Read the clock")
async def get_clock(space: CurrentSpace) -> Any:
    return {"mode": space.clock.setting.mode, "now": space.clock.now()}


@router.put("/clock", response_model=ClockSet, operation_id="sim.clock.set", summary="Set the clock")
async def set_clock(call: CurrentCall, body: ClockIn) -> Any:
    space = call.space
    events = _set(space, body.mode, body.now)
    return {"mode": space.clock.setting.mode, "now": space.clock.now(), "events": _told(call, events)}


@router.post(
    "/clock/advance",
    response_model=AdvanceOut,
    operation_id="sim.clock.advance",
    summary="Move the clock forward",
)
async def advance_clock(call: CurrentCall, body: AdvanceIn) -> Any:
    before = call.space.clock.now()
    try:
        after = later(before, body.by)
    except ClockError as error:
        raise invalid("by", str(error)) from error
    events = _set(call.space, call.space.clock.setting.mode, after)
    return {"from_": before, "to": after, "events": _told(call, events)}


@router.get(
    "/events",
    response_model=EventsOut,
    operation_id="sim.events.list",
    summary="The last 1,000 things that fell due",
)
async def list_events(call: CurrentCall) -> Any:
    return {"events": _told(call, call.space.events)}


@router.post("/reset", **NO_CONTENT, operation_id="sim.reset", summary="Go back to the seeded world")
async def reset(space: CurrentSpace, body: Annotated[ResetIn | None, Body()] = None) -> None:
    space.reset("all" if body is None else body.scope)


@router.get(
    "/export",
    operation_id="sim.export",
    summary="All stored rows as JSON",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
async def export(space: CurrentSpace) -> Response:
    return Response(space.export(), media_type="application/json")


@router.get(
    "/personas", response_model=PersonasOut, operation_id="sim.personas.list", summary="List the personas"
)
async def list_personas(space: CurrentSpace) -> Any:
    return {"personas": space.facts["personas"]}


@router.get(
    "/services/runs",
    operation_id="sim.services.runs.list",
    summary="The last 1,000 runs of custom services",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
async def list_runs(space: CurrentSpace) -> Response:
    return Response(space.runs.export(), media_type="application/json")


def _set(space: Space, mode: Mode, now: datetime | None) -> list[Event]:
    try:
        return space.move_clock(mode, now or space.clock.now())
    except Backwards as error:
        raise CONFLICT.with_detail(str(error)) from error
    except ClockError as error:
        raise invalid("now", str(error)) from error


def _told(call: Call, events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events with absolute addresses, with the prefix by which the request came."""
    base = call.base.removesuffix(MOUNT)
    return [{"at": one.at, "event": one.what, "href": base + one.path, **one.particulars} for one in events]
