"""`make benchmark`: measure, print the report, and write it as JSON and Markdown."""

import argparse
import os
import platform
import shlex
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import load, measure
from benchmarks.peers import peers
from benchmarks.report import ROWS, Report
from benchmarks.servers import Server, ServerError
from benchmarks.subjects import FLOOR_ROWS, ROOT, TOOLS, bare, simulator

DEFAULT, BIG = 200, 10_000  # customers
NAMES = [name for name in ROWS if name != "build-memory"]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="make benchmark",
        description="Measures the simulator beside a floor: a bare ASGI application that does the same work.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--only", metavar="ROWS", default=",".join(NAMES), help="rows to measure")
    add("--rounds", type=int, default=5, help="rounds, in which the servers take turns")
    add("--seconds", type=float, default=2, help="of load per server, row and round")
    add("--large", type=int, nargs="?", const=100_000, metavar="CUSTOMERS", help="measure a large world too")
    add("--peers", action="store_true", help="measure other simulators too")
    add("--against", type=Path, metavar="CHECKOUT", help="measure the simulator of another checkout too")
    add("--flags", metavar="FLAGS", help="measure this checkout with these flags of `ledgersim serve` too")
    add("--output", type=Path, default=TOOLS, metavar="FOLDER", help="where report.json and report.md go")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(NAMES)):
        parser.error(f"unknown rows {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark."""
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end, too
    report = Report(_about(options))
    with TemporaryDirectory() as cache:
        try:
            _measure(report, options, Path(cache))
        except ServerError as error:
            sys.exit(str(error))
        except KeyboardInterrupt:
            sys.exit(130)
    report.write(options.output)
    print(report.markdown())


def _measure(report: Report, options: argparse.Namespace, cache: Path) -> None:
    own = [partial(simulator, cache=cache / "own")]
    if options.flags:
        own.append(
            partial(simulator, cache=cache / "own", flags=options.flags, name=f"ledgersim {options.flags}")
        )
    checkouts: list[tuple[str, Path | None, Path]] = [("ledgersim", None, cache / "own")]
    if options.against:
        name = f"ledgersim of {options.against.resolve().name}"
        own.append(partial(simulator, cache=cache / "other", checkout=options.against, name=name))
        checkouts.append((name, options.against, cache / "other"))
    others = list(peers(report, cache)) if options.peers else []
    rows = options.only
    if {*rows} & {*measure.RATES} and not load.is_installed():
        report.skip(f"{', '.join(measure.RATES)}: {load.MISSING}")
        rows = [row for row in rows if row not in measure.RATES]

    for customers in (DEFAULT, BIG, options.large):
        if customers is None:
            continue
        if "build" in rows and customers != DEFAULT:
            measure.builds(report, customers, options.rounds if customers <= BIG else 1, checkouts)
        if "turns" in rows and customers == BIG:
            measure.turns(report, customers, options.rounds)
        is_started = bool({*rows} & {*measure.STARTS})
        is_loaded = bool({*rows} & {*measure.RATES, *measure.LATENCIES}) and customers != DEFAULT
        if not is_started and not is_loaded:
            continue
        subjects = [subject(customers) for subject in own]
        if FLOOR_ROWS & {*rows}:
            subjects.append(bare(customers))
        everybody = [*subjects, *(others if customers == BIG else [])]
        for subject in subjects:
            report.progress(f"building {customers:,} customers for {subject.name}")
            with Server(subject):
                pass
        if is_started:
            measure.starts(report, rows, customers, options.rounds, everybody)
        if is_loaded:
            measure.throughput(report, rows, customers, options.rounds, options.seconds, everybody)


def _about(options: argparse.Namespace) -> dict[str, str]:
    def said(*command: str) -> str:
        try:
            run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        except FileNotFoundError:
            return "not installed"
        return (run.stdout.strip() or "unknown").splitlines()[0]

    wrk = " ".join(said("wrk", "-v").split()[:2])
    return {
        "Command": f'make benchmark ARGS="{shlex.join(sys.argv[1:])}"' if sys.argv[1:] else "make benchmark",
        "Rounds": str(options.rounds),
        "Machine": f"{os.cpu_count()} cores, {platform.platform()}",
        "Python": platform.python_version(),
        "ledgersim": said("git", "describe", "--always", "--dirty"),
        "floor": bare(0).version,
        "Load of requests/s": f"{wrk}, {load.CONNECTIONS} connections, {options.seconds:g} s a round",
    }


if __name__ == "__main__":
    main()
