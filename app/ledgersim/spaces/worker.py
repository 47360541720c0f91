"""Long work of a space: it runs in a thread, so that the server goes on answering requests to other spaces."""

import gc
from asyncio import Future, get_running_loop, shield, wait
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Any, TypeVar

MAX_THREADS = 4  # more would take turns, and so each request to another space would wait longer for its own

_threads = ThreadPoolExecutor(MAX_THREADS, "ledgersim-worker")

Result = TypeVar("Result")


class _GarbageCollection:
    """Pauses the collection of garbage during long work: with its many objects, each would stop all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pauses = 0  # at present
        self._was_enabled = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._pauses:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._pauses += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._pauses -= 1
            if not self._pauses and self._was_enabled:
                gc.enable()


_collection_paused = _GarbageCollection()  # there is one collector for all threads


def _run(work: Callable[[], Result]) -> Result:
    with _collection_paused:
        return work()


class Worker:
    """Runs the long work of one space, one function at a time. While it is busy, nothing else uses the space.

    Who uses the space calls `idle` first, and again after every other `await`.
    """

    def __init__(self) -> None:
        self._work: Future[Any] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether the space is in use by a thread."""
        return self._work is not None

    async def idle(self) -> None:
        """Wait until the space may be used. Does not suspend if that is now."""
        while self._work is not None:
            await wait([self._work])

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run a function in a thread. It continues though the caller is cancelled, since threads cannot be."""
        await self.idle()
        self._work = future = get_running_loop().run_in_executor(_threads, partial(_run, work))
        future.add_done_callback(self._end)
        return await shield(future)

    def _end(self, future: Future[Any]) -> None:
        self._work = None
        if not future.cancelled():
            future.exception()  # not unhandled, though a cancelled caller does not get it
