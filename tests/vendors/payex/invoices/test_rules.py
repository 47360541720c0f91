"""Paying invoices, and the money on accounts."""

import pytest

from ledgersim.vendors.payex.invoices.rules import available_amount, invoice_status, overpaid, pay


@pytest.mark.parametrize(
    ("debt", "amount", "expected"),
    [(100, 30, (70, 0)), (100, 100, (0, 0)), (100, 130, (0, 30)), (0, 50, (0, 50)), (100, 0, (100, 0))],
)
def test_a_payment_reduces_debt_to_zero_at_most(debt: int, amount: int, expected: tuple[int, int]) -> None:
    assert pay(debt, amount) == expected


def test_an_invoice_is_open_while_there_is_debt() -> None:
    assert (invoice_status(1), invoice_status(0)) == ("open", "closed")


@pytest.mark.parametrize(
    ("balance", "amount", "expected"), [(-20, 50, 0), (0, 50, 0), (20, 50, 20), (50, 50, 50), (80, 50, 50)]
)
def test_a_payment_to_an_account_overpays_by_what_is_above_zero(
    balance: int, amount: int, expected: int
) -> None:
    assert overpaid(balance, amount) == expected


def test_credit_and_balance_can_be_drawn_unless_reserved() -> None:
    assert available_amount(1_000, -300, 200) == 500
