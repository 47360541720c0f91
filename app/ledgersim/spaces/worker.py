"""Long work of a space: it runs in a thread, so that the server goes on answering requests to other spaces."""

import gc
import sys
from asyncio import Future, get_running_loop, shield, wait
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Lock, get_ident
from typing import Any, TypeVar

MAX_THREADS = 4  # more would take turns, and so each request to another space would wait longer for its own
SWITCH_INTERVAL = 0.0005  # seconds that the event loop waits for its turn, several times in each request

_threads = ThreadPoolExecutor(MAX_THREADS, "ledgersim-worker")
_background = ThreadPoolExecutor(1, "ledgersim-background")

Result = TypeVar("Result")


class _ShortTurns:
    """Lets the event loop have its turn soon while threads do long work.

    They switch more often, and no garbage is collected: with the many objects, that would stop all of them.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._threads = 0  # at present
        self._collects = False
        self._interval = 0.0

    def __enter__(self) -> None:
        with self._lock:
            if not self._threads:
                self._collects, self._interval = gc.isenabled(), sys.getswitchinterval()
                gc.disable()
                sys.setswitchinterval(SWITCH_INTERVAL)
            self._threads += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._threads -= 1
            if not self._threads:
                sys.setswitchinterval(self._interval)
                if self._collects:
                    gc.enable()


short_turns = _ShortTurns()  # there is one collector and one interval for all threads


def in_background(work: Callable[[], None]) -> None:
    """Run a function that nobody waits for in a thread, after those given before."""
    _background.submit(work)


class Worker:
    """Runs the long work of one space, one function at a time. While it is busy, nothing else uses the space.

    Who uses the space calls `idle` first, and again after every other `await`.
    """

    def __init__(self) -> None:
        self._work: Future[Any] | None = None
        self._thread: int | None = None  # that does it

    @property
    def is_busy(self) -> bool:
        """Whether the space is in use by a thread."""
        return self._work is not None

    async def idle(self) -> None:
        """Wait until the space may be used. Does not suspend if that is now."""
        while self._work is not None:
            await wait([self._work])

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run a function in a thread. It continues though the caller is cancelled, since threads cannot be.

        Does not suspend before it begins if the space may be used now. Within such a function, calls the other.
        """
        if self._thread == get_ident():
            return work()
        await self.idle()
        self._work = future = get_running_loop().run_in_executor(
            _threads, partial(copy_context().run, self._run, work)
        )
        future.add_done_callback(self._end)
        return await shield(future)

    def _run(self, work: Callable[[], Result]) -> Result:
        self._thread = get_ident()
        try:
            with short_turns:
                return work()
        finally:
            self._thread = None

    def _end(self, future: Future[Any]) -> None:
        self._work = None
        if not future.cancelled():
            future.exception()  # not unhandled, though a cancelled caller does not get it
