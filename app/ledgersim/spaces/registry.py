"""All spaces of a server, by name. A space exists until it is deleted."""

import logging
import re
import sys
from asyncio import Future, Task, TimerHandle, create_task, get_running_loop, shield, wait
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import NamedTuple, TypeVar

from ledgersim.errors import StartupError
from ledgersim.problems import CONFLICT, Problem
from ledgersim.spaces.space import Snapshot, Space, SpaceSettings
from ledgersim.spaces.worker import in_background, short_turns
from ledgersim.storage.database import DATABASE_UNAVAILABLE, Database
from ledgersim.storage.folder import DatabaseFolder
from ledgersim.storage.images import Image

DEFAULT = "default"

_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}")  # `.` and `..` cannot be segments of a path

BAD_NAME = Problem(400, "bad-name", "Bad name")
TOO_MANY_SPACES = Problem(503, "too-many-spaces", "Too many spaces")
MEMORY_LIMIT = Problem(503, "no-room", "Memory limit reached")
SPACE_NOT_FOUND = Problem(404, "no-such-space", "Space not found")

log = logging.getLogger(__name__)

FILE_THREADS = 2  # that open and close files
MAX_FAILURES = 1_000  # whose reasons are remembered, so that they are logged once
MIN_PAUSE = 1.0  # seconds until it is looked again whether spaces that could not be closed can be

Result = TypeVar("Result")

_RETURN_AFTER = 16 * 2**20  # bytes that spaces have given up before memory is returned to the operating system
_EMPTY_SPACE = 300 * 2**10  # about what a space takes that holds nothing of its own; bounded by their number


class _Size(NamedTuple):
    """What a space took when a request to it last ended: its rows at a version, and what it has recorded."""

    version: object
    rows: int
    records: int

    @property
    def total(self) -> int:
        return self.rows + self.records


_NO_SIZE = _Size(None, 0, 0)


@dataclass(frozen=True)
class Limits:
    """How many spaces may exist besides the default one, how many bytes all may use, how they are created.

    `body_values` and `body_elements` are how many JSON values a request body may have, and how many elements
    all of its arrays together.
    """

    spaces: int = 500
    space_bytes: int = 2 * 2**30
    on_first_use: bool = True
    body_values: int = 200_000
    body_elements: int = 20_000
    close_after: float = 600  # seconds without a request, for a space in a file of a folder


class Spaces:
    """The default space, and named spaces that start from the seeded world or another image.

    With a `folder` each space is in a file of it, opened when it is used and closed when it is not. Then there
    may be more than are open, over which an iteration goes. `stand_in` is the space of requests that need none;
    without a folder, it is the default space.
    """

    def __init__(
        self,
        image: Image,
        default: Database | None,
        settings: SpaceSettings,
        limits: Limits = Limits(),
        folder: DatabaseFolder | None = None,
    ) -> None:
        self._image = image
        self._settings = settings
        self.limits = limits
        self._last_number = 0
        self.stand_in = Space(DEFAULT, default or Database.in_memory(image), image, settings)
        self._spaces = {DEFAULT: self.stand_in} if folder is None else {}
        self._folder = folder
        self._opening: dict[str, Task[None]] = {}
        self._closing: dict[str, Task[None]] = {}  # until the file is closed, created or removed
        self._waiting: Counter[str] = Counter()  # requests that wait for the space of a name to be opened
        self._removed: set[str] = set()  # names of spaces whose files may still be there
        self._timer: TimerHandle | None = None  # for closing spaces
        self._threads = ThreadPoolExecutor(FILE_THREADS, "ledgersim-files")
        self._failures: dict[str, str] = {}  # that have been logged, by the name of the space
        self._sizes: dict[str, _Size] = {}
        self._spaces_size = 0
        self._released = 0  # bytes that have been given up since memory was last returned
        self.images_size = 0  # bytes of snapshots and start images, without the seeded world
        for space in self:
            self._update_size(space)

    @property
    def in_folder(self) -> bool:
        """Whether spaces are in files of a folder, which it costs something to open."""
        return self._folder is not None

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def __contains__(self, name: str) -> bool:
        if name in self._spaces or name == DEFAULT:
            return True
        return (
            self._folder is not None and name not in self._removed and _is_name(name) and name in self._folder
        )

    def __getitem__(self, name: str) -> Space:
        """The space with a name, created on first use; with a folder, only one that is open.

        Raises a 400, 404 or 503 Problem.
        """
        space = self._spaces.get(name)
        if space is not None:
            return space
        self._check_use(name, creates=True)
        return self._create(name, None)

    def _check_use(self, name: str, creates: bool) -> None:
        """Raise a 400 or 404 Problem unless a space may be opened, or created."""
        check_name(name)
        if not creates:
            self.check_exists(name)
        elif not self.limits.on_first_use and name not in self:
            raise _not_found(name, "This server doesn't create spaces on first use: POST /_sim/spaces first.")

    def get(self, name: str) -> Space | None:
        """A space, if it is open."""
        return self._spaces.get(name)

    def closed(self) -> list[str]:
        """The names of the spaces that are in the folder and not open. Raises a 503 Problem."""
        if self._folder is None:
            return []
        try:
            names = dict.fromkeys((DEFAULT, *self._folder.names()))
        except OSError as error:
            raise DATABASE_UNAVAILABLE.with_detail(f"{self._folder.path}: {error.strerror}") from error
        return [name for name in names if name not in self._spaces and name not in self._removed]

    async def open(self, name: str, creates: bool = True) -> Space:
        """The space with a name, opened if it is closed, and created on first use.

        Raises a 400, 404 or 503 Problem, 404 for a space that does not exist if `creates` is false.
        """
        if self._folder is None:
            self._check_use(name, creates)
            return self[name]
        self._waiting[name] += 1  # so that it is not closed before its request begins
        try:
            while (space := self._spaces.get(name)) is None:
                self._check_use(name, creates)
                if name in self._closing:
                    await wait([self._closing[name]])
                else:
                    await shield(self._opening.get(name) or self._begin_opening(name, self._folder))
            return space
        finally:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name]

    def check_exists(self, name: str) -> None:
        """Raise a 404 Problem for an unknown space."""
        if name not in self:
            raise _not_found(name, "GET /_sim/spaces lists them.")

    def _begin_opening(self, name: str, folder: DatabaseFolder) -> Task[None]:
        self._check_number(len(self._spaces) + len(self._opening))
        self.check_capacity()
        return self._begin(self._opening, name, self._open(name, folder))

    async def _open(self, name: str, folder: DatabaseFolder) -> None:
        def read() -> tuple[Space, Image]:
            database, image = folder.open(name)
            try:
                return Space(name, database, image, self._settings), image
            except BaseException:
                database.close()
                raise

        space, image = await self._in_thread(name, read)
        self._spaces[name] = space
        self._note_use(space)
        self._update_size(space)
        if image is not self._image:
            self._update_images_size()

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

    def _close_least_used(self) -> bool:
        """Close the space whose last request is longest ago. Whether there was one that may be closed."""
        idle = [space for space in self if self._may_be_closed(space)] if self._folder is not None else []
        if not idle:
            return False
        self._begin_closing(min(idle, key=lambda space: space.used_at))
        return True

    def _begin_closing(self, space: Space) -> None:
        self._forget(space)
        self._begin(self._closing, space.name, self._in_thread(space.name, space.database.close))

    def _forget(self, space: Space) -> None:
        del self._spaces[space.name]
        self._update_images_size()
        self._resize(-self._sizes.pop(space.name, _NO_SIZE).total)
        self._note_released(_EMPTY_SPACE)

    async def create(self, name: str | None, image: Image | None = None) -> str:
        """Create a space from an image, or from the seed, and return its name.

        In a folder it is a file that is not open: another server may use it. Raises a 400, 409 or 503 Problem.
        """
        name = self._free_name() if name is None else check_name(name)
        await self._wait_for_file(name)
        if name in self:
            raise CONFLICT.with_detail(f"The space {name!r} already exists.")
        if self._folder is None:
            return self._create(name, image).name
        create = partial(self._folder.create, name, image)
        await shield(self._begin(self._closing, name, self._in_thread(name, create)))
        return name

    def _create(self, name: str, image: Image | None) -> Space:
        self._check_number(len(self._spaces))
        self.check_capacity(0 if image is None else len(image))
        start = self._image if image is None else image
        space = self._spaces[name] = Space(name, Database.in_memory(start), start, self._settings)
        self._update_size(space)
        if image is not None:
            self._update_images_size()
        return space

    async def _wait_for_file(self, name: str) -> None:
        """Wait until the file of a space is neither being opened nor closed, created or removed."""
        while name in self._opening or name in self._closing:
            await wait([self._opening[name]] if name in self._opening else [self._closing[name]])

    def _check_number(self, used: int) -> None:
        """Raise a 503 Problem if no further space may be in memory, although unused ones are closed."""
        if used > self.limits.spaces and not self._close_least_used():
            advice = "" if self._folder is None else "wait until one of them is idle, "
            what = "already" if self._folder is None else "in use"
            raise TOO_MANY_SPACES.with_detail(
                f"There are {what} {self.limits.spaces} spaces besides the default one: {advice}delete one "
                "(DELETE /_sim/spaces/NAME), reuse one (POST /_sim/reset), or start the server with a higher "
                "--max-spaces."
            )

    def _free_name(self) -> str:
        while True:
            self._last_number += 1
            if f"space-{self._last_number}" not in self:
                return f"space-{self._last_number}"

    async def delete(self, name: str) -> None:
        """Delete a space and everything in it. Raises a 404, 409 or 503 Problem."""
        self.check_exists(name)
        await self._wait_for_file(name)
        self.check_exists(name)
        if name == DEFAULT:
            raise CONFLICT.with_detail("The default space cannot be deleted; reset it with POST /_sim/reset.")
        space = self._spaces.get(name)
        if space is not None:
            self._forget(space)
        if self._folder is None:
            assert space is not None
            space.close_when_idle()
            return
        self._removed.add(name)
        idle: Future[None] = get_running_loop().create_future()
        task = self._begin(self._closing, name, self._remove(name, space, self._folder, idle))
        if space is not None:
            space.close_when_idle(lambda: idle.set_result(None))
            if space.in_flight:
                return
        else:
            idle.set_result(None)
        await shield(task)

    async def _remove(self, name: str, space: Space | None, folder: DatabaseFolder, idle: Future[None]) -> None:
        """Remove the files of a space when it is idle."""

        def remove() -> None:
            if space is not None:
                space.database.close()
            folder.remove(name)

        try:
            await idle
            if space is not None:
                space.cancel_background_work()
            await self._in_thread(name, remove)
        finally:
            self._removed.discard(name)

    def keep_snapshot(self, space: Space, name: str, snapshot: Snapshot) -> None:
        """Keep a snapshot of a space under a name. Raises a 400 or 503 Problem."""
        check_name(name)
        self.check_capacity(len(snapshot.image))
        space.snapshots[name] = snapshot
        self._update_images_size()

    def delete_snapshot(self, space: Space, name: str) -> None:
        """Delete a snapshot of a space."""
        del space.snapshots[name]
        self._update_images_size()

    def leave(self, space: Space) -> None:
        """A request to a space has ended."""
        space.leave()
        if self._spaces.get(space.name) is space and not space.worker.is_busy:
            self._update_size(space)
            if self._folder is not None:
                self._note_use(space)

    def _update_size(self, space: Space) -> None:
        before = self._sizes.get(space.name, _NO_SIZE)
        version, records = space.database.version, space.records_size
        rows = before.rows if version == before.version else space.database.size
        self._sizes[space.name] = size = _Size(version, rows, records)
        self._resize(size.total - before.total)

    def _resize(self, by: int) -> None:
        self._spaces_size += by
        self._note_released(-by)

    def _note_released(self, size: int) -> None:
        self._released += max(size, 0)
        if self._released > _RETURN_AFTER:
            self._released = 0
            in_background(_return_memory)

    def _update_images_size(self) -> None:
        images = [space.image for space in self]
        images += [one.image for space in self for one in space.snapshots.values()]
        before = self.images_size
        self.images_size = sum({id(one): len(one) for one in images if one is not self._image}.values())
        self._note_released(before - self.images_size)

    @property
    def size(self) -> int:
        """Bytes used by all spaces and snapshots, without the seeded world; what they share counts once."""
        return self._spaces_size + self.images_size

    def check_capacity(self, additional: int = 0) -> None:
        """Raise a 503 Problem if all spaces use too many bytes, or would with `additional` ones."""
        while self.size + additional > self.limits.space_bytes:
            if additional <= self.limits.space_bytes and self._close_least_used():
                continue
            raise MEMORY_LIMIT.with_detail(
                f"All spaces and snapshots together use {self.size:,} of {self.limits.space_bytes:,} bytes: "
                "delete or reset some (DELETE /_sim/spaces/NAME, POST /_sim/reset), clear journals (DELETE "
                "/_sim/requests), or start the server with a higher --max-space-bytes or a lower "
                "--journal-bytes."
            )

    async def settle(self) -> None:
        """Wait until no space is in use by a thread, being opened or being closed."""
        while self._opening or self._closing:
            await wait([*self._opening.values()] or [*self._closing.values()])
        for space in self:
            await space.worker.idle()

    def close(self) -> None:
        """Close all spaces."""
        if self._timer is not None:
            self._timer.cancel()
        self._threads.shutdown()
        for space in {self.stand_in, *self}:
            space.close()
        self._spaces.clear()


def check_name(name: str) -> str:
    """Return a valid name of a space or snapshot. Raises a 400 Problem for an invalid one."""
    if not _is_name(name):
        raise BAD_NAME.with_detail(
            f"{name[:80]!r} is not a valid name of a space or snapshot; use 1 to 64 of the characters "
            "A-Z a-z 0-9 . _ -"
        )
    return name


def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _not_found(name: str, advice: str) -> Problem:
    return SPACE_NOT_FOUND.with_detail(f"Space {name!r} not found. {advice}")


def _return_memory() -> None:
    """Return free memory to the operating system; takes about 0.3 ms a MB. Does nothing except with glibc.

    Freed pages of databases lie between memory that is still in use, so glibc does not return them by itself.
    """
    if sys.platform != "linux":
        return
    import ctypes  # when it is first needed, not at start-up

    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
