"""Customer numbers and EDI addresses."""

from typing import Any

import pytest

from ledgersim.vendors.payex.customers.rules import (
    generated_length,
    merge_edi_address,
    next_number,
    number_error,
    sort_consents,
)


@pytest.mark.parametrize(
    ("last", "number"),
    [(None, "1000001"), ("1000001", "1000002"), ("42", "1000001"), ("9999998", "9999999"), ("9999999", None)],
)
def test_a_ledger_counts_its_numbers_up(last: str | None, number: str | None) -> None:
    assert next_number(last, 7) == number


@pytest.mark.parametrize(
    ("lengths", "number"), [((1, 15), "1000001"), ((7, 7), "1000001"), ((1, 4), "1001"), ((9, 12), "100000001")]
)
def test_generated_numbers_have_a_length_that_the_ledger_accepts(lengths: tuple[int, int], number: str) -> None:
    assert next_number(None, generated_length(lengths)) == number
    assert number_error(number, lengths, leading_zero=False) is None


@pytest.mark.parametrize(
    ("number", "lengths", "leading_zero", "error"),
    [
        ("12345", (5, 5), True, None),
        ("1234", (5, 5), True, "Input should be 5 digits"),
        ("123456", (1, 5), True, "Input should be 1 to 5 digits"),
        ("12a45", (5, 5), True, "Input should be 5 digits"),
        ("١٢٣٤٥", (5, 5), True, "Input should be 5 digits"),
        ("01234", (5, 5), True, None),
        ("01234", (5, 5), False, "Input should not begin with 0, because of AutoGiro"),
    ],
)
def test_a_ledger_limits_the_form_of_numbers(
    number: str, lengths: tuple[int, int], leading_zero: bool, error: str | None
) -> None:
    assert number_error(number, lengths, leading_zero) == error


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        (None, {"buyer_id": "1", "intermediator": None}, {"buyer_id": "1"}),
        (None, {"intermediator": "X"}, None),
        ({"buyer_id": "1"}, {"intermediator": "X"}, {"buyer_id": "1", "intermediator": "X"}),
        ({"buyer_id": "1", "intermediator": "X"}, {"intermediator": None}, {"buyer_id": "1"}),
        ({"buyer_id": "1"}, {"buyer_id": None}, None),
    ],
)
def test_an_edi_address_changes_member_by_member(
    before: dict[str, Any] | None, sent: dict[str, Any], after: dict[str, Any] | None
) -> None:
    assert merge_edi_address(before, sent) == after


def test_consents_come_in_the_order_of_the_vendors_list() -> None:
    assert sort_consents({"Kivra", "Autogiro", "RecurringCard"}) == ["Autogiro", "RecurringCard", "Kivra"]
