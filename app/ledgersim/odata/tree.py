"""The syntax tree of a `$filter`: built by the parser, read by the translation to SQL.

`position` is the column at which a node starts, counted from 1. `depth` is an upper bound for the parser stack
that the node's SQL needs if the deepest operand comes first. SQLite's parser stack commonly has 100 entries,
far fewer than SQLite's limit on the depth of expressions.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from ledgersim.odata.fields import Kind

Value = str | int | Decimal | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal value and its text; `kind` is None for null, which can be compared with every kind."""

    kind: Kind | None
    value: Value
    text: str
    position: int
    depth: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A field name, in any case."""

    name: str
    position: int
    depth: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; the name is in lower case."""

    function: str
    arguments: tuple["Node", ...]
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Negation:
    """`not operand`."""

    operand: "Node"
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, where operator is eq, ne, gt, ge, lt or le."""

    operator: str
    left: "Node"
    right: "Node"
    position: int
    operator_position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Membership:
    """`operand in (members)`."""

    operand: "Node"
    members: tuple[Literal, ...]
    position: int
    depth: int


@dataclass(frozen=True, slots=True)
class Combination:
    """Two or more terms joined by `and`, or by `or`."""

    operator: str
    terms: tuple["Node", ...]
    position: int
    depth: int


Node = Literal | Name | Call | Negation | Comparison | Membership | Combination


def depth_over(*nodes: Node) -> int:
    """The depth of an operator over these nodes.

    The deepest node comes first and costs a parenthesis; any other node costs an operand, an operator and a
    parenthesis.
    """
    deepest, *others = sorted((node.depth for node in nodes), reverse=True)
    return max([deepest + 1, *(other + 3 for other in others[:1])])
