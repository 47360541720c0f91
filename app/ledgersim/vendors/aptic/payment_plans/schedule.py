"""The payment schedule of a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.balance import Balance
from ledgersim.vendors.aptic.payment_plans.dates import due_dates, invoice_date
from ledgersim.vendors.aptic.payment_plans.deviations import AGREED, Override
from ledgersim.vendors.aptic.payment_plans.plan_terms import MAX_PAYMENTS, Errors, Terms, add_error
from ledgersim.vendors.aptic.payment_plans.rounding import CENT, ZERO, half_up, quotient


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A payment: `amount` is instalment + interest + fee, `unpaid` the balance after it.

    Once it is paid, `unpaid` is the amount that actually remained (see `progress`).
    """

    payment_no: int
    invoice_date: date
    due_date: date
    instalment: Decimal
    interest: Decimal
    fee: Decimal
    amount: Decimal
    unpaid: Decimal
    paid_date: date | None = None


def minimum_amount(balance: Balance, terms: Terms) -> Decimal:
    """Return the minimum of `terms.amount`: a cent, plus the first interest and fees if it includes them."""
    if not terms.includes_fees:
        return CENT
    return balance.interest_of_month(balance.total) + terms.fee(1) + CENT


def schedule(
    balance: Balance, terms: Terms, overrides: Mapping[int, Override], errors: Errors
) -> tuple[ScheduleRow, ...]:
    """Return the payments of a plan. Adds errors in its amount and its deviations to `errors`."""
    last = terms.max_payments
    chosen = None if terms.amount is None else half_up(terms.amount)
    level = chosen  # None: computed from the unpaid amount and the remaining payments
    unpaid = balance.total
    dates = due_dates(terms.registration_date, terms.free_months)
    rows: list[ScheduleRow] = []
    while unpaid > 0 and len(rows) < last:
        number = len(rows) + 1
        interest = ZERO if terms.is_relief else balance.interest_of_month(unpaid)
        fee = terms.fee(number)
        override = overrides.get(number)
        takes_remainder = chosen is None and number == last
        minimum = unpaid if takes_remainder and terms.clears else ZERO
        instalment = _overridden_instalment(override, interest + fee, minimum, unpaid, errors)
        if instalment is not None:
            level = chosen
        elif takes_remainder:
            instalment = unpaid
        else:
            if level is None:
                level = _level(balance, terms, unpaid, last - number + 1)
            included = (interest if terms.is_annuity else ZERO) + (fee if terms.includes_fees else ZERO)
            instalment = min(max(level - included, CENT), unpaid)
        unpaid -= instalment
        due = _due_date(next(dates), override, terms, errors)
        amount = instalment + interest + fee
        rows.append(ScheduleRow(number, invoice_date(due), due, instalment, interest, fee, amount, unpaid))
    if unpaid > 0 and terms.clears:
        add_error(errors, "amount", f"requires more than {MAX_PAYMENTS} payments")
    _check_due_dates(rows, overrides, errors)
    return tuple(rows)


def _level(balance: Balance, terms: Terms, unpaid: Decimal, count: int) -> Decimal:
    """Return the regular payment (annuity: with interest, without fees) or instalment over `count` payments."""
    return balance.level_payment(unpaid, count) if terms.is_annuity else quotient(unpaid, Decimal(count))


def _overridden_instalment(
    override: Override | None, charges: Decimal, minimum: Decimal, maximum: Decimal, errors: Errors
) -> Decimal | None:
    """Return the instalment in an overridden amount, after `charges` (interest and fees); None if invalid."""
    if override is None or override.amount is None:
        return None
    instalment = half_up(override.amount) - charges
    if minimum <= instalment <= maximum:
        return instalment
    bounds = (
        f"{maximum + charges}, because the last payment pays off the balance"
        if minimum == maximum
        else f"from {max(charges, CENT)} (its interest and fees) to {maximum + charges} (the whole balance)"
    )
    add_error(errors, override.amount_field, f"payment {override.deviation.payment_no}: must be {bounds}")
    return None


def _due_date(regular: date, override: Override | None, terms: Terms, errors: Errors) -> date:
    """Return the due date of a payment, which an override can postpone."""
    if override is None or override.due_date is None:
        return regular
    number, due = override.deviation.payment_no, override.due_date
    if due < regular:
        add_error(
            errors, override.due_field, f"payment {number}: must not be before {regular}, its regular due date"
        )
        return regular
    if due.month in terms.free_months:
        add_error(errors, override.due_field, f"payment {number}: must not be in June or December")
        return regular
    return due


def _check_due_dates(rows: list[ScheduleRow], overrides: Mapping[int, Override], errors: Errors) -> None:
    """Add errors for overrides of missing payments, and for due dates that are out of order."""
    for number, override in overrides.items():
        if number > len(rows):
            if override.number_field != AGREED:
                add_error(errors, override.number_field, f"the plan has no payment {number}, only {len(rows)}")
            continue
        if override.due_date is None:
            continue
        due = rows[number - 1].due_date
        before = rows[number - 2].due_date if number > 1 else date.min
        after = rows[number].due_date if number < len(rows) else date.max
        if not before < due < after:
            add_error(
                errors,
                override.due_field,
                f"payment {number}: {due} is not between the due dates of its neighbours",
            )
