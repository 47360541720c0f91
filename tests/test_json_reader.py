"""Long JSON texts are read value by value, with the results of `json.loads`."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim import json_reader
from ledgersim.json_reader import JsonReader

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(params=[4, 7, 2**18])
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """The bytes that are decoded at a time."""
    monkeypatch.setattr(json_reader, "PART", request.param)
    return int(request.param)


def read_all(body: bytes) -> Any:
    """An array or an object by its elements or members, or any other value."""
    reader = JsonReader(body, json.JSONDecoder())
    kind = reader.peek()
    value: Any
    if kind == "[":
        value = [reader.value() for _ in reader.elements()]
    elif kind == "{":
        value = {name: reader.value() for name in reader.members()}
    else:
        value = reader.value()
    reader.end()
    return value


@pytest.mark.usefixtures("part")
@given(value=values, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_a_value_is_read_as_by_the_standard_library(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert read_all(text.encode()) == json.loads(text)


@pytest.mark.usefixtures("part")
@given(value=values, at=st.integers(0, 200), character=st.sampled_from(',:]}["\\x0\n'), keep=st.booleans())
def test_an_invalid_text_is_rejected_at_the_place_that_the_standard_library_names(
    value: Any, at: int, character: str, keep: bool
) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    at %= len(text)
    text = text[:at] + (character + text[at + 1 :] if keep else "")
    expected: tuple[object, ...]
    try:
        expected = (json.loads(text),)
    except json.JSONDecodeError as error:
        expected = (error.lineno, error.colno)
    try:
        found: tuple[object, ...] = (read_all(text.encode()),)
    except json.JSONDecodeError as error:
        found = (error.lineno, error.colno)
    assert found == expected


@pytest.mark.usefixtures("part")
def test_a_byte_that_is_not_utf_8_is_named() -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        read_all('["Å", "'.encode() + b'\xff"]')
    assert caught.value.start == 8


@pytest.mark.usefixtures("part")
def test_an_array_can_be_read_again_from_its_offset() -> None:
    body = b'\xef\xbb\xbf{"\xc3\x85": 1, "b":  [1, 22, 333]}'
    reader = JsonReader(body, json.JSONDecoder())
    offsets = [(reader.peek(), reader.offset, reader.value())[1] for _ in reader.members()]
    again = JsonReader(body, json.JSONDecoder(), offsets[1])
    assert [again.value() for _ in again.elements()] == [1, 22, 333]


def test_one_value_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "PART", 100)
    monkeypatch.setattr(json_reader, "MAX_VALUES", 1_000)
    assert len(read_all(b"[[" + b"0," * 500 + b"0]]")[0]) == 501
    with pytest.raises(ValueError, match="A row may have at most 1,000 values"):
        read_all(b"[[" + b"0," * 5_000 + b"0]]")
    monkeypatch.setattr(json_reader, "MAX_LENGTH", 1_000)
    with pytest.raises(ValueError, match="A row may have at most 1,000 characters"):
        read_all(b'["' + b"x" * 5_000 + b'"]')
