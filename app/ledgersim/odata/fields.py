"""What may be filtered and sorted: the fields of a list, by their names on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement

from ledgersim.odata.errors import ODataError, did_you_mean, quoted

Sql = ColumnElement[Any]


class Kind(Enum):
    """The types of the language; the value is the noun in messages."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "date"
    GUID = "GUID"


@dataclass(frozen=True)
class Field:
    """A column as clients see it.

    A NUMBER column holds integers, value times `scale`: with scale 100, a client's 12.5 is 1250.
    A GUID column holds lower-case text with hyphens; a DATETIME column takes aware datetimes.
    """

    column: Sql
    kind: Kind
    scale: int = 1
    nullable: bool = True


Fields = Mapping[str, Field]


def find_field(fields: Fields, name: str, parameter: str, position: int) -> Field:
    """The field of that name, in any case. Raises ODataError with the nearest names if there is none."""
    field = fields.get(name)
    if field is None:
        lower = name.lower()
        field = next((field for known, field in fields.items() if known.lower() == lower), None)
    if field is None:
        found, advice = f"the unknown field {quoted(name)}", did_you_mean(name, fields)
        raise ODataError(parameter, position, found, "a field of this list", advice)
    return field
