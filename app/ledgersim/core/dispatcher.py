"""The outermost application: finds the space and the mount that a request is for."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ledgersim.core.problems import NOT_FOUND, Problem
from ledgersim.core.routing import segments
from ledgersim.core.spaces import DEFAULT, Spaces

SPACE_CONFLICT = Problem(400, "space-conflict", "Two spaces named")


class Dispatcher:
    """Takes `/s/NAME` off the path, picks the mount, and hands on with the space in the scope."""

    def __init__(self, mounts: Mapping[str, ASGIApp], spaces: Spaces) -> None:
        self._mounts = [(segments(mount.lower()), mount, app) for mount, app in mounts.items()]
        self.spaces = spaces

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
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        parts = segments(raw_path.decode("utf-8", "replace"))
        try:
            name, prefix, parts = _space_of(parts, Headers(scope=scope).getlist("sim-space"))
            mount, app, taken = self._mount_of(parts, scope["path"])
            space = self.spaces[name]
            space.catch_up()
            child: dict[str, Any] = {
                **scope,
                "space": space,
                "notes": [],
                "segments": parts[taken:],
                "root_path": prefix + mount,
                "path": prefix + mount + "/" + "/".join(parts[taken:]),
            }
        except Problem as problem:
            await refusal(problem)(scope, receive, send)
            return
        await app(child, receive, send)

    def _mount_of(self, parts: list[str], path: str) -> tuple[str, ASGIApp, int]:
        lowered = [part.lower() for part in parts[:2]]
        for mount_parts, mount, app in self._mounts:
            if lowered[: len(mount_parts)] == mount_parts:
                return mount, app, len(mount_parts)
        mounts = ", ".join(mount for _, mount, _ in self._mounts)
        raise NOT_FOUND.with_detail(f"Nothing is mounted at {path}. The mounts are: {mounts}.")


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


def refusal(problem: Problem) -> JSONResponse:
    """A problem in the simulator's own words: plain JSON, for what no vendor answers."""
    told = "; ".join(f"{name}: {message}" for name, messages in problem.errors.items() for message in messages)
    content: dict[str, Any] = {
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail or told or problem.title,
    }
    if problem.errors:
        content["errors"] = problem.errors
    return JSONResponse(content, problem.status, dict(problem.headers))
