"""Compares a JSON value with a schema or another value, and masks what values hold."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ledgersim.contract import places
from ledgersim.contract.findings import Direction, Kind, Level
from ledgersim.contract.model import ANY_MEMBER, Api, Schema, to_text, type_text
from ledgersim.contract.normalise import type_of
from ledgersim.ids import parse_guid

MAX_SHOWN = 40  # characters of a value

_GUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?([.,]\d+)?\s*([Zz]|[+-]\d\d:?\d\d)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DIGITS = re.compile(r"\d{3,}")
_FORMATS = {"uuid": _GUID, "date": _DAY, "date-time": _INSTANT}
_ANY_DAY, _ANY_INSTANT = "2000-01-01", "2000-01-01T00:00:00Z"


class Difference(NamedTuple):
    """A difference at a place in a value."""

    level: Level
    kind: Kind
    direction: Direction
    member: str
    ours: str
    theirs: str


def against_schema(api: Api, schema: Schema, value: Any, place: str = "") -> Iterator[Difference]:
    """How a value of the vendor differs from what our schema documents."""
    schema = api.resolve(schema)
    if value is None:
        if not schema.nullable and schema.types:
            yield Difference("error", "nullability", "differing", place, "not nullable", "null")
        return
    found = type_of(value)
    if schema.types and found not in schema.types and not (found == "integer" and "number" in schema.types):
        yield Difference("error", "type", "differing", place, type_text(schema), found)
        return
    if schema.enum is not None and to_text(value) not in schema.enum:
        yield Difference("warning", "enum", "theirs only", place, "", masked_text(to_text(value)))
    pattern = _FORMATS.get(schema.format or "")
    if pattern is not None and isinstance(value, str) and not pattern.fullmatch(value):
        yield Difference("warning", "format", "differing", place, str(schema.format), masked_text(value))
    if isinstance(value, dict):
        yield from _members(api, schema, value, place)
    elif isinstance(value, list) and schema.items is not None:
        for one in value:
            yield from against_schema(api, schema.items, one, places.items(place))


def _members(api: Api, schema: Schema, value: Mapping[str, Any], place: str) -> Iterator[Difference]:
    other = schema.members.get(ANY_MEMBER)
    for name, one in value.items():
        known = schema.members.get(name, other)
        if known is not None:
            yield from against_schema(api, known, one, places.member(place, name))
        elif schema.members:
            yield Difference("info", "member", "theirs only", places.member(place, name), "", type_of(one))
    for name in sorted(schema.required - value.keys() - {ANY_MEMBER}):
        text = f"{type_text(api.resolve(schema.members[name]))}, required"
        yield Difference("error", "member", "ours only", places.member(place, name), text, "")


def against_value(own: Any, other: Any, place: str = "") -> Iterator[Difference]:
    """How the shape of the vendor's value differs from ours: types and names of members.

    Null says nothing of the type, and an array has the members of all its elements.
    """
    if own is None or other is None:
        return
    types = [type_of(one).replace("integer", "number") for one in (own, other)]
    if types[0] != types[1]:
        yield Difference("error", "type", "differing", place, *types)
    elif isinstance(own, dict):
        for name, one in own.items():
            if name in other:
                yield from against_value(one, other[name], places.member(place, name))
            else:
                yield Difference("error", "member", "ours only", places.member(place, name), type_of(one), "")
        for name, one in other.items():
            if name not in own:
                yield Difference("info", "member", "theirs only", places.member(place, name), "", type_of(one))
    elif isinstance(own, list) and own and other:
        yield from against_value(_whole(own), _whole(other), places.items(place))


def _whole(elements: list[Any]) -> Any:
    """One value with the members of all elements."""
    objects = [one for one in elements if isinstance(one, dict)]
    if len(objects) < len(elements):
        return next((one for one in elements if one is not None), None)
    whole: dict[str, Any] = {}
    for one in objects:
        for name, value in one.items():
            if whole.get(name) is None:
                whole[name] = value
    return whole


# Masks


def masked_text(text: str) -> str:
    """A text for reports, with `<guid>`, `<date>` and `<number>` in place of what identifies somebody."""
    text = _INSTANT.sub("<date-time>", _GUID.sub("<guid>", text))
    text = _DIGITS.sub("<number>", _DAY.sub("<date>", text))
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def masked(api: Api, schema: Schema, value: Any) -> Any:
    """A value of the same shape without personal data: GUIDs, codes of enums, booleans and null stay."""
    schema = api.resolve(schema)
    if isinstance(value, dict):
        other = schema.members.get(ANY_MEMBER, Schema())
        return {name: masked(api, schema.members.get(name, other), one) for name, one in value.items()}
    if isinstance(value, list):
        return [masked(api, schema.items or Schema(), one) for one in value]
    if value is None or isinstance(value, bool) or to_text(value) in (schema.enum or ()):
        return value
    if isinstance(value, str):
        return masked_word(value)
    return 10 ** (len(str(abs(value))) - 1) - (abs(value) < 10) if isinstance(value, int) else 0.5


def masked_word(text: str) -> str:
    """A text with x for letters and 0 for digits. A GUID stays, and dates become one date.

    A text that is masked stays as it is.
    """
    if parse_guid(text) is not None:
        return text
    if _DAY.fullmatch(text):
        return _ANY_DAY
    if _INSTANT.fullmatch(text):
        return _ANY_INSTANT
    return "".join("0" if one.isdigit() else "x" if one.isalpha() else one for one in text)
