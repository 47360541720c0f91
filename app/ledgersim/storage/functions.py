"""SQL functions whose names differ between databases."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, Select, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class strpos(GenericFunction[int]):  # noqa: N801 - its name in SQL
    """The position of the second text in the first, in characters from 1; 0 if it does not occur.

    It has no wildcards and, unlike SQLite's `length` and `substr`, does not stop at a NUL character.
    """

    type = Integer()
    inherit_cache = True


@compiles(strpos, "sqlite")
def _instr(element: strpos, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr{compiler.process(element.clause_expr, **options)}"


class constant(ColumnElement[int]):  # noqa: N801 - like a function
    """A number in the text of the SQL. SQLite uses a partial index only if it reads the same condition."""

    type = Integer()
    inherit_cache = False

    def __init__(self, value: int) -> None:
        self.value = value


@compiles(constant)
def _number(element: constant, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ARG001
    return str(element.value)


def listed(name: str) -> Select[tuple[Any]]:
    """The values of the list parameter `name`, for an IN whose SQL is the same for lists of every length."""
    return select(func.json_each(bindparam(name, type_=JSON)).table_valued("value").c.value)
