"""What is compared of an API: the same values for OpenAPI 2.0, 3.0 and 3.1, however they are written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from functools import cached_property
from types import MappingProxyType
from typing import Any

Json = dict[str, Any]
ANY_MEMBER = "*"  # stands for the members of any name that an object may have
_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Schema:
    """The JSON values at one place. Without `types`, any value.

    With `ref`, those of the schema of that name; `nullable` then adds null. Values of `enum` are JSON texts.
    """

    types: frozenset[str] = frozenset()  # without null
    nullable: bool = False
    format: str | None = None
    enum: tuple[str, ...] | None = None
    members: Mapping[str, "Schema"] = field(default_factory=lambda: _NONE)
    required: frozenset[str] = frozenset()
    items: "Schema | None" = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `place` is path, query, header or cookie."""

    name: str
    place: str
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation. The path is relative to the base address of the vendor; `responses` are by status."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: Schema | None = None
    body_required: bool = False
    responses: Mapping[str, Schema | None] = field(default_factory=lambda: _NONE)
    provenance: Mapping[str, str] = field(default_factory=lambda: _NONE)

    @property
    def success(self) -> str | None:
        """The documented status of success, if there is one only."""
        found = [status for status in self.responses if status.startswith("2")]
        return found[0] if len(found) == 1 else None


Kind = frozenset[str] | None  # the types of a schema; None for a reference


def _kind(schema: Schema) -> Kind:
    return schema.types if schema.ref is None else None


@dataclass(frozen=True)
class Api:
    """The operations of an API, and the schemas that others refer to."""

    operations: Sequence[Operation]
    schemas: Mapping[str, Schema]

    @cached_property
    def states_required(self) -> bool:
        """Whether the document says what is required: some generators mark no member at all."""
        return any(one.required for one in self._objects)

    @cached_property
    def states_required_bodies(self) -> bool:
        """Whether the document says of any body that it is required."""
        return any(one.body_required for one in self.operations)

    @cached_property
    def states_errors(self) -> bool:
        """Whether the document says of any operation how it fails."""
        return any(status[0] in "45" for one in self.operations for status in one.responses)

    def states_null(self, member: Schema) -> bool:
        """Whether the document says if members such as this one may be null.

        Generators of documents without `required` also mark all members of a type as nullable, or none.
        """
        return self.states_required or len(self._nullable.get(_kind(member), ())) > 1

    @cached_property
    def _nullable(self) -> Mapping[Kind, set[bool]]:
        """Whether members may be null, by kind of schema."""
        found: dict[Kind, set[bool]] = {}
        for holder in self._objects:
            for one in holder.members.values():
                found.setdefault(_kind(one), set()).add(one.nullable)
        return found

    @cached_property
    def _objects(self) -> Sequence[Schema]:
        """All schemas with members, each once."""
        waiting = [*self.schemas.values()]
        for operation in self.operations:
            waiting += (one for one in (operation.body, *operation.responses.values()) if one is not None)
        found = []
        while waiting:
            one = waiting.pop()
            waiting += [*one.members.values(), *([] if one.items is None else [one.items])]
            if one.members:
                found.append(one)
        return found

    def resolve(self, schema: Schema) -> Schema:
        """A schema without a reference."""
        if schema.ref is None:
            return schema
        target = self.schemas[schema.ref]
        return replaced(target, nullable=True) if schema.nullable and not target.nullable else target


def type_text(schema: Schema) -> str:
    """The types of a schema, for people."""
    return " or ".join(sorted(schema.types)) or "any"


def to_text(value: Any) -> str:
    """A JSON value as text, by which values are compared."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def from_text(text: str) -> Any:
    """The JSON value of a text."""
    return json.loads(text)
