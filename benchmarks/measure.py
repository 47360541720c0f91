"""The measurements. Servers take turns in every round, so that what slows the machine down hits all alike."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks.load import rate
from benchmarks.report import Report
from benchmarks.servers import Client, Request, Server, ServerError, Subject
from benchmarks.subjects import ROOT, environ

RATES = ("get", "list", "create")
STARTS = ("start", "first", "memory", "summary")
LATENCIES = ("sums", "indexed", "contains", "skip", "reset", "space")
SAMPLES = 4  # of each latency in a round
WARM_UP = 1  # seconds of load before the first round


def builds(
    report: Report, customers: int, rounds: int, checkouts: Sequence[tuple[str, Path | None, Path]]
) -> None:
    """Seconds and peak memory of building a world; the last one stays in the cache of its checkout."""
    for _ in range(rounds):
        for name, checkout, cache in checkouts:
            shutil.rmtree(cache, ignore_errors=True)
            command = [sys.executable, "-m", "ledgersim", "build-world", "--customers", str(customers)]
            begin = perf_counter()
            process = subprocess.Popen(
                [*command, "--cache", str(cache)],
                stdout=subprocess.DEVNULL,
                env={**os.environ, **environ(checkout)},
            )
            try:
                _, status, usage = os.wait4(process.pid, 0)
            finally:
                process.kill()
            seconds = perf_counter() - begin
            if status:
                raise ServerError("ledgersim build-world fails")
            report.add("build", customers, name, seconds)
            unit = 2**20 if sys.platform == "darwin" else 2**10
            report.add("build-memory", customers, name, usage.ru_maxrss / unit)


def turns(report: Report, customers: int, rounds: int) -> None:
    """CPU time of the longest turns of long work, which the event loop waits for."""
    for _ in range(rounds):
        run = subprocess.run(
            [sys.executable, "-m", "benchmarks.turns", str(customers)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not run.stdout:
            raise ServerError("benchmarks.turns fails")
        for work, milliseconds in json.loads(run.stdout).items():
            report.add("turns", customers, f"ledgersim, {work}", milliseconds)


def starts(
    report: Report, rows: Sequence[str], customers: int, rounds: int, subjects: Sequence[Subject]
) -> None:
    """Seconds until a new process answers, its first summary, and its memory after one request of each kind.

    The first answer is that to a probe, as far as there are probes, and then to a list.
    """
    for _ in range(rounds):
        for subject in subjects:
            with _skipping(report, subject), Server(subject) as server:
                if "start" in rows:
                    report.add("start", customers, subject.name, server.ready - server.begin)
                if "first" in rows and subject.first:
                    with Client(server.port) as client:
                        client.send(Request("GET", [subject.first]))
                        report.add("first", customers, subject.name, perf_counter() - server.begin)
                if subject.is_peer or not {"memory", "summary"} & set(rows):
                    continue
                requests = subject.prepare(server.port)
                with Client(server.port) as client:
                    client.send(requests["get"])
                    if "summary" in rows and "summary" in requests:
                        spent = client.milliseconds(requests["summary"])
                        report.add("summary", customers, subject.name, spent)
                    for request in requests.values():
                        client.send(request)
                memory = server.memory() if "memory" in rows else None
                if memory is not None:
                    report.add("memory", customers, subject.name, memory)


def throughput(
    report: Report,
    rows: Sequence[str],
    customers: int,
    rounds: int,
    seconds: float,
    subjects: Sequence[Subject],
) -> None:
    """Requests per second, and milliseconds of single requests while nobody else sends any."""
    with ExitStack() as stack:
        running = []
        for subject in subjects:
            report.progress(f"starting and warming {subject.name} with {customers:,} customers")
            with _skipping(report, subject):
                server = stack.enter_context(Server(subject))
                requests = subject.prepare(server.port)
                running.append((server, requests))
                for row in _of(rows, RATES):
                    if row in requests:
                        with _skipping(report, subject, row):
                            rate(server.port, [requests[row]], WARM_UP)
        for _ in range(rounds):
            for row in _of(rows, RATES):
                for server, requests in running:
                    if row in requests:
                        with _skipping(report, server.subject, row):
                            _reset(server, requests)
                            report.add(
                                row,
                                customers,
                                server.subject.name,
                                rate(server.port, [requests[row]], seconds),
                            )
            for row in _of(rows, LATENCIES):
                for server, requests in running:
                    if row in requests:
                        _reset(server, requests)
                        _latencies(report, row, customers, server, requests)


def _latencies(
    report: Report, row: str, customers: int, server: Server, requests: Mapping[str, Request]
) -> None:
    with Client(server.port) as client:
        for _ in range(SAMPLES):
            client.send(requests["write"])  # so that nothing that the server has kept is of use
            turn = report.count(row, customers, server.subject.name)
            report.add(row, customers, server.subject.name, client.milliseconds(requests[row], turn))


def _reset(server: Server, requests: Mapping[str, Request]) -> None:
    if "reset" in requests:
        with Client(server.port) as client:
            client.send(requests["reset"])


def _of(rows: Sequence[str], kind: Sequence[str]) -> list[str]:
    return [row for row in kind if row in rows]


@contextmanager
def _skipping(report: Report, subject: Subject, row: str = "") -> Iterator[None]:
    """A peer that fails is skipped with a line. If the simulator fails, the benchmark ends."""
    try:
        yield
    except ServerError as error:
        if not subject.is_peer:
            raise
        report.skip(f"{subject.name}{row and ', '}{row}: {error}")
