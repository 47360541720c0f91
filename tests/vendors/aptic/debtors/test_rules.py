"""References of payments."""

import pytest
from stdnum import luhn

from ledgersim.vendors.aptic.debtors.rules import payment_reference


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("100001", "10000180"), ("D-100001", "10000180"), ("1²2٣", "1248"), ("none", "26")],
)
def test_payment_references_have_the_ascii_digits_their_length_and_a_check_digit(
    reference: str, expected: str
) -> None:
    assert payment_reference(reference) == expected
    assert luhn.is_valid(expected)
