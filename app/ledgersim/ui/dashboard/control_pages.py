"""The pages that control a space: clock, faults, coverage, personas and spaces."""

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import Any, get_args
from urllib.parse import quote, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ledgersim.diagnostics.faults import When
from ledgersim.plugin import VendorSettings
from ledgersim.problems import VALIDATION, invalid
from ledgersim.ui import samples
from ledgersim.ui.dashboard import fault_form
from ledgersim.ui.dashboard.data_pages import item_address
from ledgersim.ui.dashboard.session import Sessions
from ledgersim.ui.dashboard.visit import READ, UI, Visit, with_query
from ledgersim.vendors import installed_vendors

MAX_EVENTS = 200  # on a page of the clock
MAX_COMING, MAX_OF_JOB = 10, 100  # rows of each of the coming jobs, of one job
MAX_SPACES = 200  # on their page

EVENT_MEMBERS = ("at", "event", "href", "job", "item", "wrote")  # that all events have
STEPS = {"+1 day": {"by": "P1D"}, "+1 month": {"by": "P1M"}, "+1 year": {"by": "P1Y"}}
_CONFIRM = ("confirm", "space", "snapshot")  # parameters of the page of spaces
CONFIRMED = ("reset", "restore", "delete-snapshot", "delete")


def add_control_pages(router: APIRouter, sessions: Sessions) -> None:
    """Add the routes."""

    @router.api_route("/clock", operation_id="ui.clock", **READ)
    async def show_clock(request: Request) -> Response:
        visit = Visit(request, sessions, "job", "text", "later", "older")
        chosen = {"job": request.query_params.get("job"), "text": visit.text}
        later, older = visit.number("later"), visit.number("older")
        top = MAX_OF_JOB if chosen["job"] or visit.text else MAX_COMING
        of_jobs = with_query("/clock/jobs", {"job": chosen["job"], "top": top, "skip": later})
        of_events = with_query("/events", {**chosen, "limit": MAX_EVENTS, "skip": older, "rows": True})
        past = await visit.get(of_events)

        def own(**changed: Any) -> str:
            return with_query(f"{UI}/clock", {**chosen, "later": later, "older": older, **changed})

        content = {
            "clock": await visit.get("/clock"),
            "job": chosen["job"],
            "jobs": visit.context.dispatcher.scheduler.names,
            "coming": _coming((await visit.get(of_jobs))["jobs"], visit.text, later),
            "past": _done(visit, past["events"][::-1]),
            "listed": len(past["events"]),
            "total": past["total"],
            "later": later,
            "older": older,
            "step": MAX_EVENTS,
            "own": own,
            "calls": {"coming": of_jobs, "past": of_events},
            "steps": STEPS,
            "address": lambda path: item_address(visit, path),
        }
        return visit.show("clock", content, "/clock")

    @router.api_route("/faults", operation_id="ui.faults", **READ)
    async def show_faults(request: Request) -> Response:
        visit = Visit(request, sessions, "text")
        now = visit.context.space.clock.now()
        errors = fault_form.errors_of(visit.sent, visit.context.dispatcher, now)
        faults = (await visit.get("/faults"))["faults"]
        content = {
            "faults": [one for one in faults if visit.matches(one)],
            "total": len(faults),
            "fits": lambda one: fault_form.fits_a_route(one.get("match", {}), visit.context.dispatcher.vendors),
            "kinds": fault_form.KINDS,
            "times": get_args(When),
            "fields": fault_form.fields(visit.sent),
            "errors": errors,
            "is_explained": bool(errors),
            "operations": [str(one.operation_id) for app in visit.vendors for one in app.operations()],
        }
        answer = visit.show("faults", content, "/faults")
        if errors:
            answer.status_code = VALIDATION.status
        return answer

    @router.api_route("/coverage", operation_id="ui.coverage", **READ)
    async def show_coverage(request: Request) -> Response:
        visit = Visit(request, sessions, "text")
        found = await visit.get("/coverage")
        for vendor in found["vendors"].values():
            every = vendor["operations"]
            vendor["operations"] = {name: one for name, one in every.items() if visit.matches(name)}
            vendor |= {"total": len(every), "statuses": _statuses(vendor["operations"])}
        vendors = {name: vendor for name, vendor in found["vendors"].items() if vendor["operations"]}
        return visit.show("coverage", {**found, "vendors": vendors}, "/coverage")

    @router.api_route("/personas", operation_id="ui.personas", **READ)
    async def show_personas(request: Request) -> Response:
        visit = Visit(request, sessions, "text")
        found = (await visit.get("/personas"))["personas"]
        names = [vendor.name for vendor in installed_vendors()]
        space, here = visit.context.space, visit.context.url("")
        auth = space.options(VendorSettings).auth

        def headers(persona: Mapping[str, Any], vendor: str) -> Mapping[str, str]:
            return samples.headers(space, vendor, auth, persona[vendor])

        personas = [
            {**one, "links": samples.links({name: one[name] for name in names if name in one}, here)}
            for one in found
            if visit.matches(one)
        ]
        content = {
            "personas": personas,
            "headers": headers,
            "titles": {vendor.name: vendor.title for vendor in installed_vendors()},
            "path": lambda url: urlsplit(url).path,
        }
        return visit.show("personas", content, "/personas")

    @router.api_route("/personas/{name}", operation_id="ui.persona", **READ)
    async def show_persona(request: Request, name: str) -> Response:
        visit = Visit(request, sessions)
        twin = f"/personas/{quote(name, safe='')}/timeline"
        found = await visit.get(twin)
        entries = [{**one, "address": item_address(visit, one["href"])} for one in found["timeline"]]
        return visit.show("personas", {**found, "timeline": entries}, twin, "persona")

    @router.api_route("/spaces", operation_id="ui.spaces", **READ)
    async def show_spaces(request: Request) -> Response:
        visit = Visit(request, sessions, *_CONFIRM)
        found = await visit.get("/spaces")
        blank = {"open": False, "bytes": 0, "requests": 0, "snapshots": []}
        spaces = found["spaces"] + [{"name": name, **blank} for name in found["closed"]]
        confirmed = _confirmed(request, spaces)
        shown = spaces[:MAX_SPACES]
        for one in shown + ([confirmed["space"]] if confirmed else []):
            one["root"] = visit.root_of(one["name"])
            one["ui"] = f"{one['root']}{UI}"
        content = {
            **found,
            "all": shown,
            "total": len(spaces),
            "confirm": confirmed,
            "call_of": partial(_call, visit.context.base_path),
        }
        return visit.show("spaces", {**content, "spaces": visit.space_names()}, "/spaces")


def _coming(jobs: list[Any], text: str, skipped: int) -> list[Mapping[str, Any]]:
    """What will fall due, by instant and job; after the last listed row of a job, how many `more` there are.

    Only jobs that have a text in their name, and rows that have it.
    """
    found, text = [], text.casefold()
    for job in jobs:
        listed = skipped + len(job["rows"])
        is_wanted = text in job["job"]
        wanted = [row for row in job["rows"] if is_wanted or text in row["name"].casefold()]
        groups = [
            {"at": at, "job": job["job"], "rows": list(rows), "more": 0}
            for at, rows in groupby(wanted, lambda row: row["at"])
        ]
        if not groups and is_wanted and not job["total"]:
            groups = [{"at": job["at"], "job": job["job"], "rows": [], "more": 0}]
        if groups:
            groups[-1].update(more=max(job["total"] - listed, 0), listed=listed)
        found += groups
    return sorted(found, key=lambda one: one["at"])


def _done(visit: Visit, events: list[Any]) -> list[Mapping[str, Any]]:
    """What has fallen due, by instant, event and details: each with the rows that it wrote besides its item."""
    for one in events:
        path = urlsplit(one["href"]).path.removeprefix(visit.root)
        one["details"] = {name: value for name, value in one.items() if name not in EVENT_MEMBERS}
        one["others"] = [row for row in one["wrote"] if row["path"] not in (None, path)]
    return [
        {"at": at, "event": event, "details": details, "events": list(group)}
        for (at, event, details), group in groupby(
            events, lambda one: (one["at"], one["event"], one["details"])
        )
    ]


def _statuses(operations: Mapping[str, Any]) -> list[int]:
    """The statuses that any operation has returned or could return."""
    met = {int(status) for one in operations.values() for status in one["responses"]}
    return sorted(met | {status for one in operations.values() for status in one["never"]})


def _call(base_path: str, what: str, space: Mapping[str, Any], snapshot: str) -> Mapping[str, str]:
    """What a button of a space is called, its call, and the root of the space that the call is for."""
    of, name = space["root"], quote(snapshot, safe="")
    if what == "reset":
        return {"label": "Reset", "call": "POST /reset", "of": of}
    if what == "restore":
        return {"label": "Restore", "call": f"POST /snapshots/{name}/restore", "of": of}
    if what == "delete-snapshot":
        return {"label": "Delete", "call": f"DELETE /snapshots/{name}", "of": of}
    return {"label": "Delete", "call": f"DELETE /spaces/{quote(space['name'], safe='')}", "of": base_path}


def _confirmed(request: Request, spaces: list[Any]) -> Mapping[str, Any] | None:
    """What the address of the page asks to confirm. Raises a 400 Problem."""
    what = request.query_params.get("confirm")
    if what is None:
        if any(map(request.query_params.get, _CONFIRM)):
            raise invalid("confirm", f"must be one of {', '.join(CONFIRMED)}")
        return None
    name, snapshot = request.query_params.get("space", ""), request.query_params.get("snapshot", "")
    found = next((one for one in spaces if one["name"] == name), None)
    if found is None:
        raise invalid("space", f"is {name[:80]!r}, which does not exist")
    if what not in CONFIRMED:
        raise invalid("confirm", f"must be one of {', '.join(CONFIRMED)}")
    if what in ("restore", "delete-snapshot") and snapshot not in found["snapshots"]:
        raise invalid("snapshot", f"is {snapshot[:80]!r}, which does not exist")
    return {"what": what, "space": found, "snapshot": snapshot}
