"""Requests at a fixed rate while the list of requests is open in a browser: `python -m benchmarks.open_page`.

It prints the latency with and without the page, whether the page has accounted for every request, and how long
its script kept the browser busy at a time.
"""

import argparse
import asyncio
import json
import re
import statistics
from time import perf_counter

import httpx

from tests.browser import Browser, browser, close
from tests.serving import ServedByCommand

CONNECTIONS = 16
LENGTH = re.compile(rb"content-length: (\d+)")
PATHS = ("/APIGW/v1/Ping", "/APIGW/v1/Debtors?$top=1", "/APIGW/v1/Debtors/unknown", "/APIGW/v1/Nothing")
WATCH = """
window.longest = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => longest = Math.max(longest, one.duration)))
  .observe({type: "longtask", buffered: true});
window.frames_ = 0;
const count = () => { frames_ += 1; requestAnimationFrame(count) };
requestAnimationFrame(count);
"""


async def load(url: str, rate: int, seconds: float) -> int:
    """Send requests at a rate over kept-alive connections; how many were sent."""
    host, _, port = url.removeprefix("http://").partition(":")
    start, total = perf_counter(), int(rate * seconds)
    took: list[float] = []

    async def connection(first: int) -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for number in range(first, total, CONNECTIONS):
            due = start + number / rate
            await asyncio.sleep(max(due - perf_counter(), 0))
            path = PATHS[number % len(PATHS)]
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer any\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            (length,) = LENGTH.findall(head)
            await reader.readexactly(int(length))
            took.append((perf_counter() - due) * 1_000)
        writer.close()

    await asyncio.gather(*(connection(first) for first in range(CONNECTIONS)))
    ordered = sorted(took)
    print(
        f"  {len(took) / (perf_counter() - start):.0f} requests/s, median {statistics.median(ordered):.1f} ms, "
        f"99 % within {ordered[int(len(ordered) * 0.99)]:.1f} ms"
    )
    return len(took)


def page(driver: Browser, url: str, rate: int, seconds: float) -> None:
    """Load the server while the page is open, and compare what the page says with what was sent."""
    driver.open(f"{url}/_sim/ui/requests")
    driver.wait(lambda: driver.run("return stream !== null && stream.source.readyState === 1"))
    driver.run(WATCH)
    before = httpx.get(f"{url}/_sim/requests?limit=1").json()
    counts = "document.querySelectorAll('#recorded, #evicted')"
    read = f"return [...{counts}].reduce((sum, one) => sum + Number(one.textContent), 0)"
    counted = driver.run(read)
    start = perf_counter()
    sent = asyncio.run(load(url, rate, seconds))
    frames = driver.run("return frames_") / (perf_counter() - start)
    after = httpx.get(f"{url}/_sim/requests?limit=1").json()
    driver.wait(lambda: driver.run(read) >= counted + sent)
    found = {
        "sent": sent,
        "recorded": after["position"] - before["position"],
        "counted by the page": driver.run(read) - counted,
        "of these skipped": driver.run("return stream.skipped"),
        "rows": driver.run("return document.querySelectorAll('#rows tr').length"),
        "newest shown": driver.run("return document.querySelector('#rows tr').id.slice(1)")
        == str(after["requests"][-1]["id"]),
        "frames/s": round(frames),
        "longest task, ms": round(driver.run("return longest")),
    }
    print("  " + json.dumps(found))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=500, help="requests per second")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    served = ServedByCommand("--port", "0")
    try:
        print("no page open:")
        asyncio.run(load(served.url, options.rate, options.seconds))
        print("the list of requests open:")
        with browser() as driver:
            page(driver, served.url, options.rate, options.seconds)
    finally:
        close()
        served.end()


if __name__ == "__main__":
    main()
