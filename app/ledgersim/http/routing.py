"""Finding the route of a request. Literal segments match in any case, and a trailing slash is ignored."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.types import Scope


@dataclass(slots=True)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    routes: dict[str, tuple[APIRoute, tuple[str, ...]]] = field(default_factory=dict)


class Found(NamedTuple):
    """The route and its path parameters, or else the methods that the path allows (none: unknown path)."""

    route: APIRoute | None
    parameters: dict[str, Any]
    allowed: list[str]


NOT_ROUTED = Found(None, {}, [])


class RouteIndex:
    """A tree of the segments of all paths: the time to find a route does not depend on how many there are."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, route: APIRoute) -> None:
        """Index a route under its path and methods."""
        node, names = self._root, []
        for segment in segments(route.path):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment.lower(), _Node())
        for method in route.methods or ():
            node.routes[method] = route, tuple(names)

    def find(self, method: str, parts: list[str]) -> Found:
        """The route for a method and the segments of a path."""
        allowed: list[str] = []
        found = _search(self._root, method, parts, (), allowed)
        return Found(None, {}, allowed) if found is None else found


def _search(
    node: _Node, method: str, parts: list[str], values: tuple[str, ...], allowed: list[str]
) -> Found | None:
    """The route for a method and the segments of a path below a node; adds to the methods that it allows."""
    if not parts:
        if method in node.routes:
            route, names = node.routes[method]
            return Found(route, dict(zip(names, values, strict=True)), [])
        allowed += node.routes
        return None
    first, *rest = parts
    literal, found = node.literals.get(first.lower()), None
    if literal is not None:
        found = _search(literal, method, rest, values, allowed)
    if found is None and node.parameter is not None and first:
        found = _search(node.parameter, method, rest, (*values, first), allowed)
    return found


def raw_path(scope: Scope) -> bytes:
    """The path of a request as it was sent."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return path


def is_below(path: str, mount: str) -> bool:
    """Whether a path is that of a mount or below it, in any case."""
    return f"{path}/".lower().startswith(f"{mount}/".lower())


def segments(path: str) -> list[str]:
    """The decoded segments of a percent-encoded path; a trailing slash is ignored."""
    parts = path.split("/")[1:]
    if "%" in path:
        parts = [unquote(part) for part in parts]
    if parts and parts[-1] == "":
        parts.pop()
    return parts
