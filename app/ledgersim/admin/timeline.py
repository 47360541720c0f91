"""Shows what happened to a persona."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter

from ledgersim.admin.base import new_router, vendor_url
from ledgersim.http.context import CurrentContext
from ledgersim.plugin import Vendor
from ledgersim.problems import NOT_FOUND
from ledgersim.schemas import AdminResponse, Amount
from ledgersim.timeline import timeline


class Entry(AdminResponse):
    """Something that happened to a persona: `at` in space time, `href` shows the result."""

    at: datetime
    vendor: str
    event: str
    summary: str
    amount: Amount | None
    currency: str | None
    href: str


class PersonaTimeline(AdminResponse):
    """What happened to a persona at all vendors, oldest first."""

    name: str
    timeline: list[Entry]


def timeline_router(vendors: Sequence[Vendor]) -> APIRouter:
    """The route that shows the timeline of a persona."""
    router = new_router("State", "/personas")

    @router.get(
        "/{name}/timeline",
        response_model=PersonaTimeline,
        operation_id="sim.personas.timeline",
        summary="Show what happened to a persona at all vendors, in order of time",
    )
    async def get_timeline(context: CurrentContext, name: str) -> Any:
        """Credit, purchases, invoices, reminders, collection, payments and more, of the seeded world and since,
        as the vendors have stored them.
        """
        personas = {persona["name"]: persona for persona in context.space.personas()}
        found = next((known for known in personas if known.casefold() == name.casefold()), None)
        if found is None:
            names = ", ".join(personas) or "none"
            raise NOT_FOUND.with_detail(f"Unknown persona {name[:80]!r}; the personas are {names}.")
        entries = [
            {**entry._asdict(), "vendor": vendor, "href": vendor_url(context, entry.path)}
            for vendor, entry in timeline(vendors, context.space, personas[found])
        ]
        return {"name": found, "timeline": entries}

    return router
