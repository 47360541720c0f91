"""The fields that `$filter` and `$orderby` accept: the members of a list's items and their columns."""

from collections.abc import Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ledgersim.odata import Field, Kind
from ledgersim.schemas import Scale

_KINDS = {str: Kind.STRING, int: Kind.NUMBER, float: Kind.NUMBER, bool: Kind.BOOLEAN, datetime: Kind.DATETIME}


def fields_of(item: type[BaseModel], columns: Mapping[str, Any]) -> dict[str, Field]:
    """Return the filter fields of a list by JSON name; members ending in Guid or uniqueId compare as GUIDs."""
    fields = {}
    for name, member in item.model_fields.items():
        if name in columns and member.alias is not None:
            kind, scale, nullable = _inspect(Annotated[member.annotation, *member.metadata, None])
            if member.alias.endswith(("Guid", "uniqueId")):
                kind = Kind.GUID
            fields[member.alias] = Field(columns[name], kind, scale, nullable)
    return fields


def _inspect(annotation: Any) -> tuple[Kind, int, bool]:
    """Return the kind, the scale and the nullability of a type annotation."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        kind, scale, nullable = _inspect(inner)
        return kind, next((one.factor for one in metadata if isinstance(one, Scale)), scale), nullable
    if origin in (Union, UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        kind, scale, _ = _inspect(inner)
        return kind, scale, True
    return _KINDS[annotation], 1, False
