"""The routes of the dashboard."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledgersim.admin import MOUNT
from ledgersim.admin.event_stream import batches, event_stream, position
from ledgersim.admin.recorded_requests import summary
from ledgersim.admin.requests import RequestFilter
from ledgersim.http.context import context_of
from ledgersim.http.routing import is_below
from ledgersim.problems import NOT_FOUND, UNAUTHORIZED, Problem, field_path, invalid
from ledgersim.ui.dashboard.control_pages import add_control_pages
from ledgersim.ui.dashboard.data_pages import add_data_pages
from ledgersim.ui.dashboard.forms import body_of, must, read_form
from ledgersim.ui.dashboard.json_view import json_view
from ledgersim.ui.dashboard.problem_page import problem_page
from ledgersim.ui.dashboard.session import CSRF, Sessions
from ledgersim.ui.dashboard.visit import READ, UI, Visit, own_page, with_fields, with_query
from ledgersim.ui.rendering import render

MAX_ROWS = 200  # in the list of requests
MAX_IN_EVENT = 50
STREAM_SECONDS = 60.0  # then the browser connects again

_FILTERS = tuple(RequestFilter.model_fields)
_STATE = ("paused", "older")  # what else the address of the list of requests may have

WRONG_TOKEN = UNAUTHORIZED.with_detail("This is not the admin token of this server.")


_WRITE: dict[str, Any] = {"methods": ["POST"], "include_in_schema": False}


def dashboard_router(sessions: Sessions) -> APIRouter:
    """The pages and forms."""
    router = APIRouter(prefix=UI)

    @router.api_route("", operation_id="ui.dashboard", **READ)
    async def show_first(request: Request) -> Response:
        return await _requests(Visit(request, sessions, *_FILTERS, *_STATE))

    @router.api_route("/requests", operation_id="ui.requests", **READ)
    async def show_requests(request: Request) -> Response:
        return await _requests(Visit(request, sessions, *_FILTERS, *_STATE))

    @router.api_route("/requests/stream", operation_id="ui.requests.stream", **READ)
    async def stream_requests(request: Request) -> Response:
        return _stream(Visit(request, sessions, *_FILTERS, "after"))

    @router.api_route("/requests/{id}", operation_id="ui.request", **READ)
    async def show_request(request: Request, id: str) -> Response:
        return await _requests(Visit(request, sessions, *_FILTERS, *_STATE), id)

    @router.api_route("/errors", operation_id="ui.errors", **READ)
    async def show_errors(request: Request) -> Response:
        visit = Visit(request, sessions, *_FILTERS)
        filters = _filters(request)
        found = await visit.get("/requests/problems", filters)
        twin = with_query("/requests/problems", filters)
        return visit.show("errors", {**found, **_choices(visit), "filters": filters}, twin)

    add_data_pages(router, sessions)
    add_control_pages(router, sessions)

    @router.api_route("/call", operation_id="ui.call", **_WRITE)
    async def call(request: Request) -> Response:
        visit = Visit(request, sessions)
        form = await read_form(request)
        sessions.check_form(request, form.get(CSRF, ""))
        method, _, path = form.get("call", "").partition(" ")
        if method not in ("POST", "PUT", "DELETE") or not path.startswith("/"):
            raise invalid("call", "must be a method and a path of the admin API, such as DELETE /requests")
        then = form.get("then", "")
        space = form.get("space", visit.context.space.name)
        body = body_of(form)
        done = {"call": f"{method} {visit.root}{MOUNT}{path}", "body": _text(body)}
        try:
            status, _ = await visit.call(method, path, body)
        except Problem as problem:
            failed = {**done, "status": problem.status, "why": _why(problem)}
            return visit.go(with_fields(then, form), failed, space)
        return visit.go(then, {**done, "status": status}, space)

    @router.api_route("/call", operation_id="ui.called", **READ)
    @router.api_route("/login", operation_id="ui.logged_in", **READ)
    @router.api_route("/logout", operation_id="ui.logged_out", **READ)
    async def leave_form(request: Request, then: str = "") -> Response:
        # The address of a form that was rejected, opened again.
        return RedirectResponse(context_of(request.scope).root_path + own_page(then), 303)

    @router.api_route("/login", operation_id="ui.login", **_WRITE)
    async def log_in(request: Request, then: str = "") -> Response:
        form = await read_form(request)
        sessions.check_form(request, form.get(CSRF, ""))
        if not sessions.is_admin_token(form.get("token", "")):
            return problem_page(sessions, WRONG_TOKEN, request, then)
        root = context_of(request.scope).root_path
        response = RedirectResponse(root + own_page(then), 303)
        sessions.log_in(response, request)
        return response

    @router.api_route("/logout", operation_id="ui.logout", **_WRITE)
    async def log_out(request: Request) -> Response:
        form = await read_form(request)
        sessions.check_form(request, form.get(CSRF, ""))
        response = RedirectResponse(context_of(request.scope).root_path + UI, 303)
        sessions.log_out(response, request)
        return response

    @router.api_route("/{page}", operation_id="ui.unknown", **READ)
    async def show_unknown(page: str) -> Response:
        raise NOT_FOUND.with_detail(f"There is no page {page[:80]!r}.")

    return router


async def _requests(visit: Visit, id: str | None = None) -> Response:
    filters = _filters(visit.request, *_STATE)
    older = visit.number("older")
    query = {**filters, "skip": older, "limit": MAX_ROWS}
    found = await visit.get("/requests", {**query, "limit": MAX_ROWS + 1})
    rows = found["requests"][: -MAX_ROWS - 1 : -1]
    detail = None
    if id is not None:
        detail = await visit.get(f"/requests/{quote(id, safe='')}")
        if "nearest" in detail:
            detail["nearest"]["path"] = _with_mount(visit, detail["path"], detail["nearest"]["path"])
        detail["wrote"] = (await visit.get(f"/data/written/{quote(id, safe='')}"))["rows"]
        detail["code"] = await visit.get(f"/requests/{quote(id, safe='')}/code")
    paused = visit.request.query_params.get("paused")
    if paused not in (None, "", "on"):
        raise invalid("paused", "must be on, or absent")
    is_paused = paused == "on"
    state = {**filters, "paused": "on" if is_paused else None, "older": older}

    def own(older: int) -> str:
        return with_query(f"{UI}/requests", {**state, "older": older})

    content = {
        **_choices(visit),
        "rows": rows,
        "older": older,
        "has_older": len(found["requests"]) > len(rows),
        "own": own,
        "recorded": found["recorded"],
        "evicted": found["evicted"],
        "without_space": found["without_space"],
        "is_disabled": not visit.context.space.journal.max_entries,
        "filters": filters,
        "state": with_query("", state),
        "is_paused": is_paused,
        "pause": with_query(visit.request.url.path, {**state, "paused": None if is_paused else "on"}),
        "stream": with_query("/requests/stream", {**filters, "after": found["position"]}),
        "har": with_query("/requests.har", query),
        "detail": detail,
        "json": json_view,
        "max_rows": MAX_ROWS,
        "addresses": addresses(visit),
    }
    twin = with_query("/requests", query) if id is None else f"/requests/{id}"
    return visit.show("requests", content, twin)


def _stream(visit: Visit) -> Response:
    """The rows of requests as they are recorded, as HTML."""
    filters = _filters(visit.request, "after")
    wanted = RequestFilter.model_validate(filters)
    space, dispatcher = visit.context.space, visit.context.dispatcher
    wanted.selected(space, dispatcher, ())  # raises a Problem
    given, seen = visit.request.query_params.get("after"), visit.request.headers.get("last-event-id")
    if given and position(given) is None:
        raise invalid("after", "must be a position, which is a number")
    after = position(seen or given or "")
    values = {"ui": visit.root + UI, "state": with_query("", filters), "selected": None}

    async def events() -> AsyncIterator[tuple[int, Any]]:
        async for batch in batches(space, dispatcher, wanted.selected, MAX_IN_EVENT, STREAM_SECONDS, after):
            if batch.without_space is not None:
                shown = {"without_space": dispatcher.rejections.summary()}
                html = render("dashboard/without_space.html", shown)
                yield batch.position, {"without_space": html}
                continue
            rows = [summary(one) for one in batch.records]
            html = render("dashboard/request_rows.html", {**values, "rows": rows})
            counts = {"recorded": len(space.journal), "evicted": space.journal.evicted()}
            yield batch.position, {"html": html, "skipped": batch.skipped, **counts}

    return event_stream(events())


def _filters(request: Request, *others: str) -> dict[str, Any]:
    """The filters of requests in the address of a page, without its other parameters. Raises a 400 Problem."""
    filters = {name: value for name, value in request.query_params.items() if value and name not in others}
    try:
        RequestFilter.model_validate(filters)
    except ValidationError as error:
        first = error.errors()[0]
        raise invalid(field_path(first["loc"]), must(first)) from error
    return filters


def _choices(visit: Visit) -> Mapping[str, Any]:
    """What the forms offer: the vendors, and the operations of each."""
    operations = {app.name: [str(one.operation_id) for one in app.operations()] for app in visit.vendors}
    return {"vendors": list(operations), "operations": operations}


def _with_mount(visit: Visit, sent: str, route: str) -> str:
    """The path of the nearest route, which lacks the mount if that of the request was right."""
    mounts = visit.context.dispatcher.vendors
    right = next((mount for mount in mounts if is_below(sent, mount)), "")
    return route if any(route.startswith(f"{mount}/") for mount in mounts) else right + route


def addresses(visit: Visit) -> dict[str, str]:
    """The base address of each vendor in the space of the page."""
    return {app.name: visit.context.url(mount) for mount, app in visit.context.dispatcher.vendors.items()}


def _why(problem: Problem) -> str:
    """What a problem says: its detail, and what is wrong with each field."""
    wrong = (f"{name}: {'; '.join(messages)}" for name, messages in problem.errors.items())
    return " ".join(filter(None, (problem.detail, *wrong))) or problem.title


def _text(body: Any) -> str:
    return "" if body is None else json.dumps(body, ensure_ascii=False)
