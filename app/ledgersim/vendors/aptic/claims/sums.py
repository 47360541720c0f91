"""SQL expressions for claims: interest as of a day, amounts in another currency, and sums.

They compute the same as `rules.accrued_interest`, to the hundredth, in integers that fit 64 bits.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, literal, select, type_coerce

from ledgersim.storage.functions import listed
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT, FEE
from ledgersim.vendors.aptic.claims.rules import PARITY, YEAR

Cents = ColumnElement[int]

TODAY: ColumnElement[int] = bindparam("today", type_=Integer)
_C = CLAIM.c


def _fraction(amount: Cents, numerator: Cents, denominator: int, remainder: Cents | int = 0) -> Cents:
    """Return (amount * numerator + remainder) / denominator, rounded half up, without overflow."""
    part = (amount % denominator) * (numerator % denominator) + remainder
    return (
        amount * (numerator // denominator)
        + (amount // denominator) * (numerator % denominator)
        + (2 * part + denominator) // (2 * denominator)
    )


_DAYS = func.max(func.min(TODAY, _C.accrues_to) - _C.accrues_from, 0, type_=Integer)
_ACCRUED = case(
    (_C.accrual_rate == 0, 0),
    else_=_fraction(
        _C.remaining_principal, type_coerce(_C.accrual_rate * _DAYS, Integer), YEAR, _C.accrual_rest
    ),
)

# Interest as of today, in the claim's currency. Accrued interest raises original and remaining interest alike.
ORIGINAL_INTEREST: Cents = _C.original_interest + _ACCRUED
REMAINING_INTEREST: Cents = _C.remaining_interest + _ACCRUED


def in_currency(amount: Cents, currency: ColumnElement[Any]) -> Cents:
    """Convert an amount of a claim by its exchange rate, which is 1 unless the client sent one [inferred]."""
    is_same = (_C.currency_code == currency) | _C.exch_rate.is_(None)
    return case((is_same, amount), else_=_fraction(amount, _C.exch_rate, PARITY))


def amounts(currency: ColumnElement[Any]) -> dict[str, Cents]:
    """Return the original, paid and remaining principal, interest, fee and sum of a claim in `currency`.

    The principal of a fee counts as fee. Paid amounts are computed from the others, so that
    remaining = original - paid + adjusted is exact in `currency` too.
    """

    def convert(original: Cents, adjusted: Cents, remaining: Cents) -> tuple[Cents, Cents, Cents]:
        converted = in_currency(remaining, currency)
        paid = in_currency(original + adjusted, currency) - converted
        return in_currency(original, currency), paid, converted

    principal = convert(_C.original_principal, _C.adjusted_principal, _C.remaining_principal)
    interest = convert(ORIGINAL_INTEREST, _C.adjusted_interest, REMAINING_INTEREST)
    result: dict[str, Cents] = {}
    for name, of_principal, of_interest in zip(
        ("original", "paid", "remaining"), principal, interest, strict=True
    ):
        result[f"{name}_principal"] = case((_C.kind == DEBT, of_principal), else_=literal(0, Integer))
        result[f"{name}_interest"] = of_interest
        result[f"{name}_fee"] = case((_C.kind == FEE, of_principal), else_=literal(0, Integer))
        result[f"{name}_sum"] = of_principal + of_interest
    return result


# For $filter and $orderby: each sum of a case as a subquery correlated to the row of the case.
CASE_SUMS: dict[str, Cents] = {
    name: select(func.coalesce(func.sum(amount), 0))
    .where(_C.case_id == CASE.c.id)
    .correlate(CASE)
    .scalar_subquery()
    for name, amount in amounts(CASE.c.currency_code).items()
}

# For responses: all sums of several cases (parameter `case_ids`) at once, one row per case that has claims.
SUMS_OF_CASES = (
    select(
        _C.case_id, *(func.sum(amount).label(name) for name, amount in amounts(CASE.c.currency_code).items())
    )
    .join_from(CLAIM, CASE, _C.case_id == CASE.c.id)
    .where(_C.case_id.in_(listed("case_ids")))
    .group_by(_C.case_id)
)
NO_SUMS: dict[str, int] = dict.fromkeys(CASE_SUMS, 0)
