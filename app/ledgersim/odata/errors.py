"""The error that every invalid expression raises."""

FILTER, ORDERBY = "$filter", "$orderby"

_MAX_QUOTE = 40  # characters of the client's own text in a message


class ODataError(Exception):
    """An invalid expression.

    `parameter` is the query option, `position` the column in its text, counted from 1. `message` says it all in
    one sentence, with the `hint`, if any, at its end.
    """

    def __init__(self, parameter: str, position: int, found: str, expected: str, hint: str = "") -> None:
        self.parameter = parameter
        self.position = position
        self.found = found
        self.expected = expected
        sentence = f"Invalid {parameter} at position {position}: found {found}, expected {expected}"
        sentence = "; ".join(filter(None, (sentence, hint)))
        self.message = sentence if sentence.endswith("?") else f"{sentence}."
        super().__init__(self.message)


def clipped(text: str) -> str:
    """Shortens the text to fit into a message."""
    return text if len(text) <= _MAX_QUOTE else f"{text[: _MAX_QUOTE - 1]}…"


def quoted(text: str) -> str:
    """Puts the client's text in quotes, unless it contains some already."""
    return clipped(text) if "'" in text else f"'{clipped(text)}'"
