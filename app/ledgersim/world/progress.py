"""How far a long build has come, on standard error."""

import sys
import time
from typing import TextIO

QUIET = 1.0  # seconds before anything is said
TERMINAL_EVERY, LOG_EVERY = 0.2, 10.0  # seconds between two messages


class Progress:
    """Says how much of a work is done: on a terminal in one line, elsewhere in a line now and then."""

    def __init__(self, what: str, total: int, stream: TextIO | None = None) -> None:
        self._what, self._total = what, total
        self._stream = stream or sys.stderr
        self._started = time.monotonic()
        self._next = self._started + QUIET
        self._done = 0
        self._spoken = False

    def advance(self) -> None:
        """One more is done."""
        self._done += 1
        if self._done % 256 == 0 and time.monotonic() >= self._next:
            self._say(f"{self._what}: {100 * self._done // self._total} %")

    def end(self) -> None:
        """All is done."""
        if self._spoken:
            seconds = time.monotonic() - self._started
            self._say(f"{self._what}: built in {seconds:.0f} s")
            if self._stream.isatty():
                self._stream.write("\n")

    def _say(self, text: str) -> None:
        terminal = self._stream.isatty()
        self._stream.write(f"\r{text} " if terminal else f"{text}\n")
        self._stream.flush()
        self._spoken = True
        self._next = time.monotonic() + (TERMINAL_EVERY if terminal else LOG_EVERY)
