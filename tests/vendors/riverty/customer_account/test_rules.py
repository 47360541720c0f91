"""Account numbers, notice dates and reasons for closing."""

from datetime import date

import pytest

from ledgersim.vendors.riverty.customer_account.rules import account_number, closing_reason, notice_dates, ocr


def test_the_first_account_is_that_of_the_vendors_sample() -> None:
    assert account_number(1) == "0100.0000008"
    assert ocr("0100.0000008") == "6101000000008000002"


@pytest.mark.parametrize(
    ("account_id", "number"),
    [(2, "0100.0000016"), (19, "0100.0000180"), (1_000_000, "0100.9999994"), (1_000_001, "0101.0000006")],
)
def test_accounts_are_numbered_in_sequence(account_id: int, number: str) -> None:
    assert account_number(account_id) == number


@pytest.mark.parametrize(
    ("first", "today", "expected"),
    [
        (None, date(2026, 1, 1), (None, None)),
        (date(2026, 1, 31), date(2026, 1, 30), (None, date(2026, 1, 31))),
        (date(2026, 1, 31), date(2026, 1, 31), (date(2026, 1, 31), date(2026, 2, 28))),
        (date(2026, 1, 31), date(2026, 4, 29), (date(2026, 3, 31), date(2026, 4, 30))),
        (date(2027, 12, 30), date(2028, 2, 29), (date(2028, 2, 29), date(2028, 3, 30))),
    ],
)
def test_notices_are_monthly(
    first: date | None, today: date, expected: tuple[date | None, date | None]
) -> None:
    assert notice_dates(first, today) == expected


@pytest.mark.parametrize(
    ("status", "stopped", "confirmed", "reason"),
    [
        ("Ok", False, True, None),
        ("Ok", True, True, "The account is stopped."),
        ("Ok", False, False, "The application is pending."),
        ("FirstReminder", False, True, "The account is in status FirstReminder."),
    ],
)
def test_an_account_is_open_unless_there_is_a_reason(
    status: str, stopped: bool, confirmed: bool, reason: str | None
) -> None:
    assert closing_reason(status, stopped, confirmed) == reason
