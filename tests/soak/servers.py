"""The servers under test, each a process, and what is measured of them from outside."""

import asyncio
import os
import shutil
import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tests.soak.client import Broken, Client

START_LIMIT = 60  # seconds
PROBE_EVERY = 0.1  # seconds


class Process:
    """`ledgersim serve` in a process. What it logs is kept in a file, since a full pipe would stop it."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._log, self._arguments = log, arguments
        self._up = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self.port = self.generation = 0

    async def start(self) -> None:
        """Start it, and wait until it is ready. Raises RuntimeError with its log if it is not."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("LEDGERSIM_")}
        with self._log.open("ab") as log:
            command = (sys.executable, "-m", "ledgersim", "serve", "--port", "0", *self._arguments)
            self._process = await asyncio.create_subprocess_exec(
                *command,
                env=environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_LIMIT):
            line = (await self._process.stdout.readline()).decode()
        if not line.startswith("Ready: "):
            raise RuntimeError(f"The server did not start: {self._log.read_text()[-4000:]}")
        self.port = int(line.rpartition(":")[2])
        self._up.set()

    async def wait(self) -> None:
        """Wait until it is up."""
        await self._up.wait()

    async def kill(self) -> None:
        """End it by SIGKILL."""
        self.generation += 1
        self._up.clear()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    @property
    def pid(self) -> int:
        return 0 if self._process is None else self._process.pid

    def memory(self) -> int:
        """The resident memory in KiB."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)

    def complaints(self) -> list[str]:
        """The logged errors."""
        lines = self._log.read_text().splitlines()
        return [line for line in lines if "ERROR" in line or "CRITICAL" in line or "Traceback" in line]


def file_errors(database: Path) -> list[str]:
    """What SQLite finds wrong with a copy of a database file and its WAL."""
    with TemporaryDirectory() as folder:
        for file in database.parent.glob(f"{database.name}*"):
            shutil.copy(file, folder)
        connection = sqlite3.connect(Path(folder) / database.name)
        try:
            found = [str(one) for (one,) in connection.execute("PRAGMA integrity_check") if one != "ok"]
            found += [str(one) for one in connection.execute("PRAGMA foreign_key_check")]
        except sqlite3.DatabaseError as error:
            found = [str(error)]
        finally:
            connection.close()
    return found


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
        await asyncio.sleep(PROBE_EVERY)


if __name__ == "__main__":
    asyncio.run(_probe(int(sys.argv[1]), int(sys.argv[2])))
