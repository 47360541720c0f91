"""SQL expressions for claims: interest as of a day, amounts in another currency, and sums.

They compute the same as `rules.accrued_interest`, to the hundredth, in integers that fit 64 bits.

`CASE_SUMS` has a row per case, which triggers keep with every write to a claim. A filter adds the interest
since then, and reads claims only where several of a case bear interest.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    bindparam,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.sql.selectable import NamedFromClause

from ledgersim.clock import LATEST
from ledgersim.storage.derived import derive, sql_of
from ledgersim.storage.functions import listed
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.models import CASE_SUMS, CLAIM, DEBT, FEE, accrues
from ledgersim.vendors.aptic.claims.rules import EARLIEST_ACCRUAL, PARITY, YEAR

Cents = ColumnElement[int]

TODAY: ColumnElement[int] = bindparam("today", type_=Integer)
_C = CLAIM.c
_S = CASE_SUMS.c

PARTS = ("principal", "interest", "fee")  # of an original, paid or remaining sum


def _daily(claim: Any) -> tuple[Cents, Cents]:
    """Return the interest of a claim for a day: hundredths, and what is left over in 1/YEAR of one."""
    left_over = (claim.remaining_principal % YEAR) * claim.accrual_rate
    return claim.remaining_principal // YEAR * claim.accrual_rate + left_over // YEAR, left_over % YEAR


# Interest of less hundredths a day fits 64 bits on all days of the clock, also multiplied by YEAR.
_MAX_DAILY = 2**62 // YEAR // (LATEST.toordinal() - EARLIEST_ACCRUAL)


def _from_daily(daily: Cents, left_over: Cents, of: Any) -> Callable[[Cents], Cents]:
    """Return what computes the interest of so many days from that of a day."""
    return lambda days: daily * days + (left_over * days + of.accrual_rest + YEAR // 2) // YEAR


def _from_principal(claim: Any) -> Callable[[Cents], Cents]:
    """Return what computes the same in half of the steps, for a claim below `_MAX_DAILY`."""
    yearly = claim.remaining_principal * claim.accrual_rate
    return lambda days: (yearly * days + claim.accrual_rest + YEAR // 2) // YEAR


def _since(of: Any, interest_of: Callable[[Cents], Cents]) -> Cents:
    """Return the interest until today that the balances do not include, rounded half up.

    `interest_of` computes that of so many days. Each day is compared once, and without SQLite's `min` and
    `max`, which take twice as long.
    """
    has_begun = of.accrues_from < TODAY
    return case(
        (has_begun & (of.accrues_to > TODAY), interest_of(TODAY - of.accrues_from)),
        (has_begun & (of.accrues_to > of.accrues_from), interest_of(of.accrues_to - of.accrues_from)),
        else_=(of.accrual_rest + YEAR // 2) // YEAR,
    )


_OF_ANY_CLAIM = _from_daily(*_daily(_C), _C)
_ACCRUED = case((_C.accrual_rate == 0, 0), else_=_since(_C, _OF_ANY_CLAIM))

# Interest as of today, in the claim's currency. Accrued interest raises original and remaining interest alike.
ORIGINAL_INTEREST: Cents = _C.original_interest + _ACCRUED
REMAINING_INTEREST: Cents = _C.remaining_interest + _ACCRUED


def _fraction(amount: Cents, numerator: Cents, denominator: int) -> Cents:
    """Return amount * numerator / denominator, rounded half up, without overflow."""
    part = (amount % denominator) * (numerator % denominator)
    return (
        amount * (numerator // denominator)
        + (amount // denominator) * (numerator % denominator)
        + (2 * part + denominator) // (2 * denominator)
    )


def in_currency(amount: Cents, currency: ColumnElement[Any], claim: Any = _C) -> Cents:
    """Convert an amount of a claim by its exchange rate, which is 1 unless the client sent one [inferred]."""
    is_same = (claim.currency_code == currency) | claim.exch_rate.is_(None)
    return case((is_same, amount), else_=_fraction(amount, claim.exch_rate, PARITY))


def amounts(currency: ColumnElement[Any], claim: Any = _C, accrued: Cents | int = _ACCRUED) -> dict[str, Cents]:
    """Return the original, paid and remaining principal, interest, fee and sum of a claim in `currency`.

    The principal of a fee counts as fee. Paid amounts are computed from the others, so that
    remaining = original - paid + adjusted is exact in `currency` too.
    """

    def convert(original: Cents, adjusted: Cents, remaining: Cents) -> tuple[Cents, Cents, Cents]:
        converted = in_currency(remaining, currency, claim)
        paid = in_currency(original + adjusted, currency, claim) - converted
        return in_currency(original, currency, claim), paid, converted

    principal = convert(claim.original_principal, claim.adjusted_principal, claim.remaining_principal)
    interest = convert(
        claim.original_interest + accrued, claim.adjusted_interest, claim.remaining_interest + accrued
    )
    result: dict[str, Cents] = {}
    for name, of_principal, of_interest in zip(
        ("original", "paid", "remaining"), principal, interest, strict=True
    ):
        result[f"{name}_principal"] = case((claim.kind == DEBT, of_principal), else_=literal(0, Integer))
        result[f"{name}_interest"] = of_interest
        result[f"{name}_fee"] = case((claim.kind == FEE, of_principal), else_=literal(0, Integer))
        result[f"{name}_sum"] = of_principal + of_interest
    return result


# Read from the claims: all sums with exact conversion of the interest of each day.
_AMOUNTS = amounts(_S.currency_code)
_CONVERTED = {
    name: select(func.sum(amount)).where(_C.case_id == _S.case_id).correlate(CASE_SUMS).scalar_subquery()
    for name, amount in _AMOUNTS.items()
}


def _accrued_on_claims(interest_of: Callable[[Cents], Cents]) -> Cents:
    """Return the interest of the claims of a case that the stored sums do not include."""
    return (
        select(func.sum(_since(_C, interest_of)))
        .where(_C.case_id == _S.case_id, accrues(_C))
        .correlate(CASE_SUMS)
        .scalar_subquery()
    )


def _accrued_of_case(on_several: Cents) -> Cents:
    """Return the same for a case with claims in its currency alone, given that for several claims."""
    on_one = _since(_S, _from_daily(_S.daily_interest, _S.daily_fraction, _S))
    return case((_S.accruing == 0, 0), (_S.accruing == 1, on_one), else_=on_several)


_ON_SEVERAL = _accrued_on_claims(_OF_ANY_CLAIM)
_ON_SEVERAL_OF_MANY_CASES = case(
    (_S.daily_interest < _MAX_DAILY, _accrued_on_claims(_from_principal(_C))), else_=_ON_SEVERAL
)


def _sum(name: str) -> Cents:
    kind, part = name.split("_")
    stored: Cents = _S[name]
    accrued = (
        _accrued_of_case(_ON_SEVERAL_OF_MANY_CASES) if kind != "paid" and part in ("interest", "sum") else 0
    )
    return stored + case((_S.converting != 0, _CONVERTED[name] - stored), else_=accrued)


# For $filter and $orderby: each sum of a case, from its row of CASE_SUMS.
SUMS: dict[str, Cents] = {name: _sum(name) for name in _CONVERTED}

# For responses: the stored parts of the sums of several cases (parameter `case_ids`), with the interest since
# then. Where that is converted, all parts are read from the claims: the longer statement is seldom needed.
# SQLite prepares them sooner without what saves time only for many cases.
_PARTS = [name for name in SUMS if not name.endswith("_sum")]
PARTS_OF_CASES = select(
    _S.case_id, *(_S[name] for name in _PARTS), _S.converting, _accrued_of_case(_ON_SEVERAL).label("accrued")
).where(_S.case_id.in_(listed("case_ids")))
CONVERTED_PARTS_OF_CASES = (
    select(_S.case_id, *(func.sum(_AMOUNTS[name]).label(name) for name in _PARTS))
    .join_from(CASE_SUMS, CLAIM, _C.case_id == _S.case_id)
    .where(_S.case_id.in_(listed("case_ids")))
    .group_by(_S.case_id)
)


def _shares(claim: NamedFromClause, currency: ColumnElement[Any]) -> dict[str, Cents]:
    """Return what a claim adds to each column of the sums of its case."""
    of = claim.c
    accruing = accrues(of)
    is_converted = (of.currency_code != currency) & of.exch_rate.is_not(None)
    terms = dict(zip(("daily_interest", "daily_fraction"), _daily(of), strict=True))
    terms |= {name: of[name] for name in ("accrual_rest", "accrues_from", "accrues_to")}
    return {
        **amounts(currency, of, accrued=0),
        "accruing": case((accruing, 1), else_=0),
        "converting": case((accruing & is_converted, 1), else_=0),
        **{name: case((accruing, term), else_=0) for name, term in terms.items()},
    }


def _change(row: str, sign: str) -> str:
    """Return the statement that adds a claim to the sums of its case, or takes it off."""
    changes = ", ".join(
        f"{name} = {name} {sign} ({sql_of(share)})"
        for name, share in _shares(CLAIM.alias(row), _S.currency_code).items()
    )
    return f"UPDATE case_sums SET {changes} WHERE case_id = {row}.case_id;"


def _triggers() -> list[str]:
    """Return the triggers that keep the sums of cases."""
    added, taken_off = _change("NEW", "+"), _change("OLD", "-")
    zeros = ", 0" * (len(_S) - 2)
    return [
        'CREATE TRIGGER case_sums_of_case AFTER INSERT ON "case" '
        f"BEGIN INSERT INTO case_sums VALUES (NEW.id, NEW.currency_code{zeros}); END",
        f"CREATE TRIGGER case_sums_insert AFTER INSERT ON claim BEGIN {added} END",
        f"CREATE TRIGGER case_sums_update AFTER UPDATE ON claim BEGIN {taken_off} {added} END",
        f"CREATE TRIGGER case_sums_delete AFTER DELETE ON claim BEGIN {taken_off} END",
    ]


_SHARES = _shares(CLAIM, CASE.c.currency_code)
derive(
    CASE_SUMS,
    select(
        CASE.c.id,
        CASE.c.currency_code,
        *(func.coalesce(func.sum(_SHARES[column.name]), 0) for column in _S if column.name in _SHARES),
    )
    .select_from(CASE.outerjoin(CLAIM))
    .group_by(CASE.c.id),
    _triggers,
)
