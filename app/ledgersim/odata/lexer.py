"""Splits text into tokens, one at a time, so that the first error in the text is the one reported."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ledgersim.odata.errors import ODataError, quoted
from ledgersim.odata.literals import DATETIME, GUID, READERS, InvalidLiteralError
from ledgersim.odata.tree import Literal

MAX_LENGTH = 10_000  # characters

_ENDS = r"(?![0-9A-Za-z_.:+-])"
_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n]+)"
    rf"|(?P<date>{DATETIME.pattern}{_ENDS})"
    rf"|(?P<guid>{GUID.pattern}{_ENDS})"
    r"|(?P<number>[+-]?[0-9][0-9A-Za-z_.:+-]*|[+-]?INF\b|NaN\b)"
    r"|(?P<typed>(?i:datetimeoffset|datetime|guid)'[^']*')"
    r"|(?P<string>'[^']*+(?:''[^']*+)*+')"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,)"
)

DOUBLE_QUOTES = "double the quotes within a string, as in 'O''Brien'"
_HINTS = {
    "'": DOUBLE_QUOTES,
    '"': "write strings in single quotes",
    "=": "write eq",
    "!": "write ne or not",
    "<": "write lt or le",
    ">": "write gt or ge",
    "&": "write and",
    "|": "write or",
    "/": "only fields of the list itself can be used",
    "-": "a minus sign is allowed only in front of a number",
}


class TokenKind(Enum):
    """The kinds of token."""

    LITERAL = auto()
    WORD = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    END = auto()


_WITHOUT_VALUE = {
    "open": TokenKind.OPEN,
    "close": TokenKind.CLOSE,
    "comma": TokenKind.COMMA,
    "word": TokenKind.WORD,
}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text with its position, counted from 1, and its value if it is a literal."""

    kind: TokenKind
    text: str
    position: int
    literal: Literal | None = None

    @property
    def word(self) -> str:
        """The lower-cased text of a word; empty for any other token."""
        return self.text.lower() if self.kind is TokenKind.WORD else ""

    @property
    def end(self) -> int:
        """The position after the token."""
        return self.position + len(self.text)

    @property
    def description(self) -> str:
        """The token as messages name it."""
        if self.kind is TokenKind.END:
            return "the end of the text"
        return quoted(self.text)


def tokenize(text: str, parameter: str) -> Iterator[Token]:
    """Yields the tokens of a text, END last. Raises ODataError at the first text that is not a token."""
    if len(text) > MAX_LENGTH:
        found = f"a text of {len(text)} characters"
        raise ODataError(parameter, MAX_LENGTH + 1, found, f"at most {MAX_LENGTH}")
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unexpected(text, at, parameter)
        group, piece, position = match.lastgroup or "", match.group(), at + 1
        if group in _WITHOUT_VALUE:
            yield Token(_WITHOUT_VALUE[group], piece, position)
        elif group != "blank":
            try:
                kind, value = READERS[group](piece)
            except InvalidLiteralError as error:
                raise ODataError(parameter, position, quoted(piece), str(error)) from None
            yield Token(TokenKind.LITERAL, piece, position, Literal(kind, value, piece, position))
        at = match.end()
    yield Token(TokenKind.END, "", len(text) + 1)


def _unexpected(text: str, at: int, parameter: str) -> ODataError:
    character = text[at]
    if character == "'":
        found, expected = "an unterminated string", "a closing quote"
    else:
        printable = f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
        found, expected = f"the character {printable}", "a field, a value, an operator or a parenthesis"
    return ODataError(parameter, at + 1, found, expected, _HINTS.get(character, ""))
