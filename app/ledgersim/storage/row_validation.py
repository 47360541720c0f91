"""Rows as JSON: reading stored rows, and validating rows before they are stored."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, ValidationError, core_schema
from sqlalchemy import JSON, Boolean, Column, Connection, Date, Integer, Table, select, type_coerce
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import NullType
from sqlmodel import AutoString, SQLModel

from ledgersim.errors import did_you_mean
from ledgersim.json_text import MAX_DEPTH
from ledgersim.problems import field_path
from ledgersim.storage.statements import Row
from ledgersim.storage.types import Instant

FieldError = tuple[str, str]  # path and message

INTERNAL_PREFIX = "sim_"  # of the names of the simulator's own tables
SLICE = 1_000  # rows that are handled in C at a time, so that other threads get to run
MAX_INTEGER = 2**53 - 1  # in vendors' rows: exact in every JSON reader, and sums fit 64 bits
_MAX_INTERNAL_INTEGER = 2**63 - 1

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_STORED_INSTANT_LENGTH = len("2026-01-31T10:00:00.000000Z")


def vendor_tables() -> list[Table]:
    """The vendors' tables, sorted by name."""
    found = sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
    return [table for table in found if not table.name.startswith(INTERNAL_PREFIX)]


def stored_rows(connection: Connection, table: Table) -> list[Row]:
    """The rows of a table in primary key order, with instants as ISO 8601 text.

    Raises ValueError, TypeError or RecursionError for values that ledgersim does not write.
    """
    raw = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    found = connection.execute(select(*raw).order_by(*table.primary_key)).all()
    columns = [
        _read_column(column, values)
        for column, values in zip(table.columns, zip(*found, strict=True), strict=False)
    ]
    names = [column.name for column in table.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _read_column(column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    read: Callable[[Any], Any]
    if isinstance(column.type, Instant):
        read = _instant_from_stored
    elif isinstance(column.type, JSON):
        read = _json_from_stored
    elif isinstance(column.type, Boolean):
        read = _bool_from_stored
    else:
        return values
    return [None if value is None else read(value) for value in values]


def _instant_from_stored(text: Any) -> str:
    if not isinstance(text, str) or len(text) != _STORED_INSTANT_LENGTH:
        raise ValueError(f"{str(text)[:40]!r} is not an instant such as 2026-01-31T10:00:00.000000Z")
    return f"{text[:19]}Z" if text.endswith(".000000Z") else text


def _json_from_stored(text: Any) -> Any:
    # SQLite stores JSON that is a bare number as a number.
    return text if isinstance(text, int | float) else json.loads(text)


def _bool_from_stored(number: Any) -> Any:
    return {0: False, 1: True}.get(number, number)


def column_errors(table: Table, rows: Sequence[Any], path: str) -> Iterator[FieldError]:
    """Errors for rows that are not objects or whose members are not the columns of the table."""
    columns = {column.name for column in table.columns}
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            yield f"{path}[{number}]", "Input should be a JSON object"
        elif row.keys() != columns:
            yield from name_errors(row, columns, f"{path}[{number}]", "column")


def name_errors(found: Collection[str], known: Collection[str], path: str, kind: str) -> Iterator[FieldError]:
    """Errors for unknown and for missing names."""
    prefix = f"{path}." if path else ""
    for name in found:
        if name not in known:
            hint = did_you_mean(name[:80], known, "")
            yield prefix + name[:80], f"unknown {kind}" + (f"; {hint}" if hint else "")
    for name in sorted(known):
        if name not in found:
            yield prefix + name, "is missing"


def validate_rows(table: Table, rows: Sequence[Row]) -> tuple[list[Row], list[FieldError]]:
    """The rows ready to store, or the errors of the first row with invalid values."""
    valid: list[Row] = []
    for start in range(0, len(rows), SLICE):
        try:
            valid += _validator(table).validate_python(rows[start : start + SLICE])
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=False, include_input=False)
            places = [("tables", table.name, start + int(one["loc"][0]), *one["loc"][1:]) for one in errors]
            return [], [(field_path(place), one["msg"]) for place, one in zip(places, errors, strict=True)]
    return valid, []


@cache
def _validator(table: Table) -> SchemaValidator:
    model = next(one for one in _models(SQLModel) if getattr(one, "__table__", None) is table)
    fields = {
        column.name: core_schema.typed_dict_field(
            _column_schema(column, model.model_fields[column.name].annotation)
        )
        for column in table.columns
    }
    row = core_schema.typed_dict_schema(fields)
    return SchemaValidator(core_schema.list_schema(row, strict=True, fail_fast=True))


def _models(base: type[SQLModel]) -> Iterator[type[SQLModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _column_schema(column: Column[Any], annotation: Any) -> CoreSchema:
    kind = column.type
    schema: CoreSchema
    if isinstance(kind, Instant):
        schema = core_schema.no_info_plain_validator_function(_parse_instant)
    elif isinstance(kind, Date):
        schema = core_schema.no_info_plain_validator_function(_parse_date)
    elif isinstance(kind, JSON):
        schema = core_schema.no_info_wrap_validator_function(_check_json, TypeAdapter(annotation).core_schema)
    elif isinstance(kind, Boolean):
        schema = core_schema.bool_schema(strict=True)
    elif isinstance(kind, Integer):
        is_internal = column.table.description.startswith(INTERNAL_PREFIX)
        # A larger id would leave none for the next row.
        most = _MAX_INTERNAL_INTEGER if is_internal and not column.primary_key else MAX_INTEGER
        schema = core_schema.int_schema(strict=True, ge=1 if column.primary_key else -most, le=most)
    else:
        assert isinstance(kind, AutoString), f"no validation for columns of type {kind!r}"
        schema = core_schema.str_schema(strict=True)
    return core_schema.nullable_schema(schema) if column.nullable else schema


def _parse_instant(text: Any) -> datetime:
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    raise PydanticCustomError("instant", "Input should be an instant in UTC such as 2026-01-31T10:00:00Z")


def _parse_date(text: Any) -> date:
    if isinstance(text, str) and _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise PydanticCustomError("date", "Input should be a date such as 2026-01-31")


def _check_json(value: Any, read: Callable[[Any], object]) -> Any:
    """A value that the type of its column can read, as it is."""
    if value is None:
        raise PydanticCustomError("null", "Input should not be null")
    if _is_deeper(value, MAX_DEPTH):
        raise PydanticCustomError("depth", f"Input should not be nested more than {MAX_DEPTH} levels deep")
    read(value)
    return value


def _is_deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(one, levels - 1) for one in inner)


def uniqueness_errors(table: Table, rows: Sequence[Row], next_guids: frozenset[str]) -> Iterator[FieldError]:
    """Errors for duplicate values in unique columns, and for GUIDs that the space would generate next."""
    uniques = [list(table.primary_key)]
    uniques += [list(one.columns) for one in table.constraints if isinstance(one, Unique)]
    uniques += [list(index.columns) for index in table.indexes if index.unique]
    for columns in uniques:
        names = [column.name for column in columns]
        seen: dict[tuple[Any, ...], int] = {}
        for number, row in enumerate(rows):
            key = tuple(row[name] for name in names)
            path = f"tables.{table.name}[{number}].{names[-1]}"
            if key in seen and None not in key:
                yield path, f"must be unique ({', '.join(names)}); row [{seen[key]}] has the same value"
            elif not next_guids.isdisjoint(key):
                yield path, "would be generated again: guid_position is before this GUID"
            seen[key] = number


def reference_errors(tables: Mapping[str, Sequence[Row]]) -> Iterator[FieldError]:
    """Errors for references to missing rows."""
    present: dict[tuple[str, str], set[Any]] = defaultdict(set)
    references = [(table, reference) for table in vendor_tables() for reference in table.foreign_keys]
    for _, reference in references:
        target = reference.column.table.name, reference.column.name
        if target not in present:
            present[target] = {row[target[1]] for row in tables[target[0]]}
    for table, reference in references:
        name, target = reference.parent.name, (reference.column.table.name, reference.column.name)
        for number, row in enumerate(tables[table.name]):
            if row[name] is not None and row[name] not in present[target]:
                yield f"tables.{table.name}[{number}].{name}", f"{target[0]} {row[name]} not found"
