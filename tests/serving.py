"""`ledgersim` in a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from threading import Timer
from time import monotonic
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from ledgersim.app import create_app
from ledgersim.errors import StartupError
from ledgersim.settings import load_settings

LIMIT = 60  # seconds after which a process that a test has started is ended

Start = Callable[..., "Served"]


def process(*arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """`ledgersim` in a process of its own, with no LEDGERSIM_ variables but these."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LEDGERSIM_")}
    return subprocess.Popen(
        [sys.executable, "-m", "ledgersim", *arguments],
        env={**environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


class Ended(NamedTuple):
    """How a server ended, and what it said after the first line of its output; `errors` is without the banner."""

    code: int
    output: str
    errors: str
    banner: str
    seconds: float


class Served:
    """A server in a process of its own, and what it has said so far."""

    def __init__(self, *arguments: str, **variables: str) -> None:
        self.process = process("serve", *arguments, **variables)
        self._limit = Timer(LIMIT, self.process.kill)
        self._limit.start()
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        if not self.first_line:
            self._limit.cancel()
            pytest.fail(f"the server did not start: {self.process.communicate()[1]}")
        self.url = self.first_line.removeprefix("Ready: ").rstrip("\n")
        self.port = urlsplit(self.url).port or 0

    def keep(self) -> None:
        """Let it run for longer than one test may take."""
        self._limit.cancel()

    def connect(self, request: bytes) -> socket.socket:
        """A connection on which this has been sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        connection.sendall(request)
        return connection

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Ended:
        """End the server by a signal."""
        begin = monotonic()
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=LIMIT)
        seconds = monotonic() - begin
        banner, end, logged = errors.partition("\n\n")  # the banner ends with an empty line
        if not end:
            banner, logged = "", errors
        return Ended(self.process.returncode, output, logged, banner + end, seconds)

    def end(self) -> None:
        """Let go of the process, however far it has come."""
        self._limit.cancel()
        self.process.kill()
        self.process.communicate()


def complaints(log: str) -> list[str]:
    """The lines of a server's standard error that report a problem."""
    return [line for line in log.splitlines() if re.search(r"WARNING|ERROR|CRITICAL|Traceback", line)]


def refusal(environ: Mapping[str, str] = MappingProxyType({}), /, **flags: str | list[str]) -> str:
    """Why no server starts with these variables and flags. A process prints it as `refused` returns it."""
    with pytest.raises(StartupError) as caught:
        create_app(load_settings(environ, **flags))
    return str(caught.value)


def refused(*arguments: str, **variables: str) -> str:
    """What a process prints that must not start: one line on standard error, and exit code 2."""
    one = process(*arguments, **variables)
    try:
        output, errors = one.communicate(timeout=LIMIT)
    finally:
        one.kill()
    assert (one.returncode, output, errors.count("\n")) == (2, "", 1)
    return errors.rstrip("\n")
