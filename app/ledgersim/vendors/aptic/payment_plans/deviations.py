"""Deviating payments: merging those of a request with the agreed ones, and validating them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, Errors, add_error, money_error
from ledgersim.vendors.aptic.payment_plans.rounding import CENT

# The field of errors that a request causes in a deviation agreed before it.
AGREED = "payments"


@dataclass(frozen=True, slots=True)
class Override:
    """A deviation, with the request fields that errors in its parts refer to."""

    deviation: Deviation
    number_field: str = AGREED
    due_field: str = AGREED
    amount_field: str = AGREED

    @property
    def amount(self) -> Decimal | None:
        """The amount that replaces the regular one, if any."""
        return self.deviation.amount

    @property
    def due_date(self) -> date | None:
        """The due date that replaces the regular one, if any."""
        return self.deviation.due_date


@dataclass(frozen=True, slots=True)
class Overrides:
    """The deviations of a plan by payment number, and the errors in those of the request."""

    by_number: dict[int, Override]
    errors: Errors
    conflicts: Errors


def read_deviations(
    requested: Sequence[Deviation], agreed: Iterable[Deviation] = (), paid: Collection[int] = ()
) -> Overrides:
    """Merge the requested deviations into the agreed ones, part by part.

    Leaves out requested deviations with invalid fields (`errors`) and those of `paid` payments (`conflicts`).
    """
    by_number = {one.payment_no: Override(one) for one in agreed}
    errors: Errors = {}
    conflicts: Errors = {}
    seen: set[int] = set()
    for index, deviation in enumerate(requested):
        field = f"payments[{index}]"
        number = deviation.payment_no
        found: Errors = {}
        if number < 1:
            found[f"{field}.paymentNo"] = ["must be at least 1"]
        elif number in seen:
            found[f"{field}.paymentNo"] = [f"payment {number} occurs twice"]
        if deviation.amount is not None:
            add_error(found, f"{field}.specifiedAmount", money_error(deviation.amount, minimum=CENT))
        seen.add(number)
        if found:
            errors |= found
        elif number in paid:
            conflicts[f"{field}.paymentNo"] = [f"payment {number} is already paid"]
        else:
            by_number[number] = _merged(by_number.get(number), deviation, field)
    return Overrides(by_number, errors, conflicts)


def _merged(agreed: Override | None, deviation: Deviation, field: str) -> Override:
    merged = Override(deviation) if agreed is None else agreed
    merged = replace(merged, number_field=f"{field}.paymentNo")
    if deviation.due_date is not None:
        merged = replace(
            merged,
            deviation=replace(merged.deviation, due_date=deviation.due_date),
            due_field=f"{field}.specifiedDueDate",
        )
    if deviation.amount is not None:
        merged = replace(
            merged,
            deviation=replace(merged.deviation, amount=deviation.amount),
            amount_field=f"{field}.specifiedAmount",
        )
    return merged
