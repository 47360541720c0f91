"""Fixtures are parsed exactly and with line numbers."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.json_text import MAX_DEPTH
from ledgersim.world.fixture_text import UnreadableError, lines_of, read

numbers = st.integers(-(10**30), 10**30) | st.decimals(allow_nan=False, allow_infinity=False, places=2).filter(
    lambda number: abs(number) < 10**20
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=20,
)


def error_of(text: str | bytes) -> tuple[int, str]:
    """The line and reason of a parse error."""
    with pytest.raises(UnreadableError) as caught:
        read(text.encode() if isinstance(text, str) else text)
    return caught.value.line, caught.value.reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("2026-01-15", "2026-01-15"),
        ("2026-01-15 10:00:00", "2026-01-15 10:00:00"),
        ("12:30", "12:30"),
        ("0701234567", "0701234567"),
        ("+46701234567", "+46701234567"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("-17", -17),
        ("750.50", Decimal("750.50")),
        ("1e2", Decimal("1e2")),
        ("0.1", Decimal("0.1")),
        ("'17'", "17"),
        ('"17"', "17"),
        ("!!str 17", "17"),
        ("=", "="),
        ("{<<: {a: b}}", {"<<": {"a": "b"}}),
        ("[a, b]", ["a", "b"]),
        ("1: b", {"1": "b"}),
        ("no: b", {"no": "b"}),
        ("\ufeffa: b", {"a": "b"}),
        ('{"a":1,"b":[true]}', {"a": 1, "b": [True]}),
        ('{\n\t"a": 1,\n\t"b": "\\/\\u00e5"\n}', {"a": 1, "b": "/å"}),
        (r'["\ud83d\ude00", "\\ud83d\\ude00"]', ["😀", r"\ud83d\ude00"]),
    ],
)
def test_values_are_those_of_json(text: str, value: Any) -> None:
    found = read(text.encode())
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: b\nc: &x 1\nd: *x", 3, "*x: aliases are not supported; write out the value"),
        ("a: 1\nb: 2\na: 3", 3, "a is given twice"),
        ("a:\n  b: !!binary aGk=", 2, "tags such as tag:yaml.org,2002:binary are not supported"),
        ("a: !!python/none x", 1, "tags such as tag:yaml.org,2002:python/none are not supported"),
        ("a: 1\n---\nb: 2", 2, "only one document per file is supported"),
        ("? [a]\n: 1", 1, "a key must be a string"),
        ("a: b\n\tc: d", 2, "found a tab character that violates indentation"),
        ("a:\n - b\n - [c", 4, "did not find expected ',' or ']'"),
        ('\na: "\\ud800"', 2, "found invalid Unicode character escape code"),
        (b"a: b\nc: \xff", 2, "this is not UTF-8"),
        ("å: ä\nö: \x07", 2, "a character that YAML does not allow, 7"),
        ("[" * (MAX_DEPTH + 1), 1, "nested too deeply: more than 100 levels"),
        ("- 1\n- " + "9" * 101, 2, "a number has too many digits"),
        ("- 1\n- 1e99999999999999999999", 2, "a number has too many digits"),
        ("[" + "0,\n" * 200_000, 200_000, "more than 200,000 names and values; split the file"),
    ],
)
def test_a_parse_error_is_reported_with_its_line(text: str | bytes, line: int, reason: str) -> None:
    assert error_of(text) == (line, reason)


@given(st.dictionaries(st.text(max_size=9), values) | st.lists(values))
def test_json_is_read_as_it_was_written(value: Any) -> None:
    assert read(json.dumps(value).encode()) == value


@given(st.lists(numbers))
def test_numbers_are_exact(written: list[Any]) -> None:
    assert read(f"[{', '.join(map(str, written))}]".encode()) == written


@given(st.binary(max_size=80) | st.text(alphabet="a:-{}[]*&!?|>\"'\\\n\t#,0 ud8", max_size=40).map(str.encode))
def test_any_bytes_are_parsed_or_rejected(data: bytes) -> None:
    try:
        outcome = json.dumps(read(data), default=str)
    except UnreadableError as error:
        outcome = error.reason
    assert outcome


def test_a_location_has_the_line_of_its_name_or_of_the_value_around_it() -> None:
    text = b"a:\n  - b: 1\n    c:\n      d\n  -\n    E: 2\n"
    locations = [
        ("a",),
        ("a", 0),
        ("a", 0, "b"),
        ("a", 0, "c"),
        ("a", 0, "x"),
        ("a", 1, "e"),
        ("a", 9),
        ("x",),
        (),
    ]
    assert lines_of(text, locations) == [1, 2, 2, 3, 2, 6, 1, 1, 1]
