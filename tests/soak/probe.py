"""`python -m tests.soak.probe PORT PID`: prints again and again how long a server takes to answer."""

import asyncio
import sys
from pathlib import Path
from time import monotonic

from tests.soak.client import Broken, Client

EVERY = 0.1  # seconds


def _waited(pid: int | str) -> float:
    """Seconds for which a process has waited for a CPU, in which it can answer nothing."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


async def _probe(port: int, pid: int) -> None:
    client = Client()
    while True:
        waited, begin = _waited(pid) + _waited("self"), monotonic()
        try:
            await client.send(port, "GET", "/_sim/health/live")
        except Broken:
            return
        waited = _waited(pid) + _waited("self") - waited
        print(f"{max(0.0, monotonic() - begin - waited):.6f}", flush=True)
        await asyncio.sleep(EVERY)


if __name__ == "__main__":
    asyncio.run(_probe(int(sys.argv[1]), int(sys.argv[2])))
