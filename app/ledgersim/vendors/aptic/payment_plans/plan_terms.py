"""What a client asks of a plan, and what is wrong with it, in the spelling of the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from typing import Literal

from ledgersim.vendors.aptic.payment_plans.dates import RELIEF_FREE_MONTHS
from ledgersim.vendors.aptic.payment_plans.rounding import CENT, EXACT, ZERO, half_up

MAX_PAYMENTS = 600
MAX_MONEY = Decimal("99999999999.99")
RELIEF_PAYMENTS = 50

Errors = dict[str, list[str]]


class PlanError(Exception):
    """A plan that cannot be: `invalid` input (400), or a `conflict` (409) with how things stand.

    `errors` names each field as clients write it (`payments[0].specifiedAmount`) with its messages.
    """

    def __init__(
        self, errors: Mapping[str, list[str]], kind: Literal["invalid", "conflict"] = "invalid"
    ) -> None:
        super().__init__(f"{kind}: {dict(errors)}")
        self.errors = dict(errors)
        self.kind = kind


class PlanType(IntEnum):
    """`paymentPlanType`. Source: the issue on payment plans ("Types")."""

    ANNUITY = 1
    LIMITED_ANNUITY = 2
    LINEAR = 3
    LIMITED_LINEAR = 4
    DEBT_RELIEF = 5


_TYPES = frozenset(PlanType)
_ANNUITIES = frozenset({PlanType.ANNUITY, PlanType.LIMITED_ANNUITY})
_LIMITED = frozenset({PlanType.LIMITED_ANNUITY, PlanType.LIMITED_LINEAR})
_CLEARING = frozenset({PlanType.ANNUITY, PlanType.LINEAR})


@dataclass(frozen=True, slots=True)
class Deviation:
    """A payment that differs from the regular ones: due later, of another amount, or both (None: as is)."""

    payment_no: int
    due_date: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a plan. `number_of_payments` is n and `amount` X of the issue; `type` is a PlanType."""

    registration_date: date
    type: int | None
    number_of_payments: int | None = None
    amount: Decimal | None = None
    registration_fee: Decimal = ZERO
    invoice_fee: Decimal = ZERO
    reminder_fee: Decimal = ZERO
    deviations: tuple[Deviation, ...] = ()

    @property
    def is_relief(self) -> bool:
        """Whether payments bear neither interest nor fees, and some months are free."""
        return self.type == PlanType.DEBT_RELIEF

    @property
    def is_annuity(self) -> bool:
        """Whether payments are equal, not instalments."""
        return self.type in _ANNUITIES

    @property
    def clears(self) -> bool:
        """Whether the plan must end with nothing left."""
        return self.type in _CLEARING

    @property
    def includes_fees(self) -> bool:
        """Whether fees are in the amount that the client chose, rather than on top."""
        return self.is_annuity and self.amount is not None

    @property
    def most_payments(self) -> int:
        """The number of the last payment there can be."""
        return self.number_of_payments or (RELIEF_PAYMENTS if self.is_relief else MAX_PAYMENTS)

    @property
    def free_months(self) -> tuple[int, ...]:
        """The months (1 to 12) in which nothing is due."""
        return RELIEF_FREE_MONTHS if self.is_relief else ()

    @property
    def fee_of_reminder(self) -> Decimal:
        """What a reminder adds to a payment: nothing in debt relief."""
        return ZERO if self.is_relief else self.reminder_fee

    def fee(self, payment_no: int) -> Decimal:
        """The planned fee of a payment."""
        if self.is_relief:
            return ZERO
        return half_up(self.invoice_fee + self.registration_fee if payment_no == 1 else self.invoice_fee)


def terms_errors(terms: Terms) -> Errors:
    """All that is wrong with the terms themselves, whatever the balance; deviations apart."""
    errors: Errors = {}
    if terms.type is None:
        errors["paymentPlanType"] = ["is required"]
    elif terms.type not in _TYPES:
        errors["paymentPlanType"] = ["must be 1, 2, 3, 4 or 5"]
    if terms.number_of_payments is not None and not 0 < terms.number_of_payments <= MAX_PAYMENTS:
        errors["numberOfPayments"] = [f"must be from 1 to {MAX_PAYMENTS}"]
    if terms.amount is not None:
        note(errors, "amount", money_error(terms.amount, least=CENT))
    for name, missing_or_too_much in _choice_errors(terms).items():
        note(errors, name, missing_or_too_much)
    note(errors, "registrationFee", money_error(terms.registration_fee))
    note(errors, "invoiceFee", money_error(terms.invoice_fee))
    note(errors, "reminderFee", money_error(terms.reminder_fee))
    return errors


def note(errors: Errors, name: str, message: str | None) -> None:
    """Add a message about a field, where there is one."""
    if message is not None:
        errors.setdefault(name, []).append(message)


def money_error(value: Decimal, least: Decimal = ZERO) -> str | None:
    """What is wrong with an amount that a client sent, or None."""
    if not value.is_finite():
        return "must be a number"
    if value < least:
        return f"must be at least {least}"
    if value > MAX_MONEY:
        return f"must be at most {MAX_MONEY}"
    if value != value.quantize(CENT, context=EXACT):
        return "must have at most two decimals"
    return None


def _choice_errors(terms: Terms) -> dict[str, str]:
    given = {
        "numberOfPayments": terms.number_of_payments is not None,
        "amount": terms.amount is not None,
    }
    if terms.type in _LIMITED:
        return {name: "is required for this type" for name, present in given.items() if not present}
    if terms.type in _CLEARING and len(set(given.values())) == 1:
        verdict = "only one" if all(given.values()) else "one"
        return dict.fromkeys(given, f"give {verdict} of numberOfPayments and amount")
    return {}
