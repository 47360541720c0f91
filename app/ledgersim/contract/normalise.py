"""Document → model: what is written in different ways but means the same becomes the same.

`nullable`, `x-nullable`, a type `null`, `anyOf` with null and an enum with null are one thing; an `allOf`,
`anyOf` or `oneOf` of one is that one; chains of `$ref` end at their target. Schemas may contain themselves.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from ledgersim.contract.model import ANY_MEMBER, Api, Json, Operation, Parameter, Schema, to_text
from ledgersim.errors import StartupError

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
MAX_OPERATIONS = 5_000
MAX_CHAIN = 100  # references that lead to a parameter, body or response
_IGNORED_HEADERS = ("accept", "content-type", "authorization")  # OpenAPI describes them elsewhere
_VERSION = re.compile(r"(2\.0|3\.0|3\.1)(\.\d+)?")
_IS_JSON = re.compile(r"application/json|text/json|application/([\w.-]+\+)?json|\*/\*", re.IGNORECASE)
_UNION = "|"  # in the list of open references: a step into one of several schemas


def normalise(document: Json, mount: str, name: str) -> Api:
    """The model of a document. `mount` is the base path of the vendor, `name` what errors call the document.

    Raises StartupError for what is no OpenAPI document, or refers to others or in circles.
    """
    try:
        return _Normaliser(document, mount).api()
    except _Invalid as reason:
        raise StartupError(f"{name}: {reason}") from reason
    except RecursionError as error:
        raise StartupError(f"{name}: its schemas are nested too deeply") from error


class _Invalid(Exception):
    """Why a document cannot be compared."""


class _Normaliser:
    def __init__(self, document: Json, mount: str) -> None:
        self._document = document
        self._mount = mount.lower()
        self._schemas: dict[str, Schema] = {}
        self._waiting: list[str] = []
        self._open: list[str] = []
        version = str(document.get("openapi", document.get("swagger", "")))
        if not version:
            raise _Invalid("not a specification: it has neither `openapi` nor `swagger`")
        if not _VERSION.fullmatch(version):
            raise _Invalid(f"its version is {version[:40]}; OpenAPI 2.0, 3.0 and 3.1 are read")
        self._is_2 = version.startswith("2")

    def api(self) -> Api:
        operations = list(self._operations())
        if not operations:
            raise _Invalid("not a specification of an API: it has no operations")
        while self._waiting:
            self._define(self._waiting.pop())
        return Api(operations, self._ends_of_chains())

    def _operations(self) -> Iterable[Operation]:
        base = self._base_path()
        paths = _mapping(self._document.get("paths", {}), "paths")
        number = 0
        for path, item in paths.items():
            if not path.startswith("/"):
                continue
            item = self._object(item, path)
            for method in METHODS:
                if method in item:
                    number += 1
                    if number > MAX_OPERATIONS:
                        raise _Invalid(f"it has more than {MAX_OPERATIONS:,} operations")
                    shared = _sequence(item.get("parameters", []), path)
                    yield self._operation(method, self._relative(base, path), item[method], shared)

    def _base_path(self) -> str:
        if self._is_2:
            return str(self._document.get("basePath") or "").rstrip("/")
        servers = self._document.get("servers") or [{}]
        first = servers[0] if isinstance(servers, list) else {}
        url = first.get("url", "") if isinstance(first, dict) else ""
        try:
            path = urlsplit(str(url)).path.rstrip("/")
        except ValueError:
            return ""
        return "" if "{" in path else path

    def _relative(self, base: str, path: str) -> str:
        """The path below the mount, which the address of the server may contain, or the path itself."""
        for whole in (base + path, path):
            if whole.lower().startswith(f"{self._mount}/"):
                return whole[len(self._mount) :]
        return path

    def _operation(self, method: str, path: str, raw: Any, shared: Sequence[Any]) -> Operation:
        where = f"{method.upper()} {path}"
        raw = self._object(raw, where)
        found: dict[tuple[str, str], Json] = {}
        for one in (*shared, *_sequence(raw.get("parameters", []), where)):
            parameter = self._object(one, f"{where}, a parameter")
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        body, is_required = self._body(raw, list(found.values()), where)
        provenance = raw.get("x-provenance")
        responses = _mapping(raw.get("responses") or {}, f"{where}, responses")
        return Operation(
            str(raw.get("operationId") or where),
            method.upper(),
            path,
            tuple(self._parameters(found, where)),
            body,
            is_required,
            {
                status: self._content(self._object(one, f"{where}, {status}"), f"{where}, {status}")
                for status, one in responses.items()
                if not status.startswith("x-")
            },
            provenance if isinstance(provenance, dict) else {},
        )

    def _parameters(self, found: Mapping[tuple[str, str], Json], where: str) -> Iterable[Parameter]:
        for (place, name), raw in found.items():
            is_other = place not in ("path", "query", "header", "cookie")
            if is_other or (place == "header" and name.lower() in _IGNORED_HEADERS):
                continue
            at = f"{where}, parameter {name}"
            content = raw.get("content")
            schema = self._content(raw, at) or Schema() if content else self.schema(raw.get("schema", raw), at)
            required = place == "path" or raw.get("required") is True
            yield Parameter(name, place, required, replace(schema, nullable=False))  # a URL has no null

    def _body(self, raw: Json, parameters: list[Json], where: str) -> tuple[Schema | None, bool]:
        if not self._is_2:
            if raw.get("requestBody") is None:
                return None, False
            body = self._object(raw["requestBody"], f"{where}, requestBody")
            return self._content(body, f"{where}, requestBody"), body.get("required") is True
        for one in parameters:
            if one.get("in") == "body":
                return self.schema(one.get("schema", {}), f"{where}, body"), one.get("required") is True
        form = {str(one.get("name")): one for one in parameters if one.get("in") == "formData"}
        if not form:
            return None, False
        required = frozenset(name for name, one in form.items() if one.get("required") is True)
        members = {name: self.schema(one, f"{where}, {name}") for name, one in form.items()}
        return Schema(frozenset({"object"}), members=members, required=required), bool(required)

    def _content(self, raw: Json, where: str) -> Schema | None:
        """The schema of a body: that of its JSON, or else of its first media type."""
        if "schema" in raw and "content" not in raw:  # OpenAPI 2.0
            return self.schema(raw["schema"], where)
        content = _mapping(raw.get("content") or {}, where)
        media = next((name for name in content if _IS_JSON.fullmatch(name.partition(";")[0].strip())), None)
        if media is None:
            media = next(iter(content), None)
        if media is None:
            return None
        return self.schema(_mapping(content[media] or {}, where).get("schema", {}), where)

    # Schemas

    def schema(self, raw: Any, where: str) -> Schema:
        """The model of a schema."""
        if isinstance(raw, bool):
            return Schema()
        raw = _mapping(raw, where)
        if "$ref" in raw:
            pointer = self._pointer(raw["$ref"], where)
            if pointer not in self._schemas:
                self._waiting.append(pointer)
                self._value_at(pointer, where)  # so that an error names the place of the reference
            return Schema(ref=pointer, nullable=_is_nullable(raw))
        parts = [self._all_of(raw["allOf"], where)] if raw.get("allOf") else []
        parts += [self._one_of(raw[name], where) for name in ("anyOf", "oneOf") if raw.get(name)]
        own = self._own(raw, where)
        parts = [one for one in parts if one != Schema()]
        if own == Schema(nullable=own.nullable) and len(parts) == 1:
            return replace(parts[0], nullable=parts[0].nullable or own.nullable)
        if not parts:
            return own
        nullable = own.nullable or all(one.nullable for one in parts)
        self._open.append(_UNION if raw.get("anyOf") or raw.get("oneOf") else "")
        merged = _merged([own, *(self._expanded(one) for one in parts)])
        self._open.pop()
        return replace(merged, nullable=nullable)

    def _own(self, raw: Json, where: str) -> Schema:
        """The model of what a schema says itself."""
        types, nullable = _types(raw), _is_nullable(raw)
        enum = _enum(raw)
        if enum is not None and "null" in enum:
            nullable, enum = True, tuple(one for one in enum if one != "null")
        members = {
            str(name): self.schema(one, f"{where}, {name}")
            for name, one in _mapping(raw.get("properties") or {}, where).items()
        }
        additional = raw.get("additionalProperties")
        if isinstance(additional, dict) and additional:
            members[ANY_MEMBER] = self.schema(additional, where)
        items = raw.get("items")
        required = raw.get("required")
        named = required if isinstance(required, list) else []  # OpenAPI 2.0 has `required: true` of parameters
        format_ = raw.get("format")
        if raw.get("type") == "file":
            format_ = "binary"
        if format_ == "decimal" and types <= {"number", "integer"}:
            format_ = "double"  # both only say that the number may have decimals
        if format_ in ("int32", "int64") and types == {"integer"}:
            format_ = None  # it says how programs hold the number
        return Schema(
            types,
            nullable,
            format_ if isinstance(format_, str) and format_ else None,
            enum,
            members,
            frozenset(str(one) for one in named if str(one) in members),
            None if items is None else self.schema(items, where),
        )

    def _all_of(self, raw: Any, where: str) -> Schema:
        parts = [self.schema(one, where) for one in _sequence(raw, where)]
        if len(parts) == 1:
            return parts[0]
        whole = [self._expanded(one) for one in parts]
        return replace(_merged(whole), nullable=all(one.nullable for one in whole))

    def _one_of(self, raw: Any, where: str) -> Schema:
        options = _sequence(raw, where)
        others = [one for one in options if not _is_null(one)]
        nullable = len(others) < len(options)
        parts = [self.schema(one, where) for one in others]
        if len(parts) != 1:
            self._open.append(_UNION)
            parts = [_united([self._expanded(one) for one in parts])]
            self._open.pop()
        return replace(parts[0], nullable=nullable or parts[0].nullable)

    def _expanded(self, schema: Schema) -> Schema:
        """A schema without a reference, for merging."""
        if schema.ref is None:
            return schema
        pointer = schema.ref
        if pointer in self._open:
            since = self._open[self._open.index(pointer) :]
            if _UNION in since:  # a base that lists what is derived from it
                return Schema()
            raise _circle([*(one for one in since if one), pointer])
        target = self._define(pointer)
        self._open.append(pointer)
        target = self._expanded(target)
        self._open.pop()
        return replace(target, nullable=target.nullable or schema.nullable)

    def _define(self, pointer: str) -> Schema:
        if pointer not in self._schemas:
            self._open.append(pointer)
            self._schemas[pointer] = self.schema(self._value_at(pointer, pointer), pointer)
            self._open.pop()
        return self._schemas[pointer]

    def _ends_of_chains(self) -> dict[str, Schema]:
        """The schemas by pointer, without those that only refer to another."""
        found: dict[str, Schema] = {}
        for pointer in self._schemas:
            chain: dict[str, Schema] = {}
            while pointer not in found:
                if pointer in chain:
                    raise _circle([*chain, pointer])
                schema = chain[pointer] = self._schemas[pointer]
                if schema.ref is None:
                    break
                pointer = schema.ref
            end = found.get(pointer, self._schemas[pointer])
            for name, schema in reversed(chain.items()):
                end = found[name] = replace(end, nullable=end.nullable or schema.nullable)
        return found

    # References

    def _object(self, raw: Any, where: str) -> Json:
        """An object, or the one that it refers to."""
        seen: list[str] = []
        found = _mapping(raw, where)
        while "$ref" in found:
            pointer = self._pointer(found["$ref"], where)
            if pointer in seen or len(seen) > MAX_CHAIN:
                raise _circle([*seen, pointer])
            seen.append(pointer)
            found = _mapping(self._value_at(pointer, where), where)
        return found

    def _pointer(self, reference: Any, where: str) -> str:
        text = str(reference)
        if not text.startswith("#"):
            raise _Invalid(
                f"{where}: the `$ref` {text[:200]} leads out of the file, and is not fetched; "
                "bundle the specification into one file first"
            )
        return text

    def _value_at(self, pointer: str, where: str) -> Any:
        value: Any = self._document
        for part in pointer.removeprefix("#").split("/")[1:]:
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and name in value:
                value = value[name]
            elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
                value = value[int(name)]
            else:
                raise _Invalid(f"{where}: the `$ref` {pointer[:200]} leads nowhere")
        return value


def _circle(pointers: Sequence[str]) -> _Invalid:
    shown = pointers if len(pointers) <= 10 else [*pointers[:9], "…"]
    return _Invalid(f"`$ref` in a circle: {' → '.join(shown)}")


def _mapping(value: Any, where: str) -> Json:
    if not isinstance(value, dict):
        raise _Invalid(f"{where}: expected an object")
    return {str(name): one for name, one in value.items()}  # in YAML, statuses are numbers


def _sequence(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Invalid(f"{where}: expected an array")
    return value


def _is_null(raw: Any) -> bool:
    return isinstance(raw, dict) and (raw.get("type") in ("null", ["null"]) or raw.get("enum") == [None])


def _is_nullable(raw: Json) -> bool:
    types = raw.get("type")
    has_null = isinstance(types, list) and "null" in types
    return has_null or raw.get("nullable") is True or raw.get("x-nullable") is True


def _types(raw: Json) -> frozenset[str]:
    types = raw.get("type")
    named = [str(one) for one in types] if isinstance(types, list) else [str(types)] if types else []
    if named:
        found = frozenset("string" if one == "file" else one for one in named if one != "null")
        return found - {"integer"} if "number" in found else found
    if "properties" in raw or isinstance(raw.get("additionalProperties"), dict):
        return frozenset({"object"})
    if "items" in raw:
        return frozenset({"array"})
    values = raw.get("enum") or ([raw["const"]] if "const" in raw else [])
    if not isinstance(values, list):
        return frozenset()
    return frozenset(type_of(one) for one in values if one is not None)


def type_of(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    names: tuple[tuple[type, str], ...] = (
        (int, "integer"),
        (float, "number"),
        (list, "array"),
        (dict, "object"),
    )
    return next(
        (name for kind, name in names if isinstance(value, kind)), "null" if value is None else "string"
    )


def _enum(raw: Json) -> tuple[str, ...] | None:
    values = [raw["const"]] if "const" in raw else raw.get("enum")
    if not isinstance(values, list) or not values:
        return None
    return tuple(sorted({to_text(one) for one in values}))


def _merged(parts: Sequence[Schema]) -> Schema:
    """What all of these schemas allow together."""
    types: frozenset[str] = frozenset()
    enum: tuple[str, ...] | None = None
    members: dict[str, Schema] = {}
    for one in parts:
        types = _common(types, one.types)
        if one.enum is not None:
            enum = one.enum if enum is None else tuple(value for value in enum if value in one.enum)
        for name, schema in one.members.items():
            if name not in members or schema != Schema():
                members[name] = schema
    return Schema(
        types,
        False,
        next((one.format for one in parts if one.format), None),
        enum,
        members,
        frozenset().union(*(one.required for one in parts)),
        next((one.items for one in parts if one.items is not None), None),
    )


def _common(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    if not left or not right:
        return left or right
    if "number" in left and "integer" in right:
        left |= {"integer"}
    if "number" in right and "integer" in left:
        right |= {"integer"}
    return left & right or left


def _united(parts: Sequence[Schema]) -> Schema:
    """What any of these schemas allows."""
    if not parts:
        return Schema()
    objects = [one for one in parts if "object" in one.types]
    formats = {one.format for one in parts}
    members: dict[str, Schema] = {}
    for one in parts:
        for name, schema in one.members.items():
            members.setdefault(name, schema)
    enums = [one.enum for one in parts]
    return Schema(
        frozenset().union(*(one.types for one in parts)) if all(one.types for one in parts) else frozenset(),
        any(one.nullable for one in parts),
        formats.pop() if len(formats) == 1 else None,
        tuple(sorted({value for enum in enums for value in enum or ()})) if None not in enums else None,
        members,
        frozenset.intersection(*(one.required for one in objects)) if objects else frozenset(),
        next((one.items for one in parts if one.items is not None), None),
    )
