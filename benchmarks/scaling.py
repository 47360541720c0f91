"""`python -m benchmarks.scaling`: the requests/s of two servers behind HAProxy against one behind it.

The balancer and the load generator take their part of the same cores, so the CPU time of each is printed too.
"""

import argparse
import json
import os
import resource
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from benchmarks.load import MISSING, is_installed, rate
from benchmarks.servers import Client, Request, Server, Subject
from benchmarks.subjects import CASES, DEBTORS, ROOT, WRITE, listing, simulator

SPACES = 50  # each with a connection of its own, like tests that run in parallel
CASES_PER_SPACE = 20
CORES = len(os.sched_getaffinity(0))
GET = Request("GET", [f"{DEBTORS}/{{debtor}}"])
LIST = listing(DEBTORS, filter="juridicalType eq 1", orderby="fullName", top="25")
PAYMENT = {"paymentAmount": 1, "currencyCode": "SEK", "paymentDate": "2026-01-01"}
LOADS = {
    "get one debtor": [GET],
    "list 25 debtors": [LIST],
    "create a case": [WRITE],
    "create a case, pay, read case and summary, list": [
        WRITE,
        Request("PUT", [f"{CASES}/{{case}}/Payments"], json.dumps(PAYMENT)),
        Request("GET", [f"{CASES}/{{case}}"]),
        Request("GET", [f"{DEBTORS}/{{debtor}}/Summary"]),
        LIST,
    ],
}


class Measured(NamedTuple):
    """Requests per second, the microseconds of CPU that each takes, and the unused share of the cores."""

    rate: float
    server: float
    haproxy: float
    wrk: float
    unused: float


def main() -> None:
    """Measure, and print a line for each number of servers."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scaling", description=f"{__doc__} Needs wrk and HAProxy."
    )
    parser.add_argument("--rounds", type=int, default=5, help="of each load (default: 5)")
    parser.add_argument("--seconds", type=float, default=4, help="of load in a round (default: 4)")
    options = parser.parse_args()
    if not is_installed():
        sys.exit(MISSING)
    if shutil.which("haproxy") is None:
        sys.exit("haproxy is not installed (Debian: apt-get install haproxy)")
    print(f"{SPACES} spaces, {CORES} cores, {options.rounds} rounds of {options.seconds:g} s; medians")
    with TemporaryDirectory() as folder, ExitStack() as stack:
        groups = {number: _group(stack, Path(folder) / str(number), number) for number in (1, 2)}
        guids = _guids(groups[1][0].port)
        for name, steps in LOADS.items():
            requests = [_in_each_space(step, case, debtor) for case, debtor in guids for step in steps]
            found: dict[int, list[Measured]] = {number: [] for number in groups}
            for _ in range(options.rounds):
                for number, servers in groups.items():
                    found[number].append(_measure(servers, requests, options.seconds))
            medians = {
                number: Measured(*map(median, zip(*each, strict=True))) for number, each in found.items()
            }
            for number, one in medians.items():
                print(
                    f"{name}, {number} server(s): {one.rate:,.0f} requests/s, {one.server:.0f} µs of CPU each, "
                    f"{one.haproxy:.0f} in HAProxy, {one.wrk:.0f} in wrk; {one.unused:.0%} of the cores unused"
                )
            print(f"{name}: {medians[2].rate / medians[1].rate:.2f} times", flush=True)


def _group(stack: ExitStack, folder: Path, number: int) -> list[Server]:
    """A balancer and the servers behind it. With one server, both addresses are its own."""
    folder.mkdir()
    subject = simulator(200, folder / "cache", f"--data {folder / 'data'}")
    servers = [stack.enter_context(Server(subject)) for _ in range(number)]
    config = ROOT / "deploy" / "haproxy.cfg"
    addresses = {f"LEDGERSIM_{n}": f"127.0.0.1:{servers[n % number - 1].port}" for n in (1, 2)}
    command = ["sh", "-c", f"LISTEN=127.0.0.1:{{port}} exec haproxy -db -f {config}"]
    balancer = Subject(
        "haproxy", "", command, simulator(200, folder).prepare, "/_sim/health/ready", environ=addresses
    )
    return [stack.enter_context(Server(balancer)), *servers]


def _guids(port: int) -> list[tuple[str, str]]:
    """Cases that can be paid on, each with its debtor; spaces begin with the same ones."""
    with Client(port) as client:
        open_cases = listing(
            CASES, filter="status eq 'Active' and currencyCode eq 'SEK'", top=str(CASES_PER_SPACE)
        )
        cases = [case["caseGuid"] for case in json.loads(client.send(open_cases))["value"]]
        debtors = [json.loads(client.send(Request("GET", [f"{CASES}/{case}/Debtors"])))[0] for case in cases]
    return [(case, debtor["debtorGuid"]) for case, debtor in zip(cases, debtors, strict=True)]


def _in_each_space(step: Request, case: str, debtor: str) -> Request:
    path = step.paths[0].format(case=case, debtor=debtor)
    return step._replace(paths=[f"/s/n{number}{path}" for number in range(SPACES)])


def _measure(servers: list[Server], requests: list[Request], seconds: float) -> Measured:
    before, begin = _cpu(servers), perf_counter()
    found = rate(servers[0].port, requests, seconds, connections=SPACES)
    took = perf_counter() - begin
    used = [now - then for now, then in zip(_cpu(servers), before, strict=True)]
    server, haproxy, wrk = (cpu / (found * seconds) * 1e6 for cpu in used)
    return Measured(found, server, haproxy, wrk, 1 - sum(used) / took / CORES)


def _cpu(servers: list[Server]) -> tuple[float, float, float]:
    """The CPU seconds so far of the servers, of the balancer before them, and of wrk."""
    balancer, *others = (_cpu_of(server.pid) for server in servers)
    wrk = resource.getrusage(resource.RUSAGE_CHILDREN)  # those that have ended
    return sum(others), balancer, wrk.ru_utime + wrk.ru_stime


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
