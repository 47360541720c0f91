"""Fault injection."""

from asyncio import sleep
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from ledgersim.diagnostics.faults import FaultHit
from ledgersim.http.connection import Break, BreakConnection, close, drop, reset, transport_of
from ledgersim.http.context import context_of
from ledgersim.http.error_response import error_response, send_error
from ledgersim.http.recorder import read_to_end
from ledgersim.http.vendor_app import VendorApp
from ledgersim.problems import UNAUTHORIZED, Problem

NOT_SUPPORTED = Problem(501, "not-supported", "Not supported")
RESET_MEANWHILE = Problem(503, "reset-meanwhile", "Service Unavailable").with_detail(
    "The space was reset, restored or deleted while a fault delayed this request. Nothing was carried out."
)

_BREAKS: Mapping[str, Break] = {"drop": drop, "reset": reset, "truncate": close}


class FaultInjection:
    """An ASGI layer for a request hit by faults: delays it, sends another response or breaks the connection."""

    def __init__(self, app: VendorApp, hits: Sequence[FaultHit]) -> None:
        self._app = app
        self._hits = hits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        record = context_of(scope).record
        record.faults = [f"{hit.id} {hit.fault.kind}" for hit in self._hits]
        breaking = next((hit for hit in self._hits if hit.fault.needs_connection), None)
        if breaking is not None and transport_of(scope) is None:
            await send_error(_no_connection(breaking), record, error_response, scope, receive, send)
            return
        before = [hit for hit in self._hits if not hit.fault.after_commit]
        if await self._inject(before, None, scope, receive, send):
            return
        after = [hit for hit in self._hits if hit.fault.after_commit]
        if not after:
            await self._app(scope, receive, send)
            return
        response: list[Message] = []

        async def withhold(message: Message) -> None:
            response.append(message)

        try:
            await self._app(scope, receive, withhold)
        except Exception:  # the framework has responded with 500, and lets the server log the exception
            await _send_all(response, send)
            raise
        record.withheld = response[0]["status"]
        if not await self._inject(after, response, scope, receive, send):
            record.withheld = None
            await _send_all(response, send)

    async def _inject(
        self,
        hits: Sequence[FaultHit],
        response: Sequence[Message] | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> bool:
        """Apply faults before the application runs, or to its `response`. Whether one sent another response."""
        context = context_of(scope)
        record, render = context.record, self._app.render
        for hit in hits:
            if hit.fault.kind == "delay":
                restarts = context.space.restarts
                await sleep(hit.seconds)
                if context.space.restarts == restarts or response is not None:
                    continue
                await send_error(RESET_MEANWHILE, record, render, scope, receive, send)
            elif hit.problem is not None:
                await self._send_problem(hit.problem, scope, receive, send)
            else:
                if response is not None and hit.fault.kind == "truncate":
                    await _truncate(response, hit.fault.bytes, send)
                await read_to_end(record, receive)
                raise BreakConnection(_BREAKS[hit.fault.kind])
            return True
        return False

    async def _send_problem(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        challenge = self._app.about.challenge
        if problem.status == UNAUTHORIZED.status and challenge is not None:
            problem = problem.with_detail(problem.detail, WWW_Authenticate=challenge)
        record = context_of(scope).record
        record.problem, record.detail, record.from_simulator = problem.code, problem.detail, True
        await self._app.render(problem, Request(scope))(scope, receive, send)


async def _send_all(messages: Sequence[Message], send: Send) -> None:
    for message in messages:
        await send(message)


async def _truncate(response: Sequence[Message], length: int | None, send: Send) -> None:
    start, *rest = response
    body = b"".join(message.get("body", b"") for message in rest)
    cut = body[: len(body) // 2 if length is None else min(length, max(len(body) - 1, 0))]
    await send(start)
    await send({"type": "http.response.body", "body": cut, "more_body": True})


def _no_connection(hit: FaultHit) -> Problem:
    return NOT_SUPPORTED.with_detail(
        f"A fault ({hit.id}) of the kind {hit.fault.kind} needs a connection to break, and a client in the "
        "same process has none; use a server (ledgersim serve). Nothing was carried out."
    )
