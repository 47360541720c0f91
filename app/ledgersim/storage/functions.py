"""Text functions that databases spell differently."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class strpos(GenericFunction[int]):  # noqa: N801 - as SQL spells it
    """Where the second text first occurs in the first: counted from 1 in characters, 0 if nowhere.

    It knows no wildcards, and unlike SQLite's `length` and `substr` it does not stop at a NUL.
    """

    type = Integer()
    inherit_cache = True


@compiles(strpos, "sqlite")
def _instr(element: strpos, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr{compiler.process(element.clause_expr, **options)}"
