"""The pages that control a space: clock, faults, coverage, personas and spaces."""

from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ledgersim.diagnostics.faults import MEMBERS, Fault, Kind
from ledgersim.plugin import VendorSettings
from ledgersim.problems import invalid
from ledgersim.spaces.registry import DEFAULT
from ledgersim.ui import samples
from ledgersim.ui.dashboard.data_pages import item_address
from ledgersim.ui.dashboard.session import Sessions
from ledgersim.ui.dashboard.visit import READ, UI, Visit
from ledgersim.vendors import installed_vendors

MAX_EVENTS = 100  # on the page of the clock
MAX_SPACES = 200  # on their page

STEPS = {"+1 day": {"by": "P1D"}, "+1 month": {"by": "P1M"}, "+1 year": {"by": "P1Y"}}
CONFIRMED = ("reset", "restore", "delete-snapshot", "delete")

# The members of a fault that are numbers.
_NUMBERS = {
    "status": "int",
    "retry_after": "int",
    "bytes": "int",
    "limit": "int",
    "times": "int",
    "seconds": "float",
    "probability": "float",
}


def add_control_pages(router: APIRouter, sessions: Sessions) -> None:
    """Add the routes."""

    @router.api_route("/clock", operation_id="ui.clock", **READ)
    async def show_clock(request: Request) -> Response:
        visit = Visit(request, sessions)
        events = (await visit.get("/events"))["events"]
        content = {
            "clock": await visit.get("/clock"),
            "jobs": (await visit.get("/clock/jobs"))["jobs"],
            "events": [
                {**one, "address": item_address(visit, one["href"])} for one in events[-MAX_EVENTS:][::-1]
            ],
            "steps": STEPS,
        }
        return visit.show("clock", content, "/clock")

    @router.api_route("/faults", operation_id="ui.faults", **READ)
    async def show_faults(request: Request) -> Response:
        visit = Visit(request, sessions)
        content = {
            **await visit.get("/faults"),
            "kinds": get_args(Kind),
            "members": _members(),
            "operations": [str(one.operation_id) for app in visit.vendors for one in app.operations()],
        }
        return visit.show("faults", content, "/faults")

    @router.api_route("/coverage", operation_id="ui.coverage", **READ)
    async def show_coverage(request: Request) -> Response:
        visit = Visit(request, sessions)
        found = await visit.get("/coverage")
        for one in found["vendors"].values():
            one["statuses"] = _statuses(one["operations"])
        return visit.show("coverage", found, "/coverage")

    @router.api_route("/personas", operation_id="ui.personas", **READ)
    async def show_personas(request: Request) -> Response:
        visit = Visit(request, sessions)
        found = (await visit.get("/personas"))["personas"]
        names = [vendor.name for vendor in installed_vendors()]
        space, here = visit.context.space, visit.context.url()
        auth = space.options(VendorSettings).auth

        def headers(persona: Mapping[str, Any], vendor: str) -> Mapping[str, str]:
            return samples.headers(space, vendor, auth, persona[vendor])

        personas = [
            {**one, "links": samples.links({name: one[name] for name in names if name in one}, here)}
            for one in found
        ]
        content = {
            "personas": personas,
            "headers": headers,
            "titles": {vendor.name: vendor.title for vendor in installed_vendors()},
            "address": lambda url: item_address(visit, url),
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
        visit = Visit(request, sessions)
        found = await visit.get("/spaces")
        blank = {"open": False, "bytes": 0, "requests": 0, "snapshots": []}
        spaces = found["spaces"] + [{"name": name, **blank} for name in found["closed"]]
        confirmed = _confirmed(request, spaces)
        shown = spaces[:MAX_SPACES]
        for one in shown + ([confirmed["space"]] if confirmed else []):
            prefix = "" if one["name"] == DEFAULT else f"/s/{quote(one['name'])}"
            one["ui"] = f"{visit.context.base_path}{prefix}{UI}"
        content = {**found, "all": shown, "total": len(spaces), "confirm": confirmed}
        return visit.show("spaces", {**content, "spaces": visit.space_names()}, "/spaces")


def _members() -> dict[str, Mapping[str, Any]]:
    """The members of a fault for the form: their type, and the kinds that have them if not all do."""
    own = {name for names in MEMBERS.values() for name in names}
    return {
        name: {
            "type": _NUMBERS.get(name, ""),
            "kinds": " ".join(kind for kind, names in MEMBERS.items() if name in names) if name in own else "",
        }
        for name in Fault.model_fields
        if name not in ("match", "kind", "when")
    }


def _statuses(operations: Mapping[str, Any]) -> list[int]:
    """The statuses that any operation has returned or could return."""
    met = {int(status) for one in operations.values() for status in one["responses"]}
    return sorted(met | {status for one in operations.values() for status in one["never"]})


def _confirmed(request: Request, spaces: list[Any]) -> Mapping[str, Any] | None:
    """What the address of the page asks to confirm. Raises a 400 Problem."""
    what = request.query_params.get("confirm")
    if what is None:
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
