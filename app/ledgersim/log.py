"""The log on standard error. A thread of its own writes it, so a pipe that nobody reads blocks no request."""

import logging
import os
import sys
from queue import Full, Queue
from threading import Thread

MAX_BYTES = 4 * 2**20  # that wait to be written; what does not fit is dropped and counted
FLUSH_WITHIN = 1  # seconds at the end of the server

log = logging.getLogger(__name__)


class _Texts(Queue[bytes]):
    """A queue whose size is that of its texts together."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._bytes = 0

    def _qsize(self) -> int:
        return self._bytes

    def _put(self, item: bytes) -> None:
        super()._put(item)
        self._bytes += len(item)

    def _get(self) -> bytes:
        item = super()._get()
        self._bytes -= len(item)
        return item


class QueuedHandler(logging.Handler):
    """Queues records as text for a thread that writes them to a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._texts = _Texts(MAX_BYTES)
        self._dropped = 0
        Thread(target=self._write_all, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record, or count it as dropped."""
        try:
            self._texts.put_nowait(f"{self.format(record)}\n".encode("utf-8", "backslashreplace"))
        except Full:
            self._dropped += 1
        except Exception:
            self.handleError(record)

    def _write_all(self) -> None:
        while True:
            self._write(self._texts.get())
            if self._dropped and self._texts.empty():
                self.acquire()
                dropped, self._dropped = self._dropped, 0
                self.release()
                log.warning("%d log records dropped, because standard error was not read", dropped)
            self._texts.task_done()

    def _write(self, text: bytes) -> None:
        try:
            while text:
                text = text[os.write(self._descriptor, text) :]
        except OSError:  # nobody can read it any more
            pass

    def flush_within(self, seconds: float) -> None:
        """Wait until all has been written, but not for long: the reader may never read."""
        with self._texts.all_tasks_done:
            self._texts.all_tasks_done.wait_for(lambda: not self._texts.unfinished_tasks, seconds)


def log_to_stderr(level: str) -> QueuedHandler:
    """Begin to log to standard error."""
    handler = QueuedHandler(sys.stderr.fileno())
    logging.basicConfig(
        handlers=[handler], level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    return handler
