"""The books of a claim, as plain arithmetic on whole hundredths."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from ledgersim.vendors.aptic.claims.models import NEVER

# principal (hundredths) * rate (per cent, ten-thousandths) * days / YEAR = interest (hundredths)
YEAR = 365 * 100 * 10_000
REFERENCE_RATE = 2_0000  # Sweden, from 2026-01-01
MARGIN_ABOVE_REFERENCE = {"ÖGR": 8_0000}
STATUTORY_RATES = {"FI-B2C": 9_5000, "FI-B2B": 10_5000, "NO-LATE": 12_0000}
EARLIEST_ACCRUAL = date(1950, 1, 1).toordinal()


def accrued(principal: int, rate: int, days: int, rest: int = 0) -> int:
    """Simple interest in hundredths, actual/365, rounded half up.

    `principal` in hundredths, `rate` in ten-thousandths of a per cent a year, `rest` in parts of YEAR.
    """
    return (2 * (principal * rate * days + rest) + YEAR) // (2 * YEAR)


@dataclass(frozen=True, slots=True)
class Balances:
    """The balances of a claim in hundredths, and how interest accrues on it."""

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
        """The columns of the claim that hold these books."""
        return {name: getattr(self, name) for name in _BALANCES}


_BALANCES = tuple(field.name for field in fields(Balances))


@dataclass(frozen=True, slots=True)
class Posting:
    """A change to a claim in hundredths: what was paid, and what was added (negative: taken off)."""

    paid_principal: int = 0
    paid_interest: int = 0
    adjusted_principal: int = 0
    adjusted_interest: int = 0
    added_interest: int = 0  # as if it had accrued


def open_balances(sent: dict[str, Any]) -> Balances:
    """The books of a claim as a client sends it: `original_…`, `remaining_…` and the terms of interest.

    What of the original does not remain counts as paid before; more remaining than original, as adjusted.
    Source: the issue on the foundation; for "more remaining" there is none (inferred).
    """
    principal = _balance("principal", sent.get("original_principal"), sent.get("remaining_principal"))
    interest = _balance("interest", sent.get("original_interest"), sent.get("remaining_interest"))
    original_vat = sent.get("original_vat")
    remaining_vat = sent.get("remaining_vat")
    if remaining_vat is None:
        remaining_vat = _share(
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
    """The rate that interest accrues by, in ten-thousandths of a per cent a year.

    `interestRate` as sent, above the reference rate where the code says so; where none is sent, what the law
    has for the code or calculation. Source: the facts file's rates; which code means which is inferred.
    """
    if code in MARGIN_ABOVE_REFERENCE:
        margin = MARGIN_ABOVE_REFERENCE[code] if rate is None else rate
        return REFERENCE_RATE + margin
    if rate is None:
        return STATUTORY_RATES.get(calculation or code or "", 0)
    return rate


def accrual_start(sent: Mapping[str, Any]) -> int:
    """The day that interest accrues from: as sent, else so many days after the bill, else the due date."""
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
    """When a debt is due: as sent, else so many days after the bill as the payment condition says."""
    if due is not None or bill is None or payment_condition is None:
        return due
    try:
        return bill + timedelta(days=payment_condition)
    except OverflowError:
        return None


def accrue_to(books: Balances, today: int) -> Balances:
    """The books with the interest up to `today` (a day number) booked, and accrual going on from there."""
    until = min(today, books.accrues_to)
    if until <= books.accrues_from:
        return books
    days = until - books.accrues_from
    interest = accrued(books.remaining_principal, books.accrual_rate, days, books.accrual_rest)
    exact = books.remaining_principal * books.accrual_rate * days + books.accrual_rest
    return replace(
        books,
        original_interest=books.original_interest + interest,
        remaining_interest=books.remaining_interest + interest,
        accrual_rest=exact - interest * YEAR,
        accrues_from=until,
    )


def book(books: Balances, entry: Posting, today: int) -> Balances:
    """The books after an entry on day `today`: the one function that moves balances.

    Raises ValueError where more would be paid or taken off than remains.
    """
    before = accrue_to(books, today)
    principal = before.remaining_principal - entry.paid_principal + entry.adjusted_principal
    owed_interest = before.remaining_interest + entry.added_interest
    interest = owed_interest - entry.paid_interest + entry.adjusted_interest
    if principal < 0 or interest < 0:
        raise ValueError("more than what remains")
    return replace(
        before,
        paid_principal=before.paid_principal + entry.paid_principal,
        adjusted_principal=before.adjusted_principal + entry.adjusted_principal,
        remaining_principal=principal,
        original_interest=before.original_interest + entry.added_interest,
        paid_interest=before.paid_interest + entry.paid_interest,
        adjusted_interest=before.adjusted_interest + entry.adjusted_interest,
        remaining_interest=interest,
        remaining_vat=_share(before.remaining_vat, principal, before.remaining_principal),
    )


def suspended(books: Balances, today: int) -> Balances:
    """The books of a claim that bears no interest of its own from day `today` on, until it is resumed."""
    return replace(accrue_to(books, today), accrues_from=NEVER, accrues_to=NEVER)


def resumed(books: Balances, claim: Mapping[str, Any], today: int) -> Balances:
    """The books of a suspended claim that bears interest again from day `today` on, on its own terms."""
    start = max(accrual_start(claim), today)
    end = NEVER if claim["interest_to"] is None else max(start, _day(claim["interest_to"]))
    return replace(accrue_to(books, today), accrues_from=start, accrues_to=end)


def closed(books: Balances, today: int) -> Balances:
    """The books of a claim whose case closes on day `today`: its interest is booked and accrues no more."""
    after = accrue_to(books, today)
    return replace(after, accrues_to=max(after.accrues_from, min(after.accrues_to, today)))


def _balance(part: str, original: int | None, remaining: int | None) -> dict[str, int]:
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


def _share(amount: int, part: int, whole: int) -> int:
    """`amount` * part / whole, rounded half up."""
    return amount if whole == 0 else (2 * amount * part + whole) // (2 * whole)


def _day(instant: datetime) -> int:
    return instant.toordinal()
