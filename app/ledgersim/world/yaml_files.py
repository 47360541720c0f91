"""Reads YAML without its pitfalls: `NO` is a string, not a boolean, and duplicate keys are errors."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from ledgersim.errors import StartupError

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

__all__ = ["SafeLoader", "parse"]

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


def lines_of_keys(data: bytes) -> dict[str, int]:
    """The lines of the top-level keys, in order, of a file that `parse` has accepted."""
    root = yaml.compose(data.decode(), Loader=_Loader)
    if not isinstance(root, yaml.MappingNode):
        return {}
    return {str(key.value): key.start_mark.line + 1 for key, _ in root.value}


def parse(path: Path, data: bytes) -> Any:
    """The content of a YAML file. Raises StartupError with the line of a syntax error."""
    try:
        return yaml.load(data.decode(), Loader=_Loader)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StartupError(f"{path}, line {line}: this is not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}, line {mark.line + 1}" if mark else f"{path}"
        raise StartupError(f"{where}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise StartupError(f"{path}: {' '.join(str(error).split())}") from error
