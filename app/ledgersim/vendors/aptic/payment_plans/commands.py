"""Creating, changing and ending payment plans, with the effects on the balances of the covered cases."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from ledgersim.problems import CONFLICT, VALIDATION, Problem, in_one_line
from ledgersim.spaces.space import Space
from ledgersim.storage.functions import listed
from ledgersim.storage.statements import Row, add, add_all, change, rows
from ledgersim.vendors.aptic.cases.commands import DEFAULT_SERVICE
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.commands import balances_of, post
from ledgersim.vendors.aptic.claims.models import CLAIM
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import Posting, resumed, stopped
from ledgersim.vendors.aptic.payment_plans import engine, plans
from ledgersim.vendors.aptic.payment_plans.covered_cases import (
    CASES_OF_PLAN,
    cases_in_active_plans,
    cases_to_cover,
    check_in_no_active_plan,
    owed_on,
)
from ledgersim.vendors.aptic.payment_plans.deviations import read_deviations
from ledgersim.vendors.aptic.payment_plans.models import (
    ACTIVE,
    COMPLETED,
    PAYMENT_PLAN,
    PAYMENT_PLAN_CASE,
    PROPOSAL,
)
from ledgersim.vendors.aptic.payment_plans.plan_terms import Errors, PlanError, PlanType, terms_errors
from ledgersim.vendors.aptic.payment_plans.progress import paid_numbers
from ledgersim.vendors.aptic.repository import update_row
from ledgersim.vendors.aptic.settings import ApticSettings

_ADD_PLAN = insert(PAYMENT_PLAN)
_ADD_CASES = insert(PAYMENT_PLAN_CASE)
# A plan does not change closed cases.
_CLAIMS = (
    select(CLAIM)
    .join(CASE, CASE.c.id == CLAIM.c.case_id)
    .where(CLAIM.c.case_id.in_(listed("case_ids")), CASE.c.closure_date.is_(None))
    .order_by(CLAIM.c.id)
)
_OPEN = (
    select(CASE.c.id)
    .where(CASE.c.id.in_(listed("case_ids")), CASE.c.closure_date.is_(None))
    .order_by(CASE.c.id)
)
# The service of cases while an active plan covers them [documented as a service, inferred here].
PLAN_SERVICE = "Paymentplan"
_OF_PLAN = PAYMENT_PLAN_CASE.c.payment_plan_id == bindparam("of_plan")
_OPEN_OF_PLAN = CASE.c.closure_date.is_(None) & CASE.c.id.in_(
    select(PAYMENT_PLAN_CASE.c.case_id).where(_OF_PLAN)
)
_SERVICE = select(CASE.c.service).where(CASE.c.id == PAYMENT_PLAN_CASE.c.case_id).scalar_subquery()
_KEEP_SERVICE = update(PAYMENT_PLAN_CASE).where(_OF_PLAN).values(former_service=_SERVICE)
_SET_SERVICE = update(CASE).where(_OPEN_OF_PLAN).values(service=PLAN_SERVICE)
_FORMER_SERVICE = (
    select(PAYMENT_PLAN_CASE.c.former_service)
    .where(_OF_PLAN, PAYMENT_PLAN_CASE.c.case_id == CASE.c.id)
    .scalar_subquery()
)
_RESTORE_SERVICE = (
    update(CASE)
    .where(_OPEN_OF_PLAN, CASE.c.service == PLAN_SERVICE)
    .values(service=func.coalesce(_FORMER_SERVICE, DEFAULT_SERVICE))
)
_REMOVE_CASES = delete(PAYMENT_PLAN_CASE).where(PAYMENT_PLAN_CASE.c.payment_plan_id == bindparam("row_id"))
_REMOVE = delete(PAYMENT_PLAN).where(PAYMENT_PLAN.c.id == bindparam("row_id"))


def draft(space: Space, debtor: Row, sent: Mapping[str, Any]) -> tuple[Row, engine.Plan, list[Row]]:
    """Return a new plan as it would be stored, with its schedule and its cases. Stores nothing.

    Raises a 400 Problem that names all invalid fields, or else a 409.
    """
    errors: Errors = {}
    active = PROPOSAL if sent["active"] is None else sent["active"]
    if active not in (ACTIVE, PROPOSAL):
        errors["active"] = ["must be 1 (active) or 2 (proposal)"]
    covered, conflict = _covered(space, debtor, sent, active == ACTIVE, errors)
    plan = _unsaved(space, debtor, sent, active, covered)
    if not covered:
        terms = plans.terms_of(plan)
        errors |= terms_errors(terms) | read_deviations(terms.deviations).errors
        raise VALIDATION.with_errors(errors) if errors or conflict is None else conflict
    try:
        planned = calculated(plan)
    except Problem as problem:
        if problem.status == 400 or not errors:
            raise problem.with_errors({**errors, **problem.errors}) from problem
    if errors:
        raise VALIDATION.with_errors(errors)
    if conflict is not None:
        raise conflict
    return {**plan, **plans.columns_of(plan, planned, reminder_days(space))}, planned, covered


def _covered(
    space: Space, debtor: Row, sent: Mapping[str, Any], active: bool, errors: Errors
) -> tuple[list[Row], Problem | None]:
    """Return the cases to cover, and a conflict if there is one. Adds invalid fields to `errors`."""
    conflict: Problem | None = None
    covered: list[Row] = []
    try:
        covered = cases_to_cover(space, debtor, sent["cases"], sent["currency_code"])
        if active:
            check_in_no_active_plan(covered, cases_in_active_plans(space))
    except Problem as problem:
        if problem.status == 400:
            errors |= {name: list(messages) for name, messages in problem.errors.items()}
        else:
            conflict = problem
    currency = covered[0]["currency_code"] if covered else sent["currency_code"]
    if currency is not None and sent["fee_currency_code"] not in (None, currency):
        errors["feeCurrencyCode"] = [f"must be {currency}, the currency of the plan"]
    return covered, conflict


def _unsaved(space: Space, debtor: Row, sent: Mapping[str, Any], active: int, covered: Sequence[Row]) -> Row:
    values = {
        "payment_plan_guid": None,
        "debtor_id": debtor["id"],
        "registration_date": space.clock.now(),
        "active": active,
        "payment_plan_type": sent["payment_plan_type"],
        "currency_code": covered[0]["currency_code"] if covered else None,
        "requested_number": sent["number_of_payments"],
        "requested_amount": sent["amount"],
        "registration_fee": sent["registration_fee"] or 0,
        "invoice_fee": sent["invoice_fee"] or 0,
        "reminder_fee": sent["reminder_fee"] or 0,
        "deviations": _deviations(sent["payments"]),
    }
    return plans.new_plan(owed_on(space, [case["id"] for case in covered]), values)


def calculated(plan: Row) -> engine.Plan:
    """Return the schedule of a stored plan. Raises a 400 or 409 Problem."""
    try:
        return engine.calculate(plans.covered_of(plan), plans.terms_of(plan))
    except PlanError as error:
        raise _problem(error) from error


def _problem(error: PlanError) -> Problem:
    if error.kind == "invalid":
        return VALIDATION.with_errors(error.errors)
    return CONFLICT.with_detail(f"{in_one_line(error.errors)}.").with_errors(error.errors)


def _deviations(sent: Sequence[Mapping[str, Any]] | None) -> list[Row]:
    return [
        {
            "payment_no": one["payment_no"],
            "due_date": None if (due := one.get("specified_due_date")) is None else due.date().isoformat(),
            "amount": None if (amount := one.get("specified_amount")) is None else str(plans.decimal(amount)),
        }
        for one in sent or []
    ]


def store(connection: Connection, space: Space, plan: Row, cases: Iterable[Row]) -> Row:
    """Store a drafted plan. An active plan stops the interest of its cases, and is their service."""
    plan = {**plan, "payment_plan_guid": space.guids.guid()}
    plan["id"] = add(connection, _ADD_PLAN, plan)
    case_ids = [case["id"] for case in cases]
    add_all(connection, _ADD_CASES, [{"payment_plan_id": plan["id"], "case_id": one} for one in case_ids])
    if plan["active"] == ACTIVE:
        _start(connection, space, plan, case_ids)
    return plan


def activate(connection: Connection, space: Space, plan: Row) -> None:
    """Activate a proposal as of today. Raises a 409 Problem.

    If what is owed or the day has changed since the proposal, the plan is recalculated to match [inferred].
    """
    if plan["active"] != PROPOSAL:
        raise CONFLICT.with_detail("The payment plan is not a proposal: it is active or has ended.")
    cases = rows(connection, CASES_OF_PLAN, of_plan=plan["id"])
    for case in cases:
        if case["closure_date"] is not None:
            raise CONFLICT.with_detail(f"The case {case['case_number']} is closed.")
    check_in_no_active_plan(cases, cases_in_active_plans(space))
    case_ids = [case["id"] for case in cases]
    covered = plans.stored_cases(owed_on(space, case_ids))
    values: Row = {"active": ACTIVE}
    if covered != plan["covered"] or plan["registration_date"].date() != space.clock.today():
        values |= {"covered": covered, "registration_date": space.clock.now()}
        values["deviations"] = _applicable_deviations({**plan, **values})
    _start(connection, space, plan, case_ids)
    activated = {**plan, **values}
    save(connection, space, activated, calculated(activated), values)


def _applicable_deviations(plan: Row) -> list[Row]:
    """Return the deviations that still fit a recalculated plan: all, all without their due dates, or none."""
    without_days = [{**one, "due_date": None} for one in plan["deviations"]]
    for deviations in (plan["deviations"], without_days):
        try:
            calculated({**plan, "deviations": deviations})
        except Problem:
            continue
        return deviations
    return []


def change_payments(connection: Connection, space: Space, plan: Row, sent: Sequence[Mapping[str, Any]]) -> None:
    """Merge deviations into those of the plan; a null value removes one.

    Raises a 400 Problem, or a 409 for paid payments and ended plans.
    """
    if plan["active"] == COMPLETED:
        raise CONFLICT.with_detail("The payment plan has ended.")
    paid = paid_numbers(plans.payments_of(plan, calculated(plan)))
    cleared = {
        (one["payment_no"], part)
        for one in sent
        for name, part in (("specified_due_date", "due_date"), ("specified_amount", "amount"))
        if one["payment_no"] not in paid and name in one and one[name] is None
    }
    agreed = [
        {name: None if (one["payment_no"], name) in cleared else value for name, value in one.items()}
        for one in plan["deviations"]
    ]
    requested = plans.terms_of({**plan, "deviations": _deviations(sent)}).deviations
    try:
        terms, planned = engine.change(
            plans.covered_of(plan), plans.terms_of({**plan, "deviations": agreed}), requested, paid
        )
    except PlanError as error:
        raise _problem(error) from error
    values = {"deviations": plans.stored_deviations(terms)}
    save(connection, space, {**plan, **values}, planned, values)


def save(
    connection: Connection, space: Space, plan: Row, planned: engine.Plan, values: Mapping[str, Any]
) -> None:
    """Store changed columns of a plan, and those that follow from its schedule."""
    derived = plans.columns_of(plan, planned, reminder_days(space))
    update_row(connection, PAYMENT_PLAN, plan["id"], {**values, **derived})


def reminder_days(space: Space) -> int:
    """Return the setting `plan_reminder_days`."""
    return space.options(ApticSettings).plan_reminder_days


def remove(connection: Connection, space: Space, plan: Row) -> None:
    """Remove a plan. If it was active, the claims of its cases bear their own interest again from today."""
    if plan["active"] == ACTIVE:
        _stop(connection, space, plan)
    change(connection, _REMOVE_CASES, row_id=plan["id"])
    change(connection, _REMOVE, row_id=plan["id"])


def end(connection: Connection, space: Space, plan: Row, planned: engine.Plan, completed: bool) -> None:
    """End an active plan, completed or terminated. Completed debt relief writes off the remaining amounts."""
    if completed and plan["payment_plan_type"] == PlanType.DEBT_RELIEF:
        for claim in rows(connection, _CLAIMS, case_ids=case_ids_of(plan)):
            balances = balances_of(connection, claim["id"])
            write_off = Posting(
                adjusted_principal=-balances.remaining_principal, adjusted_interest=-balances.remaining_interest
            )
            post(connection, space, claim, write_off)
    _stop(connection, space, plan)
    values = {"active": COMPLETED, "ended_at": space.clock.now()}
    save(connection, space, {**plan, **values}, planned, values)


def case_ids_of(plan: Row) -> list[int]:
    """Return the ids of the covered cases, oldest first."""
    return [case["case_id"] for case in plan["covered"]]


def open_cases_of(space: Space, plan: Row) -> list[int]:
    """Return the ids of the open covered cases, oldest first."""
    return [one["id"] for one in rows(space.connection, _OPEN, case_ids=case_ids_of(plan))]


def remaining_on(space: Space, plan: Row) -> Decimal:
    """Return the total owed today on the open covered cases."""
    cases = owed_on(space, open_cases_of(space, plan))
    return sum((case.principal + case.interest + case.fees for case in cases), Decimal("0.00"))


def _start(connection: Connection, space: Space, plan: Row, case_ids: Sequence[int]) -> None:
    """Let an active plan take the place of the interest and the service of its cases."""
    suspend(connection, space, case_ids)
    change(connection, _KEEP_SERVICE, of_plan=plan["id"])
    change(connection, _SET_SERVICE, of_plan=plan["id"])


def _stop(connection: Connection, space: Space, plan: Row) -> None:
    """Give the cases of an active plan their interest, and their service unless it has changed since."""
    resume(connection, space, case_ids_of(plan))
    change(connection, _RESTORE_SERVICE, of_plan=plan["id"])


def suspend(connection: Connection, space: Space, case_ids: Sequence[int]) -> None:
    """Add the interest up to today to all claims of these cases, and stop it."""
    for claim in rows(connection, _CLAIMS, case_ids=list(case_ids)):
        balances = stopped(balances_of(connection, claim["id"]), today(space))
        update_row(connection, CLAIM, claim["id"], balances.columns())


def resume(connection: Connection, space: Space, case_ids: Sequence[int]) -> None:
    """Let the claims of these cases bear their own interest again from today."""
    for claim in rows(connection, _CLAIMS, case_ids=list(case_ids)):
        balances = resumed(balances_of(connection, claim["id"]), claim, today(space))
        update_row(connection, CLAIM, claim["id"], balances.columns())
