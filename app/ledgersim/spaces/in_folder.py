"""Spaces in the files of a folder: opened when they are used, closed when they are not."""

import logging
from asyncio import Future, Task, TimerHandle, create_task, get_running_loop, shield, wait
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import TypeVar

from ledgersim.errors import StartupError
from ledgersim.spaces.registry import DEFAULT, TOO_MANY_SPACES, Limits, Spaces
from ledgersim.spaces.space import Space, SpaceSettings
from ledgersim.spaces.worker import short_turns
from ledgersim.storage.database import DATABASE_UNAVAILABLE
from ledgersim.storage.folder import DatabaseFolder
from ledgersim.storage.images import Image

FILE_THREADS = 2  # that open and close files
MAX_FAILURES = 1_000  # whose reasons are remembered, so that they are logged once
MIN_PAUSE = 1.0  # seconds until it is looked again whether spaces that could not be closed can be

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class SpacesInFolder(Spaces):
    """Spaces of which each is in a file of a folder. There may be more than are open."""

    in_folder = True

    def __init__(self, image: Image, settings: SpaceSettings, limits: Limits, folder: DatabaseFolder) -> None:
        super().__init__(image, settings, limits)
        self._folder = folder
        self._opening: dict[str, Task[None]] = {}
        self._closing: dict[str, Task[None]] = {}  # until the file is closed, created or removed
        self._waiting: Counter[str] = Counter()  # requests that wait for the space of a name to be opened
        self._removed: set[str] = set()  # names of spaces whose files may still be there
        self._timer: TimerHandle | None = None  # for closing spaces
        self._threads = ThreadPoolExecutor(FILE_THREADS, "ledgersim-files")
        self._failures: dict[str, str] = {}  # that have been logged, by the name of the space
        self._unwritable: dict[str, str] = {}  # the failures of the databases of closed spaces

    def __contains__(self, name: str) -> bool:
        if name in self._spaces or name == DEFAULT:
            return True
        return name not in self._removed and name in self._folder

    def closed(self) -> list[str]:
        """The names of the spaces that are in the folder and not open. Raises a 503 Problem."""
        try:
            with short_turns:
                names = dict.fromkeys((DEFAULT, *self._folder.names()))
        except OSError as error:
            raise DATABASE_UNAVAILABLE.with_detail(f"{self._folder.path}: {error.strerror}") from error
        return [name for name in names if name not in self._spaces and name not in self._removed]

    async def open(self, name: str, creates: bool = True) -> Space:
        """The space with a name, opened if it is closed, and created on first use."""
        self._waiting[name] += 1  # so that it is not closed before its request begins
        try:
            while (space := self._spaces.get(name)) is None:
                self._check_use(name, creates)
                if name in self._closing:
                    await wait([self._closing[name]])
                else:
                    await shield(self._opening.get(name) or self._begin_opening(name))
            return space
        finally:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name]

    def _begin_opening(self, name: str) -> Task[None]:
        if name != DEFAULT:  # for which there is always room
            self._check_number()
            self.check_capacity()
        return self._begin(self._opening, name, self._open(name))

    async def _open(self, name: str) -> None:
        def read() -> Space:
            database = self._folder.open(name)
            try:
                return Space(name, database, self._image, self._settings, self._folder.start_of(name))
            except BaseException:
                database.close()
                raise

        space = self._spaces[name] = await self._in_thread(name, read)
        space.database.failure = self._unwritable.pop(name, None)
        self._note_use(space)
        self._update_size(space)

    def _begin(self, tasks: dict[str, Task[None]], name: str, work: Awaitable[None]) -> Task[None]:
        """Let nobody else use the file of a space until something is done."""

        async def run() -> None:
            try:
                await work
            finally:
                del tasks[name]  # before the task is done: who finds one here waits for it

        tasks[name] = task = create_task(run())
        task.add_done_callback(lambda task: task.cancelled() or task.exception())  # logged, if nobody waits
        return task

    def _in_thread(self, name: str, work: Callable[[], Result]) -> Future[Result]:
        """Use the file of a space in a thread. Raises a 503 Problem if that fails."""

        def run() -> Result:
            try:
                with short_turns:
                    result = work()
                self._failures.pop(name, None)
                return result
            except StartupError as error:
                if self._failures.get(name) != str(error):  # one line, not one for each request
                    log.error("The space %s is unavailable: %s", name, error)
                    if len(self._failures) >= MAX_FAILURES:
                        self._failures.clear()
                    self._failures[name] = str(error)
                raise DATABASE_UNAVAILABLE.with_detail(
                    f"The space {name!r} is unavailable: {error}. Other spaces are not affected."
                ) from error

        return get_running_loop().run_in_executor(self._threads, run)

    def leave(self, space: Space) -> None:
        """A request to a space has ended."""
        super().leave(space)
        if self._spaces.get(space.name) is space:
            self._note_use(space)

    def _note_use(self, space: Space) -> None:
        """Close the space when it has not been used for a while."""
        space.used_at = monotonic()
        loop, after = get_running_loop(), self.limits.close_after
        if self._timer is None or self._timer.when() > loop.time() + after:
            self._close_unused_in(after)

    def _close_unused_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = get_running_loop().call_later(seconds, self._close_unused)

    def _close_unused(self) -> None:
        self._timer = None
        used_until = monotonic() - self.limits.close_after
        for space in list(self):
            if space.used_at <= used_until and self._may_be_closed(space):
                self._begin_closing(space)
        if self._spaces:
            oldest = min(space.used_at for space in self)
            self._close_unused_in(max(oldest - used_until, MIN_PAUSE))

    def _may_be_closed(self, space: Space) -> bool:
        return space.is_idle and space.name not in self._waiting

    def _make_room(self) -> bool:
        return self._close_least_used(self)

    def _close_least_used(self, spaces: Iterable[Space]) -> bool:
        """Close the space whose last request is longest ago. Whether there was one that may be closed."""
        idle = [space for space in spaces if self._may_be_closed(space)]
        if not idle:
            return False
        self._begin_closing(min(idle, key=lambda space: space.used_at))
        return True

    def _begin_closing(self, space: Space) -> None:
        self._forget(space)
        if space.database.failure is not None:
            self._unwritable[space.name] = space.database.failure
        self._begin(self._closing, space.name, self._in_thread(space.name, space.database.close))

    async def create(self, name: str | None, image: Image | None = None) -> str:
        """Create the file of a space, and leave it closed: another server may use it."""
        name = self._new_name(name)
        await self._wait_for_file(name)
        self._check_new(name)
        create = partial(self._folder.create, name, image)
        await shield(self._begin(self._closing, name, self._in_thread(name, create)))
        return name

    async def _wait_for_file(self, name: str) -> None:
        """Wait until the file of a space is neither being opened nor closed, created or removed."""
        while name in self._opening or name in self._closing:
            await wait([self._opening[name]] if name in self._opening else [self._closing[name]])

    def _check_number(self) -> None:
        """Raise a 503 Problem if no further space may be open, although unused ones are closed."""
        names = {*self._spaces, *self._opening} - {DEFAULT}
        if len(names) < self.limits.spaces:
            return
        if not self._close_least_used(space for space in self if space.name != DEFAULT):
            raise TOO_MANY_SPACES.with_detail(
                f"All {self.limits.spaces} spaces that may be open besides the default one are in use by "
                "requests, faults, snapshots or background work: wait until one of them is not, delete its "
                "faults and snapshots, delete a space (DELETE /_sim/spaces/NAME), or start the server with a "
                "higher --max-spaces."
            )

    async def delete(self, name: str) -> None:
        """Delete a space and its files as soon as its requests in flight have ended."""
        self._check_deletion(name)
        await self._wait_for_file(name)
        self.check_exists(name)
        space = self._spaces.get(name)
        self._removed.add(name)
        idle: Future[None] = get_running_loop().create_future()
        task = self._begin(self._closing, name, self._remove(name, space, idle))
        if space is None:
            idle.set_result(None)
        else:
            self._forget(space)
            space.close_when_idle(lambda: idle.set_result(None))
            if space.in_flight:
                return
        await shield(task)

    async def _remove(self, name: str, space: Space | None, idle: Future[None]) -> None:
        """Remove the files of a space when it is idle."""

        def remove() -> None:
            if space is not None:
                space.database.close()
            self._folder.remove(name)

        try:
            await idle
            if space is not None:
                space.cancel_background_work()
            await self._in_thread(name, remove)
        finally:
            self._removed.discard(name)

    async def settle(self) -> None:
        """Wait until no space is in use by a thread, being opened or being closed."""
        while self._opening or self._closing:
            await wait([*self._opening.values()] or [*self._closing.values()])
        await super().settle()

    def close(self) -> None:
        """Close all spaces."""
        if self._timer is not None:
            self._timer.cancel()
        self._threads.shutdown()
        super().close()
