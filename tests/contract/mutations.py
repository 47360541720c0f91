"""A copy of one of our documents that a vendor might publish: what is seeded in it is known."""

import json
from copy import deepcopy
from typing import Any

from tests import apps

Json = dict[str, Any]


class Vendor:
    """A copy of our document of a vendor, to change."""

    def __init__(self, name: str) -> None:
        self.document: Json = json.loads(json.dumps(apps.openapi(name)))

    def path_of(self, identifier: str) -> tuple[str, str]:
        """Path and method of an operation."""
        return next(
            (path, method)
            for path, item in self.document["paths"].items()
            for method, raw in item.items()
            if raw["operationId"] == identifier
        )

    def operation(self, identifier: str) -> Json:
        """An operation."""
        path, method = self.path_of(identifier)
        found: Json = self.document["paths"][path][method]
        return found

    def move(self, identifier: str, path: str | None = None, method: str | None = None) -> None:
        """Give an operation another path or method."""
        old_path, old_method = self.path_of(identifier)
        raw = self.document["paths"][old_path].pop(old_method)
        if not self.document["paths"][old_path]:
            del self.document["paths"][old_path]
        self.document["paths"].setdefault(path or old_path, {})[method or old_method] = raw

    def parameter(self, identifier: str, name: str) -> Json:
        """A parameter of an operation."""
        return next(one for one in self.operation(identifier)["parameters"] if one["name"] == name)

    def schema(self, identifier: str, part: str, place: str = "") -> Json:
        """The schema at a place of a request or response, as a copy of its own: without null and references."""
        raw = self.operation(identifier)
        body = raw["requestBody"] if part == "request" else raw["responses"][part]
        (media,) = body["content"].values()
        schema = media["schema"] = self._plain(media["schema"])
        found: Json = schema
        for step in place.split(".") if place else ():
            found = self._inner(found["properties"][step.rstrip("[]")])
            for _ in range(step.count("[]")):
                found = self._inner(found["items"])
        return found

    def _inner(self, schema: Json) -> Json:
        options: list[Json] = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
        return options[0] if options else schema

    def _plain(self, schema: Any) -> Any:
        """A copy of a schema without references."""
        if isinstance(schema, list):
            return [self._plain(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._plain(self.document["components"]["schemas"][name])
        return {name: self._plain(one) for name, one in deepcopy(schema).items()}


def as_swashbuckle(document: Json) -> Json:
    """The same API as Swashbuckle documents it: nothing required, all texts and arrays nullable, one response each."""
    schemas = {name: _as_type(one) for name, one in document["components"]["schemas"].items()}
    paths = {
        path: {method: _as_action(raw) for method, raw in item.items()}
        for path, item in document["paths"].items()
    }
    info = {"title": "Gateway", "version": "v2"}
    return {"openapi": "3.0.1", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _as_action(raw: Json) -> Json:
    (success,) = (one for status, one in raw["responses"].items() if status.startswith("2"))
    action: Json = {"parameters": [], "responses": {"200": {"description": "Success", **_as_content(success)}}}
    for one in raw.get("parameters", ()):
        parameter = {"name": one["name"], "in": one["in"], "schema": _as_type(one["schema"])}
        action["parameters"].append({**parameter, "required": True} if one["in"] == "path" else parameter)
    if "requestBody" in raw:
        action["requestBody"] = _as_content(raw["requestBody"])
    return action


def _as_content(body: Json) -> Json:
    schemas = [_as_type(media["schema"]) for media in body.get("content", {}).values()]
    types = ("text/plain", "application/json", "text/json")
    return {"content": {name: {"schema": schemas[0]} for name in types}} if schemas else {}


def _as_type(schema: Json) -> Json:
    options = [one for name in ("anyOf", "oneOf") for one in schema.get(name, ()) if one != {"type": "null"}]
    if options:
        return _as_type(options[0])
    found: Json = {
        word: value
        for word, value in schema.items()
        if word in ("$ref", "type", "format", "enum", "additionalProperties")
    }
    if schema.get("type") == "integer":
        found["format"] = "int32"
    if "items" in schema:
        found["items"] = _as_type(schema["items"])
    if "properties" in schema:
        members = {name: _as_type(one) for name, one in schema["properties"].items()}
        for member in members.values():
            if member.get("type") in ("string", "array"):
                member["nullable"] = True
        found |= {"properties": members, "additionalProperties": False}
    return found


def remove_member(schema: Json, name: str) -> None:
    """Remove a member of a schema, and what requires it."""
    del schema["properties"][name]
    if name in schema.get("required", ()):
        schema["required"].remove(name)


def rename_member(schema: Json, name: str, new: str) -> None:
    """Give a member of a schema another name."""
    schema["properties"][new] = schema["properties"].pop(name)
    if name in schema.get("required", ()):
        schema["required"] = [new if one == name else one for one in schema["required"]]


def make_nullable(schema: Json, name: str, nullable: bool) -> None:
    """Let a member be null, or not."""
    member = schema["properties"][name]
    if nullable:
        schema["properties"][name] = {"anyOf": [member, {"type": "null"}]}
    else:
        schema["properties"][name] = next(one for one in member["anyOf"] if one != {"type": "null"})
