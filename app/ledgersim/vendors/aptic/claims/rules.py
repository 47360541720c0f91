"""The balances of a claim: integer arithmetic in hundredths of its currency."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

NEVER = 9_999_999  # a day after the last one of the clock
# principal (hundredths) * rate (per cent, ten-thousandths) * days / YEAR = interest (hundredths)
YEAR = 365 * 100 * 10_000
REFERENCE_RATE = 2_0000  # Sweden, from 2026-01-01
MARGIN_ABOVE_REFERENCE = {"ÖGR": 8_0000}
STATUTORY_RATES = {"FI-B2C": 9_5000, "FI-B2B": 10_5000, "NO-LATE": 12_0000}
EARLIEST_ACCRUAL = date(1950, 1, 1).toordinal()


def accrued_interest(principal: int, rate: int, days: int, remainder: int = 0) -> int:
    """Return simple interest in hundredths, actual/365, rounded half up.

    `principal` is in hundredths, `rate` in ten-thousandths of a per cent per year, `remainder` in 1/YEAR.
    """
    return (2 * (principal * rate * days + remainder) + YEAR) // (2 * YEAR)


@dataclass(frozen=True, slots=True)
class Balances:
    """The balances of a claim, in hundredths, and the terms of its interest."""

    original_principal: int = 0
    paid_principal: int = 0
    adjusted_principal: int = 0
    remaining_principal: int = 0
    original_interest: int = 0
    paid_interest: int = 0
    adjusted_interest: int = 0
    remaining_interest: int = 0
    original_vat: int = 0
    remaining_vat: int = 0
    accrual_rate: int = 0
    accrual_rest: int = 0
    accrues_from: int = NEVER
    accrues_to: int = NEVER

    def columns(self) -> dict[str, int]:
        """Return the balances by column name."""
        return {name: getattr(self, name) for name in _BALANCES}


_BALANCES = tuple(field.name for field in fields(Balances))


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
    original_vat = sent.get("original_vat")
    remaining_vat = sent.get("remaining_vat")
    if remaining_vat is None:
        remaining_vat = share(
            original_vat or 0, principal["remaining_principal"], principal["original_principal"]
        )
    start = accrual_start(sent)
    end = NEVER if sent.get("interest_to") is None else max(start, _day(sent["interest_to"]))
    return Balances(
        **principal,
        **interest,
        original_vat=max(remaining_vat, original_vat or 0),
        remaining_vat=remaining_vat,
        accrual_rate=yearly_rate(
            sent.get("interest_code"),
            sent.get("interest_rate"),
            sent.get("interest_specific_calculation_type"),
        ),
        accrues_from=start,
        accrues_to=end,
    )


def yearly_rate(code: str | None, rate: int | None, calculation: str | None) -> int:
    """Return the effective interest rate, in ten-thousandths of a per cent per year.

    This is `interestRate`, plus the reference rate if the code says so. Without `interestRate` it is the
    statutory rate of the calculation type or code. The meanings of the codes are [inferred].
    """
    if code in MARGIN_ABOVE_REFERENCE:
        margin = MARGIN_ABOVE_REFERENCE[code] if rate is None else rate
        return REFERENCE_RATE + margin
    if rate is None:
        return STATUTORY_RATES.get(calculation or code or "", 0)
    return rate


def accrual_start(sent: Mapping[str, Any]) -> int:
    """Return the day from which interest accrues.

    This is `interest_from`, else the bill date plus `interest_condition` days, else the due date [inferred].
    """
    if sent.get("interest_from") is not None:
        start = _day(sent["interest_from"])
    elif sent.get("bill_date") is not None and sent.get("interest_condition") is not None:
        start = _day(sent["bill_date"]) + sent["interest_condition"]
    elif sent.get("due_date") is not None:
        start = _day(sent["due_date"])
    else:
        start = NEVER
    return min(max(start, EARLIEST_ACCRUAL), NEVER)


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
    days = until - balances.accrues_from
    interest = accrued_interest(
        balances.remaining_principal, balances.accrual_rate, days, balances.accrual_rest
    )
    exact = balances.remaining_principal * balances.accrual_rate * days + balances.accrual_rest
    return replace(
        balances,
        original_interest=balances.original_interest + interest,
        remaining_interest=balances.remaining_interest + interest,
        accrual_rest=exact - interest * YEAR,
        accrues_from=until,
    )


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
    return replace(
        before,
        paid_principal=before.paid_principal + posting.paid_principal,
        adjusted_principal=before.adjusted_principal + posting.adjusted_principal,
        remaining_principal=principal,
        original_interest=before.original_interest + posting.added_interest,
        paid_interest=before.paid_interest + posting.paid_interest,
        adjusted_interest=before.adjusted_interest + posting.adjusted_interest,
        remaining_interest=interest,
        remaining_vat=share(before.remaining_vat, principal, before.remaining_principal),
    )


def suspended(balances: Balances, today: int) -> Balances:
    """Return the balances of a claim whose interest stops on day `today` until it is resumed."""
    return replace(accrue_to(balances, today), accrues_from=NEVER, accrues_to=NEVER)


def resumed(balances: Balances, claim: Mapping[str, Any], today: int) -> Balances:
    """Return the balances of a suspended claim that bears interest on its own terms again from day `today`."""
    start = max(accrual_start(claim), today)
    end = NEVER if claim["interest_to"] is None else max(start, _day(claim["interest_to"]))
    return replace(accrue_to(balances, today), accrues_from=start, accrues_to=end)


def closed(balances: Balances, today: int) -> Balances:
    """Return the balances of a claim whose case closes on day `today`, when its interest stops."""
    after = accrue_to(balances, today)
    return replace(after, accrues_to=max(after.accrues_from, min(after.accrues_to, today)))


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
