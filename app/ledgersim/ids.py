"""Reproducible identifiers: the n-th of a stream is always the same for the same seed."""

from hashlib import blake2b
from uuid import UUID


class Stream:
    """A seeded, endless sequence of 128-bit values; its whole state is `position`."""

    def __init__(self, seed: int, purpose: str, position: int = 0) -> None:
        self._key = f"{seed}:{purpose}:".encode()
        self.position = position

    def draw(self) -> bytes:
        """The next 16 bytes."""
        self.position += 1
        return blake2b(self._key + str(self.position).encode(), digest_size=16).digest()

    def fraction(self) -> float:
        """The next value as a number from 0 to below 1."""
        return int.from_bytes(self.draw()[:6]) / 2**48

    def guid(self) -> str:
        """The next value as a version 4 GUID in lower case with hyphens."""
        return str(UUID(bytes=self.draw(), version=4))


def parse_guid(text: str) -> str | None:
    """`text` as a GUID in the stored spelling (lower case), or None where it is none."""
    if len(text) != 36:
        return None
    try:
        guid = str(UUID(text))
    except ValueError:
        return None
    return guid if guid == text.lower() else None
