"""The supported functions: their parameter types, result type and translation to SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import String, extract, func, literal

from ledgersim.odata.fields import Kind, Sql
from ledgersim.storage.functions import strpos

# The characters with Unicode property White_Space: OData's trim removes them all, SQL's only spaces by default.
_WHITESPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
# A noncharacter, which Unicode reserves for internal use: it marks the end of a string.
_END = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Function:
    """The types of the parameters and of the result, and the translation, given the SQL of the arguments."""

    parameters: tuple[Kind, ...]
    returns: Kind
    sql: Callable[..., Sql]


def _text(value: str) -> Sql:
    return literal(value, String())


def _contains(text: Sql, part: Sql) -> Sql:
    return strpos(text, part) > 0


def _startswith(text: Sql, part: Sql) -> Sql:
    return strpos(text, part) == 1


def _endswith(text: Sql, part: Sql) -> Sql:
    return strpos(text.concat(_text(_END)), part.concat(_text(_END))) > 0


def _length(text: Sql) -> Sql:
    return strpos(text.concat(_text(_END)), _text(_END)) - 1


def _trim(text: Sql) -> Sql:
    return func.trim(text, _text(_WHITESPACE))


def _year(moment: Sql) -> Sql:
    return extract("year", moment)


def _month(moment: Sql) -> Sql:
    return extract("month", moment)


def _day(moment: Sql) -> Sql:
    return extract("day", moment)


_STRING, _TWO_STRINGS, _MOMENT = (Kind.STRING,), (Kind.STRING, Kind.STRING), (Kind.DATETIME,)

FUNCTIONS: Mapping[str, Function] = {
    "contains": Function(_TWO_STRINGS, Kind.BOOLEAN, _contains),
    "startswith": Function(_TWO_STRINGS, Kind.BOOLEAN, _startswith),
    "endswith": Function(_TWO_STRINGS, Kind.BOOLEAN, _endswith),
    "tolower": Function(_STRING, Kind.STRING, func.lower),
    "toupper": Function(_STRING, Kind.STRING, func.upper),
    "trim": Function(_STRING, Kind.STRING, _trim),
    "length": Function(_STRING, Kind.NUMBER, _length),
    "year": Function(_MOMENT, Kind.NUMBER, _year),
    "month": Function(_MOMENT, Kind.NUMBER, _month),
    "day": Function(_MOMENT, Kind.NUMBER, _day),
}
