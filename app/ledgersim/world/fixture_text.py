"""Parses fixtures, YAML or JSON, and finds the line of each value.

Values are those of a JSON API: numbers are exact, dates are strings, and so are `NO`, `0123` and `12:30`. The
text is parsed event by event and without aliases, so its value never takes much more memory than the text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import yaml

from ledgersim.json_text import MAX_DEPTH
from ledgersim.world.yaml_files import SafeLoader

MAX_VALUES = 200_000
MAX_DIGITS = 100  # of a number, without an exponent

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:(\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# JSON escapes characters above \uffff as surrogate pairs, which YAML does not support.
_ESCAPE = re.compile(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.IGNORECASE | re.DOTALL)


class UnreadableError(Exception):
    """A text that cannot be parsed: the line and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


class Place(NamedTuple):
    """A value with its line; nested values are places too."""

    line: int
    value: Any


Make = Callable[[int, Any], Any]


def read(data: bytes) -> Any:
    """The value of a text. Raises UnreadableError."""
    return _read(data, lambda _, value: value)


def lines_of(data: bytes, locations: Sequence[Sequence[int | str]]) -> list[int]:
    """The lines of several locations in a valid text; for a missing one, the line of the value around it."""
    root = _read(data, Place)
    return [_line(root, location) for location in locations]


def _line(place: Place, location: Sequence[int | str]) -> int:
    for step in location:
        inner = place.value
        if isinstance(inner, list) and isinstance(step, int) and step < len(inner):
            place = inner[step]
        elif isinstance(inner, dict):
            in_any_case = {
                name.lower(): one for name, one in inner.items()
            }  # some vendors read names in any case
            found = inner.get(step, in_any_case.get(str(step).lower()))
            if found is None:
                break
            place = found
        else:
            break
    return place.line


def _read(data: bytes, make: Make) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(data.count(b"\n", 0, error.start) + 1, "this is not UTF-8") from error
    if text.lstrip().startswith(("{", "[")):
        text = _ESCAPE.sub(_join_surrogates, text)
    try:
        return _Parser(make).parse(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(
            mark.line + 1 if mark else 1, error.problem or "this is not valid YAML"
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        raise UnreadableError(line, f"a character that YAML does not allow, {error.character!r}") from error


def _join_surrogates(escape: re.Match[str]) -> str:
    high, low = escape.groups()
    if high is None:
        return escape[0]
    return f"\\U{0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00:08x}"


@dataclass(slots=True)
class _Collection:
    """An unfinished list or mapping, and the key whose value comes next."""

    value: Any
    line: int
    key: str | None = None
    key_line: int = 0
    keys: set[str] = field(default_factory=set)


class _Parser:
    """Builds a value from the events of one document."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._open: list[_Collection] = []
        self._root: Any = make(1, None)
        self._values = self._documents = 0

    def parse(self, text: str) -> Any:
        """The value of a text."""
        for event in yaml.parse(text, Loader=SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(line, event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._start(line, event)
            elif isinstance(event, yaml.CollectionEndEvent):
                ended = self._open.pop()
                self._add(ended.line, ended.value)
            elif isinstance(event, yaml.AliasEvent):
                raise UnreadableError(line, f"*{event.anchor}: aliases are not supported; write out the value")
            elif isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise UnreadableError(line, "only one document per file is supported")
        return self._root

    def _start(self, line: int, event: yaml.CollectionStartEvent) -> None:
        self._check_tag(line, event.tag)
        self._count(line)
        mapping = isinstance(event, yaml.MappingStartEvent)
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            raise UnreadableError(line, "a key must be a string")
        if len(self._open) == MAX_DEPTH:
            raise UnreadableError(line, f"nested too deeply: more than {MAX_DEPTH} levels")
        self._open.append(_Collection({} if mapping else [], line))

    def _scalar(self, line: int, event: yaml.ScalarEvent) -> None:
        if event.tag != "tag:yaml.org,2002:str":
            self._check_tag(line, event.tag)
        self._count(line)
        parent = self._open[-1] if self._open else None
        try:
            event.value.encode()
        except UnicodeEncodeError as error:
            raise UnreadableError(line, "an unpaired surrogate") from error
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            if event.value in parent.keys:
                raise UnreadableError(line, f"{event.value} is given twice")
            parent.keys.add(event.value)
            parent.key, parent.key_line = event.value, line
        else:
            plain = event.implicit[0] and event.tag is None
            self._add(line, _plain(line, event.value) if plain else event.value)

    def _add(self, line: int, value: Any) -> None:
        if not self._open:
            self._root = self._make(line, value)
            return
        parent = self._open[-1]
        if parent.key is None:
            parent.value.append(self._make(line, value))
        else:
            parent.value[parent.key] = self._make(parent.key_line, value)
            parent.key = None

    def _count(self, line: int) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise UnreadableError(line, f"more than {MAX_VALUES:,} names and values; split the file")

    def _check_tag(self, line: int, tag: str | None) -> None:
        if tag is not None:
            raise UnreadableError(line, f"tags such as {tag[:40]} are not supported")


def _plain(line: int, text: str) -> Any:
    """The value of a text without quotation marks."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if not _NUMBER.fullmatch(text):
        return text
    exponent = text.lower().partition("e")[2]
    if len(text) > MAX_DIGITS or abs(int(exponent or "0")) > MAX_DIGITS:
        raise UnreadableError(line, "a number has too many digits")
    return int(text) if _INTEGER.fullmatch(text) else Decimal(text)
