"""Conversion between stored plans, calculated plans and responses."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.claims.rules import NEVER
from ledgersim.vendors.aptic.payment_plans import engine, progress
from ledgersim.vendors.aptic.payment_plans.balance import Balance, CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.dates import instant_of
from ledgersim.vendors.aptic.payment_plans.models import ACTIVE
from ledgersim.vendors.aptic.payment_plans.periods import MONTH, ORDINARY
from ledgersim.vendors.aptic.payment_plans.plan_terms import Deviation, Terms
from ledgersim.vendors.aptic.payment_plans.progress import Receipt
from ledgersim.vendors.aptic.payment_plans.schedule import ScheduleRow


def decimal(cents: int) -> Decimal:
    """Convert hundredths to a decimal amount."""
    return Decimal(cents).scaleb(-2)


def cents(amount: Decimal) -> int:
    """Convert a decimal amount to hundredths."""
    return int(amount.scaleb(2))


def new_plan(covered: Iterable[CoveredCase], values: Row) -> Row:
    """Return the columns of a plan without progress: `values`, and defaults for what they lack."""
    return {
        "payment_type": ORDINARY,
        "interval_type": MONTH,
        "interval": 1,
        "requested_number": None,
        "requested_amount": None,
        "registration_fee": 0,
        "invoice_fee": 0,
        "reminder_fee": 0,
        "covered": stored_cases(covered),
        "deviations": [],
        "receipts": [],
        "reminders": {},
        "invoiced": 0,
        "ended_at": None,
        **values,
    }


def terms_of(plan: Row) -> Terms:
    """Return the terms of a stored plan."""
    return Terms(
        registration_date=plan["registration_date"].date(),
        type=plan["payment_plan_type"],
        number_of_payments=plan["requested_number"],
        amount=None if plan["requested_amount"] is None else decimal(plan["requested_amount"]),
        registration_fee=decimal(plan["registration_fee"]),
        invoice_fee=decimal(plan["invoice_fee"]),
        reminder_fee=decimal(plan["reminder_fee"]),
        deviations=tuple(
            Deviation(
                one["payment_no"],
                None if one["due_date"] is None else date.fromisoformat(one["due_date"]),
                None if one["amount"] is None else Decimal(one["amount"]),
            )
            for one in plan["deviations"]
        ),
    )


def covered_of(plan: Row) -> list[CoveredCase]:
    """Return what was owed on the covered cases when the plan was registered."""
    return [
        CoveredCase(
            one["case_id"],
            tuple(Debt(Decimal(debt["principal"]), Decimal(debt["interest_rate"])) for debt in one["debts"]),
            Decimal(one["interest"]),
            Decimal(one["fees"]),
        )
        for one in plan["covered"]
    ]


def stored_cases(cases: Iterable[CoveredCase]) -> list[Row]:
    """Convert what is owed on cases to the JSON column `covered`."""
    return [_to_json(asdict(case)) for case in cases]


def stored_deviations(terms: Terms) -> list[Row]:
    """Convert the deviations of the terms to the JSON column `deviations`."""
    return [_to_json(asdict(deviation)) for deviation in terms.deviations]


def _to_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _to_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    return str(value) if isinstance(value, Decimal | date) else value


def payments_of(plan: Row, planned: engine.Plan) -> tuple[ScheduleRow, ...]:
    """Return the payments of a stored plan with their reminder fees and what has been paid."""
    reminders = {int(number): Decimal(fee) for number, fee in plan["reminders"].items()}
    receipts = [
        Receipt(date.fromisoformat(day), Decimal(amount), Decimal(remaining))
        for day, amount, remaining in plan["receipts"]
    ]
    return progress.with_receipts(progress.with_reminders(planned.rows, reminders), receipts)


def columns_of(plan: Row, planned: engine.Plan, reminder_days: int) -> Row:
    """Return the columns of a stored plan that follow from its schedule and its progress."""
    payments = payments_of(plan, planned)
    return {
        "start_date": instant_of(planned.start_date),
        "number_of_payments": planned.number_of_payments,
        "remaining_number_of_payments": progress.remaining_number_of_payments(payments),
        "amount": cents(planned.amount),
        "next_event": next_event(plan, payments, reminder_days),
    }


def next_event(plan: Row, payments: Iterable[ScheduleRow], reminder_days: int) -> int:
    """Return the day on which a plan next invoices a payment or finds one overdue."""
    if plan["active"] != ACTIVE:
        return NEVER
    days = [payment.invoice_date.toordinal() for payment in list(payments)[plan["invoiced"] :][:1]]
    days += [
        payment.due_date.toordinal() + reminder_days
        for payment in payments
        if payment.paid_date is None and str(payment.payment_no) not in plan["reminders"]
    ]
    return min(days, default=NEVER)


def response(plan: Row, planned: engine.Plan, cases: list[Row]) -> Row:
    """Return the response of a plan."""
    payments = payments_of(plan, planned)
    totals = engine.totals(Balance.of(covered_of(plan)), payments)
    return {
        **plan,
        "number_of_payments": planned.number_of_payments,
        "remaining_number_of_payments": progress.remaining_number_of_payments(payments),
        "fee_currency_code": plan["currency_code"],
        "total_amount": totals.amount,
        "total_principal": totals.principal,
        "total_interest": totals.interest,
        "total_fee": totals.fee,
        "annual_percentage": planned.annual_percentage,
        "payments": [asdict(payment) for payment in payments],
        "cases": cases,
        "periods": [asdict(period) for period in planned.periods],
    }
