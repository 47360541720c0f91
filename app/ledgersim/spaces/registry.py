"""The spaces of a server, by name: what those in memory and those in a folder have in common."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from ledgersim.problems import CONFLICT, Problem
from ledgersim.spaces.space import Snapshot, Space, SpaceSettings
from ledgersim.spaces.worker import in_background
from ledgersim.storage.database import Database
from ledgersim.storage.folder import is_name
from ledgersim.storage.images import Image

DEFAULT = "default"

BAD_NAME = Problem(400, "bad-name", "Bad name")
TOO_MANY_SPACES = Problem(503, "too-many-spaces", "Too many spaces")
MEMORY_LIMIT = Problem(503, "no-room", "Memory limit reached")
SPACE_NOT_FOUND = Problem(404, "no-such-space", "Space not found")

_RETURN_AFTER = 16 * 2**20  # bytes that spaces have given up before memory is returned to the operating system
_MEASURE_AFTER = 16  # requests
_EMPTY_SPACE = 300 * 2**10  # about what a space takes that holds nothing of its own; bounded by their number


class _Size(NamedTuple):
    """What a space took when it was last measured: its rows at a version, and what it has recorded."""

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


class Spaces(ABC):
    """The spaces of a server. A space exists until it is deleted; an iteration goes over those that are open.

    `stand_in` is the space of requests that need none.
    """

    in_folder: ClassVar[bool]  # whether spaces are in files of a folder, which it costs something to open

    def __init__(
        self, image: Image, settings: SpaceSettings, limits: Limits, default: Database | None = None
    ) -> None:
        self._image = image
        self._settings = settings
        self.limits = limits
        self._last_number = 0
        self.stand_in = Space(DEFAULT, default or Database.in_memory(image), image, settings)
        self._spaces: dict[str, Space] = {}
        self._sizes: dict[str, _Size] = {}
        self._spaces_size = 0
        self._used: set[Space] = set()  # that may have another size than when they were measured
        self._uses = 0  # requests to them
        self._released = 0  # bytes that have been given up since memory was last returned
        self.images_size = 0  # bytes of snapshots and start images, without the seeded world

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    @abstractmethod
    def __contains__(self, name: str) -> bool: ...

    def __getitem__(self, name: str) -> Space:
        """An open space. Raises KeyError."""
        return self._spaces[name]

    def get(self, name: str) -> Space | None:
        """A space, if it is open."""
        return self._spaces.get(name)

    @abstractmethod
    def closed(self) -> list[str]:
        """The names of the spaces that are not open. Raises a 503 Problem."""

    @abstractmethod
    async def open(self, name: str, creates: bool = True) -> Space:
        """The space with a name, opened if it is closed, and created on first use.

        Raises a 400, 404 or 503 Problem, 404 for a space that does not exist if `creates` is false.
        """

    def preview(self, name: str) -> Space:
        """A space as it would be created, for one request: it is not kept. Raises a 400 or 404 Problem."""
        self._check_use(name, creates=True)
        space = Space(name, Database.in_memory(self._image), self._image, self._settings)
        space.close_after_request()
        return space

    @abstractmethod
    async def create(self, name: str | None, image: Image | None = None) -> str:
        """Create a space from an image, or from the seed, and return its name.

        Raises a 400, 409 or 503 Problem.
        """

    @abstractmethod
    async def delete(self, name: str) -> None:
        """Delete a space and everything in it. Raises a 404, 409 or 503 Problem."""

    def check_exists(self, name: str) -> None:
        """Raise a 404 Problem for an unknown space."""
        if name not in self:
            raise _not_found(name, "GET /_sim/spaces lists them.")

    def _check_use(self, name: str, creates: bool) -> None:
        """Raise a 400 or 404 Problem unless a space may be opened, or created."""
        check_name(name)
        if not creates:
            self.check_exists(name)
        elif not self.limits.on_first_use and name not in self:
            raise _not_found(name, "This server doesn't create spaces on first use: POST /_sim/spaces first.")

    def _check_new(self, name: str) -> None:
        """Raise a 409 Problem for a space that exists."""
        if name in self:
            raise CONFLICT.with_detail(f"The space {name!r} already exists.")

    def _check_deletion(self, name: str) -> None:
        """Raise a 404 or 409 Problem unless the space may be deleted."""
        self.check_exists(name)
        if name == DEFAULT:
            raise CONFLICT.with_detail("The default space cannot be deleted; reset it with POST /_sim/reset.")

    def _new_name(self, name: str | None) -> str:
        """A valid name for a new space, by default a free one. Raises a 400 Problem."""
        while name is None:
            self._last_number += 1
            if f"space-{self._last_number}" not in self:
                name = f"space-{self._last_number}"
        return check_name(name)

    def _forget(self, space: Space) -> None:
        del self._spaces[space.name]
        self._used.discard(space)
        self._update_images_size()
        self._resize(-self._sizes.pop(space.name, _NO_SIZE).total)
        self._note_released(_EMPTY_SPACE)

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
        if self._spaces.get(space.name) is space:
            self._used.add(space)
            self._uses += 1
            if self._uses >= _MEASURE_AFTER:
                self._update_sizes()

    def _update_sizes(self) -> None:
        """Measure the spaces that have been used, except those that are in use by a thread."""
        busy = {space for space in self._used if space.worker.is_busy}
        for space in self._used - busy:
            self._update_size(space)
        self._used, self._uses = busy, 0

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
        self._update_sizes()
        return self._size

    @property
    def _size(self) -> int:
        return self._spaces_size + self.images_size

    def check_capacity(self, additional: int = 0) -> None:
        """Raise a 503 Problem if all spaces use too many bytes, or would with `additional` ones.

        Without any, what the last few requests have added does not count.
        """
        if not additional and self._size <= self.limits.space_bytes:
            return
        while self.size + additional > self.limits.space_bytes:
            if additional <= self.limits.space_bytes and self._make_room():
                continue
            raise MEMORY_LIMIT.with_detail(
                f"All spaces and snapshots together use {self.size:,} of {self.limits.space_bytes:,} bytes: "
                "delete or reset some (DELETE /_sim/spaces/NAME, POST /_sim/reset), clear journals (DELETE "
                "/_sim/requests), or start the server with a higher --max-space-bytes or a lower "
                "--journal-bytes."
            )

    def _make_room(self) -> bool:
        """Give up the memory of a space that nobody uses. Whether there was one."""
        return False

    async def settle(self) -> None:
        """Wait until no space is in use by a thread."""
        for space in self:
            await space.worker.idle()

    def close(self) -> None:
        """Close all spaces."""
        for space in {self.stand_in, *self}:
            space.close()
        self._spaces.clear()
        self._used.clear()


def check_name(name: str) -> str:
    """Return a valid name of a space or snapshot. Raises a 400 Problem for an invalid one."""
    if not is_name(name):
        raise BAD_NAME.with_detail(
            f"{name[:80]!r} is not a valid name of a space or snapshot; use 1 to 64 of the characters "
            "A-Z a-z 0-9 . _ -"
        )
    return name


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
