"""`ledgersim` in a process of its own."""

import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import chdir
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from time import monotonic
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

import pytest

from ledgersim import cli
from ledgersim.app import create_app
from ledgersim.errors import StartupError
from ledgersim.settings import load_settings

LIMIT = 120  # seconds after which a process that a test has started is ended

Start = Callable[..., "Served"]

_ROOT = Path(__file__).parents[1]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "tests.preloaded"])


def environ(**variables: str) -> dict[str, str]:
    """The environment of a process with no LEDGERSIM_ variables but these."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LEDGERSIM_")}
    return {**own, **variables}


def process(*arguments: str, **variables: str) -> "subprocess.Popen[str]":
    """`ledgersim` as users start it, for tests of how it starts and how it writes what it logs."""
    return subprocess.Popen(
        [sys.executable, "-m", "ledgersim", *arguments],
        env=environ(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


Main = Callable[[list[str]], int]


class Fork:
    """A fork of a process that has loaded the modules of ledgersim, which is nine tenths of a start.

    It has what tests use of `subprocess.Popen`. Its standard output must fit into a pipe.
    """

    def __init__(self, main: Main, arguments: Iterable[str], variables: Mapping[str, str]) -> None:
        output, to_output = _FORKS.Pipe(duplex=False)
        errors, to_errors = _FORKS.Pipe(duplex=False)
        with output, to_output, errors, to_errors:
            work = (main, list(arguments), environ(**variables), os.getcwd(), to_output, to_errors)
            self._process = _FORKS.Process(target=_run, args=work, daemon=True)
            with chdir(_ROOT):  # where the process that is forked finds `tests`
                self._process.start()
            self.stdout = os.fdopen(os.dup(output.fileno()), encoding="utf-8")
            self._stderr = os.fdopen(os.dup(errors.fileno()), encoding="utf-8")
        self.pid = self._process.pid or 0

    @property
    def returncode(self) -> int | Any:
        """The exit code, the negative number of the signal that ended it, or None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | Any:
        """The exit code, if it has ended."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """End it by SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int | Any:
        """Wait until it has ended; the exit code."""
        self._process.join(timeout)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait until it has ended; the rest of its output, and its errors."""
        errors, output = ("" if one.closed else one.read() for one in (self._stderr, self.stdout))
        self._stderr.close()
        self.stdout.close()
        self.wait(timeout)
        return output, errors


def _run(
    main: Main,
    arguments: list[str],
    environ: dict[str, str],
    folder: str,
    output: Connection,
    errors: Connection,
) -> NoReturn:
    os.chdir(folder)
    for connection, descriptor in ((output, 1), (errors, 2)):
        os.dup2(connection.fileno(), descriptor)
        connection.close()
    os.environ.clear()
    os.environ.update(environ)
    sys.exit(main(arguments))


def fork(*arguments: str, **variables: str) -> Fork:
    """`ledgersim` in a process that starts at once, for all other tests."""
    return Fork(cli.main, arguments, variables)


def fork_with_log(log: Path, *arguments: str) -> Fork:
    """The same with its standard error appended to a file, which never fills up as a pipe does."""
    return Fork(_main_with_log, [str(log), *arguments], {})


def _main_with_log(arguments: list[str]) -> int:
    with open(arguments[0], "ab") as log:
        os.dup2(log.fileno(), 2)
    return cli.main(arguments[1:])


class Ended(NamedTuple):
    """How a server ended, and what it said after the first line of its output; `errors` is without the banner."""

    code: int
    output: str
    errors: str
    banner: str
    seconds: float


class Served:
    """A server in a process of its own, and what it has said so far."""

    launch: Callable[..., "Fork | subprocess.Popen[str]"] = staticmethod(fork)

    def __init__(self, *arguments: str, **variables: str) -> None:
        self._folder = TemporaryDirectory(ignore_cleanup_errors=True)
        if "TEST_DATA" in os.environ and not {"--database", "--data"} & {*arguments}:  # see tests/conftest.py
            variables.setdefault("LEDGERSIM_DATA", self._folder.name)
        self.process = self.launch("serve", *arguments, **variables)
        self._limit = Timer(LIMIT, self.process.kill)
        self._limit.start()
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        if not self.first_line:
            self._limit.cancel()
            self._folder.cleanup()
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
        self._folder.cleanup()


class ServedByCommand(Served):
    """A server that was started by the command."""

    launch = staticmethod(process)


def complaints(log: str) -> list[str]:
    """The lines of a server's standard error that report a problem."""
    return [line for line in log.splitlines() if re.search(r"WARNING|ERROR|CRITICAL|Traceback", line)]


def refusal(environ: Mapping[str, str] = MappingProxyType({}), /, **flags: str | list[str]) -> str:
    """Why no server starts with these variables and flags. A process prints it as `refused` returns it."""
    with pytest.raises(StartupError) as caught:
        create_app(load_settings(environ, **flags))
    return str(caught.value)


def refused(one: "Fork | subprocess.Popen[str]") -> str:
    """What a process prints that must not start: one line on standard error, and exit code 2."""
    try:
        output, errors = one.communicate(timeout=LIMIT)
    finally:
        one.kill()
    assert (one.returncode, output, errors.count("\n")) == (2, "", 1)
    return errors.rstrip("\n")
