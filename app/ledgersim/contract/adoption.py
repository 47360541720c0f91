"""Findings → what makes the simulator agree with the vendor: a path mapping, an overlay, and what is left."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ledgersim.contract import places
from ledgersim.contract.comparison import REQUEST, compare, spelled
from ledgersim.contract.findings import Finding
from ledgersim.contract.model import ANY_MEMBER, Api, Json, Operation, Schema, from_text
from ledgersim.contract.overlay import AddedParameter, AddedValue, Body, OperationOverlay, Overlay
from ledgersim.contract.specification import Specification

MapPath = Callable[[str, dict[str, str]], None]
MAX_SCHEMA = 2_000  # schemas within an adopted one

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_RULES = "the rules of the simulator decide this"
_REASONS = {
    ("operation", "theirs only"): "the simulator has no such operation",
    ("operation", "ours only"): "the simulator serves it all the same",
    ("parameter", "theirs only"): "the simulator does not reject requests without a parameter that it ignores",
    ("parameter", "ours only"): "the simulator takes it all the same",
    ("parameter", "differing"): "the simulator reads the parameter by its own name",
    ("member", "ours only"): "the simulator requires it",
    ("member", "theirs only"): "the simulator has no value for it, and cannot require it",
    ("member", "differing"): "the simulator has it in its own spelling",
    ("enum", "ours only"): "the simulator takes or returns this value",
    ("status", "ours only"): "the simulator returns it",
    ("status", "differing"): "the simulator has no body to return with it",
}


class Adoption(NamedTuple):
    """What was adopted, and each finding that was not, with the reason."""

    paths: dict[str, dict[str, str]]  # method and path by operation id
    overlay: Overlay
    left: list[tuple[Finding, str]]


def adopt(
    specification: Specification, source: str, route_paths: Mapping[str, str], map_path: MapPath
) -> Adoption:
    """Adopt what can be.

    `route_paths` are the paths of our routes by operation id, whose placeholders a path mapping must have, and
    `map_path` takes an entry of the mapping, or raises ValueError with the reason why it cannot be.
    """
    paths: dict[str, dict[str, str]] = {}
    operations: dict[str, OperationOverlay] = {}
    left: list[tuple[Finding, str]] = []
    for own, other in specification.pairing.pairs:
        findings = _of_pair(specification, own, other)
        one = _Adopting(specification, own, other)
        entry = _path_entry(own, other, route_paths[own.id])
        try:
            if entry:
                map_path(own.id, entry)
                paths[own.id] = entry
            if placeholders(own.path) != placeholders(other.path):
                one.placeholders = tuple(placeholders(other.path))
        except ValueError as reason:
            left += [(finding, str(reason)) for finding in findings if finding.kind in ("path", "method")]
        for finding in findings:
            one.adopt(finding)
        adopted = one.overlay()
        if adopted != OperationOverlay():
            operations[own.id] = adopted
        left += one.left
    left += [(one, _reason(one)) for one in specification.findings() if one.kind == "operation"]
    overlay = Overlay(source=source, sha256=specification.sha256, operations=operations)
    return Adoption(paths, overlay, left)


def _of_pair(specification: Specification, own: Operation, other: Operation) -> list[Finding]:
    ours = Api([own], specification.ours.schemas)
    pairing = specification.pairing._replace(pairs=[(own, other)], ours_only=[], theirs_only=[])
    return compare(ours, specification.theirs, pairing)


def _path_entry(own: Operation, other: Operation, route_path: str) -> dict[str, str]:
    """The entry of the path mapping, with the placeholders of the route."""
    entry = {}
    if own.method != other.method:
        entry["method"] = other.method
    if spelled(own.path) != spelled(other.path):
        ours, theirs = placeholders(own.path), placeholders(other.path)
        names = {name: name for name in theirs if name in ours}
        left = ([name for name in some if name not in names] for some in (theirs, ours))
        names |= dict(zip(*left, strict=False))
        of_route = dict(zip(ours, placeholders(route_path), strict=True))
        path = other.path
        entry["path"] = PLACEHOLDER.sub(
            lambda found: f"{{{of_route.get(names.get(found[1], ''), found[1])}}}", path
        )
    return entry


def placeholders(path: str) -> list[str]:
    """The names of the placeholders of a path, in order."""
    return PLACEHOLDER.findall(path)


class _Adopting:
    """The overlay of one operation, finding by finding."""

    def __init__(self, specification: Specification, own: Operation, other: Operation) -> None:
        self._ours, self._theirs = specification.ours, specification.theirs
        self._own, self._other = own, other
        self._bodies: dict[str, dict[str, Any]] = {}  # by part
        self._parameters: list[AddedParameter] = []
        self._success: str | None = None
        self._statuses: dict[str, Any] = {}
        self.placeholders: tuple[str, ...] = ()
        self.left: list[tuple[Finding, str]] = []  # what was not adopted, and why

    def overlay(self) -> OperationOverlay:
        """What was adopted."""
        bodies = {part: Body(**content) for part, content in self._bodies.items()}
        return OperationOverlay(
            placeholders=self.placeholders,
            parameters=tuple(self._parameters),
            request=bodies.pop(REQUEST, Body()),
            responses={self._status(part): body for part, body in bodies.items()},
            success=self._success,
            statuses=self._statuses,
        )

    def adopt(self, finding: Finding) -> None:
        """Adopt a finding, or note why not."""
        match finding.kind, finding.direction:
            case (("path" | "method"), _):
                return  # the path mapping has it
            case "parameter", "theirs only":
                is_adopted = self._add_parameter(finding)
            case "parameter", "differing" if finding.part.startswith("path "):
                is_adopted = bool(self.placeholders)
            case "member", "theirs only":
                is_adopted = self._add_member(finding)
            case "member", "ours only":
                is_adopted = self._remove_member(finding)
            case "enum", "theirs only":
                is_adopted = self._add_value(finding)
            case "status", "theirs only":
                is_adopted = self._add_status(finding)
            case "status", "differing":
                is_adopted = self._replace_success(finding)
            case "type", _ if self._success in ("204", "205") and finding.theirs == "no body":
                is_adopted = finding.part == f"response {self._success}"
            case _:
                is_adopted = False
        if not is_adopted:
            self.left.append((finding, _reason(finding)))

    def _body(self, finding: Finding) -> dict[str, Any]:
        return self._bodies.setdefault(finding.part, {"add": {}, "remove": [], "values": {}})

    def _add_parameter(self, finding: Finding) -> bool:
        place, _, name = finding.part.partition(" ")
        for one in self._other.parameters:
            if (one.place, one.name) == (place, name) and not one.required:
                schema = self._json(one.schema)
                if schema is not None:
                    added = {"name": name, "in": place, "schema": schema}
                    self._parameters.append(AddedParameter.model_validate(added))
                    return True
        return False

    def _add_member(self, finding: Finding) -> bool:
        *parent, name = places.parse(finding.member)
        if name == ANY_MEMBER:
            return False
        holder = self._at(self._theirs, self._part(self._theirs, finding.part), parent)
        if holder is None or (finding.part == REQUEST and name in holder.required):
            return False
        schema = self._json(holder.members[str(name)])
        if schema is None:
            return False
        self._body(finding)["add"][finding.member] = schema
        if name in holder.required:
            remaining = replace(
                finding, kind="required", direction="differing", ours="optional", theirs="required"
            )
            self.left.append((remaining, _reason(finding)))
        return True

    def _remove_member(self, finding: Finding) -> bool:
        *parent, name = places.parse(finding.member)
        holder = self._at(self._ours, self._part(self._ours, finding.part), parent)
        if holder is None or name == ANY_MEMBER or (finding.part == REQUEST and name in holder.required):
            return False
        self._body(finding)["remove"].append(finding.member)
        return True

    def _add_value(self, finding: Finding) -> bool:
        value = from_text(finding.theirs)
        if not finding.member or not isinstance(value, str | int | float):
            return False
        *parent, name = places.parse(finding.member)
        holder = self._at(self._ours, self._part(self._ours, finding.part), parent)
        own = self._at(self._ours, self._part(self._ours, finding.part), places.parse(finding.member))
        if own is None or own.enum is None or not isinstance(name, str):
            return False
        is_needed = holder is not None and name in holder.required
        taken_as = from_text(own.enum[0]) if is_needed and finding.part == REQUEST else None
        added = AddedValue.model_validate({"value": value, "as": taken_as})
        known = self._body(finding)["values"].setdefault(finding.member, ())
        self._body(finding)["values"][finding.member] = (*known, added)
        return True

    def _add_status(self, finding: Finding) -> bool:
        schema = self._other.responses.get(finding.theirs)
        content = None if schema is None else self._json(schema)
        if (schema is not None and content is None) or not _is_status(finding.theirs):
            return False
        self._statuses[finding.theirs] = content
        return True

    def _replace_success(self, finding: Finding) -> bool:
        has_body = self._own.responses[finding.ours] is not None
        if not has_body and self._other.responses[finding.theirs] is not None:
            return False
        self._success = finding.theirs
        return True

    def _status(self, part: str) -> str:
        """Our status of a response that has the vendor's."""
        status = part.split()[1]
        return status if status in self._own.responses else self._own.success or status

    def _part(self, api: Api, part: str) -> Schema | None:
        if api is self._theirs:
            return self._other.body if part == REQUEST else self._other.responses.get(part.split()[1])
        return self._own.body if part == REQUEST else self._own.responses.get(self._status(part))

    def _at(self, api: Api, schema: Schema | None, path: Any) -> Schema | None:
        """The schema at a place, with the names of our members in any letter case."""
        for step in path:
            if schema is None:
                return None
            schema = api.resolve(schema)
            if step is None:
                schema = schema.items
            else:
                names = {name.lower(): name for name in schema.members} | {
                    name: name for name in schema.members
                }
                known = names.get(step, names.get(step.lower()))
                schema = None if known is None else schema.members[known]
        return None if schema is None else api.resolve(schema)

    def _json(self, schema: Schema) -> Json | None:
        """A schema of theirs as JSON without references; None if it is too large."""
        budget = iter(range(MAX_SCHEMA))
        try:
            return _as_json(self._theirs, schema, (), budget)
        except StopIteration:
            return None


def _is_status(text: str) -> bool:
    return text == "default" or (
        len(text) == 3 and text[0] in "12345" and (text[1:].isdecimal() or text[1:] == "XX")
    )


def _reason(finding: Finding) -> str:
    return _REASONS.get((finding.kind, finding.direction), _RULES)


def _as_json(api: Api, schema: Schema, within: tuple[str, ...], budget: Iterator[int]) -> Json:
    next(budget)
    if schema.ref is not None:
        if schema.ref in within:  # it contains itself
            return {}
        within = (*within, schema.ref)
    schema = api.resolve(schema)
    raw: Json = {}
    types = sorted(schema.types) + (["null"] if schema.nullable and schema.types else [])
    if types:
        raw["type"] = types[0] if len(types) == 1 else types
    if schema.format is not None:
        raw["format"] = schema.format
    if schema.enum is not None:
        raw["enum"] = [from_text(one) for one in schema.enum] + ([None] if schema.nullable else [])
    members = {name: one for name, one in schema.members.items() if name != ANY_MEMBER}
    if members:
        raw["properties"] = {name: _as_json(api, one, within, budget) for name, one in members.items()}
    if schema.required - {ANY_MEMBER}:
        raw["required"] = sorted(schema.required - {ANY_MEMBER})
    if ANY_MEMBER in schema.members:
        raw["additionalProperties"] = _as_json(api, schema.members[ANY_MEMBER], within, budget)
    if schema.items is not None:
        raw["items"] = _as_json(api, schema.items, within, budget)
    return raw
