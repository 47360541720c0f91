"""The servers under test, each a process, and what is to be seen of them from outside."""

import asyncio
import shutil
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.serving import Fork, fork_with_log

START_LIMIT = 60  # seconds


class Process:
    """`ledgersim serve` in a process, and its log."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._log, self._arguments = log, arguments
        self._up = asyncio.Event()
        self._process: Fork | None = None
        self.port = self.generation = 0

    async def start(self) -> None:
        """Start it, and wait until it is ready. Raises RuntimeError with its log if it is not."""
        self._process = fork_with_log(self._log, "serve", "--port", "0", *self._arguments)
        async with asyncio.timeout(START_LIMIT):
            line = await asyncio.to_thread(self._process.stdout.readline)
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
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

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
