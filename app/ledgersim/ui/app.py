"""The application of the pages: `/`, `/docs` and `/_sim`, in every space."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from ledgersim import __version__
from ledgersim.admin import MOUNT, TOKEN_SCHEME
from ledgersim.admin.openapi import document
from ledgersim.admin.recorded_requests import summary
from ledgersim.http.context import context_of
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.vendor_app import VendorApp
from ledgersim.plugin import AuthMode
from ledgersim.spaces.space import Space
from ledgersim.ui import documents, guides, samples
from ledgersim.ui.dashboard.problem_page import render_problem
from ledgersim.ui.dashboard.routes import dashboard_router
from ledgersim.ui.dashboard.session import Sessions
from ledgersim.ui.rendering import CACHED, asset, page, page_or_json
from ledgersim.vendors import installed_vendors

LATEST = 5  # requests, and spaces with failures, on the landing page
MAX_SEARCHED = 100  # of the latest requests of each space, for a failure

_READ: dict[str, Any] = {"methods": ["GET", "HEAD"], "include_in_schema": False}


@dataclass(frozen=True)
class Server:
    """What the pages need to know about a server."""

    world: str  # its name
    auth: AuthMode
    admin_token: str | None  # that /_sim requires; then the pages do not show the credentials of the world
    has_dashboard: bool

    def headers(self, space: Space, vendor: str, ids: Mapping[str, Any]) -> Mapping[str, str]:
        """The headers with which a vendor accepts requests for a persona's data, if they may be shown."""
        is_secret = self.admin_token is not None and self.auth == "strict"
        return {} if is_secret else samples.headers(space, vendor, self.auth, ids)


class _FileRoute(APIRoute):
    uses_space = False  # a page about a space that does not exist must not create it by its style sheet


def build(server: Server) -> VendorApp:
    """The pages of a server. They require no token."""
    router, files = APIRouter(), APIRouter(route_class=_FileRoute)

    @router.api_route("/", operation_id="ui.landing", **_READ)
    async def show_landing(request: Request) -> Response:
        return _landing(request, server)

    @router.api_route("/favicon.ico", operation_id="ui.icon", **_READ)
    async def get_icon() -> Response:
        return Response(status_code=204, headers=CACHED)

    @router.api_route(MOUNT, operation_id="ui.admin", **_READ)
    async def show_admin(request: Request) -> Response:
        return _admin(request)

    @router.api_route("/docs", operation_id="ui.reference", **_READ)
    async def show_first_reference(request: Request) -> Response:
        return _reference(request, server, next(iter(documents.MOUNTS)))

    @router.api_route("/docs/{name}", operation_id="ui.document", **_READ)
    async def show_reference(request: Request, name: str) -> Response:
        if name.lower() in documents.MOUNTS:
            return _reference(request, server, name.lower())
        return await document(request, name)

    @files.api_route("/docs/assets/{name}", operation_id="ui.asset", **_READ)
    async def get_asset(name: str) -> Response:
        return asset(name)

    @files.api_route("/docs/guides/{name}", operation_id="ui.guide", **_READ)
    async def show_guide(request: Request, name: str) -> Response:
        return _guide(request, server, name)

    @files.api_route("/docs/guides/docs/{name}", operation_id="ui.guide.docs", **_READ)
    async def show_guide_of_docs(request: Request, name: str) -> Response:
        return _guide(request, server, f"docs/{name}")

    @files.api_route("/docs/guides/docs/screenshots/{name}", operation_id="ui.screenshot", **_READ)
    async def get_screenshot(name: str) -> Response:
        return Response(guides.screenshot(name), headers=CACHED, media_type="image/png")

    sessions = Sessions(server.admin_token)
    app = VendorApp("ui", "ledgersim pages", partial(render_problem, sessions))
    app.include(router, files, *([dashboard_router(sessions)] if server.has_dashboard else []))
    return app


def _landing(request: Request, server: Server) -> Response:
    context = context_of(request.scope)
    space, dispatcher, here = context.space, context.dispatcher, context.url("")
    bases = {name: here + mount for name, mount in documents.MOUNTS.items()}
    personas = [_persona(one, here) for one in space.personas()]
    content = {
        "name": "ledgersim",
        "version": __version__,
        "space": space.name,
        "world": {"name": server.world, "as_of": space.as_of.isoformat(), "seed": space.seed},
        "clock": {"mode": space.clock.setting.mode, "now": f"{space.clock.now():%Y-%m-%dT%H:%M:%SZ}"},
        "vendors": {vendor.name: bases[vendor.name] for vendor in installed_vendors()},
        "admin": bases[documents.ADMIN],
        "curl": _curl(personas, server, space, here),
        "reference": f"{here}/docs",
        "documents": {name: f"{here}/docs/{name}.json" for name in documents.MOUNTS},
        "guides": {path: f"{here}/docs/guides/{path}" for path in _titles(server)},
        "personas": personas,
    }

    def headers(persona: dict[str, Any], vendor: str) -> Mapping[str, str]:
        return server.headers(space, vendor, persona["ids"][vendor])

    shows_requests = server.has_dashboard and server.admin_token is None
    latest = list(islice(reversed(space.journal), LATEST)) if shows_requests else []
    more = {
        "labels": documents.LABELS,
        "titles": guides.titles(),
        "headers": headers,
        "base": context.base_path,
        "latest": [summary(one) for one in latest],
        "failures": _failures(dispatcher, space) if shows_requests else [],
    }
    return page_or_json(request, "landing.html", content, more)


def _failures(dispatcher: Dispatcher, own: Space) -> list[tuple[str, dict[str, Any]]]:
    """The newest failure of each other space, with the name of the space: the latest few."""
    found = []
    for space in dispatcher.spaces:
        searched = islice(reversed(space.journal), MAX_SEARCHED)
        failed = next((one for one in searched if one.status is None or one.status >= 400), None)
        if failed is not None and space is not own:
            found.append((space.name, failed))
    newest = sorted(found, key=lambda one: one[1].id, reverse=True)[:LATEST]
    return [(name, summary(failed)) for name, failed in newest]


def _titles(server: Server) -> dict[str, str]:
    """The titles of the guides, by path; without that of pages which the server does not have."""
    return {
        path: title
        for path, title in guides.titles().items()
        if server.has_dashboard or path != guides.DASHBOARD
    }


def _persona(persona: dict[str, Any], here: str) -> dict[str, Any]:
    ids = {vendor.name: persona[vendor.name] for vendor in installed_vendors() if vendor.name in persona}
    shown = {name: persona[name] for name in ("name", "title", "description")}
    return {**shown, "ids": ids, "links": samples.links(ids, here)}


def _curl(personas: Sequence[dict[str, Any]], server: Server, space: Space, here: str) -> str:
    """A curl command that works in any shell. Credentials that may not be shown are placeholders."""
    found = [(vendor, links) for one in personas for vendor, links in one["links"].items() if links]
    if not found:
        return f'curl "{here}{MOUNT}/info"'
    vendor, links = found[0]
    url = links.get("summary") or next(iter(links.values()))
    sent = server.headers(space, vendor, {}) or {"X-Api-Key": "YOUR-KEY"}
    options = "".join(f'-H "{name}: {value}" ' for name, value in sent.items())
    return f'curl {options}"{url}"'


def _admin(request: Request) -> Response:
    app = context_of(request.scope).dispatcher.mounts[MOUNT]
    here = context_of(request.scope).url("")
    routes = [
        {
            "method": method,
            "path": MOUNT + route.path,
            "summary": route.summary or "",
            "operation": route.operation_id,
        }
        for route in app.operations()
        if route.include_in_schema
        for method in sorted(route.methods or ())
    ]
    content = {"routes": routes, "reference": f"{here}/docs/{documents.ADMIN}"}
    return page_or_json(request, "admin.html", content)


def _reference(request: Request, server: Server, name: str) -> Response:
    content = {
        "name": name,
        "labels": documents.LABELS,
        "headers": server.headers(context_of(request.scope).space, name, {}),
        "scheme": TOKEN_SCHEME if name == documents.ADMIN and server.admin_token is not None else None,
    }
    return page(request, "reference.html", content, inline_styles=True)


def _guide(request: Request, server: Server, path: str) -> Response:
    content = {
        "title": guides.titles().get(path),
        "body": guides.html_of(path),
        "titles": guides.short(_titles(server)),
        "path": path,
    }
    return page(request, "guide.html", content)
