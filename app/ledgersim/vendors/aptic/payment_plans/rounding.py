"""Cents: the one place where the arithmetic of payment plans rounds."""

from decimal import ROUND_HALF_UP, Context, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")

# Balances have at most 20 digits, so that a quotient of theirs that is not a tie keeps clear of one by far
# more than a unit in the 100th digit: rounding half up afterwards is exact.
EXACT = Context(prec=100, rounding=ROUND_HALF_UP)


def half_up(value: Decimal) -> Decimal:
    """`value` rounded to the cent, half up."""
    return value.quantize(CENT, context=EXACT)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The quotient, rounded to the cent, half up."""
    return half_up(EXACT.divide(dividend, divisor))
