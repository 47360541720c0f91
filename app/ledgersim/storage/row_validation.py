"""Rows as JSON: reading stored rows, and validating rows before they are stored."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, ValidationError, core_schema
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Integer,
    Select,
    Table,
    select,
    type_coerce,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.types import NullType
from sqlmodel import AutoString, SQLModel

from ledgersim.errors import did_you_mean
from ledgersim.json_text import MAX_DEPTH
from ledgersim.problems import field_path
from ledgersim.storage.derived import derivation
from ledgersim.storage.statements import Row, slices
from ledgersim.storage.types import Instant

FieldError = tuple[str, str]  # path and message

INTERNAL_PREFIX = "sim_"  # of the names of the simulator's own tables
SLICE = 250  # rows that are handled in C at a time, so that other threads get to run
MAX_INTEGER = 2**53 - 1  # in vendors' rows: exact in every JSON reader, and sums fit 64 bits
_MAX_INTERNAL_INTEGER = 2**63 - 1

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_STORED_INSTANT_LENGTH = len("2026-01-31T10:00:00.000000Z")


def vendor_tables() -> list[Table]:
    """The vendors' tables and that of debt transfers, sorted by name, without derived ones."""
    found = sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
    return [table for table in found if not table.name.startswith(INTERNAL_PREFIX) and not derivation(table)]


def stored_rows(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """The rows of a table in primary key order and in slices, with instants as ISO 8601 text.

    Raises ValueError, TypeError or RecursionError for values that ledgersim does not write.
    """
    found = ((column.name, _reader(column)) for column in table.columns)
    readers = [(name, read) for name, read in found if read is not None]
    for part in slices(connection, _as_stored(table), SLICE):
        for one in part:
            for name, read in readers:
                if one[name] is not None:
                    one[name] = read(one[name])
        yield part


@cache
def _as_stored(table: Table) -> Select[*tuple[Any, ...]]:
    raw = [type_coerce(column, NullType()).label(column.name) for column in table.columns]
    return select(*raw).order_by(*table.primary_key)


def _reader(column: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Instant):
        return _instant_from_stored
    if isinstance(column.type, JSON):
        return _json_from_stored
    if isinstance(column.type, Boolean):
        return _bool_from_stored
    return None


def _instant_from_stored(text: Any) -> str:
    if not isinstance(text, str) or len(text) != _STORED_INSTANT_LENGTH:
        raise ValueError(f"{str(text)[:40]!r} is not an instant such as 2026-01-31T10:00:00.000000Z")
    return f"{text[:19]}Z" if text.endswith(".000000Z") else text


def _json_from_stored(text: Any) -> Any:
    # SQLite stores JSON that is a bare number as a number.
    return text if isinstance(text, int | float) else json.loads(text)


def _bool_from_stored(number: Any) -> Any:
    return {0: False, 1: True}.get(number, number)


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


def validate_rows(table: Table, rows: Sequence[Row], first: int = 0) -> tuple[list[Row], list[FieldError]]:
    """A slice of rows ready to store, or the errors of the first of them with invalid values.

    `first` is the number of the first one in its table.
    """
    try:
        return _validator(table).validate_python(rows), []
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        places = [("tables", table.name, first + int(one["loc"][0]), *one["loc"][1:]) for one in errors]
        return [], [(field_path(place), one["msg"]) for place, one in zip(places, errors, strict=True)]


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


class UniqueColumns:
    """The values in the unique columns of a table, as far as its rows have been added."""

    def __init__(self, table: Table) -> None:
        self._table = table
        uniques = [list(table.primary_key)]
        uniques += [list(one.columns) for one in table.constraints if isinstance(one, Unique)]
        uniques += [list(index.columns) for index in table.indexes if index.unique]
        names = [tuple(column.name for column in columns) for columns in uniques]
        self._seen: dict[tuple[str, ...], dict[Any, int]] = {one: {} for one in names}  # numbers of rows

    def add(self, rows: Sequence[Row], first: int) -> Iterator[FieldError]:
        """Errors for values that another row has. `first` is the number of the first row in the table."""
        for names, seen in self._seen.items():
            key_of = itemgetter(*names)
            for number, row in enumerate(rows, first):
                key = key_of(row)
                if key in seen and key is not None and (len(names) == 1 or None not in key):
                    same = f"must be unique ({', '.join(names)}); row [{seen[key]}] has the same value"
                    yield self._path(number, names), same
                seen[key] = number

    def errors_for(self, next_guids: Iterable[str]) -> Iterator[FieldError]:
        """Errors for GUIDs that the space would generate next."""
        for names, seen in self._seen.items():
            for number in sorted(seen[guid] for guid in next_guids if guid in seen):
                yield self._path(number, names), "would be generated again: guid_position is before this GUID"

    def dangling_references(self, connection: Connection) -> Iterator[FieldError]:
        """Errors for references to missing rows, once the rows are stored."""
        numbers = next(iter(self._seen.values()))  # by primary key
        for reference in self._table.foreign_keys:
            for row_id, value in connection.execute(_dangling(reference)):
                path = f"tables.{self._table.name}[{numbers[row_id]}].{reference.parent.name}"
                yield path, f"{reference.column.table.name} {value} not found"

    def _path(self, number: int, names: tuple[str, ...]) -> str:
        return f"tables.{self._table.name}[{number}].{names[-1]}"


@cache
def _dangling(reference: ForeignKey) -> Select[*tuple[Any, ...]]:
    """Primary keys of the rows whose reference leads to no row, and its value."""
    column, target = reference.parent, reference.column
    (key,) = column.table.primary_key
    present = select(target.table.alias().c[target.name])
    return select(key, column).where(column.is_not(None), column.not_in(present))
