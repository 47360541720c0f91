"""Reads a long JSON text value by value: only a part of it is in memory, and other threads run between two."""

import json
import re
from codecs import BOM_UTF8, utf_8_decode
from collections.abc import Iterator
from typing import Any

from ledgersim.json_text import check_text, measure

PART = 2**18  # bytes that are decoded at a time
MAX_LENGTH = 32 * 2**20  # characters of one value, about
MAX_VALUES = 200_000  # in one value that is longer than a part
_TRUNCATED = 16  # characters before the end of a part that may mean something else if there are more

_SPACES = " \t\r\n"
_SPACE = re.compile(f"[{_SPACES}]*")


class JsonReader:
    """A position in a JSON text. Its methods raise ValueError, or RecursionError where it is nested too deeply.

    `start` is the number of bytes to skip.
    """

    def __init__(self, body: bytes | bytearray, decoder: json.JSONDecoder, start: int = 0) -> None:
        self._body = body
        self._decoder = decoder
        self._text = ""  # a part of the body
        self._at = 0  # characters of it that have been read
        self._has_escapes = False
        self._from = self._to = start or len(BOM_UTF8) * body.startswith(BOM_UTF8)  # where it is in the body
        self._lines, self._columns = 0, 0  # before the part

    @property
    def offset(self) -> int:
        """The number of bytes read."""
        return self._from + len(self._text[: self._at].encode())

    def peek(self) -> str:
        """The next character after white space; empty at the end."""
        while True:
            character = self._text[self._at : self._at + 1]
            if character in _SPACES:  # as an empty string is
                space = _SPACE.match(self._text, self._at)
                assert space is not None
                self._at = space.end()
                character = self._text[self._at : self._at + 1]
            if character or not self._extend():
                return character

    def value(self) -> Any:
        """Read the next value."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                is_complete = end < len(self._text) - _TRUNCATED  # or else a number may go on
            except json.JSONDecodeError as error:
                is_cut = error.pos > len(self._text) - _TRUNCATED or error.msg.startswith("Unterminated string")
                if not (is_cut and self._extend()):
                    raise self._error(error.msg, error.pos) from None
                continue
            if is_complete or not self._extend():
                break
        self._at = end
        if self._has_escapes:
            check_text(value)
        return value

    def members(self) -> Iterator[str]:
        """Read an object: yields the name of each member, whose value the caller reads before the next."""
        self._expect("{", "Expecting value")
        if self._take("}"):
            return
        while True:
            if self.peek() != '"':
                raise self._error("Expecting property name enclosed in double quotes")
            name = self.value()
            self._expect(":", "Expecting ':' delimiter")
            yield name
            if self._take("}"):
                return
            self._expect(",", "Expecting ',' delimiter")

    def elements(self) -> Iterator[int]:
        """Read an array: yields the number of each element, which the caller reads before the next."""
        self._expect("[", "Expecting value")
        if self._take("]"):
            return
        number = 0
        while True:
            yield number
            if self._take("]"):
                return
            self._expect(",", "Expecting ',' delimiter")
            number += 1

    def end(self) -> None:
        """Check that nothing follows."""
        if self.peek():
            raise self._error("Extra data")

    def _take(self, character: str) -> bool:
        found = self.peek() == character
        self._at += found
        return found

    def _expect(self, character: str, message: str) -> None:
        if not self._take(character):
            raise self._error(message)

    def _extend(self) -> bool:
        """Decode more of the body, twice as much for a value that is longer than a part. False at its end."""
        rest = self._text[self._at :]
        part = self._body[self._to : self._to + max(PART, len(rest))]
        if not part:
            return False
        if len(rest) > PART:
            _check_size(rest)
        try:
            text, size = utf_8_decode(part, "strict", self._to + len(part) == len(self._body))
        except UnicodeDecodeError as error:
            where = self._to + error.start
            raise UnicodeDecodeError(error.encoding, b"", where, where + 1, error.reason) from None
        self._lines, self._columns = self._place(self._at)
        self._from = self.offset
        self._to += size
        self._text, self._at = rest + text, 0
        self._has_escapes = "\\u" in self._text
        return True

    def _place(self, at: int) -> tuple[int, int]:
        """How many lines, and how many columns of the last one, are before a character of the part."""
        lines = self._text.count("\n", 0, at)
        columns = at - self._text.rfind("\n", 0, at) - 1
        return self._lines + lines, columns if lines else self._columns + columns

    def _error(self, message: str, at: int | None = None) -> json.JSONDecodeError:
        error = json.JSONDecodeError(message, "", 0)
        lines, columns = self._place(self._at if at is None else at)
        error.lineno, error.colno = lines + 1, columns + 1
        return error


def _check_size(text: str) -> None:
    """Raise ValueError for the beginning of a value that would hold up other threads."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"A row may have at most {MAX_LENGTH:,} characters")
    if measure(text.encode(), MAX_VALUES).values > MAX_VALUES:
        raise ValueError(f"A row may have at most {MAX_VALUES:,} values")
