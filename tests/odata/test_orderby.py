"""The order of rows under an orderby."""

from collections.abc import Callable

import pytest

from ledgersim.odata import SortKey, parse_orderby

OrderedIds = Callable[[str], list[int]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("id desc", [8, 7, 6, 5, 4, 3, 2, 1]),
        ("fullname", [8, 6, 5, 4, 2, 7, 1, 3]),
        ("fullName desc", [1, 7, 2, 4, 5, 6, 8, 3]),
        ("FULLNAME DESC", [1, 7, 2, 4, 5, 6, 8, 3]),
        ("balance asc", [2, 5, 7, 1, 4, 6, 3, 8]),
        ("balance desc", [6, 4, 1, 7, 5, 2, 3, 8]),
        ("isActive", [2, 6, 1, 4, 7, 8, 3, 5]),
        ("isCompany desc,isActive desc , id desc", [8, 4, 6, 3, 7, 1, 2, 5]),
        ("createdDate", [5, 4, 8, 1, 7, 2, 3, 6]),
        ("ref desc, points", [8, 5, 1, 2, 6, 7, 4, 3]),
    ],
)
def test_rows_come_in_order_with_nulls_last(ordered_ids: OrderedIds, text: str, expected: list[int]) -> None:
    assert ordered_ids(text) == expected


def test_keys_have_positions() -> None:
    assert parse_orderby(" fullName  desc,id") == (SortKey("fullName", True, 2), SortKey("id", False, 17))
