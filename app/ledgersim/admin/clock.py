"""The clock of a space: read, set and advanced; what fell due on the way."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from ledgersim.admin import MOUNT
from ledgersim.admin.base import CurrentSpace, Strict, new_router
from ledgersim.clock import Backwards, ClockError, Mode, later
from ledgersim.http.schemas import InstantIn
from ledgersim.http.vendor_app import CurrentContext, RequestContext
from ledgersim.problems import CONFLICT, invalid
from ledgersim.spaces.scheduler import Event
from ledgersim.spaces.space import Space

router = new_router("Clock")


class Clock(BaseModel):
    """How the space tells the time, and the time."""

    mode: Mode
    now: datetime


class DueEvent(BaseModel):
    """Something that fell due: when, what, where it shows, and particulars."""

    model_config = ConfigDict(extra="allow")

    at: datetime
    event: str
    href: str


class ClockChanged(Clock):
    """How the space tells the time now, and what fell due on the way."""

    events: list[DueEvent]


class ClockSetting(Strict):
    """The mode, the time, or both. Without `mode` the mode stays; without `now` the clock keeps its reading."""

    mode: Mode | None = None
    now: InstantIn | None = None


class ClockAdvance(Strict):
    """By how much: an ISO 8601 duration such as P1M, P3DT12H or PT90S."""

    by: str


class ClockAdvanced(BaseModel):
    """The time before and after, and what fell due between."""

    from_: Annotated[datetime, "from"]
    to: datetime
    events: list[DueEvent]

    model_config = ConfigDict(alias_generator=lambda name: name.rstrip("_"), validate_by_name=True)


class EventList(BaseModel):
    """What fell due since the start of the space or its last reset, the oldest first."""

    events: list[DueEvent]


@router.get("/clock", response_model=Clock, operation_id="sim.clock.get", summary="Read the clock")
async def get_clock(space: CurrentSpace) -> Any:
    """The time by which everything in the space happens; `real` time ticks, `frozen` time stands still."""
    return {"mode": space.clock.setting.mode, "now": space.clock.now()}


@router.put("/clock", response_model=ClockChanged, operation_id="sim.clock.set", summary="Set the clock")
async def set_clock(context: CurrentContext, body: ClockSetting) -> Any:
    """Jobs that are due by the new time run in order, each at its own time. The time only moves forward, else
    409; in a space in which nothing was written it may be set to any time since the date of the world.
    """
    space = context.space
    if body.mode is None and body.now is None:
        raise invalid("mode", "is needed where there is no now: real or frozen")
    events = _set(space, body.mode or space.clock.setting.mode, body.now)
    return {"mode": space.clock.setting.mode, "now": space.clock.now(), "events": _told(context, events)}


@router.post(
    "/clock/advance",
    response_model=ClockAdvanced,
    operation_id="sim.clock.advance",
    summary="Move the clock forward",
)
async def advance_clock(context: CurrentContext, body: ClockAdvance) -> Any:
    """By an ISO 8601 duration such as `P1M`. Jobs that are due run in order, each at its own time."""
    before = context.space.clock.now()
    try:
        after = later(before, body.by)
    except ClockError as error:
        raise invalid("by", str(error)) from error
    events = _set(context.space, context.space.clock.setting.mode, after)
    return {"from_": before, "to": after, "events": _told(context, events)}


@router.get(
    "/events",
    response_model=EventList,
    operation_id="sim.events.list",
    summary="The last 1,000 things that fell due",
)
async def list_events(context: CurrentContext) -> Any:
    """Invoices, reminders, the end of plans, disbursements and the like, with the address of what they happened
    to.
    """
    return {"events": _told(context, context.space.events)}


def _set(space: Space, mode: Mode, now: datetime | None) -> list[Event]:
    try:
        return space.move_clock(mode, now or space.clock.now())
    except Backwards as error:
        raise CONFLICT.with_detail(str(error)) from error
    except ClockError as error:
        raise invalid("now", str(error)) from error


def _told(context: RequestContext, events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events with absolute addresses, with the prefix by which the request came."""
    base = context.base.removesuffix(MOUNT)
    return [{"at": one.at, "event": one.what, "href": base + one.path, **one.particulars} for one in events]
