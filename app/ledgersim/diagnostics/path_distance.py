"""How far the path of a request is from the paths of routes, all at once, and by which mistakes.

The paths form a tree of elements (literals and parameters). As for the edit distance of two words, each element
has a row that tells what it costs to come there with the first 0, 1, 2 ... segments of the request, in steps
that take some elements and some segments. What the steps cost ranks the mistakes.
"""

import re
from collections.abc import Container, Iterator
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, NamedTuple

_LIMIT = 60  # what is further away is not alike,
_LIMIT_BY_SEGMENT = 28  # and for a short path, what is further away than this, and this again for each segment
_FAR = 10 * _LIMIT

# What the mistakes cost. Only their order and that of their sums counts: which explanation is the likelier.
_SLASH = 12
_BASE = 13
_VERSION = 14
_MISSPELT = 16  # and up to 6 more, the less alike the words are,
_WORD = 7  # and this where what was sent is a literal elsewhere
_TWICE = 17
_NO_PARENT = 18
_PARAMETER = 20
_LITERAL = 25
_OTHER_PARENT = 26
_EXTRA = 28
_EXTRA_AT_END = 30
_POSING = 32  # a value that looks like a literal in the wrong place

_MAX_SEGMENTS = 16
_MAX_IN_BASE = 4
_ALIKE = 0.72
_SHORTEST_PART = 5  # of a compound word, such as token of access_token
_VERSION_LIKE = re.compile(r"v+\d{0,3}(\.\d{1,3})*|\d{1,2}(\.\d{1,3})*")


class Mistake(NamedTuple):
    """What a step takes notice of: how many elements it leads to, and the request's segments it is about."""

    kind: str
    depth: int
    start: int
    end: int


Trail = tuple[Any, Mistake] | None  # the trail before, and the last mistake
_Step = tuple[int, int, int, str]  # elements and segments taken, cost, kind of mistake (none: as it should be)


class Element:
    """A literal or parameter of paths, below the element before it."""

    def __init__(self, text: str, above: "Element | None" = None) -> None:
        self.text = text.lower()
        self.parameter = text.startswith("{")
        self.plain = "" if self.parameter else _plain(text)
        self.version = re.fullmatch(r"v\d+", self.text) is not None
        self.above = above
        self.depth: int = above.depth + 1 if above else 0
        self.base: list[str] = []  # the segments of the mount that ends here
        self.words: tuple[str, ...] = ()  # the literals up to here that tell what is asked for
        self.below: dict[str, Element] = {}

    def child(self, text: str) -> "Element":
        """The element of this text below; parameters are one whatever their names."""
        key = "{}" if text.startswith("{") else text.lower()
        return self.below.setdefault(key, Element(text, self))

    @cached_property
    def literals_below(self) -> list[str]:
        """The literals that may stand behind it."""
        return [one.plain for one in self.below.values() if not one.parameter]

    @cached_property
    def neighbours(self) -> list[str]:
        """The literals that may stand in its place or behind it."""
        return [*(self.above.literals_below if self.above else ()), *self.literals_below]

    @cached_property
    def heads_version(self) -> bool:
        """Whether a version may stand behind it."""
        return any(one.version for one in self.below.values())


class Sent:
    """The path of a request; its first 16 segments count. `known` are all literals of paths."""

    def __init__(self, path: str, known: Container[str]) -> None:
        parts = path.removeprefix("/").removesuffix("/").split("/", _MAX_SEGMENTS)[:_MAX_SEGMENTS]
        self.segments = parts if any(parts) else []
        self.limit = min(_LIMIT, _LIMIT_BY_SEGMENT * (1 + len(self.segments)))
        self.lower = [part.lower() for part in self.segments]
        self.plain = [_plain(part) for part in self.segments]
        self.numbered = [_has_digit(part) for part in self.segments]
        self.known = [part in known for part in self.plain]
        self._joined = "".join(self.plain)
        self._ratios: dict[tuple[int, str], float] = {}

    def ratio(self, at: int, word: str) -> float:
        """How alike a segment and a word are, up to 1; 0 where they are hardly alike."""
        if (at, word) not in self._ratios:
            self._ratios[at, word] = _ratio(word, self.plain[at][: 2 * len(word)])
        return self._ratios[at, word]

    def resembles(self, words: tuple[str, ...]) -> bool:
        """Whether anything in it is like one of these words, each of small letters and digits."""
        return any(
            word in self._joined or any(self.ratio(at, word) for at in range(len(self.plain))) for word in words
        )


class Row(NamedTuple):
    """What it costs to come to an element with the first 0, 1, 2 ... segments, and by which mistakes."""

    costs: list[int]
    trails: list[Trail]


def row(sent: Sent, element: Element, rows: list[Row], most: int) -> Row:
    """The row of an element below those of `rows`; what costs more than `most` is left out."""
    found = Row([], [])
    for end in range(len(sent.segments) + 1):
        best: int = _FAR if rows or end else 0
        trail: Trail = None
        for up, back, cost, kind in _steps(sent, element, end) if _in_reach(found, rows, end, most) else ():
            source = rows[-up] if up else found
            if source.costs[end - back] + cost < best:
                best, trail = source.costs[end - back] + cost, source.trails[end - back]
                if kind:
                    trail = trail, Mistake(kind, element.depth, end - back, end)
        found.costs.append(best)
        found.trails.append(trail)
    return found


def _in_reach(found: Row, rows: list[Row], end: int, most: int) -> bool:
    """Whether a step can lead to the first `end` segments that costs no more than `most` in all."""
    start = max(0, end - 3)
    for costs, _ in (found, *rows[-3:]):
        for cost in costs[start : end + 1]:
            if cost <= most:
                return True
    return not rows


def least_below(sent: Sent, element: Element, rows: list[Row]) -> int:
    """What everything below the element of the last row costs at least."""
    misplaced = element.parameter and any(word in sent.plain for word in element.literals_below)
    steps = (0, _SLASH, _NO_PARENT) if misplaced else (0, _SLASH)
    return min(min(source.costs) + cost for source, cost in zip(reversed(rows), steps, strict=False))


def _steps(sent: Sent, element: Element, end: int) -> Iterator[_Step]:
    """The ways to come to an element with the first `end` segments."""
    if end:
        yield _surplus(sent, end - 1)
    if element.base:
        yield from _to_base(sent, element, end)
    if element.parameter:
        yield from _to_parameter(sent, element, end)
    elif element.above:
        yield from _to_literal(sent, element, end)


def _surplus(sent: Sent, at: int) -> _Step:
    """Over a segment that no element takes."""
    if not sent.segments[at]:
        return 0, 1, _SLASH, "slash doubled"
    if at and sent.lower[at] == sent.lower[at - 1]:
        return 0, 1, _TWICE, "extra"
    if sent.numbered[at]:
        return 0, 1, _PARAMETER, "extra"
    return 0, 1, _EXTRA_AT_END if at == len(sent.segments) - 1 else _EXTRA, "extra"


def _to_base(sent: Sent, element: Element, end: int) -> Iterator[_Step]:
    """To the mount by what was sent in its place."""
    base, up = element.base, len(element.base)
    if end == 0:
        yield up, 0, _BASE, "base missing"
    elif end <= _MAX_IN_BASE and all(sent.segments[:end]):
        if sent.lower[:end] == base + base:
            yield up, end, _BASE, "base doubled"
        elif end > up and sent.lower[end - up : end] == base:
            yield up, end, _BASE, "base other"
        elif sent.lower[:up] != base:
            yield up, end, _BASE + 4 * end - 3 + 10 * sum(sent.known[:end]), "base other"


def _to_parameter(sent: Sent, element: Element, end: int) -> Iterator[_Step]:
    yield 1, 0, _PARAMETER, "value missing"
    if not end:
        return
    at, above = end - 1, element.above.plain if element.above else ""
    if not sent.segments[at]:
        yield 1, 1, _PARAMETER, "value missing"
    else:
        yield 1, 1, _POSING if _poses(sent, at, element) else 0, ""
        if above and sent.plain[at].startswith(above) and _has_digit(sent.plain[at][len(above) :]):
            yield 2, 1, _SLASH, "slash missing"


def _poses(sent: Sent, at: int, element: Element) -> bool:
    """Whether the value of a parameter looks like a literal in the wrong place, or has one at its end."""
    if sent.numbered[at]:
        return sent.known[at] or any(sent.plain[at].endswith(word) for word in element.literals_below)
    return sent.known[at] or any(sent.ratio(at, word) for word in element.neighbours)


def _to_literal(sent: Sent, element: Element, end: int) -> Iterator[_Step]:
    yield 1, 0, *((_VERSION, "version missing") if element.version else (_LITERAL, "literal missing"))
    if not end:
        return
    at, plain = end - 1, sent.plain[end - 1]
    if sent.lower[at] == element.text:
        yield 1, 1, 0, ""
    elif element.version and _VERSION_LIKE.fullmatch(sent.lower[at]):
        yield 1, 1, _VERSION, "version other"
    elif ratio := sent.ratio(at, element.plain):
        yield (
            1,
            1,
            _MISSPELT + int(24 * (1 - ratio)) + (_WORD if sent.known[at] and ratio < 1 else 0),
            "misspelt",
        )
    elif element.heads_version and not element.base:
        yield 1, 1, _OTHER_PARENT, "literal other"
    if at and sent.plain[at - 1] and plain and sent.plain[at - 1] + plain == element.plain:
        yield 1, 2, _SLASH, "slash inside"
    if element.above and element.above.parameter:
        if plain == element.plain:
            yield from _from_elsewhere(end)
        elif plain.endswith(element.plain) and _has_digit(plain[: -len(element.plain)]):
            yield 2, 1, _SLASH, "slash missing"
    elif element.above and element.above.plain and plain == element.above.plain + element.plain:
        yield 2, 1, _SLASH, "slash missing"


def _from_elsewhere(end: int) -> Iterator[_Step]:
    """To a sub-resource without its parent, under another's, and under a parent though it has none."""
    yield 3, 1, _NO_PARENT, "parent"
    if end > 2:
        yield 3, 3, _OTHER_PARENT, "parent"
        yield 1, 3, _OTHER_PARENT, "parent"


def _ratio(word: str, sent: str) -> float:
    if 2 * min(len(word), len(sent)) >= _ALIKE * (len(word) + len(sent)):
        matcher = SequenceMatcher(None, word, sent, autojunk=False)
        if matcher.quick_ratio() >= _ALIKE and (ratio := matcher.ratio()) >= _ALIKE:
            return ratio
    return _ALIKE if len(sent) >= _SHORTEST_PART and sent in word else 0


def _plain(text: str) -> str:
    """Small letters and digits alone: `Payment-plans` as `paymentplans`; without a query that is part of it."""
    return re.sub("[^a-z0-9]+", "", re.split("[?&;]", text.lower(), maxsplit=1)[0])


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
