"""The outermost application: finds the space and the mount that a request is for, and keeps watch over both."""

import logging
from asyncio import CancelledError
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from itertools import count
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from ledgersim.clock import Clock
from ledgersim.diagnostics.coverage import Coverage
from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.diagnostics.faults import FaultHit, from_header
from ledgersim.diagnostics.journal import Record
from ledgersim.diagnostics.nearest import NearestRoutes
from ledgersim.http.exchange import Exchange
from ledgersim.http.request_log import log_request
from ledgersim.http.routing import segments
from ledgersim.http.vendor_app import VendorApp
from ledgersim.problems import INTERNAL, NOT_FOUND, Problem
from ledgersim.spaces.registry import DEFAULT, Spaces
from ledgersim.spaces.scheduler import JobError, Scheduler
from ledgersim.spaces.space import Space

# The mount of the pages, which are at `/`, below `/docs`, and at the mount of the admin API itself.
PAGES = ""
_DOCS = "docs"

SPACE_CONFLICT = Problem(400, "space-conflict", "Two spaces named")
_TAKES_NO_ROOM = ("GET", "HEAD", "OPTIONS", "DELETE")


log = logging.getLogger(__name__)


class Dispatcher:
    """Takes `/s/NAME` off the path, picks the mount, and hands on with the space in the scope.

    `control` is the mount of the control plane: what goes there or to the pages is not recorded, and meets no
    faults. `pages` makes the application of the pages when one is first asked for.
    `root_path` is the path below which a proxy publishes the server. Proxies differ in whether they strip it
    from the requests that they pass on, so a request may have it or not; links always do.
    `cors` is a middleware for requests to the vendors. It wraps the exchange, so that answers of faults get its
    headers, and preflights, which the browser adds, are neither recorded nor hit by faults.
    """

    def __init__(
        self,
        mounts: Mapping[str, VendorApp],
        spaces: Spaces,
        scheduler: Scheduler,
        control: str,
        pages: Callable[[], VendorApp],
        fault_header: bool = True,
        root_path: str | None = None,
        cors: Callable[[ASGIApp], ASGIApp] | None = None,
    ) -> None:
        self.mounts = mounts
        self.spaces = spaces
        self.scheduler = scheduler
        self.coverage = Coverage()
        self._control = control
        self._own = (control, PAGES)
        self._build_pages = pages
        self._fault_header = fault_header
        self._root_path = root_path
        self._cors = cors
        self._mount_parts = [(segments(mount.lower()), mount) for mount in mounts]
        self._nearest = NearestRoutes(
            (mount, method, path) for mount, app in mounts.items() for method, path in app.paths()
        )
        self._numbers = count(1)

    @property
    def vendors(self) -> dict[str, VendorApp]:
        """The vendors' applications, by mount."""
        return {mount: app for mount, app in self.mounts.items() if mount != self._control}

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
        self.spaces.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        base, parts = self._below_root_path(scope)
        try:
            name, prefix, inside = _space_of(parts, _values(scope, b"sim-space"))
            space = self.spaces[name]
        except Problem as problem:
            clock = self.spaces[DEFAULT].clock
            ended = partial(self._end, None, None)
            exchange = Exchange(self._record(scope, parts, clock), clock, receive, send, ended)
            await exchange.refuse(problem, scope)
            return
        mount, taken = self._mount_of(inside)
        if self._is_page(mount, inside[taken:]):
            mount, taken = PAGES, 0
        target = _Target(space, mount, base, base + prefix + (mount or ""), inside, inside[taken:])
        app: ASGIApp = partial(self._serve_target, target)
        if self._cors is not None and mount is not None and mount not in self._own:
            app = self._cors(app)
        await app(scope, receive, send)

    def _below_root_path(self, scope: Scope) -> tuple[str, list[str]]:
        """The base path of links, and the segments of the path without it."""
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        parts = segments(raw_path.decode("utf-8", "replace"))
        base: str = self._root_path or scope.get("root_path", "")
        if base:
            own = segments(base)
            if parts[: len(own)] == own:
                parts = parts[len(own) :]
        return base, parts

    async def _serve_target(self, target: "_Target", scope: Scope, receive: Receive, send: Send) -> None:
        space, mount = target.space, target.mount
        record = self._record(scope, target.path, space.clock)
        exchange = Exchange(record, space.clock, receive, send, partial(self._end, space, mount))
        space.enter()
        try:
            if mount is None:
                await self._serve_nothing(exchange, scope, target.base)
            else:
                child = {**scope, "space": space, "segments": target.parts}
                child |= {"root_path": target.root, "app_root_path": target.base}
                child["path"] = f"{target.root}/{'/'.join(target.parts)}"
                await self._serve_at(mount, exchange, child, _values(scope, b"sim-fault"))
        finally:
            exchange.end()
            self.spaces.leave(space)

    def _record(self, scope: Scope, parts: list[str], clock: Clock) -> Record:
        path, query = "/" + "/".join(parts), scope["query_string"]
        return Record(next(self._numbers), clock.now(), scope["method"], path, query, scope["headers"])

    def _end(self, space: Space | None, mount: str | None, record: Record) -> None:
        record.end()
        if space is not None and mount not in self._own:
            space.journal.add(record)
            self.coverage.count(mount, record)
        log_request(record, None if space is None else space.name)

    def _mount_of(self, parts: list[str]) -> tuple[str | None, int]:
        lowered = [part.lower() for part in parts[:2]]
        for mount_parts, mount in self._mount_parts:
            if lowered[: len(mount_parts)] == mount_parts:
                return mount, len(mount_parts)
        return None, 0

    def _is_page(self, mount: str | None, rest: list[str]) -> bool:
        if mount is None:
            return not rest or rest[0].lower() == _DOCS
        return mount == self._control and not rest

    @cached_property
    def _pages(self) -> VendorApp:
        return self._build_pages()

    async def _serve_nothing(self, exchange: Exchange, scope: Scope, base: str) -> None:
        nearest = self._nearest.find(exchange.record.method, exchange.record.path)
        if nearest is not None:
            exchange.record.nearest = nearest._replace(path=base + nearest.path)
        mounts = ", ".join(self.mounts)
        problem = NOT_FOUND.with_detail(f"Nothing is mounted at {scope['path']}. The mounts are: {mounts}.")
        await exchange.refuse(problem, scope)

    async def _serve_at(self, mount: str, exchange: Exchange, child: Scope, asked_for: list[str]) -> None:
        app = self._pages if mount == PAGES else self.mounts[mount]
        record, space = exchange.record, child["space"]
        found = app.find(record.method, child["segments"])
        if found.route is None:
            record.nearest = self._nearest.find(record.method, record.path)
        else:
            record.operation = found.route.operation_id
        child.update(dispatcher=self, record=record, notes=record.notes, found=found)
        strikes: list[FaultHit] = []
        try:
            self.scheduler.run_due(space)
            if mount not in self._own:
                strikes = self._admit(record, space, asked_for)
        except Problem as problem:
            if mount not in self._own:  # there a reset must be possible
                await exchange.refuse(problem, child, app.render)
                return
        except JobError as error:  # for example in rows that a user has imported
            log.exception("a scheduled job failed in the space %s", space.name)
            if mount not in self._own:  # there a reset must be possible
                advice = "POST /_sim/reset takes the space back to its start."
                await exchange.refuse(INTERNAL.with_detail(f"{error}. {advice}"), child, app.render)
                return
        try:
            if strikes:
                await exchange.spoil(app, child, strikes)
            else:
                await app(child, exchange.receive, exchange.send)
        except CancelledError:
            await exchange.give_up(child, app.render)
            raise

    def _admit(self, record: Record, space: Space, asked_for: list[str]) -> list[FaultHit]:
        """What a request meets, by its own headers or the faults of its space. Raises a 400 or 503 Problem."""
        if record.method not in _TAKES_NO_ROOM:
            self.spaces.check_capacity()
        if not asked_for and not space.faults.active:
            return []
        now = space.clock.now()
        if asked_for and self._fault_header:
            return [from_header(one, now, space.faults.chance) for one in asked_for]
        if asked_for:
            record.notes.append(Diagnostic("fault-header-off", "Sim-Fault", "The server takes no such header"))
        return space.faults.hits(record, now)


class _Target(NamedTuple):
    """Where a request goes."""

    space: Space
    mount: str | None  # None: nothing is there
    base: str  # the base path of a proxy
    root: str  # what precedes `parts` in links
    path: list[str]  # the segments behind the prefix of the space, and behind the mount
    parts: list[str]


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for header, value in scope["headers"] if header == name]


def _space_of(parts: list[str], headers: list[str]) -> tuple[str, str, list[str]]:
    """The space's name, the prefix of links, and the path behind the prefix."""
    if len(set(headers)) > 1:
        names = " and ".join(map(repr, headers))
        raise SPACE_CONFLICT.with_detail(f"The headers Sim-Space name {names}; name one.")
    if len(parts) < 2 or parts[0].lower() != "s":
        return headers[0] if headers else DEFAULT, "", parts
    if headers and headers[0] != parts[1]:
        raise SPACE_CONFLICT.with_detail(
            f"The path names the space {parts[1]!r} and the header Sim-Space {headers[0]!r}; name one."
        )
    return parts[1], f"/s/{parts[1]}", parts[2:]
