"""From text to tokens, one at a time, so that the first thing wrong is the one that is reported."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ledgersim.odata.errors import ODataError, quoted
from ledgersim.odata.literals import DATETIME, GUID, READERS, UnreadableError
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

DOUBLE_QUOTES = "a quote within a string is written twice, as in 'O''Brien'"
_ADVICE = {
    "'": DOUBLE_QUOTES,
    '"': "write strings in single quotes",
    "=": "write eq",
    "!": "write ne or not",
    "<": "write lt or le",
    ">": "write gt or ge",
    "&": "write and",
    "|": "write or",
    "/": "only the list's own fields can be used",
    "-": "a minus sign belongs to a number",
}


class Mark(Enum):
    """The sorts of token."""

    LITERAL = auto()
    WORD = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    END = auto()


_PUNCTUATION = {"open": Mark.OPEN, "close": Mark.CLOSE, "comma": Mark.COMMA, "word": Mark.WORD}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, where it starts, and its value if it is a literal."""

    mark: Mark
    text: str
    position: int
    literal: Literal | None = None

    @property
    def word(self) -> str:
        """The text in lower case if it is a word, else nothing."""
        return self.text.lower() if self.mark is Mark.WORD else ""

    @property
    def end(self) -> int:
        """The position right after it."""
        return self.position + len(self.text)

    @property
    def shown(self) -> str:
        """What an error calls it."""
        if self.mark is Mark.END:
            return "the end of the text"
        return quoted(self.text)


def tokens(text: str, parameter: str) -> Iterator[Token]:
    """The tokens of a text, the last of them END. Raises ODataError where there is none to be seen."""
    if len(text) > MAX_LENGTH:
        found = f"a text of {len(text)} characters"
        raise ODataError(parameter, MAX_LENGTH + 1, found, f"at most {MAX_LENGTH}")
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unexpected(text, at, parameter)
        sort, piece, position = match.lastgroup or "", match.group(), at + 1
        if sort in _PUNCTUATION:
            yield Token(_PUNCTUATION[sort], piece, position)
        elif sort != "blank":
            try:
                kind, value = READERS[sort](piece)
            except UnreadableError as error:
                raise ODataError(parameter, position, quoted(piece), str(error)) from None
            yield Token(Mark.LITERAL, piece, position, Literal(kind, value, piece, position))
        at = match.end()
    yield Token(Mark.END, "", len(text) + 1)


def _unexpected(text: str, at: int, parameter: str) -> ODataError:
    character = text[at]
    if character == "'":
        found, expected = "a string that does not end", "a closing quote"
    else:
        shown = f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
        found, expected = f"the character {shown}", "a field, a value, an operator or a parenthesis"
    return ODataError(parameter, at + 1, found, expected, _ADVICE.get(character, ""))
