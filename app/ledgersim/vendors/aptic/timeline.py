"""Aptic's part of the timeline of a person: cases, fees, payments and plans, and purchases as a customer."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, rows
from ledgersim.timeline import TimelineEntry, money
from ledgersim.vendors.aptic.cases.models import CASE, CASE_DEBTOR
from ledgersim.vendors.aptic.cases.queries import add_sums
from ledgersim.vendors.aptic.claims.models import CLAIM, FEE
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.customer_summary.models import PURCHASE, UNSETTLED_PAYMENT
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.payment_plans.commands import calculated, reminder_days
from ledgersim.vendors.aptic.payment_plans.dates import instant_of
from ledgersim.vendors.aptic.payment_plans.models import PAYMENT_PLAN
from ledgersim.vendors.aptic.payment_plans.plans import cents
from ledgersim.vendors.aptic.payments.models import PAYMENT

_BASE = "/APIGW/v1"
_DEBTORS = select(DEBTOR).where(DEBTOR.c.id_number == bindparam("number")).order_by(DEBTOR.c.id)
_CUSTOMERS = select(CUSTOMER).where(CUSTOMER.c.id_number == bindparam("number")).order_by(CUSTOMER.c.id)
_CASES = (
    select(CASE, CASE_DEBTOR.c.debtor_role, CLIENT.c.full_name.label("client_name"))
    .select_from(CASE)
    .join(CASE_DEBTOR, CASE_DEBTOR.c.case_id == CASE.c.id)
    .outerjoin(CLIENT, CLIENT.c.id == CASE.c.client_id)
    .where(CASE_DEBTOR.c.debtor_id == bindparam("of_debtor"))
    .order_by(CASE.c.id)
)
_FEES = select(CLAIM).where(CLAIM.c.case_id == bindparam("of_case"), CLAIM.c.kind == FEE).order_by(CLAIM.c.id)
_PAYMENTS = (
    select(PAYMENT)
    .where(PAYMENT.c.case_id == bindparam("of_case"), PAYMENT.c.due_on.is_(None))
    .order_by(PAYMENT.c.id)
)
_PLANS = (
    select(PAYMENT_PLAN).where(PAYMENT_PLAN.c.debtor_id == bindparam("of_debtor")).order_by(PAYMENT_PLAN.c.id)
)
_PURCHASES = select(PURCHASE).where(PURCHASE.c.customer_id == bindparam("of_customer")).order_by(PURCHASE.c.id)
_UNSETTLED = (
    select(UNSETTLED_PAYMENT)
    .where(UNSETTLED_PAYMENT.c.customer_id == bindparam("of_customer"))
    .order_by(UNSETTLED_PAYMENT.c.id)
)


def timeline(space: Space, ids: Mapping[str, Any]) -> Iterator[TimelineEntry]:
    """What happened to a person as a debtor and as a customer."""
    number = ids.get("idNumber")
    for debtor in rows(space.connection, _DEBTORS, number=number):
        cases = rows(space.connection, _CASES, of_debtor=debtor["id"])
        add_sums(space.connection, cases, {"today": today(space)})
        for case in cases:
            yield from _opened(space, case)
        plans = rows(space.connection, _PLANS, of_debtor=debtor["id"])
        for plan in plans:
            yield from _of_plan(space, debtor, plan)
        for case in cases:
            yield from _paid(space, case)
        for plan in plans:
            if plan["ended_at"] is not None:
                yield _ended(debtor, plan)
        for case in cases:
            if case["closure_date"] is not None:
                yield _closed(case)
    for customer in rows(space.connection, _CUSTOMERS, number=number):
        yield from _of_customer(space, customer)


def _opened(space: Space, case: Row) -> Iterator[TimelineEntry]:
    number, currency = case["case_number"], case["currency_code"]
    path = f"{_BASE}/Cases/{case['case_guid']}"
    principal = case["original_principal"]
    creditor = f" of {case['client_name']}" if case["client_name"] else ""
    summary = f"Case {number}{creditor} for {money(principal, currency)}, as {case['debtor_role']}"
    yield TimelineEntry(case["registration_date"], "case", summary, path, principal, currency)
    for fee in rows(space.connection, _FEES, of_case=case["id"]):
        amount, of_fee = fee["original_principal"], fee["currency_code"]
        summary = f"Fee on case {number}: {fee['description'] or fee['name']}, {money(amount, of_fee)}"
        yield TimelineEntry(fee["bill_date"], "fee", summary, f"{path}/Fees/{fee['guid']}", amount, of_fee)


def _paid(space: Space, case: Row) -> Iterator[TimelineEntry]:
    number, path = case["case_number"], f"{_BASE}/Cases/{case['case_guid']}"
    for payment in rows(space.connection, _PAYMENTS, of_case=case["id"]):
        amount, of_payment = payment["paid_amount"], payment["currency_code"]
        summary = f"Payment of {money(amount, of_payment)} on case {number}"
        of = f"{path}/Payments/{payment['payment_guid']}"
        yield TimelineEntry(payment["payment_date"], "payment", summary, of, amount, of_payment)


def _closed(case: Row) -> TimelineEntry:
    remaining = money(case["remaining_sum"], case["currency_code"])
    summary = f"Case {case['case_number']} closed ({case['closure_code'] or 'no code'}): {remaining} unpaid"
    return TimelineEntry(case["closure_date"], "closed", summary, f"{_BASE}/Cases/{case['case_guid']}")


def _plan_path(debtor: Row, plan: Row) -> str:
    return f"{_BASE}/Debtors/{debtor['debtor_guid']}/Paymentplans/{plan['payment_plan_guid']}"


def _of_plan(space: Space, debtor: Row, plan: Row) -> Iterator[TimelineEntry]:
    """The entries for a plan and for what it has invoiced and reminded of."""
    amount, currency, path = plan["amount"], plan["currency_code"], _plan_path(debtor, plan)
    summary = f"Payment plan of {plan['number_of_payments']} payments, {money(amount, currency)} each"
    yield TimelineEntry(plan["registration_date"], "plan", summary, path, amount, currency)
    for place, payment in enumerate(calculated(plan).rows):
        number, amount = payment.payment_no, cents(payment.amount)
        if place < plan["invoiced"]:
            what = f"invoiced: {money(amount, currency)}, due on {payment.due_date}"
            summary = f"Payment {number} of the plan {what}"
            yield TimelineEntry(
                instant_of(payment.invoice_date), "plan-invoice", summary, path, amount, currency
            )
        if str(number) in plan["reminders"]:
            at = instant_of(payment.due_date + timedelta(days=reminder_days(space)))
            summary = f"Reminder of payment {number} of the plan: {money(amount, currency)} to pay"
            yield TimelineEntry(at, "plan-reminder", summary, path, amount, currency)


def _ended(debtor: Row, plan: Row) -> TimelineEntry:
    unpaid, total = plan["remaining_number_of_payments"], plan["number_of_payments"]
    outcome = f"terminated: {unpaid} of {total} payments unpaid" if unpaid else "completed"
    return TimelineEntry(plan["ended_at"], "plan-ended", f"Payment plan {outcome}", _plan_path(debtor, plan))


def _of_customer(space: Space, customer: Row) -> Iterator[TimelineEntry]:
    path = f"{_BASE}/Customers/{customer['customer_guid']}/Summary"
    for purchase in rows(space.connection, _PURCHASES, of_customer=customer["id"]):
        amount, currency = purchase["purchase_amount"], purchase["currency_code"]
        summary = (
            f"Purchase of {money(amount, currency)} from {purchase['claimant_name']}: {purchase['description']}"
        )
        yield TimelineEntry(purchase["purchased_at"], "purchase", summary, path, amount, currency)
    for payment in rows(space.connection, _UNSETTLED, of_customer=customer["id"]):
        amount, currency = payment["amount"], payment["currency_code"]
        summary = f"Payment of {money(amount, currency)}, not set off yet"
        yield TimelineEntry(payment["received_at"], "payment", summary, path, amount, currency)
