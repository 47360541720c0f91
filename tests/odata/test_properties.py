"""Properties of every filter: generated texts, and generated expressions compared with a second implementation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import starmap
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement
from sqlalchemy.dialects import sqlite

from ledgersim.odata import Fields, ODataError, filter_to_sql, parse_filter

Row = Any  # a mapping from member names to values
Ids = Callable[[str], list[int]]

VOCABULARY = [
    *("eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "null", "true", "false", "(", ")", ","),
    *("contains(", "startswith(", "endswith(", "tolower(", "toupper(", "trim(", "length(", "year(", "day("),
    *("id", "fullName", "code", "balance", "rate", "isActive", "createdDate", "ref", "nonsense"),
    *("'a'", "''", "'å%_'", "'", "0", "-1", "12.5", "1e300", "9223372036854775807", "=", ".", "/"),
    *("2026-01-31", "2026-01-31T00:00:00Z", "datetime'2026-01-31'", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
]


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join),
        st.lists(st.one_of(st.sampled_from(VOCABULARY), st.text(max_size=3)), max_size=12).map("".join),
    )
)
@example("'\udfff")  # cannot come from UTF-8, and is rejected like any other broken text
def test_any_text_is_a_filter_that_runs_or_is_rejected(ids: Ids, fields: Fields, text: str) -> None:
    try:
        filter_to_sql(parse_filter(text), fields)
    except ODataError as caught:
        error = caught
    else:
        assert set(ids(text)) <= set(range(1, 9))
        return
    assert 1 <= error.position <= len(text) + 1
    assert f"position {error.position}:" in error.message


@dataclass(frozen=True)
class Made:
    """An expression as text, the precedence of its operator, and its value in a row."""

    text: str
    binds: int
    value: Callable[[Row], Any]

    def within(self, binds: int) -> str:
        """The text as an operand of an operator: in parentheses where needed."""
        return self.text if self.binds > binds else f"({self.text})"


OR, AND, EQUALITY, RELATIONAL, NOT, IN, PRIMARY = range(1, 8)

COMPARISONS: dict[str, tuple[int, Callable[[Any, Any], bool]]] = {
    "eq": (EQUALITY, lambda a, b: a == b),
    "ne": (EQUALITY, lambda a, b: a != b),
    "gt": (RELATIONAL, lambda a, b: None not in (a, b) and a > b),
    "ge": (RELATIONAL, lambda a, b: None not in (a, b) and a >= b),
    "lt": (RELATIONAL, lambda a, b: None not in (a, b) and a < b),
    "le": (RELATIONAL, lambda a, b: None not in (a, b) and a <= b),
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "length": len,
    "year": lambda moment: moment.year,
    "month": lambda moment: moment.month,
    "day": lambda moment: moment.day,
}


def field(name: str) -> Made:
    return Made(name, PRIMARY, lambda row: row[name])


def constant(text: str, value: Any) -> Made:
    return Made(text, PRIMARY, lambda row: value)  # noqa: ARG005


def call(name: str, *arguments: Made) -> Made:
    def value(row: Row) -> Any:
        values = [argument.value(row) for argument in arguments]
        return None if None in values else FUNCTIONS[name](*values)

    return Made(f"{name}({','.join(argument.text for argument in arguments)})", PRIMARY, value)


def compare(left: Made, name: str, right: Made) -> Made:
    binds, function = COMPARISONS[name]
    text = f"{left.within(binds - 1)} {name} {right.within(binds)}"
    return Made(text, binds, lambda row: function(left.value(row), right.value(row)))


def member(operand: Made, options: Sequence[Made], negated: bool) -> Made:
    def value(row: Row) -> bool:
        return (operand.value(row) in [option.value(row) for option in options]) is not negated

    text = f"{operand.within(IN - 1)} in ({', '.join(option.text for option in options)})"
    return Made(f"not {text}", NOT, value) if negated else Made(text, IN, value)


def negate(operand: Made) -> Made:
    def value(row: Row) -> bool | None:
        held = operand.value(row)
        return None if held is None else not held

    return Made(f"not {operand.within(NOT - 1)}", NOT, value)


def join(terms: Sequence[Made], name: str) -> Made:
    decisive = name == "or"

    def both(left: bool | None, right: bool | None) -> bool | None:
        if decisive in (left, right):
            return decisive
        return None if None in (left, right) else not decisive

    def value(row: Row) -> bool | None:
        held: bool | None = reduce(both, (term.value(row) for term in terms))
        return held

    binds = OR if decisive else AND
    return Made(f" {name} ".join(term.within(binds) for term in terms), binds, value)


def quoted(text: str) -> Made:
    return constant("'{}'".format(text.replace("'", "''")), text)


def moment(value: datetime) -> Made:
    return constant(value.strftime("%Y-%m-%dT%H:%M:%S.%f").replace("T00:00:00.000000", ""), value)


NULL = constant("null", None)
PIECES = ("", "a", "A", "Ada", "da", "å", "Ö", "%", "_", "'", "b", " ", "\0", "ß", "İ", "a_b", "AÅ", "🙂")
GUIDS = ("6f9619ff-8b86-d011-b42d-00c04fc964ff", "00000000-0000-4000-8000-0000000000ab")
NUMBERS = (
    "0",
    "-0.01",
    "12.5",
    "12.499",
    "3",
    "100",
    "1e2",
    "-5",
    "0.0001",
    str(2**63 - 1),
    "9.3e18",
    "-1e30",
)
DAYS = [
    datetime(2026, 1, 30, tzinfo=UTC) + timedelta(hours=12 * half, microseconds=half % 3) for half in range(6)
]

strings = st.recursive(
    st.one_of(
        st.sampled_from(PIECES).map(quoted),
        st.text(st.characters(codec="utf-8", exclude_characters="\U0010ffff\x1c\x1d\x1e\x1f"), max_size=3).map(
            quoted
        ),
        st.sampled_from(["fullName", "code"]).map(field),
        st.just(NULL),
    ),
    lambda inner: st.builds(call, st.sampled_from(["tolower", "toupper", "trim"]), inner),
    max_leaves=3,
)
moments = st.one_of(st.sampled_from(DAYS).map(moment), st.just(field("createdDate")), st.just(NULL))
numbers = st.one_of(
    st.sampled_from(NUMBERS).map(lambda text: constant(text, Decimal(text))),
    st.sampled_from(["id", "balance", "rate", "points"]).map(field),
    st.builds(call, st.just("length"), strings),
    st.builds(call, st.sampled_from(["year", "month", "day"]), moments),
    st.just(NULL),
)
guids = st.one_of(
    st.sampled_from(GUIDS).map(lambda text: constant(text.upper(), text)),
    st.just(field("ref")),
    st.just(NULL),
)
comparison, equality = st.sampled_from(list(COMPARISONS)), st.sampled_from(["eq", "ne"])


def listed(operands: st.SearchStrategy[Made], literals: Sequence[Made]) -> st.SearchStrategy[Made]:
    members = st.lists(st.sampled_from([*literals, NULL]), min_size=1, max_size=3)
    return st.builds(member, operands, members, st.booleans())


conditions = st.recursive(
    st.one_of(
        st.builds(compare, strings, comparison, strings),
        st.builds(compare, numbers, comparison, numbers),
        st.builds(compare, moments, comparison, moments),
        st.builds(compare, guids, equality, guids),
        st.builds(call, st.sampled_from(["contains", "startswith", "endswith"]), strings, strings),
        listed(strings, [quoted(piece) for piece in PIECES]),
        listed(numbers, list(starmap(constant, ((text, Decimal(text)) for text in NUMBERS)))),
        listed(moments, [moment(day) for day in DAYS]),
        listed(guids, [constant(text.upper(), text) for text in GUIDS]),
        st.sampled_from(["isActive", "isCompany"]).map(field),
        st.sampled_from([constant("true", True), constant("false", False), NULL]),
    ),
    lambda inner: st.one_of(
        inner.map(negate),
        st.builds(join, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["and", "or"])),
        st.builds(compare, inner, comparison, inner),
        listed(inner, [constant("true", True), constant("false", False)]),
    ),
    max_leaves=8,
)


@given(conditions)
def test_sql_agrees_with_a_second_implementation(ids: Ids, rows: list[Row], made: Made) -> None:
    assert ids(made.text) == [row["id"] for row in rows if made.value(row) is True]


@given(st.text(alphabet="abcdefgh", min_size=12, max_size=20), st.integers(10**9, 10**12))
def test_no_value_is_in_the_text_of_the_sql(
    where: Callable[[str], ColumnElement[bool]], text: str, number: int
) -> None:
    condition = where(
        f"fullName ne '{text}' and contains(code,'{text}') or points in ({number},{number}.5)"
        f" or tolower('{text}') lt '{text}' and endswith('{text}',fullName) or balance gt {number}"
    )
    sql = str(condition.compile(dialect=sqlite.dialect()))
    assert text not in sql
    assert str(number) not in sql


SORTABLE = (
    "id",
    "fullName",
    "code",
    "balance",
    "rate",
    "points",
    "isActive",
    "isCompany",
    "createdDate",
    "ref",
)


@given(
    st.lists(
        st.tuples(st.sampled_from(SORTABLE), st.sampled_from(["", " asc", " DESC"])), min_size=1, max_size=5
    )
)
def test_sorting_is_that_of_python_with_nulls_last(
    ordered_ids: Ids, rows: list[Row], keys: list[tuple[str, str]]
) -> None:
    expected = list(rows)
    for name, direction in reversed(keys):
        known = [row for row in expected if row[name] is not None]
        known.sort(key=lambda row: row[name], reverse=direction == " DESC")
        expected = known + [row for row in expected if row[name] is None]
    assert ordered_ids(",".join(name + direction for name, direction in keys)) == [
        row["id"] for row in expected
    ]
