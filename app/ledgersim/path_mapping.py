"""The path mapping: a YAML or JSON file that gives operations additional methods and paths.

Vendors don't publish all of their paths; with this file the simulator follows a gateway that uses other ones.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from fastapi.routing import APIRoute

from ledgersim.errors import StartupError, did_you_mean
from ledgersim.http.routing import segments
from ledgersim.http.vendor_app import VendorApp
from ledgersim.world.yaml_files import lines_of_keys, parse

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MEMBERS = ("method", "path")
_FORM = 'write METHOD /path, or {method: METHOD, path: "/path"} with one or both members'
_LITERAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+")  # needs no percent-encoding in a path (RFC 3986)
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class _Operation(NamedTuple):
    """An operation and the application that serves it."""

    id: str
    mount: str
    app: VendorApp
    route: APIRoute

    @property
    def method(self) -> str:
        (method,) = self.route.methods or {""}
        return method


class _Address(NamedTuple):
    """What distinguishes operations: paths ignore case and the names of placeholders."""

    mount: str
    method: str
    shape: tuple[str, ...]


def map_paths(file: Path, apps: Mapping[str, VendorApp], provenance: str = "configured") -> None:
    """Map operations of the applications, given by mount, to the methods and paths of a file.

    Raises StartupError, with the line of the entry, for an invalid mapping.
    """
    map_entry = mapper(apps, provenance)
    for line, name, entry in _entries(file):
        try:
            map_entry(name, entry)
        except ValueError as reason:
            raise StartupError(f"{file}, line {line}: {reason}") from reason


def mapper(apps: Mapping[str, VendorApp], provenance: str) -> Callable[[str, Any], None]:
    """A function that maps an operation by its id to an entry of a file. It raises ValueError."""
    operations = {
        str(route.operation_id): _Operation(str(route.operation_id), mount, app, route)
        for mount, app in apps.items()
        for route in app.operations()
    }
    used = {_address(one, one.method, one.route.path): (one.id, one.route.path) for one in operations.values()}

    def map_entry(name: str, entry: Any) -> None:
        _map(_operation(operations, name), entry, used, provenance)

    return map_entry


def _entries(file: Path) -> list[tuple[int, str, Any]]:
    """Line, operation id and value of each entry. Raises StartupError."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise StartupError(f"the path mapping {file} cannot be read: {error.strerror}") from error
    content = parse(file, data)
    if content is None:
        return []
    if not isinstance(content, dict):
        raise StartupError(f"{file}, line 1: the file must map operation ids to methods and paths")
    return [(line, name, content.get(name)) for name, line in lines_of_keys(data).items()]


def _operation(operations: Mapping[str, _Operation], name: str) -> _Operation:
    if name not in operations:
        hint = did_you_mean(name.lower(), operations, "`ledgersim routes` lists them")
        raise ValueError(f"unknown operation {name}; {hint}")
    return operations[name]


def _map(operation: _Operation, entry: Any, used: dict[_Address, tuple[str, str]], provenance: str) -> None:
    """Map one operation, and add its address to the used ones. Raises ValueError."""
    members = _members(entry)
    method = _method(members["method"]) if "method" in members else None
    path = _path(operation, members["path"]) if "path" in members else None
    new_path = path or operation.route.path
    address = _address(operation, method or operation.method, new_path)
    owner, owner_path = used.setdefault(address, (operation.id, new_path))
    if owner != operation.id or _names(owner_path) != _names(new_path):
        raise ValueError(
            f"{address.method} {new_path} conflicts with {address.method} {owner_path}, the path of {owner}"
        )
    operation.app.map_operation(operation.route, method, path, provenance)


def _members(entry: Any) -> dict[str, Any]:
    """The method and path of an entry, one of which may be missing. Raises ValueError."""
    if isinstance(entry, str):
        words = entry.split()
        if len(words) != len(_MEMBERS):
            raise ValueError(f"{entry[:200]!r} is not a method and a path; {_FORM}")
        return dict(zip(_MEMBERS, words, strict=True))
    if not isinstance(entry, dict) or not entry:
        raise ValueError(_FORM)
    for name, value in entry.items():
        if name not in _MEMBERS:
            hint = did_you_mean(str(name).lower(), _MEMBERS, _FORM)
            raise ValueError(f"unknown member {name}; {hint}")
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a string; {_FORM}")
    return entry


def _method(text: str) -> str:
    if text.upper() not in _METHODS:
        raise ValueError(f"the method is {text[:200]!r}; it must be one of {', '.join(_METHODS)}")
    return text.upper()


def _path(operation: _Operation, path: str) -> str:
    """The path, if it is valid for the operation. Raises ValueError."""
    what = f"the path {path[:200]!r}"
    if not path.startswith("/"):
        raise ValueError(f"{what} must start with /")
    for mark, part in (("?", "query string"), ("#", "fragment")):
        if mark in path:
            raise ValueError(f"{what} must not have a {part}")
    for segment in path.removeprefix("/").removesuffix("/").split("/") if path != "/" else ():
        if segment in ("", ".", ".."):
            raise ValueError(f"{what} has a segment that is empty, . or ..")
        if not _LITERAL.fullmatch(segment) and not _PLACEHOLDER.fullmatch(segment):
            raise ValueError(
                f"{what} has the segment {segment[:200]!r}; it must be a placeholder such as {{guid}}, "
                "or letters, digits and -._~!$&'()*+,;=:@"
            )
    base = segments(operation.mount.lower())
    if segments(path.lower())[: len(base)] == base:
        raise ValueError(f"{what} is relative to {operation.mount} and must not repeat it")
    _check_placeholders(what, _names(path), _names(operation.route.path))
    return path


def _check_placeholders(what: str, names: list[str], own: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{what} has the placeholder {{{name}}} twice")
    if sorted(names) != sorted(own):
        required = f"the placeholders {_joined(own)}" if own else "no placeholders"
        actual = f"it has {_joined(names)}" if names else "it has none"
        raise ValueError(f"{what} must have {required}; {actual}")


def _joined(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _names(path: str) -> list[str]:
    return _PLACEHOLDER.findall(path)


def _address(operation: _Operation, method: str, path: str) -> _Address:
    shape = tuple("{}" if one.startswith("{") else one.lower() for one in segments(path))
    return _Address(operation.mount, method, shape)
