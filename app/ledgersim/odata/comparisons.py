"""Comparisons in SQL that treat null operands as OData does.

An OData comparison is always true or false; an SQL comparison is null if an operand is null. At the top of a
condition null selects no rows, just like false, so plain `=` and `<`, which can use indexes, are enough there.
`exact` requires true or false, because the result is an operand itself; `negated` inverts the comparison.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, not_, null, true

from ledgersim.odata.operands import Operand, operand_to_sql

_ORDER = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
_MIRRORED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition. `nullable` means that its null is a value of its own and does not stand for false."""

    sql: ColumnElement[bool]
    nullable: bool = False


def compare(name: str, left: Operand, right: Operand, negated: bool, exact: bool) -> Condition:
    """`left name right`, where name is eq, ne, gt, ge, lt or le."""
    if right.node.depth > left.node.depth:  # see ledgersim.odata.tree
        name, left, right = _MIRRORED.get(name, name), right, left
    if name in _ORDER:
        return _ordering(name, left, right, negated, exact)
    return _equality(left, right, (name == "ne") != negated, exact)


def is_member(operand: Operand, members: Sequence[Operand], negated: bool, exact: bool) -> Condition:
    """`operand in (members)`: like `eq` terms joined by `or`, with the operand written only once."""
    listed = [operand_to_sql(member, operand) for member in members if not member.is_null]
    with_null = len(listed) < len(members)
    if operand.is_null:
        return _constant(with_null != negated)
    sql = operand_to_sql(operand, operand)
    if not listed:
        return Condition(sql.is_not(null()) if negated else sql.is_(null()))
    condition = sql.in_(listed)
    if with_null and operand.nullable:
        return Condition(condition.is_(false()) if negated else condition.is_not(false()))
    return _null_as_false(condition, operand.nullable, negated, exact)


def _equality(left: Operand, right: Operand, different: bool, exact: bool) -> Condition:
    if left.is_null and right.is_null:
        return _constant(not different)
    if left.is_null or right.is_null:
        sql = operand_to_sql(left, left) if right.is_null else operand_to_sql(right, right)
        return Condition(sql.is_not(null()) if different else sql.is_(null()))
    one, other = operand_to_sql(left, right), operand_to_sql(right, left)
    nullable = left.nullable or right.nullable
    if different:
        return Condition(one.is_distinct_from(other) if nullable else one != other)
    if (left.nullable and right.nullable) or (nullable and exact):
        return Condition(one.is_not_distinct_from(other))
    return Condition(one == other)


def _ordering(name: str, left: Operand, right: Operand, negated: bool, exact: bool) -> Condition:
    if left.is_null or right.is_null:
        return _constant(negated)
    condition = _ORDER[name](operand_to_sql(left, right), operand_to_sql(right, left))
    return _null_as_false(condition, left.nullable or right.nullable, negated, exact)


def _null_as_false(condition: ColumnElement[bool], nullable: bool, negated: bool, exact: bool) -> Condition:
    """The condition or its negation, with null counted as false."""
    if not nullable:
        return Condition(not_(condition) if negated else condition)
    if negated:
        return Condition(condition.is_not(true()))
    return Condition(condition.is_(true()) if exact else condition)


def _constant(value: bool) -> Condition:
    return Condition(true() if value else false())
