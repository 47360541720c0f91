"""The annual percentage rate of charge."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import pow

from ledgersim.vendors.aptic.payment_plans.rounding import half_up

MAX = 999_999  # per cent

# The library solves to an absolute thousandth, whatever is lent: so let that be a million (its issue 75).
_LENT = 1e6
_HALF_STEP = 0.005 + 1e-9  # per cent


def annual_percentage(
    lent: Decimal, paid_out: date, payments: Sequence[tuple[date, Decimal]]
) -> Decimal | None:
    """The effective yearly rate in per cent, to two decimals, half up.

    `payments` lie after the day on which `lent` was paid out. None where they do not reach `lent` or the
    rate exceeds 999,999. Source: Directive 2008/48/EC annex I, with years of 365 days. Floats: rates are no
    money, and the result is checked by substitution.
    """
    total = sum(amount for _, amount in payments)
    if total < lent:
        return None
    if total == lent:
        return Decimal("0.00")
    import pyxirr  # takes time to load, and few ask for it

    scale = _LENT / float(lent)
    days = [day for day, _ in payments]
    amounts = [float(amount) * scale for _, amount in payments]
    rate = pyxirr.xirr([paid_out, *days], [-_LENT, *amounts])
    if rate is None or rate * 100 >= MAX + 0.005:
        return None
    percentage = half_up(Decimal(rate) * 100)
    years = [(day - paid_out).days / 365 for day in days]
    if _present_value(float(percentage) - _HALF_STEP, years, amounts) < _LENT:
        return None
    if _present_value(float(percentage) + _HALF_STEP, years, amounts) > _LENT:
        return None
    return percentage


def _present_value(percentage: float, years: Sequence[float], amounts: Sequence[float]) -> float:
    """What the payments are worth on the day of the loan; it falls as the rate rises."""
    factor = 1 + percentage / 100
    return sum(amount * pow(factor, -time) for time, amount in zip(years, amounts, strict=True))
