"""Requests that the simulator sends to its own applications: neither recorded nor hit by faults."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from starlette.types import Message

from ledgersim.diagnostics.journal import Record
from ledgersim.http.context import KEY, RequestContext
from ledgersim.http.routing import segments
from ledgersim.json_text import loads


class Answer(NamedTuple):
    """A response."""

    status: int
    body: bytes
    media_type: str
    operation: str | None  # of the route that took the request

    def json(self) -> Any:
        """The body as JSON; as text if it is none, and None if it is empty."""
        if not self.body:
            return None
        return loads(self.body) if self.media_type.endswith("json") else self.body.decode("utf-8", "replace")


async def send(
    context: RequestContext,
    scope: Any,
    root: str,
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    is_trusted: bool = False,
) -> Answer:
    """Send a request to the space of another one, which has this context and ASGI scope.

    `root` is the path of the space: that of a proxy, and `/s/NAME`. `target` is a path and query below it.
    """
    path, _, query = target.partition("?")
    mounts = context.dispatcher.mounts
    mount = next(one for one in mounts if path == one or path.startswith(f"{one}/"))
    app = mounts[mount]
    parts = segments(path[len(mount) :])
    found = app.find(method, parts)
    root_path = root + mount
    host = next((value for name, value in scope["headers"] if name == b"host"), b"localhost")
    sent = [(b"host", host), *((name.lower().encode(), value.encode("latin-1")) for name, value in headers)]
    record = Record(0, context.space.clock.now(), method, path, query.encode(), sent)
    inner = replace(
        context,
        app=app,
        record=record,
        found=found,
        root_path=root_path,
        is_strict=False,
        is_trusted=is_trusted,
    )
    status, media_type, content = 500, "", bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def collect(message: Message) -> None:
        nonlocal status, media_type
        if message["type"] == "http.response.start":
            status = message["status"]
            of_body = dict(message.get("headers", ())).get(b"content-type", b"")
            media_type = of_body.partition(b";")[0].decode("latin-1")
        else:
            content.extend(message.get("body", b""))

    request = {
        "type": "http",
        "asgi": scope["asgi"],
        "http_version": "1.1",
        "scheme": scope["scheme"],
        "server": scope.get("server"),
        "client": scope.get("client"),
        "method": method,
        "path": f"{root_path}/{'/'.join(parts)}",
        "root_path": root_path,
        "query_string": query.encode(),
        "headers": sent,
        KEY: inner,
    }
    await app(request, receive, collect)
    operation = None if found.route is None else str(found.route.operation_id)
    return Answer(status, bytes(content), media_type, operation)
