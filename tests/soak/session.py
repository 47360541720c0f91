"""Sending requests that must get a certain response, at times under a fault, while the server may be killed."""

import asyncio
from collections import Counter
from random import Random  # noqa: TID251 - seeded
from time import monotonic
from typing import Any
from urllib.parse import quote

from tests.soak.checks import expected_type
from tests.soak.client import NOTHING, Broken, Client, Exchange, expect
from tests.soak.servers import Process

CREDENTIALS = {"Authorization": "Bearer any", "X-Auth-Key": "any"}
FAULTS = (
    "status=503", "status=500; when=after_commit", "status=429; retry-after=1", "drop", "drop; when=after_commit",
    "reset", "reset; when=after_commit", "truncate", "delay=0.001-0.02", "delay=0.005; when=after_commit",
)  # fmt: skip


class Load:
    """Keeps the requests of all sessions together to a rate per second, and counts them."""

    def __init__(self, rate: float) -> None:
        self._interval, self._next = 1 / rate, monotonic()
        self.statuses: Counter[int] = Counter()
        self.hurried = False  # whether all may send at once
        self.unknown = 0  # writes in flight when the server was killed

    async def turn(self) -> None:
        """Wait for the next turn. Time lost to a slow server is not made up for."""
        if self.hurried:
            return
        self._next = max(self._next, monotonic() - 0.5) + self._interval
        await asyncio.sleep(max(0.0, self._next - monotonic()))


class Session:
    """A client of a server, in a space or the default one. `answer` is its latest response."""

    def __init__(self, server: Process, name: str, seed: int, load: Load, root: str = "") -> None:
        self.server, self.name, self.root, self.load = server, name, root, load
        self.random = Random(f"{seed} {name}")
        self.client = Client()
        self.number = 0  # of names, never used twice
        self.answer = NOTHING
        self.sent = ("", "", "", 0)  # id, method, path and status of the latest request to a vendor

    @property
    def alone(self) -> bool:
        """Whether the space is this session's own. Else it shares it with others, and injects no faults."""
        return bool(self.root)

    async def send(self, method: str, path: str, body: Any = None, fault: str = "") -> Exchange:
        """One exchange, with the expected media type. Raises Broken."""
        await self.load.turn()
        await self.server.wait()
        headers = {**CREDENTIALS, "Sim-Fault": fault} if fault else CREDENTIALS
        target = self.root + quote(path, safe="/?&=$',()")
        answer = await self.client.send(self.server.port, method, target, body, headers)
        self.load.statuses[answer.status] += 1
        if answer.body:
            kind = expected_type(path, answer.status)
            expect(answer.headers.get("content-type") == kind, f"content-type: {kind}", answer)
        if not path.startswith("/_sim"):
            self.sent = (answer.headers["sim-request-id"], method, path.partition("?")[0], answer.status)
        return answer

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The JSON of a response with this status. Sent again if the server is killed meanwhile."""
        while True:
            generation = self.server.generation
            try:
                self.answer = await self.send(method, path, body)
            except Broken as broken:
                expect(self.server.generation != generation, f"status {status}", broken.exchange)
                continue
            self.expect(self.answer.status == status, f"status {status}")
            return self.answer.json() if self.answer.body else None

    async def listed(self, path: str, condition: str = "", options: str = "&$top=100") -> Any:
        """A page of a list."""
        return await self.ask("GET", f"{path}?$filter={condition}{options}")

    async def write(self, method: str, path: str, body: Any, status: int) -> bool | None:
        """Whether a write that must succeed was carried out, at times under a fault.

        None if the server was killed meanwhile, and nobody knows.
        """
        fault = standing = ""
        if self.alone and not path.startswith("/_sim") and self.random.random() < 0.1:
            fault = self.random.choice(FAULTS)
            if fault in ("drop", "reset") and self.random.random() < 0.5:
                created = await self.ask("POST", "/_sim/faults", {"kind": fault, "times": 1}, 201)
                standing = f"/_sim/faults/{created['id']}"
        after, generation = "after_commit" in fault or fault == "truncate", self.server.generation
        try:
            self.answer = await self.send(method, path, body, "" if standing else fault)
        except Broken as broken:
            if self.server.generation != generation:
                self.load.unknown += 1
                return None
            expect(fault.startswith(("drop", "reset", "truncate")), f"status {status}", broken.exchange)
            if standing:
                found = await self.ask("GET", standing)
                self.expect(found["fired"] == 1 and found["ended"], "a fault that has fired once")
            return after
        if fault == "truncate":  # a 204 without a body arrives before the connection is closed
            self.client.close()
        self.expect(not fault.startswith(("drop", "reset")), f"no response because of the fault {fault}")
        injected = fault.startswith("status")
        status = int(fault[7:10]) if injected else status
        self.expect(self.answer.status == status, f"status {status}")
        return after or not injected

    def expect(self, holds: bool, expected: str) -> None:
        """Raise a Violation by the latest response unless the condition holds."""
        expect(holds, expected, self.answer)

    def check(self, errors: list[str]) -> None:
        """Raise a Violation by the latest response if there are mismatches."""
        self.expect(not errors, "; ".join(errors))

    def settle(self, done: bool | None, found: bool) -> bool:
        """Whether a write is found, as it must be if, and only if, it was carried out."""
        self.expect(
            done in (None, found), "what was written" if done else "nothing, as nothing was carried out"
        )
        return found

    def fresh_name(self) -> str:
        """A name with the prefix of this session."""
        self.number += 1
        return f"{self.name}-{self.number:06}"

    def amount(self) -> float:
        """An amount of money."""
        return self.random.randint(1, 500_000) / 100
