"""The fields that `$filter` and `$orderby` accept: the members of a list's items and their columns."""

from collections.abc import Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from sqlalchemy import String, func, select

from ledgersim.odata import Field, Kind
from ledgersim.schemas import Scale

_KINDS = {str: Kind.STRING, int: Kind.NUMBER, float: Kind.NUMBER, bool: Kind.BOOLEAN, datetime: Kind.DATETIME}


def fields_of(item: type[BaseModel], columns: Mapping[str, Any]) -> dict[str, Field]:
    """Return the filter fields of a list by JSON name.

    Members ending in Guid or uniqueId compare as GUIDs, lists of strings as their elements joined by commas
    [inferred].
    """
    if any(member.alias is None for member in item.model_fields.values()):
        item.model_rebuild()  # before pydantic 2.12, a model whose build is deferred has no aliases until then
    fields = {}
    for name, member in item.model_fields.items():
        if name in columns and member.alias is not None:
            kind, scale, nullable = _inspect(Annotated[member.annotation, *member.metadata, None])
            column = columns[name]
            if member.alias.endswith(("Guid", "uniqueId")):
                kind = Kind.GUID
            if get_origin(member.annotation) is list:
                column, nullable = _joined(column), True
            fields[member.alias] = Field(column, kind, scale, nullable)
    return fields


def _joined(column: Any) -> Any:
    """Return the elements of a JSON array as a string such as `a, b`; null if it is empty."""
    element = func.json_each(column).table_valued("value").c.value
    return select(func.group_concat(element, ", ", type_=String())).scalar_subquery()


def _inspect(annotation: Any) -> tuple[Kind, int, bool]:
    """Return the kind, the scale and the nullability of a type annotation."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        kind, scale, nullable = _inspect(inner)
        return kind, next((one.factor for one in metadata if isinstance(one, Scale)), scale), nullable
    if origin is list:
        return _inspect(get_args(annotation)[0])
    if origin in (Union, UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        kind, scale, _ = _inspect(inner)
        return kind, scale, True
    return _KINDS[annotation], 1, False
