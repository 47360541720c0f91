"""What OpenAPI documents say in words and show by example, read from files only when a document is built.

Packages have them in `descriptions.toml` and `examples.json`, for the routes in their modules. Reading them at
start-up would cost time and memory.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]


class Descriptions:
    """What is said of operations, parameters and members in the packages that some modules are in."""

    def __init__(self, modules: Iterable[str]) -> None:
        import tomllib  # not at start-up, which imports this module
        from importlib.resources import files

        self._texts: dict[str, dict[str, Any]] = {}
        self._examples: Json = {}
        for package in dict.fromkeys(one for module in modules for one in _packages(module)):
            described, shown = (
                files(package).joinpath(name) for name in ("descriptions.toml", "examples.json")
            )
            if described.is_file():
                for kind, texts in tomllib.loads(described.read_text(encoding="utf-8")).items():
                    found = self._texts.setdefault(kind, {})
                    found.update({name: text for name, text in texts.items() if name not in found})
            if shown.is_file():
                self._examples.update(json.loads(shown.read_text(encoding="utf-8")))

    def operation(self, identifier: str) -> str | None:
        """The description of an operation."""
        return self._texts.get("operations", {}).get(identifier)

    def responses(self, operation: str) -> dict[str, str]:
        """What responses of an operation mean, by status: errors beyond those that its parameters show, too."""
        named = ((*name.rpartition("."), text) for name, text in self._texts.get("responses", {}).items())
        return {status: text for owner, _, status, text in named if owner == operation}

    def parameter(self, operation: str, name: str) -> str | None:
        """The description of a parameter, by default that of all parameters with its name."""
        return self._of("parameters", operation, name)

    def member(self, owner: str, name: str) -> str | None:
        """The description of a member of a schema, by default that of all members with its name.

        The owner of a schema without a name is its operation.
        """
        return self._of("members", owner, name)

    def values(self, member: str) -> list[str] | None:
        """Names for the numbers that a member with this name takes."""
        return self._texts.get("values", {}).get(member)

    def example(self, operation: str) -> Json:
        """The example of an operation: `path` and `query` by name, `body`, `status` and `response`."""
        found: Json = self._examples.get(operation, {})
        return found

    def _of(self, kind: str, owner: str, name: str) -> str | None:
        texts: dict[str, str] = self._texts.get(kind, {})
        return texts.get(f"{owner}.{name}", texts.get(name))


def _packages(module: str) -> Iterator[str]:
    """The packages that a module is in, the innermost first."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def describe(document: Json, descriptions: Descriptions) -> None:
    """Add descriptions and examples to a document in place."""
    for name, schema in document["components"]["schemas"].items():
        _describe_members(name, schema, descriptions)
    for item in document["paths"].values():
        for operation in item.values():
            identifier = operation["operationId"]
            _set(operation, descriptions.operation(identifier))
            for parameter in operation.get("parameters", ()):
                _set(parameter, descriptions.parameter(identifier, parameter["name"]))
            for body in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in body.get("content", {}).values():
                    _describe_members(identifier, media.get("schema", {}), descriptions)
            _show(operation, descriptions.example(identifier))


def _describe_members(owner: str, schema: Json, descriptions: Descriptions) -> None:
    for name, member in schema.get("properties", {}).items():
        _set(member, descriptions.member(owner, name))
        names = descriptions.values(name)
        for one in (member, *member.get("anyOf", ())):
            if names is not None and "enum" in one:
                one["x-enum-varnames"] = names  # as the generators call it


def _show(operation: Json, example: Json) -> None:
    values = {**example.get("path", {}), **example.get("query", {})}
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in values:
            parameter["example"] = values[parameter["name"]]
    if "body" in example:
        media = operation["requestBody"]["content"]
        media.get("application/json", next(iter(media.values())))["example"] = example["body"]
    response = operation["responses"].get(str(example.get("status")))
    if "response" in example and response is not None:
        response["content"]["application/json"]["example"] = example["response"]


def _set(described: Json, text: str | None) -> None:
    if text is not None:
        described["description"] = text
