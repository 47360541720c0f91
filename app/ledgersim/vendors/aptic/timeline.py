"""Aptic's part of the timeline of a person: cases, fees, payments and plans, and purchases as a customer."""

from collections.abc import Iterator, Mapping
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
from ledgersim.vendors.aptic.payment_plans.models import PAYMENT_PLAN
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
        for plan in rows(space.connection, _PLANS, of_debtor=debtor["id"]):
            yield _of_plan(debtor, plan)
        for case in cases:
            yield from _paid_and_closed(space, case)
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


def _paid_and_closed(space: Space, case: Row) -> Iterator[TimelineEntry]:
    number, path = case["case_number"], f"{_BASE}/Cases/{case['case_guid']}"
    for payment in rows(space.connection, _PAYMENTS, of_case=case["id"]):
        amount, of_payment = payment["paid_amount"], payment["currency_code"]
        summary = f"Payment of {money(amount, of_payment)} on case {number}"
        of = f"{path}/Payments/{payment['payment_guid']}"
        yield TimelineEntry(payment["payment_date"], "payment", summary, of, amount, of_payment)
    if case["closure_date"] is not None:
        remaining = money(case["remaining_sum"], case["currency_code"])
        code = case["closure_code"] or "no code"
        summary = f"Case {number} closed ({code}): {remaining} unpaid"
        yield TimelineEntry(case["closure_date"], "closed", summary, path)


def _of_plan(debtor: Row, plan: Row) -> TimelineEntry:
    amount, currency = plan["amount"], plan["currency_code"]
    path = f"{_BASE}/Debtors/{debtor['debtor_guid']}/Paymentplans/{plan['payment_plan_guid']}"
    summary = f"Payment plan of {plan['number_of_payments']} payments, {money(amount, currency)} each"
    return TimelineEntry(plan["registration_date"], "plan", summary, path, amount, currency)


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
