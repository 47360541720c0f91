"""The user's own methods and paths: a file, YAML or JSON, that maps operation ids to them.

What vendors do not publish is a best reading; a gateway that spells it in another way is followed by this file.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.routing import APIRoute

from ledgersim.errors import StartupError
from ledgersim.http.routing import segments
from ledgersim.http.vendor_app import VendorApp
from ledgersim.suggestions import did_you_mean
from ledgersim.world.yaml_files import lines_of_keys, parse

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MEMBERS = ("method", "path")
_FORM = 'give METHOD /path, or {method: METHOD, path: "/path"} with one or both'
_LITERAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+")  # what RFC 3986 lets stand as it is
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class _Operation(NamedTuple):
    """An operation, and where it is."""

    id: str
    mount: str
    app: VendorApp
    route: APIRoute

    @property
    def method(self) -> str:
        (method,) = self.route.methods or {""}
        return method


class _Place(NamedTuple):
    """What requests tell operations apart by: placeholders are alike, and so are small and capital letters."""

    mount: str
    method: str
    shape: tuple[str, ...]


def map_paths(file: Path, apps: Mapping[str, VendorApp]) -> None:
    """Let the operations of the applications, by mount, answer at the methods and paths of a file as well.

    Raises CannotStart, with the line of the operation id, for what cannot be mapped.
    """
    operations = {
        str(route.operation_id): _Operation(str(route.operation_id), mount, app, route)
        for mount, app in apps.items()
        for route in app.operations()
    }
    taken = {_place(one, one.method, one.route.path): (one.id, one.route.path) for one in operations.values()}
    for line, name, asked in _entries(file):
        try:
            _map(_operation(operations, name), asked, taken)
        except ValueError as reason:
            raise StartupError(f"{file}, line {line}: {reason}") from reason


def _entries(file: Path) -> list[tuple[int, str, Any]]:
    """Line, operation id and value of each entry. Raises CannotStart."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise StartupError(f"the path mapping {file} cannot be read: {error.strerror}") from error
    content = parse(file, data)
    if content is None:
        return []
    if not isinstance(content, dict):
        raise StartupError(f"{file}, line 1: this must be a mapping from operation ids to methods and paths")
    return [(line, name, content.get(name)) for name, line in lines_of_keys(data).items()]


def _operation(operations: Mapping[str, _Operation], name: str) -> _Operation:
    if name not in operations:
        hint = did_you_mean(name.lower(), operations, "`ledgersim routes` lists them")
        raise ValueError(f"{name} is no operation of a vendor; {hint}")
    return operations[name]


def _map(operation: _Operation, asked: Any, taken: dict[_Place, tuple[str, str]]) -> None:
    """Map one operation, and note the place that it takes. Raises ValueError."""
    given = _given(asked)
    method = _method(given["method"]) if "method" in given else None
    path = _path(operation, given["path"]) if "path" in given else None
    place = _place(operation, method or operation.method, path or operation.route.path)
    holder, its_path = taken.setdefault(place, (operation.id, path or operation.route.path))
    if holder != operation.id or _names(its_path) != _names(path or operation.route.path):
        raise ValueError(
            f"{place.method} {path or operation.route.path} is the same as {place.method} {its_path}, which is "
            f"that of {holder}"
        )
    operation.app.map_operation(operation.route, method, path)


def _given(asked: Any) -> dict[str, Any]:
    if isinstance(asked, str):
        return dict(zip(_MEMBERS, _two_words(asked), strict=True))
    if not isinstance(asked, dict) or not asked:
        raise ValueError(_FORM)
    for name, value in asked.items():
        if name not in _MEMBERS:
            hint = did_you_mean(str(name).lower(), _MEMBERS, _FORM)
            raise ValueError(f"{name} is no member of a mapping; {hint}")
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text; {_FORM}")
    return asked


def _two_words(text: str) -> list[str]:
    words = text.split()
    if len(words) != len(_MEMBERS):
        raise ValueError(f"{text[:200]!r} is not a method and a path; {_FORM}")
    return words


def _method(text: str) -> str:
    if text.upper() not in _METHODS:
        raise ValueError(f"the method is {text[:200]!r}; it must be one of {', '.join(_METHODS)}")
    return text.upper()


def _path(operation: _Operation, path: str) -> str:
    """The path, if it can be one of the operation. Raises ValueError."""
    what = f"the path {path[:200]!r}"
    if not path.startswith("/"):
        raise ValueError(f"{what} must start with /")
    for mark, part in (("?", "query"), ("#", "fragment")):
        if mark in path:
            raise ValueError(f"{what} must have no {part}")
    for segment in path.removeprefix("/").removesuffix("/").split("/") if path != "/" else ():
        if segment in ("", ".", ".."):
            raise ValueError(f"{what} has a segment that is empty or of dots only")
        if not _LITERAL.fullmatch(segment) and not _PLACEHOLDER.fullmatch(segment):
            raise ValueError(
                f"{what} has the segment {segment[:200]!r}; it must be a placeholder such as {{guid}}, "
                "or letters, digits and -._~!$&'()*+,;=:@"
            )
    base = segments(operation.mount.lower())
    if segments(path.lower())[: len(base)] == base:
        raise ValueError(f"{what} must be below the base address {operation.mount}, and so without it")
    _check_placeholders(what, _names(path), _names(operation.route.path))
    return path


def _check_placeholders(what: str, names: list[str], own: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{what} has the placeholder {{{name}}} twice")
    if sorted(names) != sorted(own):
        wanted = f"the placeholders {_listed(own)}" if own else "no placeholders"
        told = f"it has {_listed(names)}" if names else "it has none"
        raise ValueError(f"{what} must have {wanted}; {told}")


def _listed(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _names(path: str) -> list[str]:
    return _PLACEHOLDER.findall(path)


def _place(operation: _Operation, method: str, path: str) -> _Place:
    shape = tuple("{}" if one.startswith("{") else one.lower() for one in segments(path))
    return _Place(operation.mount, method, shape)
