"""Reads YAML without its pitfalls: `NO` is a string, not a boolean, and duplicate keys are errors."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from ledgersim.errors import StartupError
from ledgersim.json_text import MAX_DEPTH

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["SafeLoader", "parse"]

MAX_EXPANDED = 100_000  # values that all aliases of a file stand for

_BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(SafeLoader):
    yaml_implicit_resolvers = {
        first: [resolver for resolver in resolvers if resolver[0] != _BOOLEAN]
        for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    problem = f"{key.value} is given twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(_BOOLEAN, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def _check_structure(text: str) -> None:
    """Raise a YAML error if aliases stand for too much, or levels are too many for a parser written in C."""
    sizes: dict[Any, int] = {}  # values, by anchor
    levels: list[tuple[Any, int]] = []  # open collections: their anchors, and the values before them
    values = expanded = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = levels.pop()
            sizes[anchor] = values - before
        elif isinstance(event, yaml.AliasEvent):
            size = sizes.get(event.anchor, 1)
            values, expanded = values + size, expanded + size
            if expanded > MAX_EXPANDED:
                raise _error(event, f"*{event.anchor}: the aliases stand for more than {MAX_EXPANDED:,} values")
        elif isinstance(event, yaml.CollectionStartEvent):
            levels.append((event.anchor, values))
            values += 1
            if len(levels) > MAX_DEPTH:
                raise _error(event, f"nested more than {MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1
            values += 1


def _error(event: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.composer.ComposerError(None, None, problem, event.start_mark)


def lines_of_keys(data: bytes) -> dict[str, int]:
    """The lines of the top-level keys, in order, of a file that `parse` has accepted."""
    root = yaml.compose(data.decode(), Loader=_Loader)
    if not isinstance(root, yaml.MappingNode):
        return {}
    return {str(key.value): key.start_mark.line + 1 for key, _ in root.value}


def parse(path: Path, data: bytes) -> Any:
    """The content of a YAML file. Raises StartupError with the line of a syntax error.

    So are aliases that make a short file stand for a huge one.
    """
    try:
        text = data.decode()
        _check_structure(text)
        return yaml.load(text, Loader=_Loader)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StartupError(f"{path}, line {line}: this is not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}, line {mark.line + 1}" if mark else f"{path}"
        raise StartupError(f"{where}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise StartupError(f"{path}: {' '.join(str(error).split())}") from error
