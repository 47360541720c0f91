"""One request and its answer as they pass through: recorded, given the simulator's headers, or spoilt."""

from asyncio import sleep, timeout
from collections.abc import Callable, Sequence
from contextlib import suppress
from urllib.parse import quote

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from ledgersim.clock import Clock
from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.diagnostics.faults import FaultHit
from ledgersim.diagnostics.journal import Record
from ledgersim.http import connection
from ledgersim.http.body import MAX_BYTES, MAX_DRAINED
from ledgersim.http.error_response import refusal
from ledgersim.http.vendor_app import Render, VendorApp
from ledgersim.problems import UNAUTHORIZED, Problem

MAX_READ = MAX_BYTES + MAX_DRAINED  # bytes of a body that the answer does not depend on
MAX_WAIT = 1  # seconds for such a body to arrive
MAX_TOLD = 1_000  # characters of `Sim-Violations`
_SAFE = "[].$@-_:/"  # what stands there as it is

NOT_SUPPORTED = Problem(501, "not-supported", "Not supported")
STOPPED = Problem(503, "server-stopped", "Service Unavailable").with_detail(
    "The server was stopped before this request was finished."
)
RESET_MEANWHILE = Problem(503, "reset-meanwhile", "Service Unavailable").with_detail(
    "The space was reset, restored or deleted while a fault delayed this request. Nothing was carried out."
)


class Exchange:
    """Stands between the server and an application. `ended` is called once, before the answer's last byte."""

    def __init__(
        self, record: Record, clock: Clock, receive: Receive, send: Send, ended: Callable[[Record], object]
    ) -> None:
        self.record = record
        self._clock = clock
        self._receive = receive
        self._send = send
        self._ended: Callable[[Record], object] | None = ended
        headers = dict(record.headers)
        self._more_to_read = b"content-length" in headers or b"transfer-encoding" in headers
        self._is_client_gone = False

    async def receive(self) -> Message:
        """A part of the request, which is recorded."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._is_client_gone, self.record.is_incomplete = True, self._more_to_read
        self._more_to_read = message.get("more_body", False)
        if body := message.get("body"):
            self.record.take(body)
        return message

    async def send(self, message: Message) -> None:
        """A part of the answer, which is recorded. It begins when the body of the request has been read."""
        if self._more_to_read and self.record.status is None:
            await self._read_to_end()
        if self._is_client_gone:
            return
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *self._headers()]}
            self.record.status = message["status"]
            self.record.answer_headers = message["headers"]
        else:
            self.record.give(message.get("body", b""))
            if not message.get("more_body"):
                self.end()
        await self._send(message)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        headers = [(b"date", self._clock.http_date()), (b"sim-request-id", b"%d" % self.record.id)]
        if self.record.nearest is not None:
            nearest = self.record.nearest
            headers.append((b"sim-nearest", f"{nearest.method} {nearest.path}".encode()))
        if self.record.notes:
            headers.append((b"sim-violations", format_diagnostics(self.record.notes).encode()))
        return headers

    def end(self) -> None:
        """Note that nothing more of the answer will be sent."""
        if self._ended is not None:
            self._ended(self.record)
            self._ended = None

    async def refuse(self, problem: Problem, scope: Scope, render: Render = refusal) -> None:
        """Answer with a refusal: in the simulator's own words, or as `render` writes it."""
        self.record.refuse(problem)
        self.record.spoilt = True
        await render(problem, Request(scope))(scope, self.receive, self.send)

    async def give_up(self, scope: Scope, render: Render) -> None:
        """Answer that the server stops, if nothing has been answered yet.

        A server of ours cancels requests for no other reason. In-process clients cancel those that they do
        not wait for any longer, and get no answer.
        """
        if self.record.status is None and connection.transport_of(scope) is not None:
            self.record.is_incomplete |= self._more_to_read
            self._more_to_read = False
            await self.refuse(STOPPED, scope, render)

    async def spoil(self, app: VendorApp, scope: Scope, strikes: list[FaultHit]) -> None:
        """Have the request answered by an application, as far as the faults that strike it allow."""
        self.record.faults = [f"{one.id} {one.fault.kind}" for one in strikes]
        breaks = next((one for one in strikes if one.fault.needs_connection), None)
        if breaks is not None and connection.transport_of(scope) is None:
            await self.refuse(_no_connection(breaks), scope)
            return
        before = [one for one in strikes if not one.fault.after_commit]
        if await self._struck(before, scope, app):
            return
        after = [one for one in strikes if one.fault.after_commit]
        if not after:
            await app(scope, self.receive, self.send)
            return
        answer: list[Message] = []

        async def hold(message: Message) -> None:
            answer.append(message)

        try:
            await app(scope, self.receive, hold)
        except Exception:  # the framework has answered with 500, and lets the server log why
            for message in answer:
                await self.send(message)
            raise
        self.record.withheld = answer[0]["status"]
        if not await self._struck(after, scope, app, answer):
            self.record.withheld = None
            for message in answer:
                await self.send(message)

    async def _struck(
        self, strikes: list[FaultHit], scope: Scope, app: VendorApp, answer: Sequence[Message] = ()
    ) -> bool:
        """Let faults strike; whether one of them has taken the place of the answer."""
        for one in strikes:
            if one.fault.kind == "delay":
                restarts = scope["space"].restarts
                await sleep(one.seconds)
                if scope["space"].restarts == restarts or answer:
                    continue
                await self.refuse(RESET_MEANWHILE, scope, app.render)
            elif one.problem is not None:
                problem = _challenging(one.problem, app)
                self.record.problem, self.record.detail, self.record.spoilt = problem.code, problem.detail, True
                await app.render(problem, Request(scope))(scope, self.receive, self.send)
            elif one.fault.kind == "truncate":
                await self._truncate(answer, one.fault.bytes, scope)
            else:
                await self._read_to_end()
                self.end()
                await (connection.drop if one.fault.kind == "drop" else connection.reset)(scope, self.receive)
            return True
        return False

    async def _read_to_end(self) -> None:
        """Read what is left of the body for the journal, within bounds: the client may never send it."""
        with suppress(TimeoutError):
            async with timeout(MAX_WAIT):
                while self._more_to_read and self.record.body_size < MAX_READ:
                    await self.receive()
        self.record.is_incomplete |= self._more_to_read

    async def _truncate(self, answer: Sequence[Message], most: int | None, scope: Scope) -> None:
        start, *rest = answer
        body = b"".join(message.get("body", b"") for message in rest)
        cut = body[: len(body) // 2 if most is None else min(most, max(len(body) - 1, 0))]
        await self.send(start)
        await self.send({"type": "http.response.body", "body": cut, "more_body": True})
        await self._read_to_end()
        self.end()
        await connection.close(scope, self.receive)


def _challenging(problem: Problem, app: VendorApp) -> Problem:
    """The refusal with what the vendor asks for credentials by, where it is one for want of them."""
    if problem.status != UNAUTHORIZED.status or app.about.challenge is None:
        return problem
    return problem.with_detail(problem.detail, WWW_Authenticate=app.about.challenge)


def _no_connection(one: FaultHit) -> Problem:
    return NOT_SUPPORTED.with_detail(
        f"A fault ({one.id}) of the kind {one.fault.kind} needs a connection to break, and a client in the "
        "same process has none; use a server (ledgersim serve). Nothing was carried out."
    )


def format_diagnostics(notes: list[Diagnostic]) -> str:
    """Notes for a header: code and place of each, in ASCII, as many as there is room for."""
    text = ""
    for number, one in enumerate(notes):
        part = f"{one.code} {quote(one.where, safe=_SAFE)}".rstrip()
        if len(text) + len(part) > MAX_TOLD:
            return f"{text}, and {len(notes) - number} more"
        text = f"{text}, {part}" if text else part
    return text
