"""The pages of the vendors' data."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ledgersim.problems import Problem
from ledgersim.ui.dashboard.charts import chart, states
from ledgersim.ui.dashboard.json_view import json_view
from ledgersim.ui.dashboard.session import Sessions
from ledgersim.ui.dashboard.visit import READ, UI, Visit, with_query

_PLAIN = re.compile(r"(?!.*\b(?:eq|ne|[gl][te]|and|or|not|in)\b)[\w .,@'-]+")  # no filter, but a text


def add_data_pages(router: APIRouter, sessions: Sessions) -> None:
    """Add the routes."""

    @router.api_route("/data", operation_id="ui.data", **READ)
    async def show_data(request: Request) -> Response:
        visit = Visit(request, sessions)
        return visit.show("data", await visit.get("/data"), "/data")

    @router.api_route("/data/item", operation_id="ui.data.item", **READ)
    async def show_item(request: Request) -> Response:
        visit = Visit(request, sessions, "path")
        twin = with_query("/data/item", {"path": request.query_params.get("path", "")})
        found = await visit.get(twin)
        drawn = {"chart": chart, "states": states}
        vendors = (await visit.get("/data"))["vendors"]
        content = {
            **found,
            "title": found["cards"][0]["title"] if found["cards"] else found["path"],
            "at": next(one for one in vendors if one["name"] == found["vendor"]),
            "json": json_view,
            "link": lambda text: item_address(visit, text),
            "address": visit.context.url(found["path"]),
            "drawn": drawn,
        }
        return visit.show("data", content, twin, "item")

    @router.api_route("/data/{vendor}/{resource}", operation_id="ui.data.list", **READ)
    async def show_list(request: Request, vendor: str, resource: str) -> Response:
        visit = Visit(request, sessions, "filter", "skip", "top")
        query = {name: request.query_params.get(name, "") for name in ("filter", "skip", "top")}
        path = f"/data/{quote(vendor, safe='')}/{quote(resource, safe='')}"
        twin = with_query(path, query)
        error = None
        try:
            found = await visit.get(twin)
        except Problem as problem:
            if problem.status != 400:
                raise
            found, error = await visit.get(path), problem
            found = {**found, "items": [], "total": 0}
        content = {
            **found,
            "vendor": vendor,
            "error": error,
            "query": query["filter"],
            "instead": _instead(found, query["filter"]) if error is not None else [],
            "here": f"{visit.root}{UI}{path}",
            "top": query["top"],
            "vendors": (await visit.get("/data"))["vendors"],
            "resource": resource,
            "with_query": with_query,
        }
        answer = visit.show("data", content, twin, "items")
        if error is not None:
            answer.status_code = error.status
        return answer


def _instead(listed: Mapping[str, Any], text: str) -> list[str]:
    """Filters that search for a text, if that was given where a filter in the vendor's language is needed."""
    if not listed["filter"] or not _PLAIN.fullmatch(text):
        return []
    quoted = text.strip().replace("'", "''")
    return [f"contains({name},'{quoted}')" for name in listed["columns"][:2]]


def item_address(visit: Visit, text: str) -> str | None:
    """Where the dashboard shows what an address of a vendor, in a response, leads to; None for other texts."""
    path = text
    if path.startswith(("http://", "https://")):
        if not path.startswith(visit.context.origin + "/"):
            return None
        split = urlsplit(path)
        path = split.path + (f"?{split.query}" if split.query else "")
    own = path.removeprefix(visit.root)
    if any(own.startswith(f"{mount}/") for mount in visit.context.dispatcher.vendors):
        return with_query(f"{visit.root}{UI}/data/item", {"path": own})
    return None
