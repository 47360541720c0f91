"""The profile of an OpenAPI document for code generators: version 3.0.3, with decimals and named enumerations.

The document itself is of version 3.1 and as exact as JSON Schema allows. Many generators do not read all of it:
they make wrappers of `anyOf: [X, null]`, doubles of amounts, and a class of its own of each enumeration.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Literal, get_args

Json = dict[str, Any]
Profile = Literal["faithful", "codegen"]
PROFILES: tuple[str, ...] = get_args(Profile)

_NULL = {"type": "null"}
_LICENSE = "https://spdx.org/licenses/{identifier}.html"
_INPUT = re.compile("(Create|Update|Input)$")


def codegen(document: Json) -> Json:
    """The same API as an OpenAPI 3.0.3 document for code generators."""
    found: Json = {**deepcopy(document), "openapi": "3.0.3"}
    info = found["info"]
    if "identifier" in info.get("license", {}):
        info["license"]["url"] = _LICENSE.format(identifier=info["license"].pop("identifier"))
    schemas: Json = found["components"]["schemas"]
    converted = {name: _converted(schema) for name, schema in schemas.items()}
    schemas.clear()
    schemas.update(converted)
    for holder in _holders(found):
        holder["schema"] = _converted(holder["schema"])
    _name_enumerations(found)
    for holder in _holders(found):
        _type_nullables(holder["schema"], schemas)
    for schema in schemas.values():
        _type_nullables(schema, schemas)
    found["components"]["schemas"] = dict(sorted(schemas.items()))
    return found


def _holders(document: Json) -> Iterator[Json]:
    """The parameters and media types that have a schema."""
    for item in document["paths"].values():
        for operation in item.values():
            yield from operation.get("parameters", ())
            for body in (operation.get("requestBody", {}), *operation["responses"].values()):
                yield from (media for media in body.get("content", {}).values() if "schema" in media)


def _converted(schema: Json) -> Json:
    """A schema of JSON Schema 2020-12 in the words of OpenAPI 3.0."""
    if "$ref" in schema:
        return _referring(schema)
    found: Json = {}
    for keyword, value in schema.items():
        if keyword in ("anyOf", "oneOf"):
            found |= _alternatives(keyword, value)
        elif keyword == "properties":
            found[keyword] = {name: _converted(member) for name, member in value.items()}
        elif keyword in ("items", "additionalProperties") and isinstance(value, dict):
            found[keyword] = _converted(value)
        elif keyword == "const":
            found["enum"] = [value]
        elif keyword == "exclusiveMinimum":
            found |= {"minimum": value, "exclusiveMinimum": True}
        else:
            found[keyword] = value
    if found.get("type") == "number":
        found["format"] = "decimal"
    return found


def _referring(schema: Json) -> Json:
    """A reference; what stands beside it in 3.1 stands around it in 3.0, which ignores neighbours."""
    reference = {"$ref": schema["$ref"]}
    others = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
    return {"allOf": [reference], **others} if others else reference


def _alternatives(keyword: str, alternatives: list[Json]) -> Json:
    found = [_converted(one) for one in alternatives if one != _NULL]
    nullable = {"nullable": True} if _NULL in alternatives else {}
    if len(found) > 1:
        return {keyword: [{**found[0], **nullable}, *found[1:]]}
    (only,) = found
    # With `allOf` and the type that 3.0 requires here, NSwag would derive a class from the one referred to.
    return {"oneOf": [only], **nullable} if "$ref" in only else {**only, **nullable}


def _type_nullables(schema: Json, schemas: Json) -> None:
    """State the type of nullable references, which 3.0 requires."""
    for one in _within(schema):
        if "nullable" in one and "type" not in one:
            (reference,) = one["oneOf"]
            one["type"] = schemas[reference["$ref"].rpartition("/")[2]]["type"]


def _name_enumerations(document: Json) -> None:
    """Move enumerations into schemas of their own: one for all members with the same name and values."""
    schemas: Json = document["components"]["schemas"]
    places = [
        (name, owner, schema)
        for owner, component in schemas.items()
        for name, member in component.get("properties", {}).items()
        for schema in _within(member)
    ]
    places += [
        (parameter["name"], "", parameter["schema"])
        for item in document["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
    ]
    groups: dict[tuple[str, str], list[tuple[str, Json]]] = {}
    for name, owner, schema in places:
        if len(schema.get("enum", ())) > 1:
            groups.setdefault((name, repr(schema["enum"])), []).append((owner, schema))
    for (name, values), users in groups.items():
        is_only = not any(other == name and these != values for other, these in groups)
        chosen = _name(name, [owner for owner, _ in users], is_only, schemas)
        schemas[chosen] = {
            "description": f"The values of `{name}`.",
            **{word: users[0][1][word] for word in ("type", "enum", "x-enum-varnames") if word in users[0][1]},
        }
        if "x-enum-varnames" in schemas[chosen]:
            schemas[chosen]["x-enumNames"] = schemas[chosen]["x-enum-varnames"]  # as NSwag calls them
        for _, schema in users:
            others = {
                word: value for word, value in schema.items() if word not in ("type", "enum", "x-enum-varnames")
            }
            reference = {"$ref": f"#/components/schemas/{chosen}"}
            schema.clear()
            if "nullable" in others:
                schema.update({"oneOf": [reference], **others})
            else:
                schema.update(_referring({**reference, **others}))


def _name(member: str, owners: list[str], is_only: bool, taken: Json) -> str:
    """A name for the values of a member: its own if it says enough, else with that of the schema it is in."""
    own = member[0].upper() + member[1:]
    names = [own] if is_only and (len(owners) > 1 or re.search("[a-z][A-Z]", own)) else []
    names += [_INPUT.sub("", owners[0]) + own, owners[0] + own, f"{own}Value"]
    return next(name for name in names if name not in taken)


def _within(schema: Json) -> Iterator[Json]:
    yield schema
    for keyword in ("anyOf", "oneOf"):
        for one in schema.get(keyword, ()):
            yield from _within(one)
    for one in schema.get("properties", {}).values():
        yield from _within(one)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _within(schema[keyword])
