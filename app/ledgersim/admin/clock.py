"""Reads, sets and advances the clock of a space, and lists the events of its scheduled jobs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import ConfigDict

from ledgersim.admin.base import OPTIONAL, CurrentDispatcher, CurrentSpace, Strict, new_router, vendor_url
from ledgersim.admin.row_links import RowLinks, WrittenRow
from ledgersim.clock import ClockBackwardsError, ClockError, Mode, add_duration
from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.plugin import Vendor
from ledgersim.problems import CONFLICT, invalid
from ledgersim.schemas import AdminResponse, InstantIn
from ledgersim.spaces.scheduler import DueRow, Event
from ledgersim.spaces.space import Space

MAX_ROWS = 100  # of each coming job
MAX_SHOWN = 10  # rows of each event
MAX_SKIPPED = 10**9

router = new_router("Clock")


class Clock(AdminResponse):
    """The mode and the current time of the clock."""

    mode: Mode
    now: datetime


class DueEvent(AdminResponse):
    """What a scheduled job did: `at` in space time, `href` shows the result. Events have further members."""

    model_config = ConfigDict(extra="allow")

    at: datetime
    event: str
    href: str


class ClockChanged(Clock):
    """The new state of the clock, and the events of jobs that became due."""

    events: list[DueEvent]


class ClockSetting(Strict):
    """The mode, the time to set, or both. An absent member leaves its value unchanged."""

    mode: Mode | None = None
    now: InstantIn | None = None


class ClockAdvance(Strict):
    """An ISO 8601 duration such as P1M, P3DT12H or PT90S, or else the next scheduled job as the destination."""

    by: str | None = None
    to: Literal["next-job"] | None = None


class ClockAdvanced(AdminResponse):
    """The time before and after, and the events of jobs that became due."""

    from_: Annotated[datetime, "from"]
    to: datetime
    events: list[DueEvent]

    model_config = ConfigDict(alias_generator=lambda name: name.rstrip("_"), validate_by_name=True)


class ComingRow(AdminResponse):
    """What a job will do something about, and when: its name, and the path where it is read, if any."""

    at: datetime
    name: str
    path: str | None


class ComingJob(AdminResponse):
    """A kind of scheduled job, when it is next due, and for what: the first of `total` rows."""

    at: datetime
    job: str
    total: int
    rows: list[ComingRow]


class JobList(AdminResponse):
    """The scheduled jobs that will run, the next first."""

    jobs: list[ComingJob]


class ListedEvent(DueEvent):
    """What a scheduled job did; if asked for, also the `job`, its `item`, and rows that it `wrote`."""

    job: str = OPTIONAL
    item: str | None = OPTIONAL
    wrote: list[WrittenRow] = OPTIONAL


class EventList(AdminResponse):
    """A part of the latest 1,000 events since the start or the last reset of the space, oldest first."""

    total: int
    events: list[ListedEvent]


@router.get("/clock", response_model=Clock, operation_id="sim.clock.get", summary="Read the clock")
async def get_clock(space: CurrentSpace) -> Any:
    """The time of everything that happens in the space. `real` time ticks, `frozen` time stands still."""
    return {"mode": space.clock.setting.mode, "now": space.clock.now()}


@router.put("/clock", response_model=ClockChanged, operation_id="sim.clock.set", summary="Set the clock")
async def set_clock(context: CurrentContext, dispatcher: CurrentDispatcher, body: ClockSetting) -> Any:
    """Jobs that are due by the new time run in order, each at its own time. The time only moves forward, else
    the answer is a 409; but in a space where nothing has been written yet, any time since the date of the world
    is allowed.
    """
    space = context.space
    if body.mode is None and body.now is None:
        raise invalid("now", "is required, or else mode: real or frozen")
    events = await move_clock(dispatcher, space, body.mode or space.clock.setting.mode, body.now)
    return {"mode": space.clock.setting.mode, "now": space.clock.now(), "events": _to_response(context, events)}


@router.post(
    "/clock/advance",
    response_model=ClockAdvanced,
    operation_id="sim.clock.advance",
    summary="Move the clock forward",
)
async def advance_clock(context: CurrentContext, dispatcher: CurrentDispatcher, body: ClockAdvance) -> Any:
    """By an ISO 8601 duration such as `P1M`, or to when the next job is due. Jobs that are due run in order,
    each at its own time.
    """
    before = context.space.clock.now()
    after = _destination(dispatcher, context.space, body, before)
    events = await move_clock(dispatcher, context.space, context.space.clock.setting.mode, after)
    return {"from_": before, "to": after, "events": _to_response(context, events)}


def jobs_router(vendors: Sequence[Vendor]) -> APIRouter:
    """The routes that list what the jobs of these vendors will do, and what they have done."""
    router = new_router("Clock")
    links = RowLinks(vendors)

    @router.get(
        "/clock/jobs",
        response_model=JobList,
        operation_id="sim.clock.jobs",
        summary="List the scheduled jobs that will run next",
    )
    async def list_jobs(
        space: CurrentSpace,
        dispatcher: CurrentDispatcher,
        top: int = Query(10, ge=0, le=MAX_ROWS),
        skip: int = Query(0, ge=0, le=MAX_SKIPPED),
        job: str | None = None,
    ) -> Any:
        """When each kind of job is next due, in order of time, and for what, the first `top` of each; without
        those that have nothing to do. With `job`, only this kind.
        """
        _check_job(dispatcher, job)
        return {
            "jobs": [
                {
                    "at": one.at,
                    "job": one.name,
                    "total": one.total,
                    "rows": [_coming(space, links, row) for row in one.rows],
                }
                for one in dispatcher.scheduler.coming(space, top, skip, job)
            ]
        }

    @router.get(
        "/events",
        response_model=EventList,
        response_model_exclude_unset=True,
        operation_id="sim.events.list",
        summary="List the latest events",
    )
    async def list_events(
        context: CurrentContext,
        dispatcher: CurrentDispatcher,
        limit: int = Query(1_000, ge=1, le=1_000),
        skip: int = Query(0, ge=0, le=MAX_SKIPPED),
        job: str | None = None,
        text: str = Query("", max_length=200),
        rows: bool = False,
    ) -> Any:
        """Invoices, reminders, ended plans, disbursements and the like, each with the URL of its result. With
        `rows=true`, each also has the `job` that did it, the name of what it is about, `item`, and rows that
        were written, `wrote`. `total` is how many events match `job` and `text`.
        """
        _check_job(dispatcher, job)
        space, wanted = context.space, text.casefold()

        @cache
        def item_at(path: str) -> str | None:
            item = links.above(space, path)
            return None if item is None else item.text

        def has_text(one: Event) -> bool:
            values = (one.name, one.path, one.job, *map(str, one.details.values()))
            return (
                any(wanted in value.casefold() for value in values)
                or wanted in (item_at(one.path) or "").casefold()
            )

        events = [one for one in space.events if job in (None, one.job) and (not wanted or has_text(one))]
        total = len(events)
        events = events[max(total - skip - limit, 0) : max(total - skip, 0)]
        found = _to_response(context, events)
        for event, one in zip(events, found, strict=True) if rows else ():
            one["job"] = event.job
            one["item"] = item_at(event.path)
            one["wrote"] = [links.described(space, *row) for row in event.wrote[:MAX_SHOWN]]
        return {"total": total, "events": found}

    return router


def _check_job(dispatcher: Dispatcher, name: str | None) -> None:
    names = dispatcher.scheduler.names
    if name is not None and name not in names:
        raise invalid("job", f"must be one of {', '.join(names)}")


def _coming(space: Space, links: RowLinks, row: DueRow) -> dict[str, Any]:
    described = links.described(space, row.table, row.row_id)
    return {"at": row.at, "name": described["name"], "path": described["path"]}


def _destination(dispatcher: Dispatcher, space: Space, body: ClockAdvance, now: datetime) -> datetime:
    if (body.by is None) is (body.to is None):
        raise invalid("by", "is required, or else to: an ISO 8601 duration, or next-job")
    if body.by is None:
        due = dispatcher.scheduler.next_at(space)
        if due is None:
            raise CONFLICT.with_detail("No job is scheduled in this space.")
        return max(due, now)
    try:
        return add_duration(now, body.by)
    except ClockError as error:
        raise invalid("by", str(error)) from error


async def move_clock(dispatcher: Dispatcher, space: Space, mode: Mode, now: datetime | None) -> list[Event]:
    """Set the clock of a space, and run the jobs that are due. Raises a 400 or 409 Problem."""
    advance = partial(dispatcher.scheduler.advance, space, mode, now or space.clock.now())
    try:
        return await space.worker.run(advance)
    except ClockBackwardsError as error:
        raise CONFLICT.with_detail(str(error)) from error
    except ClockError as error:
        raise invalid("now", str(error)) from error


def _to_response(context: RequestContext, events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events with absolute URLs, which have the space prefix of the request."""
    return [
        {"at": one.at, "event": one.name, "href": vendor_url(context, one.path), **one.details}
        for one in events
    ]
