"""All spaces of a server: found by name, made on first use."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ledgersim.core.database import Database
from ledgersim.core.events import Occurrence
from ledgersim.core.problems import Problem
from ledgersim.core.space import Space

DEFAULT = "default"
MOST_SPACES = 500

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

BAD_NAME = Problem(400, "bad-space-name", "Bad space name")
TOO_MANY = Problem(503, "too-many-spaces", "Too many spaces")


class Spaces:
    """The default space and, beside it, clones of the seeded world by name."""

    def __init__(
        self,
        image: bytes,
        default: Database | None = None,
        occurrences: Sequence[Occurrence] = (),
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self._image = image
        self._occurrences = occurrences
        self._facts = facts or {}
        self._spaces = {DEFAULT: self._open(DEFAULT, default)}

    def _open(self, name: str, database: Database | None = None) -> Space:
        database = database or Database.in_memory(self._image)
        return Space(name, database, self._image, self._occurrences, self._facts)

    def __getitem__(self, name: str) -> Space:
        """The space of that name, made now if it is new. Raises a 400 or 503 Problem."""
        space = self._spaces.get(name)
        if space is None:
            if not _NAME.fullmatch(name):
                raise BAD_NAME.with_detail(
                    f"{name[:80]!r} is no name of a space; use 1 to 64 of the characters A-Z a-z 0-9 . _ -"
                )
            if len(self._spaces) > MOST_SPACES:
                raise TOO_MANY.with_detail(
                    f"There are {MOST_SPACES} spaces already; reuse one (POST /_sim/reset takes it back to "
                    "the start) or restart."
                )

            space = self._spaces[name] = self._open(name)
        return space

    def close(self) -> None:
        """Let go of all spaces."""
        for space in self._spaces.values():
            space.close()
        self._spaces.clear()
