"""Comparisons in SQL that answer as OData does when an operand is null.

In OData a comparison is true or false. In SQL it is null where an operand is, which at the top of a
condition selects no more than false does, and leaves plain `=` and `<` to the indexes. `exact` asks
for the difference, because something is done with the answer; `negated` asks for the opposite.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, not_, null, true

from ledgersim.odata.operands import Operand, in_sql

_ORDER = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
_MIRRORED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL, and whether null is told from false in it."""

    sql: ColumnElement[bool]
    nullable: bool = False


def compared(name: str, left: Operand, right: Operand, negated: bool, exact: bool) -> Condition:
    """`left name right`, where the name is one of eq, ne, gt, ge, lt, le."""
    if right.node.depth > left.node.depth:  # see ledgersim.odata.tree
        name, left, right = _MIRRORED.get(name, name), right, left
    if name in _ORDER:
        return _ordered(name, left, right, negated, exact)
    return _equal(left, right, (name == "ne") != negated, exact)


def included(operand: Operand, members: Sequence[Operand], negated: bool, exact: bool) -> Condition:
    """`operand in (members)`: an `or` of `eq`, with the operand written once."""
    listed = [in_sql(member, operand) for member in members if not member.is_null]
    with_null = len(listed) < len(members)
    if operand.is_null:
        return _constant(with_null != negated)
    sql = in_sql(operand, operand)
    if not listed:
        return Condition(sql.is_not(null()) if negated else sql.is_(null()))
    answer = sql.in_(listed)
    if with_null and operand.nullable:
        return Condition(answer.is_(false()) if negated else answer.is_not(false()))
    return _settled(answer, operand.nullable, negated, exact)


def _equal(left: Operand, right: Operand, different: bool, exact: bool) -> Condition:
    if left.is_null and right.is_null:
        return _constant(not different)
    if left.is_null or right.is_null:
        sql = in_sql(left, left) if right.is_null else in_sql(right, right)
        return Condition(sql.is_not(null()) if different else sql.is_(null()))
    one, other = in_sql(left, right), in_sql(right, left)
    nullable = left.nullable or right.nullable
    if different:
        return Condition(one.is_distinct_from(other) if nullable else one != other)
    if (left.nullable and right.nullable) or (nullable and exact):
        return Condition(one.is_not_distinct_from(other))
    return Condition(one == other)


def _ordered(name: str, left: Operand, right: Operand, negated: bool, exact: bool) -> Condition:
    if left.is_null or right.is_null:
        return _constant(negated)
    answer = _ORDER[name](in_sql(left, right), in_sql(right, left))
    return _settled(answer, left.nullable or right.nullable, negated, exact)


def _settled(answer: ColumnElement[bool], nullable: bool, negated: bool, exact: bool) -> Condition:
    """The answer, or its opposite, where null stands for false."""
    if not nullable:
        return Condition(not_(answer) if negated else answer)
    if negated:
        return Condition(answer.is_not(true()))
    return Condition(answer.is_(true()) if exact else answer)


def _constant(value: bool) -> Condition:
    return Condition(true() if value else false())
