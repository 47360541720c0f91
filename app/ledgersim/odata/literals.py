"""Reads literals: numbers, strings, dates and GUIDs."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from math import isinf

from ledgersim.odata.fields import Kind
from ledgersim.odata.tree import Value

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([Ee][+-]?[0-9]+)?")
GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# A `+` in a query string is decoded to a space, so a space is accepted as the sign of the offset.
DATETIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(?:[Zz]|([+\- ])([0-9]{2}):?([0-9]{2}))?)?"
)


def as_guid(text: str) -> str | None:
    """The GUID in lower case, as it is stored; None if the text is not a GUID."""
    return text.lower() if GUID.fullmatch(text) else None


class InvalidLiteralError(ValueError):
    """An invalid literal; the message says what was expected."""


def _number(text: str) -> tuple[Kind, Value]:
    match = _NUMBER.fullmatch(text)
    if match is None:
        infinite = text.lstrip("+-") in ("INF", "NaN")
        raise InvalidLiteralError("a finite number" if infinite else "a number, a date or a GUID")
    try:
        value = Decimal(text)
    except InvalidOperation:  # an exponent of 19 digits
        raise InvalidLiteralError("a number with a shorter exponent") from None
    if not match[1] and not match[2]:
        if not -(2**63) <= value < 2**63:
            raise InvalidLiteralError("an integer of at most 64 bits")
        return Kind.NUMBER, int(value)
    if isinf(float(text)):
        raise InvalidLiteralError("a finite number")
    return Kind.NUMBER, value


def _datetime(text: str) -> tuple[Kind, Value]:
    match = DATETIME.fullmatch(text)
    if match is None:
        raise InvalidLiteralError("a date as in 2026-01-31 or 2026-01-31T12:00:00Z")
    *parts, fraction, sign, hours, minutes = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    microsecond = int((fraction or "")[:6].ljust(6, "0"))
    try:
        zone = _zone(sign, hours, minutes)
        moment = datetime(year, month, day, hour, minute, second, microsecond, zone)
        return Kind.DATETIME, moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidLiteralError("an existing date and time between the years 1 and 9999") from None


def _zone(sign: str | None, hours: str, minutes: str) -> timezone:
    if sign is None:
        return UTC
    if int(minutes) > 59:
        raise ValueError("an hour has 60 minutes")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def _guid(text: str) -> tuple[Kind, Value]:
    guid = as_guid(text)
    if guid is None:
        raise InvalidLiteralError("a GUID as in 6f9619ff-8b86-d011-b42d-00c04fc964ff")
    return Kind.GUID, guid


def _typed(text: str) -> tuple[Kind, Value]:
    """An OData 3 literal: `datetime'…'` or `guid'…'`."""
    prefix, content, _ = text.split("'")
    return _guid(content) if prefix.lower() == "guid" else _datetime(content)


def _string(text: str) -> tuple[Kind, Value]:
    return Kind.STRING, text[1:-1].replace("''", "'")


READERS: Mapping[str, Callable[[str], tuple[Kind, Value]]] = {
    "date": _datetime,
    "guid": _guid,
    "number": _number,
    "typed": _typed,
    "string": _string,
}
