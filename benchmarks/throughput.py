"""Requests per second of some operations, relative to a bare ASGI application on the same machine.

Both servers run in their own processes on 127.0.0.1. Compare the ratios; absolute figures vary by machine.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from itertools import count, islice
from time import perf_counter
from typing import NamedTuple

CONNECTIONS = 16
SECONDS = 2.0
ROUNDS = 3
CUSTOMERS = 10_000
ULLA = "5eed0001-deb0-4000-8000-000000000001"
BARE = """
import asyncio, uvicorn
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("Ready: http://127.0.0.1:%d" % self.servers[0].sockets[0].getsockname()[1], flush=True)
Server(uvicorn.Config(app, port=0, access_log=False, log_level="error", lifespan="off")).run()
"""


class Load(NamedTuple):
    """A request to send repeatedly, at most `times` per round. `{}` in its path is a serial number."""

    name: str
    method: str
    path: str
    body: str = ""
    times: int | None = None

    def encode(self, number: int) -> bytes:
        """The bytes of the request."""
        return (
            f"{self.method} {self.path.format(number)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer x\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n{self.body}"
        ).encode()


BARE_LOAD = Load("bare ASGI", "GET", "/")
LOADS = [
    Load("get one debtor", "GET", f"/APIGW/v1/Debtors/{ULLA}"),
    Load(
        "list 25, filtered and sorted",
        "GET",
        "/APIGW/v1/Debtors?$filter=juridicalType%20eq%200&$orderby=fullName",
    ),
    Load("list 25 cases", "GET", "/APIGW/v1/Cases"),
    Load("list cases by remainingSum", "GET", "/APIGW/v1/Cases?$filter=remainingSum%20gt%20100000"),
    Load("create a debtor", "PUT", "/APIGW/v1/Debtors", '{"firstname": "A", "street": "S", "city": "C"}'),
    Load("reset of 10,000 customers", "POST", "/_sim/reset"),
    Load("new space of 10,000 customers", "GET", "/s/new-{}/_sim/clock", times=80),
    Load("new space and a write", "PUT", "/s/written-{}/APIGW/v1/Debtors", '{"firstname": "A"}', times=80),
]


def start(*command: str) -> tuple["subprocess.Popen[str]", int]:
    """Start a server. Returns its process and port."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    return process, int(line.rsplit(":", 1)[1])


async def _send(port: int, requests: Iterator[bytes], until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while perf_counter() < until and (request := next(requests, None)) is not None:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head[9:10] == b"2", head
        _, found, length = head.lower().partition(b"content-length: ")
        await reader.readexactly(int(length.partition(b"\r\n")[0]) if found else 0)
        done += 1
    writer.close()
    return done


async def rate(port: int, load: Load, rounds: int = ROUNDS) -> float:
    """Requests per second, in the best of some rounds."""
    best = 0.0
    numbers = count()
    for _ in range(rounds):
        requests = islice(map(load.encode, numbers), load.times)
        start = perf_counter()
        counts = await asyncio.gather(*(_send(port, requests, start + SECONDS) for _ in range(CONNECTIONS)))
        best = max(best, sum(counts) / (perf_counter() - start))
    return best


def main() -> None:
    """Measure and print a table."""
    bare, bare_port = start("-c", BARE)
    simulator, port = start("-m", "ledgersim", "serve", "--port", "0", "--customers", str(CUSTOMERS))
    try:
        floor = asyncio.run(rate(bare_port, BARE_LOAD))
        print(f"{'':32}{'requests/s':>12}{'ratio':>8}")
        print(f"{BARE_LOAD.name:32}{floor:12,.0f}{1:8.3f}")
        for load in LOADS:
            found = asyncio.run(rate(port, load))
            print(f"{load.name:32}{found:12,.0f}{found / floor:8.3f}", flush=True)
    finally:
        for process in (bare, simulator):
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
