"""Operands: which types can be compared, and how an operand is written in SQL to match the other one."""

from dataclasses import dataclass, replace
from decimal import Context, Decimal
from math import lcm

from sqlalchemy import BigInteger, Boolean, ColumnClause, DateTime, Double, String, literal, null
from sqlalchemy.sql.expression import Grouping

from ledgersim.odata.errors import FILTER, ODataError, clipped, quoted
from ledgersim.odata.fields import Kind, Sql
from ledgersim.odata.lexer import MAX_LENGTH
from ledgersim.odata.literals import as_guid
from ledgersim.odata.tree import Call, Literal, Name, Node, Value

_EXACT = Context(prec=MAX_LENGTH + 20)  # more digits than a literal can have


@dataclass(frozen=True, slots=True)
class Operand:
    """An SQL expression or a literal. A literal is bound only when the other operand is known.

    `kind` is None for the literal null, which can be compared with every kind.
    """

    node: Node
    kind: Kind | None
    sql: Sql | None = None
    value: Value = None
    scale: int = 1
    nullable: bool = False

    @property
    def is_null(self) -> bool:
        """Whether it is null in every row."""
        return self.sql is None and self.value is None

    @property
    def description(self) -> str:
        """The operand as messages name it."""
        noun = "null" if self.kind is None else f"a {self.kind.value}"
        match self.node:
            case Literal(kind=None):
                return noun
            case Literal(text=text):
                return f"the {noun.removeprefix('a ')} {clipped(text)}"
            case Name(name=name):
                return f"the field {quoted(name)} ({noun})"
            case Call(function=function):
                return f"the result of {function} ({noun})"
        return "a condition"


def unify_kinds(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """The two operands, of one kind: a quoted GUID becomes a GUID. Raises ODataError if the kinds differ."""
    if left.kind is None or right.kind is None or left.kind is right.kind:
        return left, right
    if {left.kind, right.kind} == {Kind.STRING, Kind.GUID}:
        pair = _unquoted(left), _unquoted(right)
        if pair[0].kind is pair[1].kind:
            return pair
    is_left = isinstance(left.node, Literal) and not isinstance(right.node, Literal)
    wrong, other = (left, right) if is_left else (right, left)
    expected = f"a {other.kind.value if other.kind else ''} to compare with {other.description}"
    hint = quoting_hint(wrong, other.kind)
    raise ODataError(FILTER, wrong.node.position, wrong.description, expected, hint)


def quoting_hint(wrong: Operand, kind: Kind | None) -> str:
    """How to write a literal of the wrong kind as the expected one; empty if that is not obvious."""
    if not isinstance(wrong.node, Literal) or wrong.kind is None or kind is None:
        return ""
    if kind is Kind.STRING:
        return "write strings in single quotes"
    if wrong.kind is not Kind.STRING:
        return ""
    if kind is Kind.GUID:
        return "a GUID looks like 6f9619ff-8b86-d011-b42d-00c04fc964ff"
    return f"write a {kind.value} without quotes"


def operand_to_sql(operand: Operand, other: Operand) -> Sql:
    """The operand in SQL, in the scale and type of the other operand. Values become bind parameters."""
    scale = lcm(operand.scale, other.scale) // operand.scale
    if operand.sql is not None:
        plain = operand.kind is not Kind.BOOLEAN or isinstance(operand.sql, ColumnClause)
        sql = operand.sql if plain else Grouping(operand.sql)
        return sql if scale == 1 else sql * scale
    match operand.value:
        case None:
            return null()
        case bool(truth):
            return literal(truth, Boolean())
        case int() | Decimal() as number:
            return _number(number, scale)
        case str(text):
            return literal(text, String())
        case moment:
            column = other.sql
            return literal(moment, DateTime(timezone=True) if column is None else column.type)


def _unquoted(operand: Operand) -> Operand:
    """The operand, as a GUID if it is a GUID in quotes."""
    if isinstance(operand.node, Literal) and isinstance(operand.value, str):
        guid = as_guid(operand.value)
        return operand if guid is None else replace(operand, kind=Kind.GUID, value=guid)
    return operand


def _number(value: int | Decimal, scale: int) -> Sql:
    """A bound number: an integer if it is integral and fits 64 bits, otherwise a float."""
    scaled = _EXACT.multiply(Decimal(value), Decimal(scale))
    if scaled == scaled.to_integral_value() and -(2**63) <= scaled < 2**63:
        return literal(int(scaled), BigInteger())
    return literal(float(scaled), Double())
