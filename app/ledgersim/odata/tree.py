"""What a `$filter` says: the tree that the parser makes and the translation to SQL reads.

`position` is the column at which a node starts, counted from 1. `depth` bounds how many open
brackets and operators a parser of the node's SQL must remember, deepest operand first: that of SQLite
is commonly built with room for 100 of them, whatever its limit on the depth of expressions.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from ledgersim.odata.fields import Kind

Value = str | int | Decimal | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as the client wrote it; `kind` is None for null, which compares with everything."""

    kind: Kind | None
    value: Value
    text: str
    position: int
    depth: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A field, by its name in any case."""

    name: str
    position: int
    depth: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function of arguments; its name is in lower case."""

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
    """`left operator right`, with one of eq, ne, gt, ge, lt, le."""

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
    """The depth of an operator over these nodes: the deepest one, written first, costs one bracket;
    any other an operand, an operator and a bracket."""
    deepest, *others = sorted((node.depth for node in nodes), reverse=True)
    return max([deepest + 1, *(other + 3 for other in others[:1])])
