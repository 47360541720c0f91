"""A server in its own process."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Timer
from typing import IO, Any

from .errors import StartupError

START_WITHIN = 300  # seconds; building a large world is slow
STOP_WITHIN = 10  # seconds

_PREFIX = "LEDGERSIM_"
_READY = "Ready: "
_MAX_SHOWN = 4_000  # bytes of standard error

__tracebackhide__ = True  # so that pytest shows the line of the test


class Process:
    """Runs `COMMAND serve`. The constructor returns once the server is ready at `url`, or raises StartupError.

    The settings are passed as LEDGERSIM_ variables; those of this process are not inherited.
    """

    def __init__(self, command: Sequence[str], settings: Mapping[str, Any]) -> None:
        line = shlex.join([*command, "serve"])
        environ = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
        environ |= {_PREFIX + name.upper(): str(value) for name, value in settings.items() if value is not None}
        with TemporaryFile() as errors:
            try:
                self._process = subprocess.Popen(
                    [*command, "serve"],
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    encoding="utf-8",
                    start_new_session=True,  # so that processes started by the command can be stopped with it
                )
            except OSError as error:
                raise StartupError(f"`{line}` cannot be run: {error.strerror}") from error
            try:
                with self._killed_after(START_WITHIN):
                    ready = next((text for text in self._output if text.startswith(_READY)), None)
            except BaseException:  # such as Ctrl+C
                self._signal(_KILL)
                raise
            if ready is None:
                self.stop()
                errors.seek(max(0, errors.seek(0, os.SEEK_END) - _MAX_SHOWN))
                reason = errors.read().decode(errors="replace")
                raise StartupError(
                    f"`{line}` ended with exit code {self._process.returncode}\n{reason}".strip()
                )
        self.url = ready.removeprefix(_READY).strip()

    def stop(self) -> None:
        """Stop the server and wait for it."""
        self._signal(signal.SIGTERM)
        with self._killed_after(STOP_WITHIN):
            self._output.read()  # until every process that the command has started has ended
            self._process.wait()
        self._output.close()

    @property
    def _output(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        limit = Timer(seconds, self._signal, [_KILL])
        limit.start()
        try:
            yield
        finally:
            limit.cancel()

    def _signal(self, number: int) -> None:
        if sys.platform == "win32":
            self._process.terminate()
        else:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


_KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
