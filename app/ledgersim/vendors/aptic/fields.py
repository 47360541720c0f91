"""What filters may name: the members of a list's items, with the columns behind them."""

from collections.abc import Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ledgersim.http.schemas import Scale
from ledgersim.odata import Field, Kind

_KINDS = {str: Kind.STRING, int: Kind.NUMBER, float: Kind.NUMBER, bool: Kind.BOOLEAN, datetime: Kind.DATETIME}


def fields_of(item: type[BaseModel], columns: Mapping[str, Any]) -> dict[str, Field]:
    """The filter fields of a list, by wire name; members ending in Guid or uniqueId compare as GUIDs."""
    fields = {}
    for name, member in item.model_fields.items():
        if name in columns and member.alias is not None:
            kind, scale, nullable = _reading(Annotated[member.annotation, *member.metadata, None])
            if member.alias.endswith(("Guid", "uniqueId")):
                kind = Kind.GUID
            fields[member.alias] = Field(columns[name], kind, scale, nullable)
    return fields


def _reading(annotation: Any) -> tuple[Kind, int, bool]:
    """The kind, the scale, and whether null may occur, that a type annotation tells."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        kind, scale, nullable = _reading(inner)
        return kind, next((mark.factor for mark in marks if isinstance(mark, Scale)), scale), nullable
    if origin in (Union, UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        kind, scale, _ = _reading(inner)
        return kind, scale, True
    return _KINDS[annotation], 1, False
