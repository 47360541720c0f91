"""Translates a tree to a portable SQL condition: types, functions and three-valued logic.

A function of null is null, a comparison with null is true or false (see ledgersim.odata.comparisons), and only
rows for which the condition is true are selected. `not` is pushed down to its operands to keep nesting low.
"""

from functools import reduce

from sqlalchemy import Boolean, ColumnElement, and_, false, literal, not_, or_, true

from ledgersim.errors import did_you_mean
from ledgersim.odata.comparisons import Condition, compare, is_member
from ledgersim.odata.errors import FILTER, ODataError, quoted
from ledgersim.odata.fields import Fields, Kind, find_field
from ledgersim.odata.functions import FUNCTIONS, Function
from ledgersim.odata.operands import Operand, operand_to_sql, quoting_hint, unify_kinds
from ledgersim.odata.tree import Call, Combination, Comparison, Literal, Membership, Name, Negation, Node

_DEEP = 7  # terms deeper than this come first (see ledgersim.odata.tree); the others keep their order


def filter_to_sql(node: Node, fields: Fields) -> ColumnElement[bool]:
    """The SQL condition of a `$filter`.

    Raises ODataError for an unknown field or function and for operands of the wrong type.
    """
    return _Translation(fields).condition(node).sql


class _Translation:
    """Translates trees over the fields of one list."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def condition(self, node: Node, negated: bool = False, exact: bool = False) -> Condition:
        """A node as a condition, or its negation. Raises ODataError if the node is not boolean."""
        match node:
            case Negation(operand=operand):
                return self.condition(operand, not negated, exact)
            case Combination():
                return self._combination(node, negated, exact)
            case Comparison(operator=name):
                left, right = unify_kinds(self._value(node.left), self._value(node.right))
                _check_order(node, left, right)
                return compare(name, left, right, negated, exact)
            case Membership():
                return self._membership(node, negated, exact)
        return _as_condition(self._value(node), negated)

    def _value(self, node: Node) -> Operand:
        """A node as an operand of a comparison or function."""
        match node:
            case Literal(kind=kind, value=value):
                return Operand(node, kind, value=value, nullable=value is None)
            case Name(name=name, position=position):
                field = find_field(self._fields, name, FILTER, position)
                return Operand(node, field.kind, field.column, scale=field.scale, nullable=field.nullable)
            case Call():
                return self._call(node)
        condition = self.condition(node, exact=True)
        return Operand(node, Kind.BOOLEAN, condition.sql, nullable=condition.nullable)

    def _combination(self, node: Combination, negated: bool, exact: bool) -> Condition:
        """`and` or `or` of any number of terms; a negated `and` becomes `or`, and the other way round."""
        terms = sorted(node.terms, key=lambda term: term.depth if term.depth > _DEEP else 0, reverse=True)
        conditions = [self.condition(term, negated, exact) for term in terms]
        join = and_ if (node.operator == "and") != negated else or_
        sql = join(*(condition.sql for condition in conditions))
        return Condition(sql, any(condition.nullable for condition in conditions))

    def _membership(self, node: Membership, negated: bool, exact: bool) -> Condition:
        members = [self._value(member) for member in node.members]
        # A quoted string becomes a GUID if a member is one.
        operand = reduce(lambda left, right: unify_kinds(left, right)[0], members, self._value(node.operand))
        return is_member(operand, [unify_kinds(operand, member)[1] for member in members], negated, exact)

    def _call(self, node: Call) -> Operand:
        function = FUNCTIONS.get(node.function)
        if function is None:
            found = f"the unknown function {quoted(node.function)}"
            hint = did_you_mean(node.function, FUNCTIONS, f"use one of {', '.join(FUNCTIONS)}")
            raise ODataError(FILTER, node.position, found, "a supported function", hint)
        arguments = [self._value(argument) for argument in node.arguments]
        _check_arguments(node, function, arguments)
        if any(argument.is_null for argument in arguments):
            return Operand(node, function.returns, nullable=True)
        sql = function.sql(*(operand_to_sql(argument, argument) for argument in arguments))
        return Operand(node, function.returns, sql, nullable=any(argument.nullable for argument in arguments))


def _as_condition(operand: Operand, negated: bool) -> Condition:
    """A boolean field, call or constant as a condition. Raises ODataError for any other operand."""
    if operand.kind not in (Kind.BOOLEAN, None):
        name = operand.node.name if isinstance(operand.node, Name) else "x"
        hint = f"compare it with something, as in {name} eq …"
        if negated:
            hint = f"not binds tighter than a comparison, so write not ({name} eq …)"
        raise ODataError(FILTER, operand.node.position, operand.description, "a condition", hint)
    if operand.is_null:
        return Condition(literal(None, Boolean()), nullable=True)
    sql = operand.sql
    if sql is None:
        sql = true() if operand.value else false()
    return Condition(not_(sql) if negated else sql, operand.nullable)


def _check_order(node: Comparison, left: Operand, right: Operand) -> None:
    if node.operator not in ("eq", "ne") and left.kind is right.kind is Kind.GUID:
        found = f"'{node.operator}' between GUIDs"
        raise ODataError(FILTER, node.operator_position, found, "eq, ne or in", "GUIDs have no order")


def _check_arguments(node: Call, function: Function, arguments: list[Operand]) -> None:
    parameters = function.parameters
    if len(arguments) != len(parameters):
        found = f"{node.function} with {len(arguments)} argument{'s' * (len(arguments) != 1)}"
        raise ODataError(FILTER, node.position, found, f"{len(parameters)}")
    for argument, kind in zip(arguments, parameters, strict=True):
        if argument.kind not in (kind, None):
            expected = f"a {kind.value} as argument of {node.function}"
            hint = quoting_hint(argument, kind)
            raise ODataError(FILTER, argument.node.position, argument.description, expected, hint)
