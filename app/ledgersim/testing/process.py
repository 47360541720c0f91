"""A server in a process of its own."""

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

START_WITHIN = 300  # seconds; a large world takes its time
STOP_WITHIN = 10  # seconds

_PREFIX = "LEDGERSIM_"
_READY = "Ready: "
_MAX_SHOWN = 4_000  # bytes of its standard error

__tracebackhide__ = True  # pytest shows the line of the test


class Process:
    """`COMMAND serve`, which answers at `url` as soon as this is made. Raises StartupError.

    The settings are passed as variables, in place of the LEDGERSIM_ variables of this process.
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
                    start_new_session=True,  # so that what the command starts can be ended with it
                )
            except OSError as error:
                raise StartupError(f"`{line}` cannot be run: {error.strerror}") from error
            try:
                with self._killed_after(START_WITHIN):
                    ready = next((text for text in self._said if text.startswith(_READY)), None)
            except BaseException:  # Ctrl+C
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
        """End the server, and wait until it has ended."""
        self._signal(signal.SIGTERM)
        with self._killed_after(STOP_WITHIN):
            self._said.read()  # to the end, which is there when whatever the command started has ended
            self._process.wait()
        self._said.close()

    @property
    def _said(self) -> IO[str]:
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
