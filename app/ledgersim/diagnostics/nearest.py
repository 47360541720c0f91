"""The documented route that is closest to an unmatched request, and how they differ."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

_VERSION = re.compile(r"v?\d[\d.]*", re.IGNORECASE)
_MAX_CHARACTERS = 512  # of a path that are compared
_MAX_QUOTED = 40
_MAX_SEGMENTS = 16
_MAX_COST = 1.92  # of a route that is still worth suggesting

# Costs of differences between a request and a route; a segment with an unrelated word costs 1.5.
_MISSING, _MISSING_BASE, _MISSING_VALUE, _UNEXPECTED, _EMPTY = 0.8, 0.35, 0.3, 0.6, 0.2
_MISPLACED = 1.2  # a segment that some route has, where it is unexpected or in place of a value
_METHOD = 0.25
_TIE_BREAK = 0.01  # times the cost of the word: among misplaced segments the more similar one wins
_POSITION = 0.03  # added for each preceding segment: the first segments weigh more

_MAX_ANCHOR_COST = 0.3  # at least one segment must be that close to a literal segment of the route
_MIN_SIMILARITY = 0.6  # less similar words are unrelated

# The methods that a client may have meant, likeliest first.
_WRITING = ("PUT", "PATCH", "POST", "DELETE")
_MEANT_BY_WRITING = (*_WRITING, "GET")
_MEANT_BY_READING = ("GET", *_WRITING)


class Nearest(NamedTuple):
    """The nearest route. `path` is the template below the mount, or with the mount if the request's was wrong.

    `reason` has a sentence for each difference, in printable ASCII.
    """

    method: str
    path: str
    reason: str


class _Route(NamedTuple):
    mount: str
    method: str
    template: str
    segments: list[str]
    literals: frozenset[str]  # normalized literal segments below the mount, without versions


class NearestRoutes:
    """Finds the nearest of many routes, each given as mount, method and path template below the mount.

    The routes are not read before the first search, so creating this costs nothing.
    """

    def __init__(self, routes: Iterable[tuple[str, str, str]]) -> None:
        self._given = routes
        self._cached = lru_cache(maxsize=256)(self._find)

    def find(self, method: str, path: str) -> Nearest | None:
        """The route nearest to an unmatched request, or None if no route is similar.

        `path` is decoded, with the mount, without the prefix of a space. Only its first 512 characters count.
        """
        return self._cached(method[:_MAX_QUOTED], path[:_MAX_CHARACTERS])

    @cached_property
    def _routes(self) -> list[_Route]:
        return [_route(*one) for one in self._given]

    @cached_property
    def _literals(self) -> frozenset[str]:
        return frozenset(one for route in self._routes for one in route.literals)

    def _find(self, method: str, path: str) -> Nearest | None:
        sent = path.split("/")[1 : _MAX_SEGMENTS + 1]
        while sent and not sent[-1]:
            sent.pop()
        best: tuple[float, int] | None = None
        for number, route in enumerate(self._routes):
            if not any(
                _word_cost(_normalized(one), name) <= _MAX_ANCHOR_COST
                for one in sent
                for name in route.literals
            ):
                continue
            cost = self._align(sent, route.segments)[0] + _method_cost(method, route.method)
            if best is None or cost < best[0]:
                best = cost, number
        if best is None:
            return None
        route = self._routes[best[1]]
        cost, differences = self._align(sent, route.segments)
        if cost > _MAX_COST:
            return None
        if method != route.method:
            differences.append(f"The method is {route.method}, not {_quoted(method)}.")
        mount = route.mount.lower().split("/")[1:]
        lower = [one.lower() for one in sent]
        has_mount = lower[: len(mount)] == mount and lower.count(mount[0]) == 1
        template = route.template if has_mount else route.mount + route.template
        return Nearest(route.method, template, " ".join(differences))

    def _align(self, sent: list[str], expected: list[str]) -> tuple[float, list[str]]:
        """The cheapest edits from the segments sent to those of a route (Wagner-Fischer): cost, differences."""
        rows: list[list[tuple[float, list[str]]]] = [[(0.0, [])]]
        for j, name in enumerate(expected):
            cost, differences = rows[0][j]
            rows[0].append((cost + _missing_cost(name, j), [*differences, f"{name} is missing."]))
        for i, text in enumerate(sent):
            surplus = self._surplus_cost(text, i)
            cost, differences = rows[i][0]
            row = [(cost + surplus, [*differences, f"{_quoted(text)} is unexpected."])]
            for j, name in enumerate(expected):
                diagonal, above, before = rows[i][j], rows[i][j + 1], row[j]
                replacement = self._replacement_cost(text, name, i)
                edits = (
                    (
                        diagonal[0] + replacement,
                        diagonal[1],
                        f"{_quoted(text)} should be {name}." if replacement else "",
                    ),
                    (before[0] + _missing_cost(name, j), before[1], f"{name} is missing."),
                    (above[0] + surplus, above[1], f"{_quoted(text)} is unexpected."),
                )
                cost, differences, difference = min(edits, key=lambda edit: edit[0])
                row.append((cost, [*differences, difference] if difference else differences))
            rows.append(row)
        return rows[-1][-1]

    def _surplus_cost(self, text: str, position: int) -> float:
        if not text:
            return _EMPTY
        return _MISPLACED + _POSITION * position if _normalized(text) in self._literals else _UNEXPECTED

    def _replacement_cost(self, text: str, name: str, position: int) -> float:
        sent, expected = _normalized(text), _normalized(name)
        is_literal = sent in self._literals
        if name.startswith("{"):
            return _MISPLACED if is_literal else 0.0 if text else 1.0
        if is_literal and sent != expected:
            return _MISPLACED + _POSITION * position + _TIE_BREAK * _word_cost(sent, expected)
        return _word_cost(sent, expected)


def _route(mount: str, method: str, template: str) -> _Route:
    below = template.split("/")[1:]
    literals = frozenset(
        _normalized(one) for one in below if not one.startswith("{") and not _VERSION.fullmatch(one)
    )
    return _Route(mount, method, template, [*mount.split("/")[1:], *below], literals)


def _missing_cost(name: str, position: int) -> float:
    if name.startswith("{"):
        return _MISSING_VALUE
    return _MISSING_BASE if position < 2 or _VERSION.fullmatch(name) else _MISSING


@cache
def _normalized(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum()) if len(text) < 80 else text


@lru_cache(maxsize=10_000)
def _word_cost(sent: str, name: str) -> float:
    if sent == name:
        return 0.0
    if _VERSION.fullmatch(sent) and _VERSION.fullmatch(name):
        return 0.3
    ratio = SequenceMatcher(None, sent, name).ratio()
    return 1 - ratio + 0.1 if ratio >= _MIN_SIMILARITY else 1.5


def _method_cost(sent: str, method: str) -> float:
    if sent == method:
        return 0.0
    meant = _MEANT_BY_WRITING if sent.upper() in _WRITING else _MEANT_BY_READING
    return _METHOD + 0.01 * (meant.index(method) if method in meant else len(meant))


def _quoted(text: str) -> str:
    """What was sent, always in single quotes."""
    return f"'{ascii(text[:_MAX_QUOTED])[1:-1]}'"
