"""Health, clock, reset and personas of the space that a request is for."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import isodate
from fastapi import APIRouter, Body, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from ledgersim.core.body import JsonRoute
from ledgersim.core.clock import Backwards, ClockError, Mode
from ledgersim.core.events import Event
from ledgersim.core.problems import CONFLICT, invalid
from ledgersim.core.space import ResetScope, Space
from ledgersim.core.vendor import NO_CONTENT
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
    events: list[dict[str, Any]]

    model_config = ConfigDict(alias_generator=lambda name: name.rstrip("_"), validate_by_name=True)


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


@router.api_route(
    "/health/live", methods=["GET", "HEAD"], operation_id="sim.health.live", summary="Whether the process runs"
)
async def get_live() -> Status:
    return Status()


@router.api_route(
    "/health/ready",
    methods=["GET", "HEAD"],
    operation_id="sim.health.ready",
    summary="Whether requests are served",
)
async def get_ready() -> Status:
    return Status()


@router.get("/clock", response_model=ClockOut, operation_id="sim.clock.get", summary="Read the clock")
async def get_clock(space: CurrentSpace) -> Any:
    return {"mode": space.clock.setting.mode, "now": space.clock.now()}


@router.put("/clock", response_model=ClockOut, operation_id="sim.clock.set", summary="Set the clock")
async def set_clock(space: CurrentSpace, body: ClockIn) -> Any:
    _set(space, body.mode, body.now)
    return {"mode": space.clock.setting.mode, "now": space.clock.now()}


@router.post(
    "/clock/advance",
    response_model=AdvanceOut,
    operation_id="sim.clock.advance",
    summary="Move the clock forward",
)
async def advance_clock(space: CurrentSpace, body: AdvanceIn) -> Any:
    before = space.clock.now()
    after = _later(before, body.by)
    events = _set(space, space.clock.setting.mode, after)
    told = [{"at": one.at, "event": one.what, "path": one.path, **one.particulars} for one in events]
    return {"from_": before, "to": after, "events": told}


@router.post("/reset", **NO_CONTENT, operation_id="sim.reset", summary="Go back to the seeded world")
async def reset(space: CurrentSpace, body: Annotated[ResetIn | None, Body()] = None) -> None:
    space.reset("all" if body is None else body.scope)


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


def _later(start: datetime, duration: str) -> datetime:
    """`start` plus an ISO 8601 duration; months and years by the calendar. Raises a 400 Problem."""
    try:
        by = isodate.parse_duration(duration)  # type: ignore[no-untyped-call]
    except (isodate.ISO8601Error, ValueError, ArithmeticError, TypeError) as error:
        raise invalid(
            "by", f"{duration[:40]!r} is not an ISO 8601 duration such as P1M, P3DT12H or PT90S"
        ) from error
    try:
        after: datetime = start + by
    except (ValueError, ArithmeticError) as error:
        raise invalid("by", "leads beyond 2199-12-31, the last day that the clock tells") from error
    if after < start or (isinstance(by, timedelta) and by < timedelta()):
        raise invalid("by", "must not be negative: time only moves forward")
    return after
