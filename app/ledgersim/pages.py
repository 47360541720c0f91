"""What a vendor shows of its data: resources that one can browse, and cards that explain an item.

All of it is plain values, from which the dashboard makes pages and the admin API makes JSON.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict
from sqlalchemy import Column, FromClause, Select, bindparam, func, or_, select

from ledgersim.storage.statements import row, rows, scalar

if TYPE_CHECKING:
    from ledgersim.spaces.space import Space

Json: TypeAlias = dict[str, Any]

# Reads a path of the vendor's own API, below its mount; raises its error as a Problem.
Read: TypeAlias = Callable[[str], Awaitable[Any]]


class Link(BaseModel):
    """A text that leads to an item, by a path below the vendor's mount."""

    text: str
    path: str


# Nothing is shown for a missing value, which becomes an empty text.
Value: TypeAlias = Annotated[
    Link | str | float | bool, BeforeValidator(lambda value: "" if value is None else value)
]


class Fact(BaseModel):
    """A name and a value."""

    name: str
    value: Value


class _Card(BaseModel):
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


class Point(BaseModel):
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


class Transition(BaseModel):
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


# The cards that explain an item, which stands at a path below the mount.
View: TypeAlias = Callable[[Read, str, Any], Awaitable[Sequence[Card]]]


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The data of a vendor: resources, and views by the id of the operation that reads an item.

    `paths` returns where a row of a table is read, by the name of the table: rows that a request has written
    are shown there.
    """

    resources: Sequence[Resource]
    views: Mapping[str, View] = field(default_factory=dict)
    paths: Mapping[str, Callable[[Space, int], str | None]] = field(default_factory=dict)


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


OF_ROW: Any = bindparam("of_row")


def path_of_row(statement: Select[Any], template: str) -> Callable[[Space, int], str | None]:
    """Where a row is read, by the columns of a statement that selects the one with the id `OF_ROW`."""

    def path(space: Space, row_id: int) -> str | None:
        found = row(space.connection, statement, of_row=row_id)
        return None if found is None else template.format_map(found)

    return path
