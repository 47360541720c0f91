"""The annual percentage rate of charge."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import pow

from ledgersim.vendors.aptic.payment_plans.rounding import half_up

MAX_PERCENTAGE = 999_999

# pyxirr's tolerance is 0.001 in absolute terms (its issue 75), which is too coarse for small loans: scale them.
_SCALED_LOAN = 1e6
_HALF_STEP = 0.005 + 1e-9  # per cent


def annual_percentage(
    lent: Decimal, paid_out: date, payments: Sequence[tuple[date, Decimal]]
) -> Decimal | None:
    """Return the effective yearly rate in per cent, rounded half up to two decimals.

    The `payments` come after the day on which `lent` was paid out. Returns None if they do not add up to `lent`
    or the rate exceeds 999,999. Source: Directive 2008/48/EC annex I, with years of 365 days. Floats are safe
    here: rates are not money, and the result is verified by substitution.
    """
    total = sum(amount for _, amount in payments)
    if total < lent:
        return None
    if total == lent:
        return Decimal("0.00")
    import pyxirr  # slow to load, and rarely needed

    scale = _SCALED_LOAN / float(lent)
    days = [day for day, _ in payments]
    amounts = [float(amount) * scale for _, amount in payments]
    rate = pyxirr.xirr([paid_out, *days], [-_SCALED_LOAN, *amounts])
    if rate is None or rate * 100 >= MAX_PERCENTAGE + 0.005:
        return None
    percentage = half_up(Decimal(rate) * 100)
    years = [(day - paid_out).days / 365 for day in days]
    if _present_value(float(percentage) - _HALF_STEP, years, amounts) < _SCALED_LOAN:
        return None
    if _present_value(float(percentage) + _HALF_STEP, years, amounts) > _SCALED_LOAN:
        return None
    return percentage


def _present_value(percentage: float, years: Sequence[float], amounts: Sequence[float]) -> float:
    """Return the value of the payments on the day of the loan, which falls as the rate rises."""
    factor = 1 + percentage / 100
    return sum(amount * pow(factor, -time) for time, amount in zip(years, amounts, strict=True))
