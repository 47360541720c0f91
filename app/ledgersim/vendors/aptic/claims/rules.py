"""The balances of a claim: integer arithmetic in hundredths of its currency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

PARITY = 1_000_000  # an exchange rate of 1, in millionths
NEVER = 9_999_999  # a day after the last one of the clock
# principal (hundredths) * rate (per cent, ten-thousandths) * days / YEAR = interest (hundredths)
YEAR = 365 * 100 * 10_000
REFERENCE_RATE = 2_0000  # Sweden, from 2026-01-01
MARGIN_ABOVE_REFERENCE = {"ÖGR": 8_0000}
STATUTORY_RATES = {"FI-B2C": 9_5000, "FI-B2B": 10_5000, "NO-LATE": 12_0000}
# Ceilings of consumer credit in 2026: the reference rates, 2.00 % and 2.50 %, plus 20 and 15 points. The codes
# are [inferred].
RATE_CEILINGS = {"SE": 22_0000, "FI": 17_5000}
EARLIEST_ACCRUAL = date(1950, 1, 1).toordinal()


def accrued_interest(principal: int, rate: int, days: int, remainder: int = 0) -> int:
    """Return simple interest in hundredths, actual/365, rounded half up.

    `principal` is in hundredths, `rate` in ten-thousandths of a per cent per year, `remainder` in 1/YEAR.
    """
    return (2 * (principal * rate * days + remainder) + YEAR) // (2 * YEAR)


class Period(NamedTuple):
    """The days from `start` until before `end`, at a rate in ten-thousandths of a per cent per year."""

    start: int
    end: int
    rate: int


class Balances(NamedTuple):
    """The balances of a claim, in hundredths, and the terms of its interest.

    `opening_…` is what remained when it was opened. `accrued` are the periods whose interest the balances
    include, each from a day to a day at a rate.
    """

    original_principal: int = 0
    paid_principal: int = 0
    adjusted_principal: int = 0
    remaining_principal: int = 0
    original_interest: int = 0
    paid_interest: int = 0
    adjusted_interest: int = 0
    remaining_interest: int = 0
    opening_principal: int = 0
    opening_vat: int = 0
    original_vat: int = 0
    paid_vat: int = 0
    adjusted_vat: int = 0
    remaining_vat: int = 0
    accrual_rate: int = 0
    accrual_rest: int = 0
    accrues_from: int = NEVER
    accrues_to: int = NEVER
    accrued: tuple[Period, ...] = ()

    @classmethod
    def of(cls, claim: Mapping[str, Any]) -> "Balances":
        """Return the balances in the row of a claim."""
        values = {name: claim[name] for name in cls._fields}
        return cls(**values | {"accrued": tuple(Period(*one) for one in claim["accrued"])})

    def columns(self) -> dict[str, Any]:
        """Return the balances by column name."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Posting:
    """A change to the balances of a claim, in hundredths. Negative adjustments lower what is owed."""

    paid_principal: int = 0
    paid_interest: int = 0
    adjusted_principal: int = 0
    adjusted_interest: int = 0
    added_interest: int = 0  # counts as accrued


def open_balances(sent: dict[str, Any]) -> Balances:
    """Return the opening balances of a claim from `original_…`, `remaining_…` and its interest terms.

    If less remains than the original amount, the difference counts as paid; if more remains, as an adjustment
    [inferred].
    """
    principal = _opening("principal", sent.get("original_principal"), sent.get("remaining_principal"))
    interest = _opening("interest", sent.get("original_interest"), sent.get("remaining_interest"))
    original_vat, opening_vat = sent.get("original_vat"), sent.get("remaining_vat")
    if opening_vat is None:
        opening_vat = share(
            original_vat or 0, principal["remaining_principal"], principal["original_principal"]
        )
    rate, start = yearly_rate(sent), accrual_start(sent)
    end = accrual_end(sent)
    accrued: tuple[Period, ...] = ()
    rest = 0
    until = start if sent.get("interest_to") is None else min(_day(sent["interest_to"]), end)
    if rate and until > start:
        accrued = (Period(start, until, rate),)
        exact = principal["remaining_principal"] * rate * (until - start)
        rest = exact - _rounded(exact) * YEAR
    return _with_vat(
        Balances(
            **principal,
            **interest,
            opening_principal=principal["remaining_principal"],
            opening_vat=opening_vat,
            original_vat=opening_vat if original_vat is None else original_vat,
            accrual_rate=rate,
            accrual_rest=rest,
            accrues_from=min(accrual_resumption(sent), end),
            accrues_to=end,
            accrued=accrued,
        )
    )


def _with_vat(balances: Balances) -> Balances:
    """Return the balances with the VAT within the principal, which follows it in proportion.

    It does not depend on the order of postings. Only as much is paid as of the principal.
    """
    if not (balances.original_vat or balances.opening_vat):
        return balances
    original, opening = balances.original_principal, balances.opening_principal
    paid = balances.paid_principal - max(0, original - opening)
    adjusted = balances.adjusted_principal - max(0, opening - original)
    vat, whole = (balances.opening_vat, opening) if opening else (balances.original_vat, original)
    since = share(vat, paid, whole) if whole else 0
    remaining = balances.opening_vat - since + (share(vat, adjusted, whole) if whole else 0)
    before = max(0, balances.original_vat - balances.opening_vat)
    paid_vat = min(before, balances.paid_principal - paid) + min(since, paid)
    return balances._replace(
        paid_vat=paid_vat,
        adjusted_vat=remaining - balances.original_vat + paid_vat,
        remaining_vat=remaining,
    )


def yearly_rate(terms: Mapping[str, Any]) -> int:
    """Return the effective interest rate, in ten-thousandths of a per cent per year.

    This is `interest_rate`, plus the reference rate if `interest_code` says so. Without a rate it is the
    statutory rate of the calculation type or code. What is agreed takes the place of both, and the ceiling is
    the most. The meanings of the codes are [inferred].
    """
    code, rate = terms.get("interest_code"), terms.get("interest_rate")
    if terms.get("agreed_interest_rate") is not None:
        code, rate = terms.get("agreed_interest_code"), terms["agreed_interest_rate"]
    elif terms.get("agreed_interest_code") is not None:
        code = terms["agreed_interest_code"]
    calculation = terms.get("interest_specific_calculation_type")
    if code in MARGIN_ABOVE_REFERENCE:
        effective = REFERENCE_RATE + (MARGIN_ABOVE_REFERENCE[code] if rate is None else rate)
    elif rate is None:
        effective = STATUTORY_RATES.get(calculation or code or "", 0)
    else:
        effective = rate
    return min(effective, RATE_CEILINGS.get(terms.get("interest_rate_ceiling_code") or "", effective))


def accrual_start(sent: Mapping[str, Any]) -> int:
    """Return the day from which a claim bears interest.

    This is `interest_from`, else the bill date plus `interest_condition` days, else the due date, else the bill
    date, but not before the start of a fixed term [inferred].
    """
    if sent.get("interest_from") is not None:
        start = _day(sent["interest_from"])
    elif sent.get("bill_date") is not None and sent.get("interest_condition") is not None:
        start = _day(sent["bill_date"]) + sent["interest_condition"]
    elif (due := sent.get("due_date") or sent.get("bill_date")) is not None:
        start = _day(due)
    else:
        start = NEVER
    return min(max(start, _fixed_start(sent), EARLIEST_ACCRUAL), NEVER)


def accrual_resumption(sent: Mapping[str, Any]) -> int:
    """Return the day from which interest accrues that the client has not sent: from `interest_to`, if given."""
    if sent.get("interest_to") is None:
        return accrual_start(sent)
    start = 0 if sent.get("interest_from") is None else _day(sent["interest_from"])
    return max(start, _day(sent["interest_to"]), _fixed_start(sent), EARLIEST_ACCRUAL)


def accrual_end(sent: Mapping[str, Any]) -> int:
    """Return the day on which interest stops: the cut-off date of the specific calculation [inferred]."""
    cutoff = sent.get("interest_specific_calculation_cutoff_date")
    return NEVER if cutoff is None else _day(cutoff)


def _fixed_start(sent: Mapping[str, Any]) -> int:
    fixed = sent.get("fixed_interest_term_start")
    return 0 if fixed is None else _day(fixed)


def due_date(due: datetime | None, bill: datetime | None, payment_condition: int | None) -> datetime | None:
    """Return the due date that was sent, or else the bill date plus `payment_condition` days."""
    if due is not None or bill is None or payment_condition is None:
        return due
    try:
        return bill + timedelta(days=payment_condition)
    except OverflowError:
        return None


def accrue_to(balances: Balances, today: int) -> Balances:
    """Return the balances including the interest up to day `today`, from where it continues to accrue."""
    until = min(today, balances.accrues_to)
    if until <= balances.accrues_from:
        return balances
    period = Period(balances.accrues_from, until, balances.accrual_rate)
    exact = balances.remaining_principal * period.rate * (period.end - period.start)
    accrued = balances._replace(accrues_from=until, accrued=_extended(balances.accrued, period))
    return _add_interest(accrued, exact)


def _extended(periods: tuple[Period, ...], period: Period) -> tuple[Period, ...]:
    if not period.rate:
        return periods
    if periods and (periods[-1].end, periods[-1].rate) == (period.start, period.rate):
        return (*periods[:-1], periods[-1]._replace(end=period.end))
    return (*periods, period)


def _add_interest(balances: Balances, exact: int) -> Balances:
    """Add interest in 1/YEAR of a hundredth; what rounding leaves over is carried on."""
    if not exact:
        return balances
    total = exact + balances.accrual_rest
    interest = _rounded(total)
    return balances._replace(
        original_interest=balances.original_interest + interest,
        remaining_interest=balances.remaining_interest + interest,
        accrual_rest=total - interest * YEAR,
    )


def _rounded(exact: int) -> int:
    return (2 * exact + YEAR) // (2 * YEAR)


def post(balances: Balances, posting: Posting, today: int) -> Balances:
    """Return the balances after a posting on day `today`.

    Raises ValueError if the posting pays or takes off more than remains.
    """
    before = accrue_to(balances, today)
    principal = before.remaining_principal - posting.paid_principal + posting.adjusted_principal
    owed_interest = before.remaining_interest + posting.added_interest
    interest = owed_interest - posting.paid_interest + posting.adjusted_interest
    if principal < 0 or interest < 0:
        raise ValueError("more than the remaining amount")
    after = before._replace(
        paid_principal=before.paid_principal + posting.paid_principal,
        adjusted_principal=before.adjusted_principal + posting.adjusted_principal,
        remaining_principal=principal,
        original_interest=before.original_interest + posting.added_interest,
        paid_interest=before.paid_interest + posting.paid_interest,
        adjusted_interest=before.adjusted_interest + posting.adjusted_interest,
        remaining_interest=interest,
    )
    return _with_vat(after)


class Payment(NamedTuple):
    """What a payment that counts from `day` pays of a claim.

    `kept_interest` is interest after that day that is no longer owed, but is paid or written off already.
    """

    day: int
    principal: int
    interest: int
    kept_interest: int = 0


class Adjustment(NamedTuple):
    """An adjustment on a day."""

    day: int
    principal: int
    interest: int


def payable(balances: Balances, day: int, later: Iterable[Adjustment] = ()) -> tuple[int, int]:
    """Return the principal and the interest that a payment can pay that counts from `day`.

    This is what was owed then, `later` adjustments apart, but not more than remains. The balances include the
    interest up to today.
    """
    principal, interest = balances.remaining_principal, balances.remaining_interest
    exact = adjusted = 0
    for one in later:
        principal -= one.principal
        adjusted += one.interest
        exact += _interest_since(balances, one.day, one.principal)
    exact += _interest_since(balances, day, principal)
    owed = _add_interest(balances, -exact).remaining_interest - adjusted
    return max(0, min(principal, balances.remaining_principal)), max(0, min(owed, interest))


def pay(balances: Balances, payment: Payment, today: int) -> tuple[Balances, Payment]:
    """Return the balances after a payment: from its day, what it pays bears no interest.

    Raises ValueError if it pays more than remains.
    """
    posting = Posting(paid_principal=payment.principal, paid_interest=payment.interest)
    paid = post(balances, posting, today)
    after = _add_interest(paid, -_interest_since(paid, payment.day, payment.principal))
    kept = max(0, -after.remaining_interest, -after.original_interest)
    after = after._replace(
        original_interest=after.original_interest + kept,
        remaining_interest=after.remaining_interest + kept,
    )
    return after, payment._replace(kept_interest=kept)


def unpay(balances: Balances, payment: Payment, today: int) -> Balances:
    """Return the balances as if a payment had not been booked."""
    before = accrue_to(balances, today)
    exact = _interest_since(before, payment.day, payment.principal) - payment.kept_interest * YEAR
    after = _add_interest(before, exact)
    unpaid = after._replace(
        paid_principal=after.paid_principal - payment.principal,
        remaining_principal=after.remaining_principal + payment.principal,
        paid_interest=after.paid_interest - payment.interest,
        remaining_interest=after.remaining_interest + payment.interest,
    )
    return _with_vat(unpaid)


def _interest_since(balances: Balances, day: int, principal: int) -> int:
    """Return the interest that a principal has borne since a day, in 1/YEAR of a hundredth."""
    return principal * sum(
        one.rate * (one.end - max(day, one.start)) for one in balances.accrued if one.end > day
    )


def interest_until(claim: Mapping[str, Any], today: int) -> int | None:
    """Return the day up to which the interest of a claim has been calculated, if it has borne any."""
    until: int = min(today, claim["accrues_to"])
    if claim["accrual_rate"] and until > claim["accrues_from"]:
        return until
    return claim["accrued"][-1][1] if claim["accrued"] else None


def stopped(balances: Balances, today: int) -> Balances:
    """Return the balances of a claim whose interest stops on day `today`."""
    after = accrue_to(balances, today)
    stop = min(after.accrues_to, today)
    return after._replace(accrues_from=stop, accrues_to=stop)


def resumed(balances: Balances, claim: Mapping[str, Any], today: int) -> Balances:
    """Return the balances of a claim that bears interest on its own terms again from day `today`."""
    start, end = max(accrual_resumption(claim), today), accrual_end(claim)
    return accrue_to(balances, today)._replace(accrues_from=min(start, end), accrues_to=end)


def _opening(part: str, original: int | None, remaining: int | None) -> dict[str, int]:
    if remaining is None:
        remaining = original or 0
    if original is None:
        original = remaining
    return {
        f"original_{part}": original,
        f"paid_{part}": max(0, original - remaining),
        f"adjusted_{part}": max(0, remaining - original),
        f"remaining_{part}": remaining,
    }


def share(amount: int, part: int, whole: int) -> int:
    """Return `amount` * part / whole, rounded half up; the amount if `whole` is 0."""
    return amount if whole == 0 else (2 * amount * part + whole) // (2 * whole)


def _day(instant: datetime) -> int:
    return instant.toordinal()
