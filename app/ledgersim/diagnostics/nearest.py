"""Why no route takes a request: the documented route that it comes closest to, and what sets them apart."""

from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from ledgersim.diagnostics.path_distance import Element, Mistake, Row, Sent, Trail, least_below, row

_MAX_CHARACTERS = 512
_MAX_QUOTED = 40

# Another method is nearer than any other path, and these are meant in this order in place of the one sent.
_METHOD = 4
_WRITING = ("PUT", "PATCH", "POST", "DELETE")
_MEANT_BY_WRITING = (*_WRITING, "GET")
_MEANT_BY_READING = ("GET", *_WRITING)

_SENTENCES = {
    "base missing": "The base {base} is missing.",
    "base doubled": "The base {base} is doubled.",
    "base other": "The base is {base}, not {sent}.",
    "version missing": "The version {name} is missing.",
    "version other": "The version is {name}, not {sent}.",
    "slash missing": "A slash is missing between {before} and {name}.",
    "slash doubled": "A slash is too many {place}.",
    "slash inside": "A slash is too many in {sent}: {name}.",
    "misspelt": "{sent} is misspelt: {name}.",
    "value missing": "The value of {name} is missing.",
    "literal missing": "The segment {name} is missing.",
    "literal other": "The segment is {name}, not {sent}.",
    "parent": "{name} belongs under {parent}.",
    "extra": "The segment {sent} is too many.",
}


class Nearest(NamedTuple):
    """The documented route that an unmatched request comes closest to, and what sets them apart.

    `path` is the template below the mount, as the vendor documents it, and has the mount before it where the
    request's base was wrong. `reason` has a sentence for each mistake, in printable ASCII.
    """

    method: str
    path: str
    reason: str


class NearestRoutes:
    """Finds the nearest of routes, each given by mount, method and path template below the mount.

    They are looked at when one is first sought, not before, so that making this costs nothing.
    """

    def __init__(self, routes: Iterable[tuple[str, str, str]]) -> None:
        self._routes = routes
        self._remembered = lru_cache(maxsize=256)(self._find)

    def find(self, method: str, path: str) -> Nearest | None:
        """The route nearest to an unmatched request; None where nothing is alike.

        `path` is decoded, with the mount, without the prefix of a space. Its first 512 characters count.
        """
        return self._remembered(method[:_MAX_QUOTED], path[:_MAX_CHARACTERS])

    def _find(self, method: str, path: str) -> Nearest | None:
        root, routes, known = self._tree
        search = _Search(method, Sent(path, known), routes)
        search.visit(root, [])
        return None if search.found is None else _told(method, search.sent, *search.found)

    @cached_property
    def _tree(self) -> "tuple[Element, dict[Element, list[_Route]], set[str]]":
        """The elements of all paths, the routes that end at them, and all literals."""
        root, routes, known = Element(""), dict[Element, list[_Route]](), set[str]()
        for order, (mount, method, template) in enumerate(self._routes):
            element, base = root, mount.split("/")[1:]
            for text in base:
                element = element.child(text)
            element.base = [text.lower() for text in base]
            for text in template.split("/")[1:]:
                above, element = element, element.child(text)
                telling = not element.parameter and not element.version
                known |= {element.plain} - {""}
                element.words = (*above.words, element.plain) if telling else above.words
            routes.setdefault(element, []).append(_Route(order, mount, method, template))
        return root, routes, known


class _Route(NamedTuple):
    order: int
    mount: str
    method: str
    template: str


class _Search:
    """One request on its way through the tree, and the nearest route so far."""

    def __init__(self, method: str, sent: Sent, routes: dict[Element, list[_Route]]) -> None:
        self.sent = sent
        self.found: tuple[_Route, Trail] | None = None
        self._method = method.upper()
        self._meant = _MEANT_BY_WRITING if self._method in _WRITING else _MEANT_BY_READING
        self._routes = routes
        self._best: tuple[int, bool, int] = (sent.limit, True, 0)

    def visit(self, element: Element, rows: list[Row]) -> None:
        """Consider the routes of this element, and below it while something nearer may be there."""
        rows = [*rows, row(self.sent, element, rows, self._best[0])]
        self._consider(element, rows[-1].costs[-1], rows[-1].trails[-1])
        for one in sorted(element.below.values(), key=lambda one: one.text not in self.sent.lower):
            if least_below(self.sent, element, rows) <= self._best[0]:
                self.visit(one, rows)

    def _consider(self, element: Element, cost: int, trail: Trail) -> None:
        if cost > self._best[0] or not self.sent.resembles(element.words):
            return
        for route in self._routes.get(element, ()):
            other = route.method != self._method
            rank = (cost + self._other_method(route.method) if other else cost, other, route.order)
            if rank < self._best:
                self._best, self.found = rank, (route, trail)

    def _other_method(self, method: str) -> int:
        return _METHOD + (self._meant.index(method) if method in self._meant else len(self._meant))


def _told(method: str, sent: Sent, route: _Route, trail: Trail) -> Nearest:
    mistakes: list[Mistake] = []
    while trail:
        trail, mistake = trail
        mistakes.insert(0, mistake)
    sentences = [_sentence(sent, route, mistake) for mistake in mistakes]
    if method != route.method:
        sentences.append(f"{route.method} is the method of this path, not {_shown(method)}.")
    base = route.mount.lower().split("/")[1:]
    right = sent.lower[: len(base)] == base and not any("base" in one.kind for one in mistakes)
    path = route.template if right else route.mount + route.template
    return Nearest(route.method, path, " ".join(sentences))


def _sentence(sent: Sent, route: _Route, mistake: Mistake) -> str:
    kind, depth, start, end = mistake
    elements = (route.mount + route.template).split("/")  # the first is empty, so that the depth is the index
    segments = "/".join(sent.segments[start:end])
    behind = sent.segments[end : end + 1]
    return _SENTENCES[kind].format(
        base=route.mount,
        name=elements[depth],
        before=elements[depth - 1],
        parent="/" + "/".join(elements[route.mount.count("/") + 1 : depth]),
        sent=_quoted("/" + segments if kind == "base other" else segments),
        place=f"before {_quoted(behind[0])}" if behind else "at the end",
    )


def _quoted(text: str) -> str:
    return ascii(text[:_MAX_QUOTED])


def _shown(method: str) -> str:
    return method if method.isascii() and method.isalpha() else _quoted(method)
