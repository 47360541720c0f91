"""A response with a body of megabytes."""

from asyncio import sleep

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PART = 2**18  # bytes that are sent at a time


class LongResponse(Response):
    """Is sent part by part, so that other requests are answered in between."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for start in range(0, len(self.body), PART):
            part = bytes(self.body[start : start + PART])
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await sleep(0)  # sending does not wait for a client that reads fast
        await send({"type": "http.response.body", "body": b""})
