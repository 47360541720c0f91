"""Lists with `$filter`, `$orderby`, `$skip` and `$top`, over prepared statements, in the vendor's envelope."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    FromClause,
    Join,
    Select,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.http.context import context_of
from ledgersim.odata import Field as FilterField
from ledgersim.odata import (
    ODataError,
    filter_to_sql,
    orderby_to_sql,
    parse_filter,
    parse_orderby,
)
from ledgersim.problems import invalid
from ledgersim.schemas import ResponseModel
from ledgersim.spaces.space import Space
from ledgersim.storage.database import TooSlowError
from ledgersim.storage.statements import Row, rows

MAX_TOP = 100
DEFAULT_TOP = 25
MAX_SECONDS = 2.0  # for a filter with functions: over texts of several megabytes they are slow


def _check_digits(text: Any) -> Any:
    if isinstance(text, str) and not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise PydanticCustomError("digits", "Input should be a whole number")
    return text


# The bounds precede the validator: after it, the OpenAPI document would contain `ge` and `le`.
Skip = Annotated[int, Field(ge=0, le=2**31 - 1), BeforeValidator(_check_digits)]
Top = Annotated[int, Field(ge=0), BeforeValidator(_check_digits)]
Item = TypeVar("Item")


class Page(ResponseModel, Generic[Item]):
    """The envelope of every list: `count` items on this page, `total` matching items."""

    count: int
    skip: int
    total: int
    value: list[Item]

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return the name of the schema, such as `DebtorPage` for a page of `DebtorListItem`."""
        return f"{params[0].__name__.removesuffix('ListItem')}Page"


class ListQuery(NamedTuple):
    """The query options of a list."""

    filter: str
    skip: int
    top: int
    orderby: str


_FILTER = Query(alias="$filter", description="Conditions on the members of the items")
_SKIP = Query(alias="$skip", description="Number of matching items to skip")
_TOP = Query(alias="$top", description="Maximum number of items to return, at most 100")
_ORDERBY = Query(
    alias="$orderby", description="Members of the items to sort by, each with `asc` (the default) or `desc`"
)


# FastAPI before 0.123 ignores aliases of the fields of a parameter model, so each option is a parameter.
async def read_query(
    request: Request,
    filter: Annotated[str, _FILTER] = "",
    skip: Annotated[Skip, _SKIP] = 0,
    top: Annotated[Top, _TOP] = DEFAULT_TOP,
    orderby: Annotated[str, _ORDERBY] = "",
) -> ListQuery:
    """Read the query options of a request."""
    if top > MAX_TOP:
        message = f"A page has at most {MAX_TOP} items. Use $skip to read the others."
        context_of(request.scope).report([Diagnostic("value-cut", "$top", message)])
    return ListQuery(filter, skip, top, orderby)


ListOptions = Annotated[ListQuery, Depends(read_query)]


class Listing:
    """A list that clients can filter and sort by the members of its items.

    `source` is the table or join to select from; the primary key of its first table breaks ties. An outer join
    must match one row at most. SQLite reads the left table of an inner join first, and does not read a table
    that no condition or order is about: the right one must then match each row once, and the left one have the
    same primary key. `scope` is a condition with bind parameters. `columns` are the columns of an item by name,
    `fields` the filter fields by JSON name. `complete` adds computed members to items.
    """

    def __init__(
        self,
        source: FromClause,
        columns: Mapping[str, Any],
        fields: Mapping[str, FilterField],
        scope: Any = None,
        complete: Callable[[Connection, list[Row], dict[str, Any]], None] | None = None,
    ) -> None:
        self._source, self._fields, self._scope = source, fields, scope
        self._columns = [column.label(name) for name, column in columns.items()]
        self._complete = complete
        self._statements = lru_cache(maxsize=256)(self._build)

    def page(self, space: Space, query: ListQuery, **values: Any) -> Row:
        """Return one page in its envelope. Raises a 400 Problem for an invalid filter or order."""
        try:
            select_page, count_all = self._statements(query.filter, query.orderby)
        except ODataError as error:
            raise invalid(error.parameter, error.message.removeprefix(f"{error.parameter} ")) from error
        if "(" not in query.filter:
            return self._select(space, query, select_page, count_all, values)
        try:
            with space.database.time_limit(MAX_SECONDS):
                return self._select(space, query, select_page, count_all, values)
        except TooSlowError as error:
            message = f"takes longer than {MAX_SECONDS:g} seconds; use fewer functions or compare shorter texts"
            raise invalid("$filter", message) from error

    def _select(
        self,
        space: Space,
        query: ListQuery,
        select_page: Select[Any],
        count_all: Select[Any],
        values: dict[str, Any],
    ) -> Row:
        top = min(query.top, MAX_TOP)
        connection = space.connection
        items = rows(connection, select_page, page_skip=query.skip, page_top=top, **values)
        if self._complete is not None:
            self._complete(connection, items, values)
        if len(items) < top and (items or not query.skip):  # this is the last page
            total = query.skip + len(items)
        else:
            total = space.scalar(count_all, **values)
        return {"count": len(items), "skip": query.skip, "total": total, "value": items}

    def _build(self, filter_text: str, orderby_text: str) -> tuple[Select[Any], Select[Any]]:
        conditions = [] if self._scope is None else [self._scope]
        if filter_text.strip():
            conditions.append(filter_to_sql(parse_filter(filter_text), self._fields))
        order = orderby_to_sql(parse_orderby(orderby_text), self._fields) if orderby_text.strip() else []
        read = _without_unused_joins(self._source, [*conditions, *order])
        key = _key_of(read)
        page = (
            select(key.label("key"))
            .select_from(read)
            .where(*conditions)
            .order_by(*order, key)
            .offset(bindparam("page_skip", type_=BigInteger))
            .limit(bindparam("page_top", type_=BigInteger))
            .subquery("page")
        )
        return (
            select(*self._columns)
            .select_from(_behind(page, self._source))
            .where(_key_of(self._source) == page.c.key),
            select(func.count())
            .select_from(_without_unused_joins(self._source, conditions))
            .where(*conditions),
        )


class _CrossJoin(Join):
    """A join in which SQLite reads the left table first, and so returns rows in its order."""

    inherit_cache = True


@compiles(_CrossJoin)
def _cross_join(join: _CrossJoin, compiler: SQLCompiler, **options: Any) -> str:
    return " CROSS JOIN ".join(compiler.process(table, **options) for table in (join.left, join.right))


def _behind(page: FromClause, source: FromClause) -> Join:
    """Return a source joined to a page of keys, in whose order its rows then are."""
    if isinstance(source, Join):
        return Join(_behind(page, source.left), source.right, source.onclause, source.isouter)
    return _CrossJoin(page, source, true())


def _without_unused_joins(source: FromClause, expressions: list[Any]) -> FromClause:
    """Return the source without the joins of tables that no expression uses."""
    if not isinstance(source, Join):
        return source
    used = {part.table for one in expressions for part in visitors.iterate(one) if isinstance(part, Column)}
    if source.isouter:
        if source.right not in used:
            return _without_unused_joins(source.left, expressions)
        left = _without_unused_joins(source.left, [*expressions, source.onclause])
        return left.outerjoin(source.right, source.onclause)
    if source.left not in used:
        return source.right
    return source if source.right in used else source.left


def _key_of(source: FromClause) -> Any:
    """Return the primary key of the leftmost table of a source."""
    while isinstance(source, Join):
        source = source.left
    (key,) = source.primary_key
    return key
