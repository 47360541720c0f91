"""Rounding to cents: all rounding of payment plans happens here."""

from decimal import ROUND_HALF_UP, Context, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")

# Balances have at most 20 digits, so a quotient of two that is not a tie differs from one by far more than a
# unit in the 100th digit. Rounding half up afterwards is therefore exact.
EXACT = Context(prec=100, rounding=ROUND_HALF_UP)


def half_up(value: Decimal) -> Decimal:
    """Round to the cent, half up."""
    return value.quantize(CENT, context=EXACT)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return the quotient, rounded half up to the cent."""
    return half_up(EXACT.divide(dividend, divisor))
