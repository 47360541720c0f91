"""Long and deeply nested expressions: accepted up to the limits, rejected beyond them, never a crash."""

from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement

from ledgersim.odata import ODataError, parse_filter

Ids = Callable[[str], list[int]]
Where = Callable[[str], ColumnElement[bool]]

ALL = [1, 2, 3, 4, 5, 6, 7, 8]


def nested(levels: int, *shapes: str) -> str:
    """A condition nested `levels` deep, with the shapes in turn."""
    text = "isActive"
    for level in range(levels):
        text = shapes[level % len(shapes)].format(text)
    return text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (nested(50, "({})"), [1, 4, 7, 8]),
        (nested(50, "not {}"), [1, 4, 7, 8]),
        (nested(25, "not ({})"), [2, 6]),
        (f"{'tolower(' * 50}code{')' * 50} eq 'a'", [1]),
        (nested(50, "points eq 0 or ({})", "points ne 1 and ({})"), [1, 2, 4, 7, 8]),
        (nested(50, "({}) or points eq 0", "({}) and points ne 1"), [1, 2, 4, 7, 8]),
        (nested(50, "true eq ({})"), [1, 4, 7, 8]),
        (nested(25, "not ({} or code eq 'B')"), [6]),
        (nested(25, "true ge ({})"), ALL),
        (nested(25, "({}) in (true)"), [1, 4, 7, 8]),
        (f"code eq 'A'{' eq true' * 50}", [1]),
        (" or ".join(f"points eq {number}" for number in range(250)), [1, 2, 4, 7]),
        (" and ".join(f"points ne {number}" for number in range(250)), [3, 5, 6, 8]),
        (f"points in ({','.join(map(str, range(499)))})", [1, 2, 4, 7]),
        (f"fullName ne '{'x' * 9_985}'", ALL),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_expressions_within_the_limits_are_accepted(ids: Ids, text: str, expected: list[int]) -> None:
    assert ids(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ("(" * 51 + "isActive" + ")" * 51, 51, "a too deeply nested expression"),
        ("not " * 51 + "isActive", 201, "a too deeply nested expression"),
        (f"{'tolower(' * 51}code{')' * 51} eq 'a'", 408, "a too deeply nested expression"),
        ("(" * 10_000, 51, "a too deeply nested expression"),
        ("not " * 2_500, 201, "a too deeply nested expression"),
        ("contains(" * 1_000, 459, "a too deeply nested expression"),
        (f"code eq 'A'{' eq true' * 100}", 469, "a too deeply nested expression"),
        (" or ".join(f"points eq {number}" for number in range(251)), None, "more than 500 operators"),
        (f"points in ({','.join(map(str, range(500)))})", None, "more than 500 operators"),
        ("x" * 10_001, 10_001, "a text of 10001 characters"),
        ("(" * 50_000, 10_001, "a text of 50000 characters"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_expressions_beyond_the_limits_are_rejected(
    where: Where, text: str, position: int | None, found: str
) -> None:
    with pytest.raises(ODataError) as caught:
        where(text)
    assert caught.value.found.startswith(found)
    assert position is None or caught.value.position == position


@pytest.mark.parametrize(
    "shapes",
    [
        ("tolower({})", "toupper({})", "trim({})"),
        ("isActive or isCompany and isActive eq ({})",),
        ("not (isActive gt ({}))", "({}) in (true, null) or isActive"),
        ("points gt 5 eq ({})", "isActive and contains(tolower(trim(code)),toupper(code)) or ({})"),
        ("({}) or isActive and (isActive ne isCompany)",),
    ],
)
@pytest.mark.parametrize("levels", [10, 15, 20, 25, 30, 40, 50])
def test_nested_expressions_are_accepted_or_rejected(ids: Ids, levels: int, shapes: tuple[str, ...]) -> None:
    text = nested(levels, *shapes)
    if "tolower({})" in shapes:
        text = f"{text.replace('isActive', 'code')} eq 'a'"
    try:
        parse_filter(text)
    except ODataError as error:
        outcome = error.found
    else:
        outcome = "accepted" if set(ids(text)) <= set(ALL) else "wrong"
    assert outcome in ("accepted", "a too deeply nested expression")
