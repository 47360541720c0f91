"""Service definitions: what they are asked, what they reply, and those that are built in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from ledgersim.problems import INTERNAL, invalid

SLOW_SECONDS = 2
MAX_SLOW_SECONDS = 30

Find = Callable[[str, str], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a service: `text` is the body as it came, `body` its value; both empty where none came."""

    service: str
    text: bytes
    body: Any
    now: str  # ISO 8601, by the clock of the space
    owner: dict[str, Any] | None  # as its GET shows it
    find: Find  # anything else by collection and GUID, as its GET shows it


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service replies: a status and JSON."""

    status: int
    text: bytes


def _at_once(_: Asked) -> float:
    return 0


@dataclass(frozen=True, slots=True)
class Definition:
    """How a service replies, and after how many seconds of real time. Both may raise a Problem."""

    reply: Callable[[Asked], Reply]
    delay: Callable[[Asked], float] = _at_once


def echo(asked: Asked) -> Reply:
    """The body itself, to the byte; an empty object where there was none."""
    return Reply(200, asked.text or b"{}")


def fail(asked: Asked) -> Reply:
    """A failure of the vendor. Raises a 500 Problem."""
    raise INTERNAL.with_detail(f"The service {asked.service} always fails.")


def slow_seconds(asked: Asked) -> float:
    """How long Slow waits: `seconds` of the body, else 2. Raises a 400 Problem."""
    if asked.body is None:
        return SLOW_SECONDS
    if not isinstance(asked.body, dict):
        raise invalid("body", "Input should be a JSON object")
    seconds = asked.body.get("seconds", SLOW_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | Decimal):
        raise invalid("seconds", "Input should be a number, without quotation marks")
    if not 0 <= seconds <= MAX_SLOW_SECONDS:
        raise invalid("seconds", f"Input should be from 0 to {MAX_SLOW_SECONDS}")
    return float(seconds)


def slow(asked: Asked) -> Reply:
    """How long it took."""
    return Reply(200, b'{"seconds":%g}' % slow_seconds(asked))


BUILT_IN = {"Echo": Definition(echo), "Fail": Definition(fail), "Slow": Definition(slow, slow_seconds)}


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint for a name that is none: the one that it may have been meant for, else all there are."""
    known = {one.lower(): one for one in sorted(names)}
    found = get_close_matches(name[:80].lower(), known, n=1)
    if found:
        return f"did you mean {known[found[0]]}? Names keep their case"
    return f"known are {', '.join(known.values())}"
