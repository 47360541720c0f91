"""All spaces of a server, by name. A space exists until it is deleted."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ledgersim.problems import CONFLICT, Problem
from ledgersim.spaces.space import Snapshot, Space, SpaceSettings
from ledgersim.spaces.worker import in_background
from ledgersim.storage.database import Database
from ledgersim.storage.images import Image

DEFAULT = "default"

_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}")  # `.` and `..` cannot be segments of a path

BAD_NAME = Problem(400, "bad-name", "Bad name")
TOO_MANY_SPACES = Problem(503, "too-many-spaces", "Too many spaces")
MEMORY_LIMIT = Problem(503, "no-room", "Memory limit reached")
SPACE_NOT_FOUND = Problem(404, "no-such-space", "Space not found")


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


class Spaces:
    """The default space, and named spaces that start from the seeded world or another image."""

    def __init__(
        self, image: Image, default: Database | None, settings: SpaceSettings, limits: Limits = Limits()
    ) -> None:
        self._image = image
        self._settings = settings
        self.limits = limits
        self._last_number = 0
        default = default or Database.in_memory(image)
        self._spaces = {DEFAULT: Space(DEFAULT, default, image, settings)}
        self._sizes: dict[str, _Size] = {}
        self._spaces_size = 0
        self._released = 0  # bytes that have been given up since memory was last returned
        self.images_size = 0  # bytes of snapshots and start images, without the seeded world
        self._update_size(self._spaces[DEFAULT])

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def __contains__(self, name: object) -> bool:
        return name in self._spaces

    def __getitem__(self, name: str) -> Space:
        """The space with a name, created on first use. Raises a 400, 404 or 503 Problem."""
        space = self._spaces.get(name)
        if space is not None:
            return space
        check_name(name)
        if not self.limits.on_first_use:
            raise _not_found(name, "This server doesn't create spaces on first use: POST /_sim/spaces first.")
        return self.create(name)

    def find(self, name: str) -> Space:
        """An existing space. Raises a 404 Problem."""
        if name not in self._spaces:
            raise _not_found(name, "GET /_sim/spaces lists them.")
        return self._spaces[name]

    def create(self, name: str | None, image: Image | None = None) -> Space:
        """Create a space from an image, or from the seed. Raises a 400, 409 or 503 Problem."""
        name = self._free_name() if name is None else check_name(name)
        if name in self._spaces:
            raise CONFLICT.with_detail(f"The space {name!r} already exists.")
        if len(self._spaces) > self.limits.spaces:
            raise TOO_MANY_SPACES.with_detail(
                f"There are already {self.limits.spaces} spaces besides the default one: delete one "
                "(DELETE /_sim/spaces/NAME), reuse one (POST /_sim/reset), or start the server with a higher "
                "--max-spaces."
            )
        self.check_capacity(0 if image is None else len(image))
        start = self._image if image is None else image
        space = self._spaces[name] = Space(name, Database.in_memory(start), start, self._settings)
        self._update_size(space)
        if image is not None:
            self._update_images_size()
        return space

    def _free_name(self) -> str:
        while True:
            self._last_number += 1
            if f"space-{self._last_number}" not in self._spaces:
                return f"space-{self._last_number}"

    def delete(self, name: str) -> None:
        """Delete a space and everything in it. Raises a 404 or 409 Problem."""
        space = self.find(name)
        if name == DEFAULT:
            raise CONFLICT.with_detail("The default space cannot be deleted; reset it with POST /_sim/reset.")
        del self._spaces[name]
        self._update_images_size()
        space.close_when_idle()
        self._resize(-self._sizes.pop(name).total)
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
        if self._spaces.get(space.name) is space and not space.worker.is_busy:
            self._update_size(space)

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
        if self.size + additional > self.limits.space_bytes:
            raise MEMORY_LIMIT.with_detail(
                f"All spaces and snapshots together use {self.size:,} of {self.limits.space_bytes:,} bytes: "
                "delete or reset some (DELETE /_sim/spaces/NAME, POST /_sim/reset), clear journals (DELETE "
                "/_sim/requests), or start the server with a higher --max-space-bytes or a lower "
                "--journal-bytes."
            )

    def close(self) -> None:
        """Close all spaces."""
        for space in self._spaces.values():
            space.close()
        self._spaces.clear()


def check_name(name: str) -> str:
    """Return a valid name of a space or snapshot. Raises a 400 Problem for an invalid one."""
    if not _NAME.fullmatch(name):
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
