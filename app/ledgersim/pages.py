"""What a vendor shows of its data: resources that one can browse, and cards that explain an item.

All of it is plain values, from which the dashboard makes pages and the admin API makes JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias
from urllib.parse import quote, unquote

from pydantic import BeforeValidator, ConfigDict
from sqlalchemy import Column, ColumnElement, FromClause, Select, bindparam, func, or_, select

from ledgersim.schemas import AdminResponse
from ledgersim.storage.statements import row, rows, scalar

if TYPE_CHECKING:
    from ledgersim.spaces.space import Space

MAX_ROWS = 1_000  # of an item and what is below it

Json: TypeAlias = dict[str, Any]

# Reads a path of the vendor's own API, below its mount; raises its error as a Problem.
Read: TypeAlias = Callable[[str], Awaitable[Any]]


class Link(AdminResponse):
    """A text that leads to an item, by a path below the vendor's mount."""

    text: str
    path: str


# Nothing is shown for a missing value, which becomes an empty text.
Value: TypeAlias = Annotated[
    Link | str | float | bool, BeforeValidator(lambda value: "" if value is None else value)
]


class Fact(AdminResponse):
    """A name and a value."""

    name: str
    value: Value


class _Card(AdminResponse):
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Facts(_Card):
    """Names and values."""

    kind: Literal["facts"] = "facts"
    title: str
    facts: list[Fact]


class Table(_Card):
    """Rows under a heading for each column; numbers are amounts. `empty` is what to say without rows."""

    kind: Literal["table"] = "table"
    title: str
    columns: list[str]
    rows: list[list[Value]]
    empty: str = ""


class Point(AdminResponse):
    """A value at a date, and whether it has come true."""

    at: str
    value: float
    done: bool


class Chart(_Card):
    """Values over time."""

    kind: Literal["chart"] = "chart"
    title: str
    unit: str
    points: list[Point]


class Transition(AdminResponse):
    """A move from one state to another."""

    source: str
    target: str
    name: str


class States(_Card):
    """A diagram of states, and the present one."""

    kind: Literal["states"] = "states"
    title: str
    states: list[str]
    moves: list[Transition]
    present: str


def facts(title: str, *pairs: tuple[str, Value]) -> Facts:
    """A card of names and values."""
    return Facts(title=title, facts=[Fact(name=name, value=value) for name, value in pairs])


def money(amount: float, currency: str | None) -> str:
    """An amount with its currency, for a card of facts."""
    return f"{amount:,.2f} {currency or ''}".rstrip()


Card: TypeAlias = Facts | Table | Chart | States


class ListQuery(NamedTuple):
    """A part of a list: items that match a filter, from `skip` on, at most `top`."""

    filter: str
    skip: int
    top: int


class Page(NamedTuple):
    """Items, and how many match in all."""

    total: int
    items: Sequence[Json]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A list to browse.

    `path` is where an item is read, with placeholders for its members. `columns` are the members that a list
    shows, `fields` those that `filter` may name: it is the vendor's name of the parameter, or empty if there is
    only a search for text.
    """

    name: str
    title: str
    path: str
    columns: Sequence[str]
    page: Callable[[Space, Read, ListQuery], Awaitable[Page]]
    filter: str = ""
    fields: Sequence[str] = ()

    def item_at(self, path: str) -> str | None:
        """The path of the item of this list that a path leads to, or to something below."""
        template, parts = self.path.split("/"), path.partition("?")[0].split("/")
        if len(parts) < len(template) or _values(template, parts) is None:
            return None
        return "/".join(parts[: len(template)])


# The cards that explain an item, which stands at a path below the mount.
View: TypeAlias = Callable[["Space", Read, str, Any], Awaitable[Sequence[Card]]]


class Gone(NamedTuple):
    """What became of an item that the vendor no longer returns, as a clause, and cards that explain it."""

    clause: str
    cards: Sequence[Card]


# What became of the item at a path below the mount; None if unknown.
Fate: TypeAlias = Callable[["Space", str], Gone | None]


def _values(template: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    """The values of the placeholders as far as both paths go; None if the texts between them differ."""
    pairs = list(zip(template, parts, strict=False))
    if any(not own.startswith("{") and own.lower() != part.lower() for own, part in pairs):
        return None
    return {own[1:-1]: unquote(part) for own, part in pairs if own.startswith("{")}


def hundredths(column: Column[Any]) -> ColumnElement[str]:
    """An amount in the name of a row, such as 12.50."""
    return func.printf("%.2f", column / 100.0)


class RowPage:
    """Where the rows of a table are read, and what they are called.

    `statement` selects the columns that the templates of the path and of the name have placeholders for, of the
    rows whose id is in the column `key`.
    """

    def __init__(self, key: ColumnElement[Any], statement: Select[Any], path: str, name: str) -> None:
        self.key = key
        self._statement = statement
        self._of_row = statement.where(key == bindparam("of_row"))
        self._path, self._parts, self._name = path, path.split("/"), name
        self._by_parts: dict[int, Select[Any]] = {}

    def link(self, space: Space, row_id: int) -> Link | None:
        """The path and name of a row; None if it can not be read any more."""
        found = row(space.connection, self._of_row, of_row=row_id)
        if found is None:
            return None
        values = {name: "" if value is None else str(value) for name, value in found.items()}
        quoted = {name: quote(value, safe="") for name, value in values.items()}
        return Link(text=self._name.format_map(values), path=self._path.format_map(quoted))

    def at(self, space: Space, path: str) -> Link | None:
        """The row that is read at exactly this path."""
        found = self.below(space, path) if path.count("/") == len(self._parts) - 1 else []
        return self.link(space, found[0]) if found else None

    def below(self, space: Space, path: str) -> list[int]:
        """The ids of the rows that are read at this path or below it: up to 1,000."""
        parts = path.split("/")
        values = _values(self._parts, parts)
        if values is None or len(parts) > len(self._parts):
            return []
        if len(parts) not in self._by_parts:
            columns = self._statement.selected_columns
            conditions = [columns[name] == bindparam(f"of_{name}") for name in values]
            found = self._statement.with_only_columns(self.key.label("id"), maintain_column_froms=True)
            self._by_parts[len(parts)] = found.where(*conditions).limit(MAX_ROWS)
        query = self._by_parts[len(parts)]
        return [one["id"] for one in rows(space.connection, query, **{f"of_{k}": v for k, v in values.items()})]


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The data of a vendor: resources, and views and fates by the id of the operation that reads an item.

    `rows` are the tables whose rows can be read, by name: what requests and jobs have written is shown there.
    """

    resources: Sequence[Resource]
    views: Mapping[str, View] = field(default_factory=dict)
    fates: Mapping[str, Fate] = field(default_factory=dict)
    rows: Mapping[str, RowPage] = field(default_factory=dict)


def text_search(
    source: FromClause,
    members: Mapping[str, Column[Any]],
    key: Column[Any],
    amounts: Sequence[str] = (),
) -> Callable[[Space, Read, ListQuery], Awaitable[Page]]:
    """The pages of rows that have a text in one of these columns, for a vendor without a list of its own.

    `members` are the columns by the name of the member; `amounts` names those in hundredths.
    """
    text: Any = bindparam("text")
    has_text = or_(*(func.instr(func.lower(func.coalesce(one, "")), text) > 0 for one in members.values()))
    found = (
        select(*(column.label(name) for name, column in members.items())).select_from(source).where(has_text)
    )
    part = found.order_by(key).limit(bindparam("page_top")).offset(bindparam("page_skip"))
    count = select(func.count()).select_from(source).where(has_text)

    async def page(space: Space, _: Read, query: ListQuery) -> Page:
        connection, wanted = space.connection, query.filter.strip().lower()
        items = rows(connection, part, text=wanted, page_top=query.top, page_skip=query.skip)
        for name in amounts:
            for item in items:
                item[name] = item[name] / 100
        return Page(scalar(connection, count, text=wanted), items)

    return page
