"""The terms of a plan and their validation. Errors use the field names of the API."""

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
    """An impossible plan: `invalid` input (400) or a `conflict` with the current state (409).

    `errors` has the messages of each field by its path in the request (`payments[0].specifiedAmount`).
    """

    def __init__(
        self, errors: Mapping[str, list[str]], kind: Literal["invalid", "conflict"] = "invalid"
    ) -> None:
        super().__init__(f"{kind}: {dict(errors)}")
        self.errors = dict(errors)
        self.kind = kind


class PlanType(IntEnum):
    """The values of `paymentPlanType`."""

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
    """A payment that differs from the regular ones in its due date, its amount (None: regular) or both."""

    payment_no: int
    due_date: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a plan; `type` is a PlanType if it is valid."""

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
        """Whether payments have neither interest nor fees, and some months have no payment."""
        return self.type == PlanType.DEBT_RELIEF

    @property
    def is_annuity(self) -> bool:
        """Whether payments are equal, rather than instalments."""
        return self.type in _ANNUITIES

    @property
    def clears(self) -> bool:
        """Whether the plan must pay off its balance."""
        return self.type in _CLEARING

    @property
    def includes_fees(self) -> bool:
        """Whether the amount that the client chose includes fees."""
        return self.is_annuity and self.amount is not None

    @property
    def max_payments(self) -> int:
        """The maximum number of payments."""
        return self.number_of_payments or (RELIEF_PAYMENTS if self.is_relief else MAX_PAYMENTS)

    @property
    def free_months(self) -> tuple[int, ...]:
        """The months (1 to 12) without payments."""
        return RELIEF_FREE_MONTHS if self.is_relief else ()

    @property
    def effective_reminder_fee(self) -> Decimal:
        """The fee of a reminder, which is zero in debt relief."""
        return ZERO if self.is_relief else self.reminder_fee

    def fee(self, payment_no: int) -> Decimal:
        """Return the planned fee of a payment."""
        if self.is_relief:
            return ZERO
        return half_up(self.invoice_fee + self.registration_fee if payment_no == 1 else self.invoice_fee)


def terms_errors(terms: Terms) -> Errors:
    """Return the errors in the terms that do not depend on the balance, except those in deviations."""
    errors: Errors = {}
    if terms.type is None:
        errors["paymentPlanType"] = ["is required"]
    elif terms.type not in _TYPES:
        errors["paymentPlanType"] = ["must be 1, 2, 3, 4 or 5"]
    if terms.number_of_payments is not None and not 0 < terms.number_of_payments <= MAX_PAYMENTS:
        errors["numberOfPayments"] = [f"must be from 1 to {MAX_PAYMENTS}"]
    if terms.amount is not None:
        add_error(errors, "amount", money_error(terms.amount, minimum=CENT))
    for name, message in _choice_errors(terms).items():
        add_error(errors, name, message)
    add_error(errors, "registrationFee", money_error(terms.registration_fee))
    add_error(errors, "invoiceFee", money_error(terms.invoice_fee))
    add_error(errors, "reminderFee", money_error(terms.reminder_fee))
    return errors


def add_error(errors: Errors, name: str, message: str | None) -> None:
    """Add the message for a field, if there is one."""
    if message is not None:
        errors.setdefault(name, []).append(message)


def money_error(value: Decimal, minimum: Decimal = ZERO) -> str | None:
    """Return the error in an amount that a client sent, if any."""
    if not value.is_finite():
        return "must be a number"
    if value < minimum:
        return f"must be at least {minimum}"
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
        return dict.fromkeys(given, "send either numberOfPayments or amount")
    return {}
