"""Diagnostics of debts and fees that are accepted, though perhaps not as their client means them."""

from collections.abc import Iterator
from typing import Any

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.vendors.aptic.claims.rules import RATE_CEILINGS, yearly_rate
from ledgersim.vendors.aptic.debts.schemas import DebtCreate, DebtUpdate
from ledgersim.vendors.aptic.fees.schemas import FeeCreate

_TERMS = (
    "interest_code",
    "interest_rate",
    "interest_specific_calculation_type",
    "agreed_interest_code",
    "agreed_interest_rate",
)
_STARTS = (
    "interest_from",
    "interest_to",
    "due_date",
    "bill_date",
    "fee_date",
)


def about_claim(
    sent: DebtCreate | FeeCreate, case_currency: str | None, path: str = ""
) -> Iterator[Diagnostic]:
    """Yield the diagnostics of a new debt or fee. `path` leads to its members."""
    terms: dict[str, Any] = {name: getattr(sent, name, None) for name in _TERMS}
    if yearly_rate(terms) and all(getattr(sent, name, None) is None for name in _STARTS):
        message = "There is a rate, but no date from which it counts. It counts from today; send interestFrom."
        yield Diagnostic("no-interest-start", f"{path}interestFrom", message)
    if isinstance(sent, DebtCreate):
        yield from about_ceiling(sent, path)
        if not sent.exch_rate and case_currency and sent.currency_code not in (None, case_currency):
            message = f"It counts 1 to 1 without a rate. Send the {case_currency} for 1 {sent.currency_code}."
            yield Diagnostic("no-exchange-rate", f"{path}exchRate", message)


def about_ceiling(sent: DebtCreate | DebtUpdate, path: str = "") -> Iterator[Diagnostic]:
    """Yield a diagnostic if the ceiling code of a debt has no ceiling here."""
    code = sent.interest_rate_ceiling_code
    if code is not None and code not in RATE_CEILINGS:
        message = f"{code[:80]!r} was stored and caps nothing. Known are {', '.join(RATE_CEILINGS)}."
        yield Diagnostic("no-interest-ceiling", f"{path}interestRateCeilingCode", message)
