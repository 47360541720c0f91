"""The lifecycle of active plans: their scheduled job, and the effects of payments on covered cases.

On the invoice date of a payment, its interest and fees are booked on the covered cases. An overdue payment gets
the reminder fee. Two overdue payments (a setting) terminate the plan; the last payment completes it [inferred].
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, select

from ledgersim.problems import CONFLICT
from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row, rows
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.commands import add_fees, post
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import Posting
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.payment_plans import plans
from ledgersim.vendors.aptic.payment_plans.balance import distribute
from ledgersim.vendors.aptic.payment_plans.commands import (
    calculated,
    end,
    open_cases_of,
    remaining_on,
    reminder_days,
    save,
)
from ledgersim.vendors.aptic.payment_plans.covered_cases import owed_on
from ledgersim.vendors.aptic.payment_plans.engine import Plan
from ledgersim.vendors.aptic.payment_plans.models import ACTIVE, PAYMENT_PLAN, PAYMENT_PLAN_CASE
from ledgersim.vendors.aptic.payment_plans.progress import overdue, remaining_number_of_payments
from ledgersim.vendors.aptic.payment_plans.schedule import ScheduleRow
from ledgersim.vendors.aptic.settings import ApticSettings

PLAN_FEE, REMINDER_FEE = "PLANFEE", "PLANREMIND"  # names of the fees on the cases [inferred]

_DUE = (
    select(PAYMENT_PLAN, DEBTOR.c.debtor_guid)
    .join(DEBTOR, DEBTOR.c.id == PAYMENT_PLAN.c.debtor_id)
    .where(PAYMENT_PLAN.c.active == ACTIVE, PAYMENT_PLAN.c.next_event <= bindparam("day"))
    .order_by(PAYMENT_PLAN.c.next_event, PAYMENT_PLAN.c.id)
)
_ACTIVE_PLAN_OF_CASE = (
    select(PAYMENT_PLAN)
    .join(PAYMENT_PLAN_CASE, PAYMENT_PLAN_CASE.c.payment_plan_id == PAYMENT_PLAN.c.id)
    .where(PAYMENT_PLAN.c.active == ACTIVE, PAYMENT_PLAN_CASE.c.case_id == bindparam("of_case"))
)
_CASE = select(CASE).where(CASE.c.id == bindparam("case_id"))
_INTEREST_CLAIM = (
    select(CLAIM)
    .join(CASE, CASE.c.id == CLAIM.c.case_id)
    .where(
        CLAIM.c.case_id == bindparam("case_id"),
        CLAIM.c.kind == DEBT,
        CLAIM.c.currency_code == CASE.c.currency_code,
    )
    .order_by(CLAIM.c.remaining_principal == 0, CLAIM.c.id)
    .limit(1)
)


next_at = DueRows(PAYMENT_PLAN.c.next_event, PAYMENT_PLAN.c.active == ACTIVE)


def run(space: Space) -> Iterator[list[Event]]:
    """Process the plans that are due, each in its own transaction."""
    for plan in rows(space.connection, _DUE, day=today(space)):
        with space.transaction() as connection:
            events = _process(connection, space, plan)
        yield events


def _process(connection: Connection, space: Space, plan: Row) -> list[Event]:
    events = []
    planned = calculated(plan)
    for payment in planned.rows[plan["invoiced"] :]:
        if payment.invoice_date > space.clock.today():
            break
        _charge(connection, space, plan, payment.interest, payment.fee, PLAN_FEE)
        plan["invoiced"] += 1
        events.append(_event(space, plan, "paymentplan.invoiced", payment))
    last_day = space.clock.today() - timedelta(days=reminder_days(space) - 1)
    overdue_payments = overdue(plans.payments_of(plan, planned), last_day)
    for payment in overdue_payments:
        number = str(payment.payment_no)
        if number not in plan["reminders"]:
            fee = plans.terms_of(plan).effective_reminder_fee
            _charge(connection, space, plan, Decimal(0), fee, REMINDER_FEE)
            plan["reminders"] = {**plan["reminders"], number: str(fee)}
            events.append(_event(space, plan, "paymentplan.reminded", payment))
    changes = {"invoiced": plan["invoiced"], "reminders": plan["reminders"]}
    save(connection, space, plan, planned, changes)
    if len(overdue_payments) >= space.options(ApticSettings).plan_overdue_limit:
        end(connection, space, plan, planned, completed=False)
        events.append(_event(space, plan, "paymentplan.terminated", overdue_payments[-1]))
    elif _is_complete(space, plan, planned):
        end(connection, space, plan, planned, completed=True)
        events.append(_event(space, plan, "paymentplan.completed", planned.rows[-1]))
    return events


def _is_complete(space: Space, plan: Row, planned: Plan) -> bool:
    """Return whether nothing remains, or all payments are paid and, even if paid in advance, invoiced."""
    if remaining_on(space, plan) == 0:
        return True
    paid = remaining_number_of_payments(plans.payments_of(plan, planned)) == 0
    return bool(paid) and plan["invoiced"] == planned.number_of_payments


def _event(space: Space, plan: Row, kind: str, payment: ScheduleRow) -> Event:
    path = f"/APIGW/v1/Debtors/{plan['debtor_guid']}/Paymentplans/{plan['payment_plan_guid']}"
    return Event(space.clock.now(), f"aptic.{kind}", path, {"paymentNo": payment.payment_no})


def _charge(
    connection: Connection, space: Space, plan: Row, interest: Decimal, fee: Decimal, name: str
) -> None:
    """Book interest and fees on the open covered cases, in proportion to their remaining principal."""
    open_cases = open_cases_of(space, plan)
    if not open_cases:
        return
    principals = {case.case_id: case.principal for case in owed_on(space, open_cases)}
    for case_id, share in distribute(interest, principals).items():
        if not share:
            continue
        claim = row(connection, _INTEREST_CLAIM, case_id=case_id)
        if claim is None:
            _add_fee(connection, space, case_id, share, name)
        else:
            post(connection, space, claim, Posting(added_interest=plans.cents(share)))
    for case_id, share in distribute(fee, principals).items():
        if share:
            _add_fee(connection, space, case_id, share, name)


def _add_fee(connection: Connection, space: Space, case_id: int, amount: Decimal, name: str) -> None:
    case = row(connection, _CASE, case_id=case_id)
    assert case is not None
    add_fees(connection, space, case, [{"name": name, "original_principal": plans.cents(amount)}])


def plans_of(space: Space, case_id: int) -> list[tuple[Row, Decimal]]:
    """Return the active plans that cover a case, each with the amount that remains on all its cases."""
    found = rows(space.connection, _ACTIVE_PLAN_OF_CASE, of_case=case_id)
    return [(plan, remaining_on(space, plan)) for plan in found]


def on_case_closed(connection: Connection, space: Space, case_id: int) -> None:
    """End the active plans that cover a closed case if nothing remains on their open cases."""
    for plan in rows(connection, _ACTIVE_PLAN_OF_CASE, of_case=case_id):
        if remaining_on(space, plan) == 0:
            end(connection, space, plan, calculated(plan), completed=False)


def on_payment(connection: Connection, space: Space, before: Sequence[tuple[Row, Decimal]]) -> None:
    """Update plans after a payment; `before` are the results of `plans_of` before it was booked."""
    for plan, owed in before:
        remaining = remaining_on(space, plan)
        receipt: list[Any] = [space.clock.today().isoformat(), str(owed - remaining), str(remaining)]
        plan["receipts"] = [*plan["receipts"], receipt]
        planned = calculated(plan)
        save(connection, space, plan, planned, {"receipts": plan["receipts"]})
        if _is_complete(space, plan, planned):
            end(connection, space, plan, planned, completed=True)


def check_not_covered(space: Space, case_id: int) -> None:
    """Raise a 409 Problem if an active plan covers a case, whose claims then cannot be removed [inferred]."""
    if rows(space.connection, _ACTIVE_PLAN_OF_CASE, of_case=case_id):
        raise CONFLICT.with_detail(
            "An active payment plan covers the case, so its debts and fees cannot be removed."
        )
