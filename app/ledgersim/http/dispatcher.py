"""The outermost ASGI application: finds the space, the mount and the route of a request, once."""

import logging
from asyncio import CancelledError
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from itertools import count
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from ledgersim.clock import Clock
from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.diagnostics.faults import FaultHit, from_header
from ledgersim.diagnostics.journal import Record
from ledgersim.diagnostics.nearest import NearestRoutes
from ledgersim.diagnostics.rejections import Rejections
from ledgersim.http.access import Access
from ledgersim.http.connection import BreakConnection, transport_of
from ledgersim.http.context import KEY, RequestContext
from ledgersim.http.coverage import Coverage
from ledgersim.http.error_response import error_response, send_error
from ledgersim.http.fault_injection import FaultInjection
from ledgersim.http.proxies import Forwarded, Proxies
from ledgersim.http.recorder import Recorder
from ledgersim.http.request_log import log_request
from ledgersim.http.routing import NOT_ROUTED, Found, raw_path, segments
from ledgersim.http.vendor_app import VendorApp, uses_space
from ledgersim.problems import INTERNAL, NOT_FOUND, Problem
from ledgersim.spaces.registry import DEFAULT, Spaces, check_name
from ledgersim.spaces.scheduler import JobError, Scheduler
from ledgersim.spaces.space import Space
from ledgersim.storage.connections import written

# The mount of the pages: `/`, `/favicon.ico`, all below `/docs`, and the mount of the admin API itself.
PAGES = ""
_DOCS = "docs"
_ICON = "favicon.ico"  # for which browsers ask by themselves
_DASHBOARD = "ui"  # below the admin API
_HEALTH = "health"  # below the admin API: probes name the host as they like

SPACE_CONFLICT = Problem(400, "space-conflict", "Two spaces named")
STOPPED = Problem(503, "server-stopped", "Service Unavailable").with_detail(
    "The server was stopped before this request was finished."
)
_READS = ("GET", "HEAD", "OPTIONS")
_STORES_NOTHING = ("GET", "HEAD", "OPTIONS", "DELETE")


log = logging.getLogger(__name__)


class Dispatcher:
    """Finds the space, mount and route of each request, and passes it on with a `RequestContext`.

    Requests to `admin`, the mount of the admin API, and to the pages are neither recorded, and so have no id,
    nor hit by faults. Pages create no space.
    `pages` builds the application of the pages when one is first requested.
    `root_path` is the path below which a proxy publishes the server. Proxies differ in whether they strip it
    from the requests that they pass on, so a request may have it or not; links always do. They begin with
    `public_origin`, if there is one, or else with what trusted `proxies` or the request say.
    CORS headers are added outside of recording, so that responses of faults have them too, and preflights,
    which the browser adds, are neither recorded nor hit by faults.
    """

    def __init__(
        self,
        mounts: Mapping[str, VendorApp],
        spaces: Spaces,
        scheduler: Scheduler,
        admin: str,
        pages: Callable[[], VendorApp],
        access: Access,
        fault_header: bool = True,
        root_path: str | None = None,
        is_strict: bool = False,
        public_origin: str | None = None,
        proxies: Proxies | None = None,
        server_name: str | None = None,
        has_dashboard: bool = True,
    ) -> None:
        self.mounts = mounts
        self.spaces = spaces
        self.scheduler = scheduler
        self.coverage = Coverage()
        self.rejections = Rejections()
        self._admin = admin
        self._own = (admin, PAGES)
        self._build_pages = pages
        self.access = access
        self._fault_header = fault_header
        self._root_path = root_path
        self._is_strict = is_strict
        self.public_origin = public_origin
        self._proxies = proxies or Proxies()
        self.server_name = server_name
        self.has_dashboard = has_dashboard
        self.is_stopping = False
        self._mount_parts = [(segments(mount.lower()), mount) for mount in mounts]
        self._nearest = NearestRoutes(
            (mount, method, path) for mount, app in mounts.items() for method, path in app.paths()
        )
        self._numbers = count(1)

    def end_streams(self) -> None:
        """End responses that go on until their client leaves, because the server stops."""
        self.is_stopping = True

    @property
    def vendors(self) -> dict[str, VendorApp]:
        """The vendors' applications, by mount."""
        return {mount: app for mount, app in self.mounts.items() if mount != self._admin}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await self.spaces.settle()
        self.spaces.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        forwarded = self._proxies.forwarded(scope)
        base_path, path = self._below_root_path(scope, forwarded)
        named, inside = _split_space(path)
        mount, length = self._mount_of(inside)
        is_dashboard = self._is_dashboard(mount, inside[length:])
        if is_dashboard or self._is_page(mount, inside[length:]):
            mount, length = PAGES, 0
        parts = inside[length:]
        app = None if mount is None else self._pages if mount == PAGES else self.mounts[mount]
        found = NOT_ROUTED if app is None else app.find(scope["method"], parts)
        space, problem, name = self.spaces.stand_in, None, DEFAULT
        is_probe = mount == self._admin and parts[:1] == [_HEALTH]
        try:
            if not is_probe:
                self.access.check(scope, is_dashboard or mount == self._admin, forwarded.host)
            if not is_probe:
                name = check_name(_space_name(named, _values(scope, b"sim-space")))
            if uses_space(found.route):
                opened = self.spaces.get(name)
                if opened is None and (mount is not None or not self.spaces.in_folder):
                    opened = await self._open(name, mount, scope, is_dashboard)
                space = opened or space
        except Problem as error:
            problem, inside = error, path
        root_path = base_path + ("" if named is None else f"/s/{named}") + (mount or "")
        target = _Target(
            space, name, mount, app, found, base_path, root_path, forwarded, inside, parts, problem
        )
        serve: ASGIApp = partial(self._serve_target, target)
        if mount not in (None, PAGES):
            serve = self.access.with_cors(serve, mount == self._admin)
        await serve(scope, receive, send)  # without a pause, in which the space could be closed

    async def _open(self, name: str, mount: str | None, scope: Scope, is_dashboard: bool) -> Space:
        """Open or create a space; pages get one that is not kept. Raises a 401, 404 or 503 Problem."""
        if mount == self._admin and name not in self.spaces:
            self.access.check_admin_token(scope)
        creates = not (is_dashboard or self.access.is_foreign(scope))
        if creates and mount == PAGES and name not in self.spaces:
            return self.spaces.preview(name)
        return await self.spaces.open(name, creates)

    def _below_root_path(self, scope: Scope, forwarded: Forwarded) -> tuple[str, list[str]]:
        """The base path of links, and the segments of the path without it.

        A proxy that names its prefix has stripped it.
        """
        parts = segments(raw_path(scope).decode("utf-8", "replace"))
        base: str = self._root_path or scope.get("root_path", "")
        if not base and self.public_origin is None and forwarded.prefix is not None:
            return forwarded.prefix, parts
        if base:
            own = segments(base)
            if parts[: len(own)] == own:
                parts = parts[len(own) :]
        return base, parts

    async def _serve_target(self, target: "_Target", scope: Scope, receive: Receive, send: Send) -> None:
        space = target.space
        space.enter()
        try:
            if uses_space(target.found.route):
                await space.worker.idle()
            await self._serve_found(target, scope, receive, send)
        finally:
            self.spaces.leave(space)

    async def _serve_found(self, target: "_Target", scope: Scope, receive: Receive, send: Send) -> None:
        space, mount, app, found = target.space, target.mount, target.app, target.found
        # With --data, a path at which nothing is mounted opens no space: the stand-in's journal is not read.
        is_open = mount is not None or self.spaces.get(target.space_name) is space
        is_recorded = target.problem is None and is_open and mount not in self._own
        record = self._record(scope, target.path, space.clock, next(self._numbers) if is_recorded else 0)
        if found.route is not None:
            record.operation = found.route.operation_id
        elif target.problem is None:
            record.nearest = self._nearest.find(record.method, record.path)
        is_strict = self._is_strict and mount not in self._own
        context = RequestContext(
            self,
            space,
            target.space_name,
            app,
            record,
            found,
            target.base_path,
            target.root_path,
            scope["scheme"],
            is_strict,
            target.forwarded,
        )
        scope = {**scope, KEY: context, "root_path": target.root_path}
        respond: ASGIApp = partial(self._respond, context, target, app)
        on_end = partial(self._end, None if target.problem else space, mount)
        if app is not None:
            scope["path"] = f"{target.root_path}/{'/'.join(target.parts)}"
        try:
            await Recorder(respond, record, space.clock, on_end)(scope, receive, send)
        except BreakConnection as broken:
            await broken.how(scope, receive)

    def _record(self, scope: Scope, parts: list[str], clock: Clock, number: int) -> Record:
        path, query = "/" + "/".join(parts), scope["query_string"]
        if parts and raw_path(scope).endswith(b"/"):
            path += "/"  # as it was sent
        return Record(number, clock.now(), scope["method"], path, query, scope["headers"])

    def _end(self, space: Space | None, mount: str | None, record: Record) -> None:
        record.end()
        if record.problem is not None and not record.from_simulator:
            record.wrote = ()  # what it had written was rolled back
        if space is not None and mount not in self._own:
            if record.id:
                space.journal.add(record)
            self.coverage.count(mount, record)
        if space is None and mount != PAGES:
            self.rejections.add(record.status, record.detail, record.method, record.path)
        log_request(record, None if space is None else space.name)

    def _mount_of(self, parts: list[str]) -> tuple[str | None, int]:
        lowered = [part.lower() for part in parts[:2]]
        for mount_parts, mount in self._mount_parts:
            if lowered[: len(mount_parts)] == mount_parts:
                return mount, len(mount_parts)
        return None, 0

    def _is_page(self, mount: str | None, rest: list[str]) -> bool:
        if mount is None:
            return not rest or rest[0].lower() == _DOCS or rest == [_ICON]
        return mount == self._admin and not rest

    def _is_dashboard(self, mount: str | None, rest: list[str]) -> bool:
        return self.has_dashboard and mount == self._admin and [one.lower() for one in rest[:1]] == [_DASHBOARD]

    @cached_property
    def _pages(self) -> VendorApp:
        return self._build_pages()

    async def _respond(
        self,
        context: RequestContext,
        target: "_Target",
        app: VendorApp | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        record = context.record
        render = error_response if app is None else app.render
        layers: ASGIApp
        try:
            try:
                layers = await self._admit(context, target, app, scope)
            except Problem as problem:
                layers = partial(send_error, problem, record, render)
            await layers(scope, receive, send)
        except CancelledError:
            # The server stops. In-process clients cancel requests too, and don't wait for a response.
            if record.status is None and transport_of(scope) is not None:
                await send_error(STOPPED, record, render, scope, receive, send)
            raise

    def _not_mounted(self, context: RequestContext, scope: Scope) -> Problem:
        nearest = context.record.nearest
        if nearest is not None:
            context.record.nearest = nearest._replace(path=context.base_path + nearest.path)
        mounts = ", ".join(self.mounts)
        return NOT_FOUND.with_detail(f"Nothing is mounted at {scope['path']}. The mounts are: {mounts}.")

    async def _admit(
        self, context: RequestContext, target: "_Target", app: VendorApp | None, scope: Scope
    ) -> ASGIApp:
        """Run the jobs that are due. Returns the application, in a layer that injects the faults that hit.

        Raises the problem of the target, or another with status 400, 404, 500 or 503. The admin API, which can
        reset the space, works though jobs fail.
        """
        space, record, mount = context.space, context.record, target.mount
        if target.problem is not None:
            raise target.problem
        if app is None:
            raise self._not_mounted(context, scope)
        try:
            if uses_space(context.found.route) and self.scheduler.is_due(space):
                await space.worker.run(partial(self.scheduler.run_due, space))
                await space.worker.idle()
        except JobError as error:  # for example because of rows that a user has imported
            log.exception("a scheduled job failed in the space %s", space.name)
            if mount not in self._own:
                advice = "POST /_sim/reset takes the space back to its start."
                raise INTERNAL.with_detail(f"{error}. {advice}") from error
        except Problem:
            if mount not in self._own:
                raise
        if mount in self._own:
            written.set(None)
            return app
        if record.method in _READS:
            written.set(None)
        else:
            rows: dict[tuple[str, int | None], None] = {}
            record.wrote = rows
            written.set(rows)
        if record.method not in _STORES_NOTHING:
            self.spaces.check_capacity()
        hits = self._fault_hits(context, _values(scope, b"sim-fault"))
        return FaultInjection(app, hits) if hits else app

    def _fault_hits(self, context: RequestContext, requested: list[str]) -> list[FaultHit]:
        """The faults that the request's `Sim-Fault` headers ask for, or else those of its space that hit it."""
        space = context.space
        if not requested and not space.faults.active:
            return []
        now = space.clock.now()
        if requested and self._fault_header:
            return [from_header(one, now, space.faults.chance) for one in requested]
        if requested:
            context.report([Diagnostic("fault-header-off", "Sim-Fault", "The server ignores this header")])
        return space.faults.hits(context.record, now)


class _Target(NamedTuple):
    """Where a request goes."""

    space: Space
    space_name: str
    mount: str | None  # None: nothing is mounted there
    app: VendorApp | None
    found: Found
    base_path: str
    root_path: str
    forwarded: Forwarded
    path: list[str]  # the segments after the prefix of the space
    parts: list[str]  # the segments after the mount
    problem: Problem | None  # why it may not go there: `space` is a stand-in then


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for header, value in scope["headers"] if header == name]


def _split_space(path: list[str]) -> tuple[str | None, list[str]]:
    """The space that a path names, and the segments after it."""
    return (path[1], path[2:]) if len(path) > 1 and path[0].lower() == "s" else (None, path)


def _space_name(named: str | None, headers: list[str]) -> str:
    """The name of the space by path and headers. Raises a 400 Problem if they differ."""
    if len(set(headers)) > 1:
        names = " and ".join(map(repr, headers))
        raise SPACE_CONFLICT.with_detail(f"The headers Sim-Space name {names}; name one.")
    if named is not None and headers and headers[0] != named:
        raise SPACE_CONFLICT.with_detail(
            f"The path names the space {named!r} and the header Sim-Space {headers[0]!r}; name one."
        )
    return headers[0] if headers else named or DEFAULT
