r"""Places in JSON values: `debtors[].fullName`, and `debtors[0].fullName` in one value.

A backslash precedes dots and brackets that belong to a name: `@odata\.count`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

Step = str | int | None  # a name, an index, or None for all elements
Path = tuple[Step, ...]

_SPECIAL = re.compile(r"([\\.\[\]])")
_STEP = re.compile(r"\.?((?:[^\\.\[\]]|\\.)+)|\[(\d*)\]")
_ESCAPED = re.compile(r"\\(.)")


def member(place: str, name: str) -> str:
    """The place of a member of the object at a place."""
    escaped = _SPECIAL.sub(r"\\\1", name)
    return f"{place}.{escaped}" if place else escaped


def items(place: str) -> str:
    """The place of the elements of the array at a place."""
    return f"{place}[]"


def parse(place: str) -> Path:
    """The steps of a place. Raises ValueError."""
    steps: list[Step] = []
    at = 0
    while at < len(place):
        found = _STEP.match(place, at)
        if found is None:
            raise ValueError(f"{place[:200]!r} is not a place such as debtors[].fullName")
        name, index = found.groups()
        steps.append(_ESCAPED.sub(r"\1", name) if name else int(index) if index else None)
        at = found.end()
    return tuple(steps)


def text(path: Sequence[Step]) -> str:
    """The place with these steps."""
    place = ""
    for step in path:
        if isinstance(step, str):
            place = member(place, step)
        else:
            place += "[]" if step is None else f"[{step}]"
    return place


def general(path: Sequence[Step]) -> Path:
    """The path with all elements in place of one."""
    return tuple(None if isinstance(step, int) else step for step in path)


def holders(value: Any, path: Path, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values that a path leads to, each with its own path."""
    if not path:
        yield at, value
    elif isinstance(path[0], str):
        if isinstance(value, dict) and path[0] in value:
            yield from holders(value[path[0]], path[1:], (*at, path[0]))
    elif isinstance(value, list):
        chosen = range(len(value)) if path[0] is None else range(path[0], min(path[0] + 1, len(value)))
        for index in chosen:
            yield from holders(value[index], path[1:], (*at, index))
