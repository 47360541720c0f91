"""Payments that are to differ from the regular ones, and what is wrong with the wish."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, Errors, money_error, note
from ledgersim.vendors.aptic.payment_plans.rounding import CENT

# Where an error is noted that a request causes in a deviation which was agreed before it.
AGREED = "payments"


@dataclass(frozen=True, slots=True)
class Specified:
    """A deviation, with the fields of the request that its parts come from."""

    deviation: Deviation
    number_field: str = AGREED
    due_field: str = AGREED
    amount_field: str = AGREED

    @property
    def amount(self) -> Decimal | None:
        """The amount that replaces the regular one."""
        return self.deviation.amount

    @property
    def due_date(self) -> date | None:
        """The day that replaces the regular one."""
        return self.deviation.due_date


@dataclass(frozen=True, slots=True)
class Wishes:
    """The deviations of a plan by number, with what is wrong with those of the request."""

    by_number: dict[int, Specified]
    errors: Errors
    conflicts: Errors


def read_deviations(
    requested: Sequence[Deviation], agreed: Iterable[Deviation] = (), paid: Collection[int] = ()
) -> Wishes:
    """The deviations that the request and what was agreed before it make together.

    The request wins, part by part. One whose own field is wrong is left out and noted; so is one for a
    payment that is `paid` (a conflict). Source: the issue on payment plans ("Deviating payments").
    """
    by_number = {one.payment_no: Specified(one) for one in agreed}
    errors: Errors = {}
    conflicts: Errors = {}
    seen: set[int] = set()
    for index, wish in enumerate(requested):
        field = f"payments[{index}]"
        number = wish.payment_no
        wrong: Errors = {}
        if number < 1:
            wrong[f"{field}.paymentNo"] = ["must be at least 1"]
        elif number in seen:
            wrong[f"{field}.paymentNo"] = [f"payment {number} is named twice"]
        if wish.amount is not None:
            note(wrong, f"{field}.specifiedAmount", money_error(wish.amount, least=CENT))
        seen.add(number)
        if wrong:
            errors |= wrong
        elif number in paid:
            conflicts[f"{field}.paymentNo"] = [f"payment {number} is paid"]
        else:
            by_number[number] = _merged(by_number.get(number), wish, field)
    return Wishes(by_number, errors, conflicts)


def _merged(agreed: Specified | None, wish: Deviation, field: str) -> Specified:
    merged = Specified(wish) if agreed is None else agreed
    merged = replace(merged, number_field=f"{field}.paymentNo")
    if wish.due_date is not None:
        merged = replace(
            merged,
            deviation=replace(merged.deviation, due_date=wish.due_date),
            due_field=f"{field}.specifiedDueDate",
        )
    if wish.amount is not None:
        merged = replace(
            merged,
            deviation=replace(merged.deviation, amount=wish.amount),
            amount_field=f"{field}.specifiedAmount",
        )
    return merged
