"""Reading the text of fixtures, YAML or JSON, with the line of everything in it.

Numbers are exact and dates are texts, as in the JSON of an API; what YAML would make of `NO`, `0123` or `12:30`
stays the text that it looks like. It is read event by event, so that nothing in it takes more room than it has.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

import yaml

from ledgersim.world.yaml_files import SafeLoader

MAX_VALUES = 200_000
MAX_DEPTH = 50
MAX_DIGITS = 100  # of a number, written out

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:(\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NAMED = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# JSON writes what is beyond \uffff as two halves, which YAML does not know.
_ESCAPE = re.compile(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.IGNORECASE | re.DOTALL)


class Unreadable(Exception):
    """That a text cannot be read: on which line, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


class Place(NamedTuple):
    """A value with its line; the values within it are places too."""

    line: int
    value: Any


Make = Callable[[int, Any], Any]


def read(data: bytes) -> Any:
    """The value of a text. Raises Unreadable."""
    return _read(data, lambda _, value: value)


def line_of(data: bytes, wheres: Sequence[Sequence[int | str]]) -> list[int]:
    """The lines of several places in a readable text, or of what is around them where they are not there."""
    root = _read(data, Place)
    return [_line(root, where) for where in wheres]


def _line(place: Place, where: Sequence[int | str]) -> int:
    for step in where:
        inner = place.value
        if isinstance(inner, list) and isinstance(step, int) and step < len(inner):
            place = inner[step]
        elif isinstance(inner, dict):
            in_any_case = {name.lower(): one for name, one in inner.items()}  # as PayEx reads names
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
        raise Unreadable(data.count(b"\n", 0, error.start) + 1, "this is not UTF-8") from error
    if text.lstrip().startswith(("{", "[")):
        text = _ESCAPE.sub(_joined, text)
    try:
        return _Reading(make).of(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, error.problem or "this is not YAML") from error
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        raise Unreadable(line, f"a character that YAML does not allow, {error.character!r}") from error


def _joined(escape: re.Match[str]) -> str:
    high, low = escape.groups()
    if high is None:
        return escape[0]
    return f"\\U{0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00:08x}"


@dataclass(slots=True)
class _Open:
    """A list or mapping that has not ended, and the key whose value comes next."""

    holder: Any
    line: int
    key: str | None = None
    key_line: int = 0
    keys: set[str] = field(default_factory=set)


class _Reading:
    """Puts a value together from the events of one document."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self._open: list[_Open] = []
        self._root: Any = make(1, None)
        self._values = self._documents = 0

    def of(self, text: str) -> Any:
        """The value of a text."""
        for event in yaml.parse(text, Loader=SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(line, event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(line, event)
            elif isinstance(event, yaml.CollectionEndEvent):
                ended = self._open.pop()
                self._add(ended.line, ended.holder)
            elif isinstance(event, yaml.AliasEvent):
                raise Unreadable(line, f"*{event.anchor}: aliases are not read; write out what it stands for")
            elif isinstance(event, yaml.DocumentStartEvent):
                self._documents += 1
                if self._documents > 1:
                    raise Unreadable(line, "a second document begins; put each into a file of its own")
        return self._root

    def _begin(self, line: int, event: yaml.CollectionStartEvent) -> None:
        self._check_tag(line, event.tag)
        self._count(line)
        mapping = isinstance(event, yaml.MappingStartEvent)
        around = self._open[-1] if self._open else None
        if around is not None and isinstance(around.holder, dict) and around.key is None:
            raise Unreadable(line, "a key must be a text")
        if len(self._open) == MAX_DEPTH:
            raise Unreadable(line, f"this is nested too deeply: more than {MAX_DEPTH} levels")
        self._open.append(_Open({} if mapping else [], line))

    def _scalar(self, line: int, event: yaml.ScalarEvent) -> None:
        if event.tag != "tag:yaml.org,2002:str":
            self._check_tag(line, event.tag)
        self._count(line)
        around = self._open[-1] if self._open else None
        try:
            event.value.encode()
        except UnicodeEncodeError as error:
            raise Unreadable(line, "half of a surrogate pair") from error
        if around is not None and isinstance(around.holder, dict) and around.key is None:
            if event.value in around.keys:
                raise Unreadable(line, f"{event.value} is given twice")
            around.keys.add(event.value)
            around.key, around.key_line = event.value, line
        else:
            plain = event.implicit[0] and event.tag is None
            self._add(line, _plain(line, event.value) if plain else event.value)

    def _add(self, line: int, value: Any) -> None:
        if not self._open:
            self._root = self._make(line, value)
            return
        around = self._open[-1]
        if around.key is None:
            around.holder.append(self._make(line, value))
        else:
            around.holder[around.key] = self._make(around.key_line, value)
            around.key = None

    def _count(self, line: int) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise Unreadable(line, f"this is more than {MAX_VALUES:,} names and values; load it in parts")

    def _check_tag(self, line: int, tag: str | None) -> None:
        if tag is not None:
            raise Unreadable(line, f"tags such as {tag[:40]} are not read")


def _plain(line: int, text: str) -> Any:
    """What a text without quotation marks stands for."""
    if text in _NAMED:
        return _NAMED[text]
    if not _NUMBER.fullmatch(text):
        return text
    exponent = text.lower().partition("e")[2]
    if len(text) > MAX_DIGITS or abs(int(exponent or "0")) > MAX_DIGITS:
        raise Unreadable(line, "a number has too many digits")
    return int(text) if _WHOLE.fullmatch(text) else Decimal(text)
