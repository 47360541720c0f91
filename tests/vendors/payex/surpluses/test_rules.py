"""Banking days, and the formats of bank accounts."""

from datetime import date

import pytest

from ledgersim.vendors.payex.surpluses.rules import execution_day, is_bankgiro, is_bic, swedish_account


@pytest.mark.parametrize(
    ("ordered", "country", "executed"),
    [
        (date(2026, 1, 12), "SE", date(2026, 1, 14)),  # a Monday
        (date(2026, 1, 15), "SE", date(2026, 1, 19)),  # over a weekend
        (date(2026, 12, 22), "SE", date(2026, 12, 28)),  # over Christmas Eve, when Swedish banks are closed
        (date(2026, 5, 15), "NO", date(2026, 5, 19)),  # 17 May is a Sunday
        (date(2026, 5, 13), "DK", date(2026, 5, 18)),  # over Ascension Day and the weekend
    ],
)
def test_orders_are_executed_on_the_second_banking_day(ordered: date, country: str, executed: date) -> None:
    assert execution_day(ordered, country) == executed


@pytest.mark.parametrize(
    ("clearing", "account", "expected"),
    [
        ("3300", "1010101010", ("3300", "1010101010")),
        ("5000", "123 45-67", ("5000", "1234567")),
        ("8327-9", "12345", ("83279", "12345")),
        ("8327-1", "12345", None),  # the fifth digit is a check digit
        ("5000", "123456", None),
        ("1000", "1234567", None),
        ("5000", "12345a7", None),
    ],
)
def test_a_swedish_account_fits_the_bank_of_its_clearing_number(
    clearing: str, account: str, expected: tuple[str, str] | None
) -> None:
    assert swedish_account(clearing, account) == expected


@pytest.mark.parametrize(
    ("number", "valid"), [("991-2346", True), ("9912346", True), ("991-2345", False), ("99-12346", False)]
)
def test_a_bankgiro_number_ends_with_a_check_digit(number: str, valid: bool) -> None:
    assert is_bankgiro(number) is valid


@pytest.mark.parametrize(
    ("code", "valid"), [("SWEDSESS", True), ("SWEDSESSXXX", True), ("SWEDSES", False), ("swedsess", False)]
)
def test_a_bic_has_8_or_11_characters(code: str, valid: bool) -> None:
    assert is_bic(code) is valid
