"""`python -m tests.soak`: hours of mixed load with kills, checked against a model."""

import argparse
import asyncio
import sys
from collections import Counter
from contextlib import suppress
from itertools import compress
from pathlib import Path
from random import Random  # noqa: TID251 - seeded
from tempfile import TemporaryDirectory
from time import monotonic

from tests.soak.checks import memory_errors
from tests.soak.client import Client, Violation
from tests.soak.operations import Operations
from tests.soak.servers import Process, file_errors
from tests.soak.session import Load

GROWTH = 0.1  # of memory after the warm-up
WARM_UP, WARM_UP_REQUESTS = 0.5, 100_000  # the part of the duration, and no more requests than these
LEAST_REQUESTS = (
    1_000  # in each space in the warm-up, for memory to be judged: then journals and snapshots are full
)
KILLS_PER_FILE = 8
KILLED_RATE = 0.25  # part of the rate that goes to the server that is killed
KILLED_CLIENTS = 4
HURRY = 0.3  # seconds


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak",
        description="Sends mixed requests to two servers and checks every response against a model of what must be "
        "there. One keeps many spaces in memory, under faults, clock moves, resets and snapshots. The other keeps a "
        "database and is killed again and again. Prints a line a minute and a report; exits with 1 on violations.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--minutes", type=float, default=10, help="how long to run")
    add("--seed", type=int, default=1, help="of the operations of each client")
    add("--spaces", type=int, default=50, help="spaces in memory, each with a client of its own")
    add("--rate", type=float, default=300, help="requests a second to aim at")
    add("--kill-every", type=float, default=15, metavar="SECONDS", help="mean time between kills")
    add(
        "--max-delay", type=float, default=1, metavar="SECONDS", help="longest delay of the event loop to allow"
    )
    return parser.parse_args(arguments)


class Soak:
    """One run: its servers, sessions, measurements and violations."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.begin = monotonic()
        self.load, self.killed_load = Load(options.rate * (1 - KILLED_RATE)), Load(options.rate * KILLED_RATE)
        # Small journals, so that they are full and memory is level soon.
        self.server = Process(folder / "server.log", "--journal-entries", "200")
        self.database = folder / "space.db"
        self.killed = Process(folder / "killed.log", "--database", str(self.database))
        self.violations: Counter[str] = Counter()
        self.operations: Counter[str] = Counter()
        self.delays: list[float] = []
        self.warm_memory = self.last_memory = self.kills = self.verified = 0
        self.judged = False

    @property
    def elapsed(self) -> float:
        return monotonic() - self.begin

    @property
    def over(self) -> bool:
        return bool(self.elapsed > self.options.minutes * 60)

    @property
    def requests(self) -> int:
        return self.load.statuses.total() + self.killed_load.statuses.total()

    def violated(self, kind: str, expected: str, where: str = "", exchange: object = "") -> None:
        """Count a violation, and print the first of its kind in full."""
        self.violations[kind] += 1
        if self.violations[kind] == 1:
            print(f"\nVIOLATION of {kind} {where} after {self.elapsed:.1f} s, seed {self.options.seed}")
            print(f"Expected: {expected[:4000]}\n\n{exchange}\n", flush=True)

    async def attempt(self, session: Operations, *names: str) -> bool:
        """Whether these methods of a session pass; a failure of any kind is a violation."""
        try:
            for name in names:
                session.doing = name
                await getattr(session, name)()
                self.operations[session.doing] += 1
        except Violation as violation:
            self.violated(session.doing, violation.expected, session.name, violation.exchange)
        except Exception as error:
            self.violated(session.doing, f"no {error!r}", session.name, session.answer)
        else:
            return True
        return False

    async def in_space(self, index: int) -> None:
        """Run operations in a space until the end. After a violation, the space starts over."""
        name = f"soak-{index:02}"
        session = Operations(self.server, name, self.options.seed, self.load, f"/s/{name}")
        passed = await self.attempt(session, "begin")
        while passed and not self.over:
            passed = await self.attempt(session, "step") or await self.attempt(session, "begin_again")
        session.client.close()

    async def in_database(self, session: Operations, kills: int) -> bool:
        """Operations on the server with a database until it has been killed so often. Ends with a violation."""
        passed, generation = True, self.killed.generation
        while passed and not self.over and self.kills < kills:
            passed = await self.attempt(session, "step")
            if passed and generation != self.killed.generation:
                generation = self.killed.generation
                passed = await self.attempt(session, "verify_some")
                self.verified += passed
        return passed and await self.attempt(session, "verify")

    async def kill(self) -> None:
        """Kill the server with a database at random moments, and begin with a new file after some kills."""
        random = Random(f"{self.options.seed} kills")
        while not self.over:
            await self.start_anew()
            last, seed = self.kills + KILLS_PER_FILE, self.options.seed + self.kills
            sessions = [
                Operations(self.killed, f"soak-{900 + index}", seed, self.killed_load)
                for index in range(KILLED_CLIENTS)
            ]
            sessions = [session for session in sessions if await self.attempt(session, "begin")]
            tasks = [asyncio.create_task(self.in_database(session, last)) for session in sessions]
            while self.kills < last and not self.over:
                pause = random.uniform(0.1, 2 * self.options.kill_every)
                await asyncio.sleep(min(pause, max(0.0, self.options.minutes * 60 - self.elapsed)))
                self.killed_load.hurried = True  # so that the kill interrupts writes
                await asyncio.sleep(HURRY)
                await self.restart()
                self.killed_load.hurried = False
            passed = await asyncio.gather(*tasks)
            await self.kill_in_a_reset(list(compress(sessions, passed)), random.uniform(0, 0.05))
            for session in sessions:
                session.client.close()

    async def start_anew(self) -> None:
        """Start the server with a new file."""
        await self.killed.kill()
        for file in self.folder.glob(f"{self.database.name}*"):
            file.unlink()
        await self.killed.start()

    async def restart(self) -> None:
        """Kill the server, check its file, and start it again."""
        await self.killed.kill()
        self.kills += 1
        for error in await asyncio.to_thread(file_errors, self.database):
            self.violated("database", f"a sound file, not {error}")
        try:
            await self.killed.start()
        except (RuntimeError, TimeoutError) as error:
            self.violated("database", f"a start on the same file, not {error!r}")
            await self.start_anew()

    async def kill_in_a_reset(self, sessions: list[Operations], pause: float) -> None:
        """Kill the server while it resets: then all that was written is gone, or nothing."""
        client = Client()
        reset = asyncio.create_task(client.send(self.killed.port, "POST", "/_sim/reset"))
        await asyncio.sleep(pause)
        await self.restart()
        await asyncio.gather(reset, return_exceptions=True)
        client.close()
        sessions = [session for session in sessions if await self.attempt(session, "count_debtors")]
        kept, known = [one.total for one in sessions], [len(one.model.debtors) for one in sessions]
        if kept not in (known, [0] * len(known)):
            self.violated("database", f"debtors after a kill in a reset: {known} or none, not {kept}")

    async def probe(self) -> None:
        """Collect the delays that a process of its own measures."""
        command = (sys.executable, "-m", "tests.soak.probe", str(self.server.port), str(self.server.pid))
        probe = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert probe.stdout is not None
        try:
            async for line in probe.stdout:
                self.delays.append(float(line))
        finally:
            probe.kill()
            await probe.wait()

    async def watch(self) -> None:
        """Print a line after ten seconds and each minute, and watch the memory."""
        following = 10.0
        while not self.over:
            await asyncio.sleep(0.5)
            try:
                self.last_memory = self.server.memory()
            except OSError:
                self.violated("server", "a server that runs to the end")
                return
            requests = self.load.statuses.total()
            if self.elapsed < WARM_UP * self.options.minutes * 60 and requests < WARM_UP_REQUESTS:
                self.warm_memory = max(self.warm_memory, self.last_memory)
                self.judged = requests >= LEAST_REQUESTS * self.options.spaces
            if self.elapsed >= following:
                following = 60 * (self.elapsed // 60 + 1)
                print(self.line(), flush=True)

    def line(self) -> str:
        """The state in one line."""
        return (
            f"{self.elapsed / 60:6.1f} min  {self.requests:,} requests ({self.requests / self.elapsed:.0f}/s): "
            + ", ".join(f"{number:,} {name}" for name, number in self.classes().items())
            + f"; {self.kills} kills, {self.operations.total():,} operations checked, "
            f"{self.violations.total()} violations; {self.last_memory / 1024:.0f} MiB, event loop {self.delay()}"
        )

    def classes(self) -> dict[str, int]:
        """Responses by the class of their status."""
        found: Counter[str] = Counter()
        for status, number in (self.load.statuses + self.killed_load.statuses).items():
            found[f"{status // 100}xx"] += number
        return dict(sorted(found.items()))

    def delay(self) -> str:
        """Median, 99th percentile and maximum of the delays of the event loop."""
        delays = sorted(self.delays) or [0.0]
        values = (delays[len(delays) // 2], delays[len(delays) * 99 // 100], delays[-1])
        return "{:.0f} / {:.0f} / {:.0f} ms".format(*(1000 * value for value in values))

    def judge(self) -> None:
        """Add what can only be judged at the end."""
        if self.judged:
            for error in memory_errors(self.warm_memory, self.last_memory, GROWTH):
                self.violated("memory", error)
        if max(self.delays, default=0) > self.options.max_delay:
            self.violated("event loop", f"no delay over {self.options.max_delay} s, not {self.delay()}")
        for server in (self.server, self.killed):
            for line in server.complaints():
                self.violated("log", f"no error, not {line}")

    def report(self) -> str:
        """The results as a table in Markdown."""
        memory = f"{self.warm_memory:,} KiB after the warm-up, {self.last_memory:,} KiB at the end"
        rows = {
            "Duration": f"{self.elapsed / 60:.1f} min, seed {self.options.seed}, {self.options.spaces} spaces",
            "Requests": f"{self.requests:,} ({self.requests / self.elapsed:.0f}/s)",
            "Responses": ", ".join(f"{number:,} {name}" for name, number in self.classes().items()),
            "Operations": ", ".join(f"{name} {number:,}" for name, number in self.operations.most_common()),
            "Kills": f"{self.kills}, during {self.killed_load.unknown} writes; afterwards {self.verified} clients found "
            "all that was acknowledged",
            "Memory": memory if self.judged else f"{memory} (too few requests to judge)",
            "Event loop": f"{self.delay()} (median / 99 % / maximum of {len(self.delays):,} probes)",
            "Violations": "; ".join(f"{name}: {number}" for name, number in self.violations.items()) or "none",
        }
        return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())])

    async def run(self) -> None:
        """Run to the end."""
        await self.server.start()
        self.begin = monotonic()
        probe = asyncio.create_task(self.probe())
        try:
            spaces = (self.in_space(index) for index in range(self.options.spaces))
            await asyncio.gather(self.watch(), self.kill(), *spaces)
        finally:
            probe.cancel()
            await asyncio.gather(probe, return_exceptions=True)
            await self.server.kill()
            await self.killed.kill()
        self.judge()


def main(arguments: list[str] | None = None) -> int:
    """Run, print the report, and return the exit status."""
    with TemporaryDirectory() as folder:
        soak = Soak(parse(arguments), Path(folder))
        with suppress(KeyboardInterrupt):
            asyncio.run(soak.run())
    print(f"\n{soak.report()}")
    return 1 if soak.violations else 0


if __name__ == "__main__":
    sys.exit(main())
