"""`$orderby`: field names, each with an optional direction. Nulls come last in both directions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement

from ledgersim.errors import did_you_mean
from ledgersim.odata.errors import ORDERBY, ODataError
from ledgersim.odata.fields import Fields, find_field
from ledgersim.odata.lexer import TokenKind, tokenize

MAX_KEYS = 20

_DIRECTIONS = {"asc": False, "desc": True}


@dataclass(frozen=True, slots=True)
class SortKey:
    """The name, in any case, of a field to sort by."""

    name: str
    descending: bool
    position: int


@lru_cache(maxsize=256)
def parse_orderby(text: str) -> tuple[SortKey, ...]:
    """The sort keys of a `$orderby`, in order. Raises ODataError."""
    stream = tokenize(text, ORDERBY)
    keys: list[SortKey] = []
    comma = True
    while comma:
        name = next(stream)
        if name.kind is not TokenKind.WORD:
            raise ODataError(ORDERBY, name.position, name.description, "a field name")
        if len(keys) == MAX_KEYS:
            raise ODataError(ORDERBY, name.position, f"more than {MAX_KEYS} fields", f"at most {MAX_KEYS}")
        token = next(stream)
        direction = _DIRECTIONS.get(token.word)
        if direction is not None:
            token = next(stream)
        keys.append(SortKey(name.text, bool(direction), name.position))
        comma = token.kind is TokenKind.COMMA
    if token.kind is not TokenKind.END:
        expected = "a comma or the end" if direction is not None else "asc, desc, a comma or the end"
        hint = did_you_mean(token.word, _DIRECTIONS, otherwise="")
        raise ODataError(ORDERBY, token.position, token.description, expected, hint)
    return tuple(keys)


def orderby_to_sql(keys: Sequence[SortKey], fields: Fields) -> list[ColumnElement[Any]]:
    """The arguments for `Select.order_by`. Raises ODataError for an unknown field."""
    columns: list[ColumnElement[Any]] = []
    for key in keys:
        field = find_field(fields, key.name, ORDERBY, key.position)
        column = field.column.desc() if key.descending else field.column.asc()
        columns.append(column.nulls_last() if field.nullable else column)
    return columns
