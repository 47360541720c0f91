"""`python -m benchmarks.scaling`: the requests/s of two servers behind HAProxy against one behind it.

The balancer and the load generator take their part of the same cores, so the CPU time of each is printed too.
"""

import argparse
import json
import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.load import MISSING, is_installed, rate
from benchmarks.servers import Client, Request, Server, Subject
from benchmarks.subjects import CASES, DEBTORS, ROOT, WRITE, simulator

SPACES = 50
LISTED = "?$filter=juridicalType eq 1&$orderby=fullName&$top=25".replace(" ", "%20")
LOADS = (
    ("get one debtor", "GET", f"{DEBTORS}/{{guid}}", ""),
    ("list 25 debtors", "GET", DEBTORS + LISTED, ""),
    ("create a case", "PUT", CASES, WRITE.body),
)


def main() -> None:
    """Measure, and print a line for each number of servers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="of load per round")
    options = parser.parse_args()
    if not is_installed():
        sys.exit(MISSING)
    if shutil.which("haproxy") is None:
        sys.exit("haproxy is not installed (Debian: apt-get install haproxy)")
    cores = len(os.sched_getaffinity(0))
    print(f"{SPACES} spaces, {cores} cores, {options.rounds} rounds of {options.seconds:g} s; medians")
    with TemporaryDirectory() as folder, ExitStack() as stack:
        groups = {number: _group(stack, Path(folder) / str(number), number) for number in (1, 2)}
        for name, method, path, body in LOADS:
            requests = {
                number: Request(method, _paths(servers[0].port, path), body)
                for number, servers in groups.items()
            }
            rates: dict[int, list[float]] = {1: [], 2: []}
            costs: dict[int, list[float]] = {1: [], 2: []}
            balancing: dict[int, list[float]] = {1: [], 2: []}
            for _ in range(options.rounds):
                for number, servers in groups.items():
                    before, before_balancer = _cpu(servers[1:]), _cpu(servers[:1])
                    found = rate(servers[0].port, requests[number], options.seconds)
                    rates[number].append(found)
                    answers = found * options.seconds
                    costs[number].append((_cpu(servers[1:]) - before) / answers * 1e6)
                    balancing[number].append((_cpu(servers[:1]) - before_balancer) / answers * 1e6)
            for number in rates:
                print(
                    f"{name}, {number} server(s): {median(rates[number]):,.0f} requests/s, "
                    f"{median(costs[number]):.0f} µs of CPU each, {median(balancing[number]):.0f} in HAProxy"
                )
            print(f"{name}: {median(rates[2]) / median(rates[1]):.2f} times")


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


def _paths(port: int, path: str) -> list[str]:
    """The path in each space, with the GUID of the first debtor that the default space lists."""
    with Client(port) as client:
        (debtor,) = json.loads(client.send(Request("GET", [f"{DEBTORS}?$top=1"])))["value"]
    path = path.replace("{guid}", debtor["debtorGuid"])
    return [f"/s/n{number}{path}" for number in range(SPACES)]


def _cpu(servers: list[Server]) -> float:
    """The CPU seconds of servers so far."""
    ticks = 0
    for server in servers:
        fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
