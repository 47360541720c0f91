"""Values in an expression: which may meet which, and how each is written in SQL for the other."""

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
    """Something with SQL, or else a literal, which is bound only when it is known what it meets.

    `kind` is None for the literal null, which goes with every kind.
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
    def described(self) -> str:
        """What an error calls it."""
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


def comparable(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """The two as values of one kind; a GUID may stand in quotes. Raises ODataError if they differ."""
    if left.kind is None or right.kind is None or left.kind is right.kind:
        return left, right
    if {left.kind, right.kind} == {Kind.STRING, Kind.GUID}:
        pair = _unquoted(left), _unquoted(right)
        if pair[0].kind is pair[1].kind:
            return pair
    is_left = isinstance(left.node, Literal) and not isinstance(right.node, Literal)
    wrong, other = (left, right) if is_left else (right, left)
    expected = f"a {other.kind.value if other.kind else ''} to compare with {other.described}"
    advice = quoting_advice(wrong, other.kind)
    raise ODataError(FILTER, wrong.node.position, wrong.described, expected, advice)


def quoting_advice(wrong: Operand, kind: Kind | None) -> str:
    """How a literal of the wrong kind may have been meant."""
    if not isinstance(wrong.node, Literal) or wrong.kind is None or kind is None:
        return ""
    if kind is Kind.STRING:
        return "write strings in single quotes"
    if wrong.kind is not Kind.STRING:
        return ""
    if kind is Kind.GUID:
        return "a GUID looks like 6f9619ff-8b86-d011-b42d-00c04fc964ff"
    return f"write a {kind.value} without quotes"


def in_sql(operand: Operand, partner: Operand) -> Sql:
    """The operand as an operand of SQL, in the scale and type in which its partner is stored.

    Values become bind parameters, never text.
    """
    scale = lcm(operand.scale, partner.scale) // operand.scale
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
            column = partner.sql
            return literal(moment, DateTime(timezone=True) if column is None else column.type)


def _unquoted(operand: Operand) -> Operand:
    """The operand; if it is a GUID in quotes, the GUID."""
    if isinstance(operand.node, Literal) and isinstance(operand.value, str):
        guid = as_guid(operand.value)
        return operand if guid is None else replace(operand, kind=Kind.GUID, value=guid)
    return operand


def _number(value: int | Decimal, scale: int) -> Sql:
    """A bound number: an integer if it is one and fits, else a float, which every integer compares with."""
    scaled = _EXACT.multiply(Decimal(value), Decimal(scale))
    if scaled == scaled.to_integral_value() and -(2**63) <= scaled < 2**63:
        return literal(int(scaled), BigInteger())
    return literal(float(scaled), Double())
