"""Servers in processes of their own, and HTTP to them."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter, sleep
from typing import NamedTuple

START_WITHIN = 3600  # seconds; a world of a million customers takes its time
STOP_WITHIN = 10
JSON = {"Authorization": "Bearer x", "Content-Type": "application/json"}


class Request(NamedTuple):
    """A request to send repeatedly; if it has several paths, each in its turn."""

    method: str
    paths: Sequence[str]
    body: str = ""
    headers: Mapping[str, str] = JSON


Prepare = Callable[[int], Mapping[str, Request]]


class Subject(NamedTuple):
    """What is measured: a server that can be started, and its requests by the key of their row.

    `{port}` in the command is the port to listen on. `prepare` gets that port once the server is ready, loads
    what the requests need, and returns them. The server is ready when it answers `ready`, with any status.
    """

    name: str
    version: str
    command: Sequence[str]
    prepare: Prepare
    ready: str = "/"
    first: str = ""  # the path of a list, which shows that the server has loaded all that requests need
    environ: Mapping[str, str] = {}
    note: str = ""  # what a peer does

    @property
    def is_peer(self) -> bool:
        """Whether it is somebody else's server."""
        return bool(self.note)


class ServerError(Exception):
    """A server that does not start, or answers with an error."""


class Server(AbstractContextManager["Server"]):
    """A server on 127.0.0.1, which ends with the `with` block; `begin` and `ready` are points in time."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.port = free_port()
        self._log = TemporaryFile()  # noqa: SIM115 - closed when the server ends
        self.begin = perf_counter()
        self._process = subprocess.Popen(
            [word.replace("{port}", str(self.port)) for word in subject.command],
            env={**os.environ, **subject.environ},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that what it starts ends with it
        )
        try:
            while not self._answers():
                sleep(0.002)
                if self._process.poll() is not None or perf_counter() - self.begin > START_WITHIN:
                    raise ServerError(f"{subject.name} does not start: {self._last_words()}")
            self.ready = perf_counter()
        except BaseException:
            self._end()
            raise

    def __exit__(self, *_: object) -> None:
        self._end()

    def _answers(self) -> bool:
        with (
            suppress(OSError, HTTPException),
            closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as one,
        ):
            one.request("GET", self.subject.ready, headers=JSON)
            one.getresponse().read()
            return True
        return False

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace").strip().rpartition("\n")[2]

    def _end(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):  # the second one for what has outlived its parent, too
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_WITHIN)
        self._log.close()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def memory(self) -> float | None:
        """MiB that the processes of the server have in memory; None where there is no /proc."""
        pages = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                *_, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(group) == self._process.pid:
                    pages += int((folder / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 if pages else None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Client(AbstractContextManager["Client"]):
    """One kept-alive connection, which is closed with the `with` block."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=600)

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def send(self, request: Request, turn: int = 0) -> bytes:
        """Send the request by its path for this turn; the body of the response. Raises ServerError."""
        path = request.paths[turn % len(request.paths)]
        self._connection.request(request.method, path, request.body or None, dict(request.headers))
        response = self._connection.getresponse()
        body = response.read()
        if response.status >= 400:
            raise ServerError(f"{request.method} {path} returns {response.status}: {body[:300].decode()}")
        return body

    def milliseconds(self, request: Request, turn: int = 0) -> float:
        """Send the request; how long it took."""
        begin = perf_counter()
        self.send(request, turn)
        return (perf_counter() - begin) * 1000
