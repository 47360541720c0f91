"""Progress messages on standard error during a long build."""

import sys
import time
from typing import TextIO

QUIET = 1.0  # seconds before the first message
TERMINAL_EVERY, LOG_EVERY = 0.2, 10.0  # seconds between messages
EVERY = 256  # steps between two checks of the time


class Progress:
    """Reports progress: on a terminal in one line that is rewritten, elsewhere in a new line now and then."""

    def __init__(self, label: str, total: int, stream: TextIO | None = None) -> None:
        self._label, self._total = label, total
        self._stream = stream or sys.stderr
        self._started = time.monotonic()
        self._next = self._started + QUIET
        self._done = 0
        self._reported = False

    def advance(self, steps: int = 1) -> None:
        """Count steps as done."""
        before = self._done
        self._done += steps
        if self._done // EVERY > before // EVERY and time.monotonic() >= self._next:
            self._write(f"{self._label}: {100 * self._done // self._total} %")

    def end(self) -> None:
        """Finish."""
        if self._reported:
            seconds = time.monotonic() - self._started
            self._write(f"{self._label}: built in {seconds:.0f} s")
            if self._stream.isatty():
                self._stream.write("\n")

    def _write(self, text: str) -> None:
        terminal = self._stream.isatty()
        self._stream.write(f"\r{text} " if terminal else f"{text}\n")
        self._stream.flush()
        self._reported = True
        self._next = time.monotonic() + (TERMINAL_EVERY if terminal else LOG_EVERY)
