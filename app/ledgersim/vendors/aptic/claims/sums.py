"""The books in SQL: interest as of a day, amounts in another currency, and sums over claims.

The same arithmetic as `rules.accrued`, to the hundredth, in whole numbers that stay within 64 bits.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, literal, select, type_coerce

from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT, FEE, PARITY
from ledgersim.vendors.aptic.claims.rules import YEAR

Cents = ColumnElement[int]

TODAY: ColumnElement[int] = bindparam("today", type_=Integer)
_C = CLAIM.c


def _fraction(amount: Cents, numerator: Cents, denominator: int, rest: Cents | int = 0) -> Cents:
    """(amount * numerator + rest) / denominator, rounded half up, without ever forming the whole product."""
    part = (amount % denominator) * (numerator % denominator) + rest
    return (
        amount * (numerator // denominator)
        + (amount // denominator) * (numerator % denominator)
        + (2 * part + denominator) // (2 * denominator)
    )


_DAYS = case(
    (_C.accrues_from >= TODAY, 0),
    (_C.accrues_to < TODAY, _C.accrues_to - _C.accrues_from),
    else_=TODAY - _C.accrues_from,
)
_ACCRUED = case(
    (_C.accrual_rate == 0, 0),
    else_=_fraction(
        _C.remaining_principal, type_coerce(_C.accrual_rate * _DAYS, Integer), YEAR, _C.accrual_rest
    ),
)

# What a claim stands at today, in its own currency. Interest that accrues is owed from the start.
ORIGINAL_INTEREST: Cents = _C.original_interest + _ACCRUED
REMAINING_INTEREST: Cents = _C.remaining_interest + _ACCRUED


def in_currency(amount: Cents, currency: ColumnElement[Any]) -> Cents:
    """An amount of a claim in another currency, by the claim's exchange rate (1 where it has none).

    Source: the issue on the foundation [inferred].
    """
    return case(
        (_C.currency_code == currency, amount),
        (_C.exch_rate.is_(None), amount),
        else_=_fraction(amount, _C.exch_rate, PARITY),
    )


def amounts(currency: ColumnElement[Any]) -> dict[str, Cents]:
    """Original, paid and remaining by principal, interest, fee and sum, of one claim in `currency`.

    The principal of a fee counts as fee. Paid is what makes remaining = original - paid + adjusted exact
    in `currency` too.
    """

    def three(original: Cents, adjusted: Cents, remaining: Cents) -> tuple[Cents, Cents, Cents]:
        left = in_currency(remaining, currency)
        return in_currency(original, currency), in_currency(original + adjusted, currency) - left, left

    principal = three(_C.original_principal, _C.adjusted_principal, _C.remaining_principal)
    interest = three(ORIGINAL_INTEREST, _C.adjusted_interest, REMAINING_INTEREST)
    found: dict[str, Cents] = {}
    for name, of_principal, of_interest in zip(
        ("original", "paid", "remaining"), principal, interest, strict=True
    ):
        found[f"{name}_principal"] = case((_C.kind == DEBT, of_principal), else_=literal(0, Integer))
        found[f"{name}_interest"] = of_interest
        found[f"{name}_fee"] = case((_C.kind == FEE, of_principal), else_=literal(0, Integer))
        found[f"{name}_sum"] = of_principal + of_interest
    return found


# For filters and orders: each sum of a case as an expression over the case's row.
CASE_SUMS: dict[str, Cents] = {
    name: select(func.coalesce(func.sum(amount), 0))
    .where(_C.case_id == CASE.c.id)
    .correlate(CASE)
    .scalar_subquery()
    for name, amount in amounts(CASE.c.currency_code).items()
}

# For answers: all sums of some cases (by the parameter `case_ids`) at once, a row a case with claims.
SUMS_OF_CASES = (
    select(
        _C.case_id, *(func.sum(amount).label(name) for name, amount in amounts(CASE.c.currency_code).items())
    )
    .join_from(CLAIM, CASE, _C.case_id == CASE.c.id)
    .where(_C.case_id.in_(bindparam("case_ids", expanding=True)))
    .group_by(_C.case_id)
)
NO_SUMS: dict[str, int] = dict.fromkeys(CASE_SUMS, 0)
