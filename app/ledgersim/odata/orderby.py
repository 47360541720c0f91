"""`$orderby`: fields by name, each with a direction; nulls come last in both."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement

from ledgersim.odata.errors import ORDERBY, ODataError, did_you_mean
from ledgersim.odata.fields import Fields, find_field
from ledgersim.odata.lexer import Mark, tokens

MAX_KEYS = 20

_DIRECTIONS = {"asc": False, "desc": True}


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort by, by its name in any case."""

    name: str
    descending: bool
    position: int


@lru_cache(maxsize=256)
def parse_orderby(text: str) -> tuple[SortKey, ...]:
    """The keys of a `$orderby`, the first of them first. Raises ODataError if the text is none."""
    stream = tokens(text, ORDERBY)
    keys: list[SortKey] = []
    comma = True
    while comma:
        name = next(stream)
        if name.mark is not Mark.WORD:
            raise ODataError(ORDERBY, name.position, name.shown, "a field name")
        if len(keys) == MAX_KEYS:
            raise ODataError(ORDERBY, name.position, f"more than {MAX_KEYS} fields", f"at most {MAX_KEYS}")
        token = next(stream)
        direction = _DIRECTIONS.get(token.word)
        if direction is not None:
            token = next(stream)
        keys.append(SortKey(name.text, bool(direction), name.position))
        comma = token.mark is Mark.COMMA
    if token.mark is not Mark.END:
        expected = "a comma or the end" if direction is not None else "asc, desc, a comma or the end"
        advice = did_you_mean(token.word, _DIRECTIONS, otherwise="")
        raise ODataError(ORDERBY, token.position, token.shown, expected, advice)
    return tuple(keys)


def orderby_to_sql(keys: Sequence[SortKey], fields: Fields) -> list[ColumnElement[Any]]:
    """What to hand to `order_by`. Raises ODataError, with the nearest names, for an unknown field."""
    columns: list[ColumnElement[Any]] = []
    for key in keys:
        field = find_field(fields, key.name, ORDERBY, key.position)
        column = field.column.desc() if key.descending else field.column.asc()
        columns.append(column.nulls_last() if field.nullable else column)
    return columns
