"""Parses tokens into a tree, by precedence climbing over the operators of OData 4.01 (section 5.1.1.17)."""

from functools import lru_cache

from ledgersim.errors import did_you_mean
from ledgersim.odata.errors import FILTER, ODataError
from ledgersim.odata.fields import Kind
from ledgersim.odata.lexer import DOUBLE_QUOTES, Token, TokenKind, tokenize
from ledgersim.odata.tree import (
    Call,
    Combination,
    Comparison,
    Literal,
    Membership,
    Name,
    Negation,
    Node,
    depth_over,
)

MAX_NESTING = 50  # levels of parentheses, `not` and function calls
MAX_DEPTH = 60  # see ledgersim.odata.tree
MAX_OPERATORS = 500  # operators, function calls and list members in total

_RELATIONAL, _NOT = 4, 5
_PRECEDENCE = {
    "eq": 3,
    "ne": 3,
    "gt": _RELATIONAL,
    "ge": _RELATIONAL,
    "lt": _RELATIONAL,
    "le": _RELATIONAL,
    "in": 6,  # a primary operator: `not x in (1)` is `not (x in (1))`
    "and": 2,
    "or": 1,
}
_CONSTANTS: dict[str, tuple[Kind | None, bool | None]] = {
    "null": (None, None),
    "true": (Kind.BOOLEAN, True),
    "false": (Kind.BOOLEAN, False),
}
_ARITHMETIC = {"add", "sub", "mul", "div", "divby", "mod"}
_IDEMPOTENT = {"tolower", "toupper", "trim"}

_EXPRESSION = "an expression (a field, a value, a function, not or a parenthesis)"
_OPERATOR = f"an operator ({', '.join(_PRECEDENCE)})"


@lru_cache(maxsize=256)
def parse_filter(text: str) -> Node:
    """The tree of a `$filter`. Raises ODataError if the text is invalid, too long or too deeply nested."""
    return _Parser(text).parse()


class _Parser:
    """Parses one text once."""

    def __init__(self, text: str) -> None:
        self._tokens = tokenize(text, FILTER)
        self._last = self._token = next(self._tokens)
        self._nesting = 0
        self._operators = 0

    def parse(self) -> Node:
        """The tree of the whole text."""
        node = self._expression()
        if self._token.kind is not TokenKind.END:
            raise self._error(f"{_OPERATOR} or the end", self._hint())
        return node

    def _expression(self, lowest: int = 1) -> Node:
        """An operand and the operators after it that have at least the precedence `lowest`."""
        left = self._operand()
        while _PRECEDENCE.get(self._token.word, 0) >= lowest:
            operator = self._advance()
            self._count(operator)
            left = self._check_depth(self._operation(operator, left), operator)
        return left

    def _operation(self, operator: Token, left: Node) -> Node:
        """The node of an operator whose left operand and name have been read."""
        name = operator.word
        if name == "in":
            return Membership(left, self._members(), left.position, depth_over(left) + 1)
        right = self._expression(_PRECEDENCE[name] + 1)
        if name in ("and", "or"):
            return self._chain(name, left, right)
        depth = depth_over(left, right) + (_PRECEDENCE[name] == _RELATIONAL)
        return Comparison(name, left, right, left.position, operator.position, depth)

    def _chain(self, name: str, *terms: Node) -> Node:
        """Consecutive terms joined by the same `and` or `or`, as one node."""
        chain = list(terms)
        while self._token.word == name:
            self._count(self._advance())
            chain.append(self._expression(_PRECEDENCE[name] + 1))
        return Combination(name, tuple(chain), chain[0].position, depth_over(*chain))

    def _operand(self) -> Node:
        """A literal, a field, a call, `not` or a parenthesis."""
        token = self._token
        if token.literal is not None or token.word in _CONSTANTS:
            return self._literal()
        if token.word == "not":
            return self._negation(self._advance())
        if token.kind is TokenKind.OPEN:
            return self._group(self._advance())
        if token.kind is not TokenKind.WORD or token.word in _PRECEDENCE:
            raise self._error(_EXPRESSION)
        self._advance()
        return self._call(token) if self._token.kind is TokenKind.OPEN else Name(token.text, token.position)

    def _literal(self) -> Literal:
        token = self._advance()
        if token.literal is not None:
            return token.literal
        kind, value = _CONSTANTS[token.word]
        return Literal(kind, value, token.text, token.position)

    def _negation(self, word: Token) -> Node:
        self._count(word)
        self._enter(word)
        operand = self._expression(_NOT)
        self._nesting -= 1
        return self._check_depth(Negation(operand, word.position, operand.depth + 1), word)

    def _group(self, bracket: Token) -> Node:
        self._enter(bracket)
        node = self._expression()
        self._close(bracket)
        return node

    def _call(self, name: Token) -> Node:
        self._count(name)
        bracket = self._advance()
        self._enter(bracket)
        arguments: tuple[Node, ...] = ()
        if self._token.kind is not TokenKind.CLOSE:
            arguments = (self._expression(),)
        while self._token.kind is TokenKind.COMMA:
            self._advance()
            arguments = (*arguments, self._expression())
        self._close(bracket, "',' or ')'")
        return self._check_depth(_call(name, arguments), name)

    def _members(self) -> tuple[Literal, ...]:
        """The operand to the right of `in`: at least one literal, in parentheses."""
        bracket = self._token
        if bracket.kind is not TokenKind.OPEN:
            raise self._error("a list of values in parentheses")
        self._enter(bracket)
        members: list[Literal] = []
        while not members or self._token.kind is TokenKind.COMMA:
            self._advance()
            self._count(self._token)
            if self._token.literal is None and self._token.word not in _CONSTANTS:
                raise self._error("a value (a string, a number, a date, a GUID, true, false or null)")
            members.append(self._literal())
        self._close(bracket, "',' or ')'")
        return tuple(members)

    def _advance(self) -> Token:
        """Moves on to the next token and returns the one before."""
        self._last, self._token = self._token, next(self._tokens)
        return self._last

    def _enter(self, token: Token) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise _too_deep(token, f"at most {MAX_NESTING} levels of parentheses, not and function calls")

    def _close(self, opened: Token, expected: str = "an operator or ')'") -> None:
        if self._token.kind is not TokenKind.CLOSE:
            expected = f"{expected} for the parenthesis at position {opened.position}"
            raise self._error(expected, self._hint())
        self._nesting -= 1
        self._advance()

    def _count(self, token: Token) -> None:
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            found = f"more than {MAX_OPERATORS} operators, calls and list members"
            hint = "split it into several requests"
            raise ODataError(FILTER, token.position, found, f"at most {MAX_OPERATORS}", hint)

    def _check_depth(self, node: Node, token: Token) -> Node:
        if node.depth > MAX_DEPTH:
            raise _too_deep(token, "fewer nested operators and functions")
        return node

    def _hint(self) -> str:
        """A hint at what an unexpected token after an operand was meant for."""
        unescaped = self._last.text.endswith("'") and self._token.position == self._last.end
        if unescaped and self._token.kind in (TokenKind.WORD, TokenKind.LITERAL):
            return DOUBLE_QUOTES
        if self._token.word in _ARITHMETIC:
            return "arithmetic is not supported"
        return did_you_mean(self._token.word, _PRECEDENCE, otherwise="")

    def _error(self, expected: str, hint: str = "") -> ODataError:
        return ODataError(FILTER, self._token.position, self._token.description, expected, hint)


def _call(name: Token, arguments: tuple[Node, ...]) -> Node:
    """The node of a call. Applying an idempotent function twice is reduced to once."""
    match arguments:
        case (Call(function=function) as inner,) if function == name.word and function in _IDEMPOTENT:
            return inner
    depth = max((argument.depth + 3 + 2 * i for i, argument in enumerate(arguments)), default=0)
    return Call(name.word, arguments, name.position, depth)


def _too_deep(token: Token, expected: str) -> ODataError:
    return ODataError(FILTER, token.position, "a too deeply nested expression", expected)
