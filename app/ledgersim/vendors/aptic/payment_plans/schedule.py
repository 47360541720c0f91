"""The rows of a plan: how much is due when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledgersim.vendors.aptic.payment_plans.balance import Balance
from ledgersim.vendors.aptic.payment_plans.dates import due_dates, invoice_date
from ledgersim.vendors.aptic.payment_plans.deviations import AGREED, Specified
from ledgersim.vendors.aptic.payment_plans.plan_terms import MAX_PAYMENTS, Errors, Terms, note
from ledgersim.vendors.aptic.payment_plans.rounding import CENT, ZERO, half_up, quotient


@dataclass(frozen=True, slots=True)
class Row:
    """A payment: `amount` = instalment + interest + fee; `unpaid` is the balance after it.

    Once it is paid, `unpaid` is what was really left (see `progress`).
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


def least_amount(balance: Balance, terms: Terms) -> Decimal:
    """The least X: a cent, in an annuity above the interest and fees of the first month."""
    if not terms.includes_fees:
        return CENT
    return balance.interest_of_month(balance.total) + terms.fee(1) + CENT


def schedule(
    balance: Balance, terms: Terms, specified: Mapping[int, Specified], errors: Errors
) -> tuple[Row, ...]:
    """The payments of a plan; what is wrong with its amount or its deviations is added to `errors`.

    Source: the issue on payment plans ("Types", "Dates", "Deviating payments").
    """
    last = terms.most_payments
    chosen = None if terms.amount is None else half_up(terms.amount)
    level = chosen  # None: to be computed from what is left and the payments that remain
    unpaid = balance.total
    dates = due_dates(terms.registration_date, terms.free_months)
    rows: list[Row] = []
    while unpaid > 0 and len(rows) < last:
        number = len(rows) + 1
        interest = ZERO if terms.is_relief else balance.interest_of_month(unpaid)
        fee = terms.fee(number)
        wish = specified.get(number)
        takes_rest = chosen is None and number == last
        least = unpaid if takes_rest and terms.clears else ZERO
        instalment = _specified_instalment(wish, interest + fee, least, unpaid, errors)
        if instalment is not None:
            level = chosen
        elif takes_rest:
            instalment = unpaid
        else:
            if level is None:
                level = _level(balance, terms, unpaid, last - number + 1)
            within = (interest if terms.is_annuity else ZERO) + (fee if terms.includes_fees else ZERO)
            instalment = min(max(level - within, CENT), unpaid)
        unpaid -= instalment
        due = _due_date(next(dates), wish, terms, errors)
        amount = instalment + interest + fee
        rows.append(Row(number, invoice_date(due), due, instalment, interest, fee, amount, unpaid))
    if unpaid > 0 and terms.clears:
        note(errors, "amount", f"would need more than {MAX_PAYMENTS} payments")
    _check_places(rows, specified, errors)
    return tuple(rows)


def _level(balance: Balance, terms: Terms, unpaid: Decimal, count: int) -> Decimal:
    """The regular payment (annuity: with interest, without fees) or instalment over `count` payments."""
    return balance.level_payment(unpaid, count) if terms.is_annuity else quotient(unpaid, Decimal(count))


def _specified_instalment(
    wish: Specified | None, charges: Decimal, least: Decimal, most: Decimal, errors: Errors
) -> Decimal | None:
    """What a specified amount leaves for the instalment after `charges` (interest and fees), if it may be."""
    if wish is None or wish.amount is None:
        return None
    instalment = half_up(wish.amount) - charges
    if least <= instalment <= most:
        return instalment
    bounds = (
        f"{most + charges}, as the last payment takes what is left"
        if least == most
        else f"from {max(charges, CENT)} (its interest and fees) to {most + charges} (with all that is left)"
    )
    note(errors, wish.amount_field, f"payment {wish.deviation.payment_no}: must be {bounds}")
    return None


def _due_date(regular: date, wish: Specified | None, terms: Terms, errors: Errors) -> date:
    """The day that a payment is due, which may be put off."""
    if wish is None or wish.due_date is None:
        return regular
    number, due = wish.deviation.payment_no, wish.due_date
    if due < regular:
        note(errors, wish.due_field, f"payment {number}: must not lie before {regular}, its regular due date")
        return regular
    if due.month in terms.free_months:
        note(errors, wish.due_field, f"payment {number}: nothing is due in June and December")
        return regular
    return due


def _check_places(rows: list[Row], specified: Mapping[int, Specified], errors: Errors) -> None:
    """Note deviations of payments that are not there, and due dates that are not between their neighbours."""
    for number, wish in specified.items():
        if number > len(rows):
            if wish.number_field != AGREED:
                note(errors, wish.number_field, f"the plan has no payment {number}, only {len(rows)}")
            continue
        if wish.due_date is None:
            continue
        due = rows[number - 1].due_date
        before = rows[number - 2].due_date if number > 1 else date.min
        after = rows[number].due_date if number < len(rows) else date.max
        if not before < due < after:
            note(errors, wish.due_field, f"payment {number}: {due} does not lie between its neighbours")
