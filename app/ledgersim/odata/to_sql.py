"""From a tree to a portable SQL condition: types, functions and the logic of three values.

Functions of null are null, comparisons with null are not (see ledgersim.odata.comparisons), and only
true selects. `not` is pushed down to what it denies, which leaves less to nest and to get wrong.
"""

from functools import reduce

from sqlalchemy import Boolean, ColumnElement, and_, false, literal, not_, or_, true

from ledgersim.odata.comparisons import Condition, compared, included
from ledgersim.odata.errors import FILTER, ODataError, did_you_mean, quoted
from ledgersim.odata.fields import Fields, Kind, find_field
from ledgersim.odata.functions import FUNCTIONS, Function
from ledgersim.odata.operands import Operand, comparable, in_sql, quoting_advice
from ledgersim.odata.tree import Call, Combination, Comparison, Literal, Membership, Name, Negation, Node

_DEEP = 7  # a term deeper than this is written first (see ledgersim.odata.tree), others keep their order


def filter_to_sql(node: Node, fields: Fields) -> ColumnElement[bool]:
    """The condition that is true for the rows which the `$filter` selects.

    Raises ODataError for an unknown field or function and for operands of the wrong type.
    """
    return _Translation(fields).condition(node).sql


class _Translation:
    """One tree over one list's fields."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def condition(self, node: Node, negated: bool = False, exact: bool = False) -> Condition:
        """A node that must be true or false, or its opposite."""
        match node:
            case Negation(operand=operand):
                return self.condition(operand, not negated, exact)
            case Combination():
                return self._combination(node, negated, exact)
            case Comparison(operator=name):
                left, right = comparable(self._value(node.left), self._value(node.right))
                _check_order(node, left, right)
                return compared(name, left, right, negated, exact)
            case Membership():
                return self._membership(node, negated, exact)
        return _asserted(self._value(node), negated)

    def _value(self, node: Node) -> Operand:
        """A node as an operand of a comparison or of a function."""
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
        """`and` and `or` of any length; of opposites the one becomes the other."""
        terms = sorted(node.terms, key=lambda term: term.depth if term.depth > _DEEP else 0, reverse=True)
        conditions = [self.condition(term, negated, exact) for term in terms]
        join = and_ if (node.operator == "and") != negated else or_
        sql = join(*(condition.sql for condition in conditions))
        return Condition(sql, any(condition.nullable for condition in conditions))

    def _membership(self, node: Membership, negated: bool, exact: bool) -> Condition:
        members = [self._value(member) for member in node.members]
        # A string in quotes becomes a GUID as soon as it meets one.
        operand = reduce(lambda left, right: comparable(left, right)[0], members, self._value(node.operand))
        return included(operand, [comparable(operand, member)[1] for member in members], negated, exact)

    def _call(self, node: Call) -> Operand:
        function = FUNCTIONS.get(node.function)
        if function is None:
            found = f"the unknown function {quoted(node.function)}"
            advice = did_you_mean(node.function, FUNCTIONS)
            raise ODataError(FILTER, node.position, found, "a function of this language", advice)
        arguments = [self._value(argument) for argument in node.arguments]
        _check_arguments(node, function, arguments)
        if any(argument.is_null for argument in arguments):
            return Operand(node, function.gives, nullable=True)
        sql = function.sql(*(in_sql(argument, argument) for argument in arguments))
        return Operand(node, function.gives, sql, nullable=any(argument.nullable for argument in arguments))


def _asserted(operand: Operand, negated: bool) -> Condition:
    """A field, a call or a constant that is a condition by itself. Raises ODataError if it is none."""
    if operand.kind not in (Kind.BOOLEAN, None):
        shown = operand.node.name if isinstance(operand.node, Name) else "x"
        advice = f"compare it with something, as in {shown} eq …"
        if negated:
            advice = f"not binds tighter than a comparison, so write not ({shown} eq …)"
        raise ODataError(FILTER, operand.node.position, operand.described, "a condition", advice)
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
    takes = function.takes
    if len(arguments) != len(takes):
        found = f"{node.function} with {len(arguments)} argument{'s' * (len(arguments) != 1)}"
        raise ODataError(FILTER, node.position, found, f"{len(takes)}")
    for argument, kind in zip(arguments, takes, strict=True):
        if argument.kind not in (kind, None):
            expected = f"a {kind.value} as argument of {node.function}"
            advice = quoting_advice(argument, kind)
            raise ODataError(FILTER, argument.node.position, argument.described, expected, advice)
