"""The rows of tables in the form that JSON has for them: as they are stored, and checked before they are."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, ValidationError
from pydantic_core import core_schema as form
from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, Table, select, type_coerce
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import NullType
from sqlmodel import AutoString, SQLModel

from ledgersim.problems import field_path
from ledgersim.storage.database import Instant

Row = dict[str, Any]
Error = tuple[str, str]  # where, and what is wrong

MAX_WHOLE = 2**53 - 1  # either way from 0: so far all readers of JSON tell whole numbers, and sums fit 64 bits
_MAX_OWN = 2**63 - 1  # in the simulator's own tables
MAX_NESTED = 100  # levels of JSON in a column

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_STORED_INSTANT = len("2026-01-31T10:00:00.000000Z")


def vendor_tables() -> list[Table]:
    """The tables that hold rows of vendors, by name."""
    found = sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
    return [table for table in found if not table.name.startswith("sim_")]


def stored_rows(connection: Connection, table: Table) -> list[Row]:
    """The rows of a table by primary key; instants as ISO 8601 text.

    Raises ValueError, TypeError or RecursionError where a value is not written as we write it.
    """
    raw = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    found = connection.execute(select(*raw).order_by(*table.primary_key)).all()
    read = [
        _read_column(column, values)
        for column, values in zip(table.columns, zip(*found, strict=True), strict=False)
    ]
    names = [column.name for column in table.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*read, strict=True)]


def _read_column(column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    read: Callable[[Any], Any]
    if isinstance(column.type, Instant):
        read = _instant_from_stored
    elif isinstance(column.type, JSON):
        read = _json_from_stored
    elif isinstance(column.type, Boolean):
        read = _flag_from_stored
    else:
        return values
    return [None if value is None else read(value) for value in values]


def _instant_from_stored(text: Any) -> str:
    if not isinstance(text, str) or len(text) != _STORED_INSTANT:
        raise ValueError(f"{str(text)[:40]!r} is not an instant such as 2026-01-31T10:00:00.000000Z")
    return f"{text[:19]}Z" if text.endswith(".000000Z") else text


def _json_from_stored(text: Any) -> Any:
    # SQLite keeps JSON that is a mere number as a number.
    return text if isinstance(text, int | float) else json.loads(text)


def _flag_from_stored(number: Any) -> Any:
    return {0: False, 1: True}.get(number, number)


def name_errors(table: Table, rows: Sequence[Any], where: str) -> Iterator[Error]:
    """Rows that are no objects, or whose members are not the columns of the table."""
    columns = {column.name for column in table.columns}
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            yield f"{where}[{number}]", "Input should be a JSON object"
        elif row.keys() != columns:
            yield from differing(row, columns, f"{where}[{number}]", "column")


def differing(found: Collection[str], known: Collection[str], where: str, what: str) -> Iterator[Error]:
    """The names that are found and not known, or known and not found."""
    from difflib import get_close_matches  # where there is a mistake, not at start-up

    prefix = f"{where}." if where else ""
    for name in found:
        if name not in known:
            close = get_close_matches(name[:80], known, n=1)
            yield prefix + name[:80], f"is no {what}" + (f"; did you mean {close[0]}?" if close else "")
    for name in sorted(known):
        if name not in found:
            yield prefix + name, "is missing"


def check_values(table: Table, rows: Sequence[Row]) -> tuple[list[Row], list[Error]]:
    """The rows ready to store, or what is wrong with the first whose values do not fit their columns."""
    try:
        return _validator_of(table).validate_python(rows), []
    except ValidationError as error:
        where = ("tables", table.name)
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [], [(field_path((*where, *one["loc"])), one["msg"]) for one in found]


@cache
def _validator_of(table: Table) -> SchemaValidator:
    model = next(one for one in _models(SQLModel) if getattr(one, "__table__", None) is table)
    fields = {
        column.name: form.typed_dict_field(_form_of(column, model.model_fields[column.name].annotation))
        for column in table.columns
    }
    return SchemaValidator(form.list_schema(form.typed_dict_schema(fields), strict=True, fail_fast=True))


def _models(base: type[SQLModel]) -> Iterator[type[SQLModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _form_of(column: Column[Any], annotation: Any) -> CoreSchema:
    kind = column.type
    expected: CoreSchema
    if isinstance(kind, Instant):
        expected = form.no_info_plain_validator_function(_read_instant)
    elif isinstance(kind, Date):
        expected = form.no_info_plain_validator_function(_read_day)
    elif isinstance(kind, JSON):
        expected = form.no_info_after_validator_function(_check_json, TypeAdapter(annotation).core_schema)
    elif isinstance(kind, Boolean):
        expected = form.bool_schema(strict=True)
    elif isinstance(kind, Integer):
        own = column.table.description.startswith("sim_")
        most = _MAX_OWN if own and not column.primary_key else MAX_WHOLE
        # An id beyond these would leave none for the next row.
        expected = form.int_schema(strict=True, ge=1 if column.primary_key else -most, le=most)
    else:
        assert isinstance(kind, AutoString), f"no check of {kind!r}"
        expected = form.str_schema(strict=True)
    return form.nullable_schema(expected) if column.nullable else expected


def _read_instant(text: Any) -> datetime:
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    raise PydanticCustomError("instant", "Input should be an instant in UTC such as 2026-01-31T10:00:00Z")


def _read_day(text: Any) -> date:
    if isinstance(text, str) and _DAY.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise PydanticCustomError("day", "Input should be a day such as 2026-01-31")


def _check_json(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("null", "Input should not be null")
    if _is_deeper(value, MAX_NESTED):
        raise PydanticCustomError("nested", f"Input should not be nested more than {MAX_NESTED} levels deep")
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(one, levels - 1) for one in inner)


def repeated(table: Table, rows: Sequence[Row], coming: frozenset[str]) -> Iterator[Error]:
    """Values that must be unique and are not, or that the next rows will be given (`coming`)."""
    uniques = [list(table.primary_key)]
    uniques += [list(one.columns) for one in table.constraints if isinstance(one, Unique)]
    uniques += [list(index.columns) for index in table.indexes if index.unique]
    for columns in uniques:
        names = [column.name for column in columns]
        seen: dict[tuple[Any, ...], int] = {}
        for number, row in enumerate(rows):
            key = tuple(row[name] for name in names)
            where = f"tables.{table.name}[{number}].{names[-1]}"
            if key in seen and None not in key:
                yield where, f"must be unique ({', '.join(names)}); row [{seen[key]}] has the same"
            elif not coming.isdisjoint(key):
                yield where, "will be drawn next: guid_position lies before this GUID"
            seen[key] = number


def dangling(found: Mapping[str, Sequence[Row]]) -> Iterator[Error]:
    """References to rows that are not among those found, by table."""
    present: dict[tuple[str, str], set[Any]] = defaultdict(set)
    references = [(table, reference) for table in vendor_tables() for reference in table.foreign_keys]
    for _, reference in references:
        target = reference.column.table.name, reference.column.name
        if target not in present:
            present[target] = {row[target[1]] for row in found[target[0]]}
    for table, reference in references:
        name, target = reference.parent.name, (reference.column.table.name, reference.column.name)
        for number, row in enumerate(found[table.name]):
            if row[name] is not None and row[name] not in present[target]:
                yield f"tables.{table.name}[{number}].{name}", f"There is no {target[0]} {row[name]}"
