"""The fields by which a list can be filtered and sorted, by their names in the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement

from ledgersim.errors import did_you_mean
from ledgersim.odata.errors import ODataError, quoted

Sql = ColumnElement[Any]


class Kind(Enum):
    """The types of values; the value of a member is the noun in messages."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "date"
    GUID = "GUID"


@dataclass(frozen=True)
class Field:
    """A column that clients can filter and sort by.

    A NUMBER column stores the value times `scale` as an integer: with scale 100, a client's 12.5 is 1250.
    A GUID column stores lower-case text with hyphens; a DATETIME column accepts aware datetimes.
    """

    column: Sql
    kind: Kind
    scale: int = 1
    nullable: bool = True


Fields = Mapping[str, Field]


def find_field(fields: Fields, name: str, parameter: str, position: int) -> Field:
    """The field with this name, in any case. Raises ODataError, with a hint, if it is unknown."""
    field = fields.get(name)
    if field is None:
        lower = name.lower()
        field = next((field for known, field in fields.items() if known.lower() == lower), None)
    if field is None:
        found = f"the unknown field {quoted(name)}"
        hint = did_you_mean(name, fields, f"use one of {', '.join(fields)}")
        raise ODataError(parameter, position, found, "a field of this list", hint)
    return field
