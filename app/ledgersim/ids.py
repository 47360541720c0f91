"""Reproducible identifiers: with the same seed, the n-th value of a stream is always the same."""

from hashlib import blake2b
from uuid import UUID


class Stream:
    """A seeded, endless sequence of 128-bit values. Its whole state is `position`."""

    def __init__(self, seed: int, purpose: str, position: int = 0) -> None:
        self._key = f"{seed}:{purpose}:".encode()
        self.position = position

    def draw(self) -> bytes:
        """The next 16 bytes."""
        self.position += 1
        return blake2b(self._key + str(self.position).encode(), digest_size=16).digest()

    def fraction(self) -> float:
        """The next value as a number from 0 (inclusive) to 1 (exclusive)."""
        return int.from_bytes(self.draw()[:6]) / 2**48

    def guid(self) -> str:
        """The next value as a version 4 GUID, in lower case with hyphens."""
        return str(UUID(bytes=self.draw(), version=4))


def parse_guid(text: str) -> str | None:
    """`text` as a GUID in lower case, the form that is stored, or None if it is not a GUID with hyphens."""
    if len(text) != 36:
        return None
    try:
        guid = str(UUID(text))
    except ValueError:
        return None
    return guid if guid == text.lower() else None
