"""Pairs → findings: what differs between two APIs, and what that does to a client.

The levels are those of oasdiff for a change from our document to the vendor's: an error breaks a client that
works with ours, a warning may break it, an info does not.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledgersim.contract import places
from ledgersim.contract.findings import Finding, Kind, Level
from ledgersim.contract.model import Api, Operation, Parameter, Schema, type_text
from ledgersim.contract.pairing import Pairing, shape

REQUEST = "request"
RESPONSE = "response"
_OTHERS = "default"  # responses with any other status
_CONTAINERS = frozenset({"array", "object"})


def compare(ours: Api, theirs: Api, pairing: Pairing) -> list[Finding]:
    """All findings, in the order of our operations, then theirs."""
    found = {id(own): other for own, other in pairing.pairs}
    findings: list[Finding] = []
    for own in ours.operations:
        if id(own) in found:
            findings += _OfPair(ours, theirs, own, found[id(own)]).findings()
        else:
            text, known = f"{own.method} {own.path}", provenance(own)
            findings.append(Finding("error", "operation", "ours only", own.id, ours=text, provenance=known))
    for other in pairing.theirs_only:
        text = f"{other.method} {other.path}"
        findings.append(Finding("info", "operation", "theirs only", other.id, theirs=text))
    return findings


def provenance(operation: Operation) -> str:
    """How our method and path are known, as `ledgersim routes` shows it."""
    return "/".join(str(operation.provenance.get(name, "")) for name in ("method", "path")).strip("/")


class _Place(NamedTuple):
    """A place in an operation. Values go to the vendor, or come from it."""

    part: str
    to_vendor: bool
    member: str = ""

    def within(self, name: str) -> "_Place":
        return self._replace(member=places.member(self.member, name))

    def items(self) -> "_Place":
        return self._replace(member=places.items(self.member))


class _OfPair:
    """The comparison of two operations."""

    def __init__(self, ours: Api, theirs: Api, own: Operation, other: Operation) -> None:
        self._ours, self._theirs, self._own, self._other = ours, theirs, own, other
        self._provenance = provenance(own)
        self._open: list[tuple[str | None, str | None]] = []  # references that lead here

    def findings(self) -> list[Finding]:
        return [
            *self._address(),
            *self._parameters(),
            *self._bodies(),
            *self._statuses(),
        ]

    def _differing(
        self, level: Level, kind: Kind, ours: str, theirs: str, place: _Place | None = None
    ) -> Finding:
        part, member = ("", "") if place is None else (place.part, place.member)
        return Finding(level, kind, "differing", self._own.id, part, member, ours, theirs, self._provenance)

    def _theirs_only(self, level: Level, kind: Kind, place: _Place, text: str = "") -> Finding:
        return Finding(
            level, kind, "theirs only", self._own.id, place.part, place.member, "", text, self._provenance
        )

    def _ours_only(self, level: Level, kind: Kind, place: _Place, text: str = "") -> Finding:
        return Finding(
            level, kind, "ours only", self._own.id, place.part, place.member, text, "", self._provenance
        )

    def _address(self) -> Iterator[Finding]:
        own, other = self._own, self._other
        if own.method != other.method:
            yield self._differing("error", "method", own.method, other.method)
        if shape(own.path) != shape(other.path):
            yield self._differing("error", "path", own.path, other.path)
        elif spelled(own.path) != spelled(other.path):
            yield self._differing("warning", "path", own.path, other.path)

    # Parameters

    def _parameters(self) -> Iterator[Finding]:
        for own, other in paired_parameters(self._own.parameters, self._other.parameters):
            if own is None and other is not None:
                if other.place != "path":  # else the path differs
                    place = _Place(f"{other.place} {other.name}", True)
                    level: Level = "error" if other.required else "info"
                    yield self._theirs_only(level, "parameter", place, _with_requirement(other))
            elif own is not None and other is None:
                if own.place != "path":
                    place = _Place(f"{own.place} {own.name}", True)
                    yield self._ours_only("warning", "parameter", place, _with_requirement(own))
            elif own is not None and other is not None:
                yield from self._parameter(own, other)

    def _parameter(self, own: Parameter, other: Parameter) -> Iterator[Finding]:
        place = _Place(f"{own.place} {own.name}", True)
        if own.name != other.name:
            yield self._differing(
                "info" if own.place == "path" else "warning", "parameter", own.name, other.name, place
            )
        if own.place == "path":
            place = _Place(f"path {other.name}", True)
        if own.required != other.required:
            yield self._requirement(own.required, other.required, place)
        yield from self._schemas(own.schema, other.schema, place)

    # Bodies

    def _bodies(self) -> Iterator[Finding]:
        own, other, place = self._own, self._other, _Place(REQUEST, True)
        if own.body is not None and other.body is not None:
            if own.body_required != other.body_required and self._theirs.states_required_bodies:
                yield self._requirement(own.body_required, other.body_required, place)
            yield from self._schemas(own.body, other.body, place)
        elif other.body is not None:
            text = type_text(self._theirs.resolve(other.body))
            yield self._differing("error" if other.body_required else "info", "type", "no body", text, place)
        elif own.body is not None:
            text = type_text(self._ours.resolve(own.body))
            yield self._differing("warning", "type", text, "no body", place)

    def _statuses(self) -> Iterator[Finding]:
        own, other = dict(self._own.responses), dict(self._other.responses)
        replaced = _replaced_success(self._own, self._other)
        if replaced is not None:
            yield self._differing("error", "status", *replaced)
            own = {replaced[1] if status == replaced[0] else status: one for status, one in own.items()}
        if _OTHERS not in own or _OTHERS not in other:  # it says nothing of a status
            own.pop(_OTHERS, None)
            other.pop(_OTHERS, None)
        whole = _Place("", False)
        wildcards = {status[0] for status in other if status[1:].upper() == "XX"}
        for status in sorted({*own, *other}):
            place = _Place(f"{RESPONSE} {status}", False)
            if status not in own:
                if status[1:].upper() != "XX" or not any(one[0] == status[0] for one in own):
                    yield self._theirs_only("info", "status", whole, status)
            elif status not in other:
                is_unsaid = status[0] in "45" and not self._theirs.states_errors
                if status[0] not in wildcards and not is_unsaid:
                    level: Level = "error" if status.startswith("2") else "info"
                    yield self._ours_only(level, "status", whole, status)
            else:
                yield from self._answers(own[status], other[status], place)

    def _answers(self, own: Schema | None, other: Schema | None, place: _Place) -> Iterator[Finding]:
        if own is not None and other is not None:
            yield from self._schemas(own, other, place)
        elif own is not None:
            yield self._differing("error", "type", type_text(self._ours.resolve(own)), "no body", place)
        elif other is not None:
            yield self._differing("info", "type", "no body", type_text(self._theirs.resolve(other)), place)

    # Schemas

    def _schemas(self, own: Schema, other: Schema, place: _Place) -> Iterator[Finding]:
        references = own.ref, other.ref
        if own.ref is not None and references in self._open:
            return
        self._open.append(references)
        states_null = not place.member or self._theirs.states_null(other)
        yield from self._resolved(self._ours.resolve(own), self._theirs.resolve(other), place, states_null)
        self._open.pop()

    def _resolved(self, own: Schema, other: Schema, place: _Place, states_null: bool) -> Iterator[Finding]:
        if own.types != other.types:
            level: Level = "info" if _is_compatible(own.types, other.types, place) else "error"
            yield self._differing(level, "type", type_text(own), type_text(other), place)
            if own.types & _CONTAINERS != other.types & _CONTAINERS:
                return
        if own.nullable != other.nullable and states_null:
            level = "info" if other.nullable is place.to_vendor else "error"
            yield self._differing(level, "nullability", _nullable(own), _nullable(other), place)
        yield from self._enums(own, other, place)
        if own.format != other.format:
            given = own.format if place.to_vendor else other.format
            lost = other.format if place.to_vendor else own.format
            level = "info" if given is not None and lost is None else "warning"
            yield self._differing(level, "format", own.format or "none", other.format or "none", place)
        yield from self._members(own, other, place)
        if own.items is not None and other.items is not None:
            yield from self._schemas(own.items, other.items, place.items())

    def _enums(self, own: Schema, other: Schema, place: _Place) -> Iterator[Finding]:
        if own.enum == other.enum:
            return
        if own.enum is None or other.enum is None:
            narrows = other.enum is not None
            level: Level = (
                "info" if narrows is not place.to_vendor else "error" if place.to_vendor else "warning"
            )
            yield self._differing(level, "enum", _values(own.enum), _values(other.enum), place)
            return
        for value in other.enum:
            if value not in own.enum:
                yield self._theirs_only("info" if place.to_vendor else "warning", "enum", place, value)
        for value in own.enum:
            if value not in other.enum:
                yield self._ours_only("error" if place.to_vendor else "info", "enum", place, value)

    def _members(self, own: Schema, other: Schema, place: _Place) -> Iterator[Finding]:
        theirs = {name.lower(): name for name in other.members if name not in own.members}
        taken = set()
        for name, schema in own.members.items():
            at = place.within(name)
            known = name if name in other.members else theirs.get(name.lower())
            if known is None:
                is_lost = not place.to_vendor and name in own.required
                text = _with_type(self._ours.resolve(schema), name in own.required)
                yield self._ours_only("error" if is_lost else "warning", "member", at, text)
                continue
            taken.add(known)
            if known != name:
                yield self._differing("warning" if place.to_vendor else "error", "member", name, known, at)
            if (name in own.required) != (known in other.required) and self._theirs.states_required:
                yield self._requirement(name in own.required, known in other.required, at)
            yield from self._schemas(schema, other.members[known], at)
        for name, schema in other.members.items():
            if name not in own.members and name not in taken:
                is_needed = place.to_vendor and name in other.required
                text = _with_type(self._theirs.resolve(schema), name in other.required)
                yield self._theirs_only("error" if is_needed else "info", "member", place.within(name), text)

    def _requirement(self, own: bool, other: bool, place: _Place) -> Finding:
        level: Level = "error" if other is place.to_vendor else "info"
        return self._differing(level, "required", _required(own), _required(other), place)


def paired_parameters(
    ours: Sequence[Parameter], theirs: Sequence[Parameter]
) -> Iterator[tuple[Parameter | None, Parameter | None]]:
    """The parameters of two operations, by name; those in paths that have other names by position."""
    left, right = list(ours), list(theirs)
    for key in (_name, _likely_name):
        for one in list(left):
            other = next((other for other in right if key(other) == key(one)), None)
            if other is not None:
                left.remove(one)
                right.remove(other)
                yield one, other
    in_path = [[one for one in some if one.place == "path"] for some in (left, right)]
    if len(in_path[0]) == len(in_path[1]):
        for one, other in zip(*in_path, strict=True):
            left.remove(one)
            right.remove(other)
            yield one, other
    yield from ((one, None) for one in left)
    yield from ((None, other) for other in right)


def _name(parameter: Parameter) -> tuple[str, str]:
    return parameter.place, parameter.name


def _likely_name(parameter: Parameter) -> tuple[str, str]:
    return parameter.place, "".join(one for one in parameter.name.lower() if one.isalnum())


def _replaced_success(own: Operation, other: Operation) -> tuple[str, str] | None:
    """The statuses of success of both, if each has one, and they differ."""
    if own.success is None or other.success is None or own.success == other.success:
        return None
    if other.success[1:].upper() == "XX":
        return None
    return own.success, other.success


def spelled(path: str) -> list[str]:
    """The segments of a path without the names of placeholders and a trailing slash."""
    return ["{}" if "{" in segment else segment for segment in path.rstrip("/").split("/")]


def _is_compatible(own: frozenset[str], other: frozenset[str], place: _Place) -> bool:
    """Whether every value that is sent may be sent on the other side too."""
    sent, taken = (own, other) if place.to_vendor else (other, own)
    if not taken:
        return True
    taken |= {"integer"} if "number" in taken else frozenset()
    return bool(sent) and sent <= taken


def _with_requirement(parameter: Parameter) -> str:
    return f"{type_text(parameter.schema)}, {_required(parameter.required)}"


def _with_type(schema: Schema, is_required: bool) -> str:
    return f"{type_text(schema)}, {_required(is_required)}"


def _required(is_required: bool) -> str:
    return "required" if is_required else "optional"


def _nullable(schema: Schema) -> str:
    return "nullable" if schema.nullable else "not nullable"


def _values(enum: tuple[str, ...] | None) -> str:
    if enum is None:
        return "any value"
    shown = ", ".join(enum[:8])
    return f"{shown}, …" if len(enum) > 8 else shown
