"""The one way in which this package says no."""

from collections.abc import Iterable
from difflib import get_close_matches

FILTER, ORDERBY = "$filter", "$orderby"

_LONGEST_QUOTE = 40  # of the client's own text, in a message


class ODataError(Exception):
    """An expression that cannot be used.

    `parameter` is the query option, `position` the column in its text, counted from 1; `message` is
    one sentence that says all of it, and the `advice` if there is any.
    """

    def __init__(self, parameter: str, position: int, found: str, expected: str, advice: str = "") -> None:
        self.parameter = parameter
        self.position = position
        self.found = found
        self.expected = expected
        sentence = f"{parameter} cannot be used: at position {position} found {found}, expected {expected}"
        sentence = "; ".join(filter(None, (sentence, advice)))
        self.message = sentence if sentence.endswith("?") else f"{sentence}."
        super().__init__(self.message)


def clipped(text: str) -> str:
    """The text, short enough to stand in a message."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


def quoted(text: str) -> str:
    """The client's text as a message shows it: in quotes, unless it has its own."""
    return clipped(text) if "'" in text else f"'{clipped(text)}'"


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Advice that names the known words most like this one; if none is like it, `otherwise` or all."""
    spelling = {name.lower(): name for name in known}
    nearest = get_close_matches(word.lower(), spelling, n=3)
    if nearest:
        return f"did you mean {' or '.join(spelling[name] for name in nearest)}?"
    return f"use one of {', '.join(spelling.values())}" if otherwise is None else otherwise
