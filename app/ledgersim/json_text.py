"""Bounds of JSON texts, checked without parsing, so that rejecting too much costs next to nothing."""

import json
from typing import Any, NamedTuple

MAX_DEPTH = 100  # levels of objects and arrays, for all readers of JSON and YAML
SMALL = 100  # values

_SQUARE = bytes.maketrans(b"{}", b"[]")
_OPENING = ord("[")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class Measure(NamedTuple):
    """The number of values in a text, of the elements of all its arrays, and whether it is nested too deeply.

    If there are more values than the limit, the rest is not counted, and `values` is only some number above it.
    """

    values: int
    elements: int = 0
    is_too_deep: bool = False


def is_small(text: bytes) -> bool:
    """Whether a text is certain to hold at most `SMALL` values, and so to be nested no deeper."""
    return text.count(b",") + text.count(b"[") + text.count(b"{") < SMALL


def measure(text: bytes, limit: int) -> Measure:
    """Count the values of a text. The numbers are exact for valid JSON."""
    text = _without_escapes(text)
    strings = text.count(b'"') // 2
    if strings > 2 * limit:  # at least half of them are values, the others are names
        return Measure(strings // 2)
    structure = _structure(text)
    commas, opening = structure.count(b","), structure.count(b"[") + structure.count(b"{")
    if max(commas, opening) > limit:
        return Measure(max(commas, opening))
    values = 1 + commas + opening - structure.count(b"[]") - structure.count(b"{}")
    elements = values - 1 - structure.count(b":")
    return Measure(values, elements, opening > MAX_DEPTH and _is_too_deep(structure))


def loads(text: bytes, **options: Any) -> Any:
    """`json.loads` for a text of any origin. Raises ValueError if it is invalid or nested too deeply."""
    if not is_small(text) and _is_too_deep(_structure(_without_escapes(text))):
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
    return json.loads(text, **options)


def check_text(value: Any) -> None:
    """Raise UnicodeEncodeError where a string cannot be written as UTF-8."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for key, item in value.items():
            key.encode()
            check_text(item)
    elif isinstance(value, list):
        for item in value:
            check_text(item)


def _without_escapes(text: bytes) -> bytes:
    return text.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in text else text


def _structure(text: bytes) -> bytes:
    """A text without escapes and white space, with 0 for every string."""
    return b"0".join(text.split(b'"')[::2]).translate(None, b" \t\r\n")


def _is_too_deep(structure: bytes) -> bool:
    depth = 0
    for bracket in structure.translate(_SQUARE, _NOT_BRACKETS):
        depth += 1 if bracket == _OPENING else -1
        if depth > MAX_DEPTH:
            return True
    return False
