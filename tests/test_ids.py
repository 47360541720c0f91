"""Check digits by Luhn, compared with python-stdnum."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from ledgersim.ids import is_luhn, luhn_digit


@given(st.text("0123456789", min_size=1, max_size=20))
def test_the_luhn_digit_is_that_of_stdnum(digits: str) -> None:
    assert luhn_digit(digits) == luhn.calc_check_digit(digits)
    assert is_luhn(digits + luhn_digit(digits))


@given(st.text("0123456789", min_size=2, max_size=20))
def test_digits_are_valid_if_they_are_for_stdnum(digits: str) -> None:
    assert is_luhn(digits) == luhn.is_valid(digits)
