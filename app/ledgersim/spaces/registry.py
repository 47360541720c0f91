"""All spaces of a server: found by name, made from the seed or another state, never thrown away unasked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ledgersim.problems import CONFLICT, Problem
from ledgersim.spaces.memory import return_memory
from ledgersim.spaces.space import Snapshot, Space, SpaceSettings
from ledgersim.storage.database import Database

DEFAULT = "default"

_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}")  # `.` and `..` are no segments of a path

BAD_NAME = Problem(400, "bad-name", "Bad name")
TOO_MANY = Problem(503, "too-many-spaces", "Too many spaces")
NO_ROOM = Problem(503, "no-room", "No room")
NO_SUCH_SPACE = Problem(404, "no-such-space", "No such space")


_RETURN_AFTER = 16 * 2**20  # bytes that spaces have given up before memory is returned to the operating system
_EMPTY_SPACE = 300 * 2**10  # about what a space takes that holds nothing of its own; bounded by their number


class _Weight(NamedTuple):
    """What a space took when a request to it last ended: its rows at a version, and what it has recorded."""

    version: object
    rows: int
    records: int

    @property
    def size(self) -> int:
        return self.rows + self.records


_NO_WEIGHT = _Weight(None, 0, 0)


@dataclass(frozen=True)
class Limits:
    """How many spaces there may be beside the default one, how many bytes all take, and how they come about."""

    spaces: int = 500
    space_bytes: int = 2 * 2**30
    on_first_use: bool = True


class Spaces:
    """The default space and, beside it, clones of the seeded world or of other states by name."""

    def __init__(
        self, image: bytes, default: Database | None, settings: SpaceSettings, limits: Limits = Limits()
    ) -> None:
        self._image = image
        self._settings = settings
        self.limits = limits
        self._made = 0
        default = default or Database.in_memory(image)
        self._spaces = {DEFAULT: Space(DEFAULT, default, image, settings)}
        self._weights: dict[str, _Weight] = {}
        self._spaces_size = 0
        self._released = 0  # bytes that have been given up since memory was last returned
        self.images_size = 0  # of snapshots and of what spaces start from, the seeded world aside
        self._weigh(self._spaces[DEFAULT])

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def __getitem__(self, name: str) -> Space:
        """The space of that name, made now if it is new. Raises a 400, 404 or 503 Problem."""
        space = self._spaces.get(name)
        if space is not None:
            return space
        check_name(name)
        if not self.limits.on_first_use:
            raise _no_space(name, "Make it with POST /_sim/spaces first; the server makes none on first use.")
        return self.create(name)

    def find(self, name: str) -> Space:
        """The space of that name, if there is one. Raises a 404 Problem."""
        if name not in self._spaces:
            raise _no_space(name, "GET /_sim/spaces lists them.")
        return self._spaces[name]

    def create(self, name: str | None, image: bytes | None = None) -> Space:
        """A new space that starts from an image, or from the seed. Raises a 400, 409 or 503 Problem."""
        name = self._free_name() if name is None else check_name(name)
        if name in self._spaces:
            raise CONFLICT.with_detail(f"There is a space {name!r} already.")
        if len(self._spaces) > self.limits.spaces:
            raise TOO_MANY.with_detail(
                f"There are {self.limits.spaces} spaces beside the default one, and no more may be: delete one "
                "(DELETE /_sim/spaces/NAME), reuse one (POST /_sim/reset takes it back to the start), or start "
                "the server with a higher --max-spaces."
            )
        self.check_room(0 if image is None else len(image))
        start = self._image if image is None else image
        space = self._spaces[name] = Space(name, Database.in_memory(start), start, self._settings)
        self._weigh(space)
        if image is not None:
            self._weigh_images()
        return space

    def _free_name(self) -> str:
        while True:
            self._made += 1
            if f"space-{self._made}" not in self._spaces:
                return f"space-{self._made}"

    def delete(self, name: str) -> None:
        """Let go of a space with all that it holds. Raises a 404 or 409 Problem."""
        space = self.find(name)
        if name == DEFAULT:
            raise CONFLICT.with_detail("The default space stays; POST /_sim/reset takes it back to the start.")
        del self._spaces[name]
        self._weigh_images()
        space.retire()
        self._resize(-self._weights.pop(name).size)
        self._note_released(_EMPTY_SPACE)

    def take_snapshot(self, space: Space, name: str, image: bytes | None = None) -> Snapshot:
        """Keep the state of a space, or an image, under a name. Raises a 400 or 503 Problem."""
        check_name(name)
        image = space.database.image() if image is None else image
        self.check_room(len(image))
        snapshot = space.snapshots[name] = Snapshot(image, space.clock.now())
        self._weigh_images()
        return snapshot

    def delete_snapshot(self, space: Space, name: str) -> None:
        """Let go of a snapshot of a space."""
        del space.snapshots[name]
        self._weigh_images()

    def leave(self, space: Space) -> None:
        """A request to a space has ended."""
        space.leave()
        if self._spaces.get(space.name) is space:
            self._weigh(space)

    def _weigh(self, space: Space) -> None:
        before = self._weights.get(space.name, _NO_WEIGHT)
        version, records = space.database.version, space.records_size
        rows = before.rows if version == before.version else space.database.size
        self._weights[space.name] = weight = _Weight(version, rows, records)
        self._resize(weight.size - before.size)

    def _resize(self, by: int) -> None:
        self._spaces_size += by
        self._note_released(-by)

    def _note_released(self, size: int) -> None:
        self._released += max(size, 0)
        if self._released > _RETURN_AFTER:
            self._released = 0
            return_memory()

    def _weigh_images(self) -> None:
        images = [space.image for space in self]
        images += [one.image for space in self for one in space.snapshots.values()]
        before = self.images_size
        self.images_size = sum({id(one): len(one) for one in images if one is not self._image}.values())
        self._note_released(before - self.images_size)

    @property
    def size(self) -> int:
        """How many bytes all spaces and snapshots take beside the seeded world; what they share counts once."""
        return self._spaces_size + self.images_size

    def check_room(self, wanted: int = 0) -> None:
        """Raises a 503 Problem where all spaces together take too many bytes, or would with so many more."""
        if self.size + wanted > self.limits.space_bytes:
            raise NO_ROOM.with_detail(
                f"All spaces and snapshots together take {self.size:,} bytes, and may take "
                f"{self.limits.space_bytes:,}: delete or reset some (DELETE /_sim/spaces/N, POST /_sim/reset), "
                "clear journals (DELETE /_sim/requests), or start the server with a higher --max-space-bytes "
                "or a lower --journal-bytes."
            )

    def close(self) -> None:
        """Let go of all spaces."""
        for space in self._spaces.values():
            space.close()
        self._spaces.clear()


def check_name(name: str) -> str:
    """The name of a space or a snapshot, if it can be one. Raises a 400 Problem."""
    if not _NAME.fullmatch(name):
        raise BAD_NAME.with_detail(
            f"{name[:80]!r} is no name of a space or snapshot; use 1 to 64 of the characters A-Z a-z 0-9 . _ -"
        )
    return name


def _no_space(name: str, advice: str) -> Problem:
    return NO_SUCH_SPACE.with_detail(f"There is no space {name!r}. {advice}")
