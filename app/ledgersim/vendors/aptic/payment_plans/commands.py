"""Making, changing and ending payment plans, and what that does to the books of the covered cases."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from ledgersim.problems import CONFLICT, VALIDATION, Problem
from ledgersim.spaces.space import Space
from ledgersim.storage.database import add, rows
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.commands import books_of, post
from ledgersim.vendors.aptic.claims.models import CLAIM
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import Posting, resumed, suspended
from ledgersim.vendors.aptic.payment_plans import engine, plans
from ledgersim.vendors.aptic.payment_plans.covered_cases import (
    CASES_OF_PLAN,
    cases_to_cover,
    check_free,
    owed_on,
    taken_cases,
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
from ledgersim.vendors.aptic.repository import Row, change

_ADD_PLAN = insert(PAYMENT_PLAN)
_ADD_CASES = insert(PAYMENT_PLAN_CASE)
# Closed cases are left alone, whatever becomes of the plan.
_CLAIMS = (
    select(CLAIM)
    .join(CASE, CASE.c.id == CLAIM.c.case_id)
    .where(CLAIM.c.case_id.in_(bindparam("case_ids", expanding=True)), CASE.c.closure_date.is_(None))
    .order_by(CLAIM.c.id)
)
_OPEN = (
    select(CASE.c.id)
    .where(CASE.c.id.in_(bindparam("case_ids", expanding=True)), CASE.c.closure_date.is_(None))
    .order_by(CASE.c.id)
)
_FREE_CASES = delete(PAYMENT_PLAN_CASE).where(PAYMENT_PLAN_CASE.c.payment_plan_id == bindparam("row_id"))
_REMOVE = delete(PAYMENT_PLAN).where(PAYMENT_PLAN.c.id == bindparam("row_id"))


def draft(space: Space, debtor: Row, sent: Mapping[str, Any]) -> tuple[Row, engine.Plan, list[Row]]:
    """A plan as it would be stored, its schedule and its cases.

    Raises a 400 Problem naming all that is wrong at once, or else a 409. Stores nothing.
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
    """The cases to cover (none if they are wrong, which is added to `errors`), and what stands against it."""
    conflict: Problem | None = None
    covered: list[Row] = []
    try:
        covered = cases_to_cover(space, debtor, sent["cases"], sent["currency_code"])
        if active:
            check_free(covered, taken_cases(space))
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
    return {
        "payment_plan_guid": None,
        "debtor_id": debtor["id"],
        "registration_date": space.clock.now(),
        "active": active,
        "payment_plan_type": sent["payment_plan_type"],
        "currency_code": covered[0]["currency_code"] if covered else None,
        "payment_type": 0,
        "interval_type": 3,
        "interval": 1,
        "requested_number": sent["number_of_payments"],
        "requested_amount": sent["amount"],
        "registration_fee": sent["registration_fee"] or 0,
        "invoice_fee": sent["invoice_fee"] or 0,
        "reminder_fee": sent["reminder_fee"] or 0,
        "covered": plans.stored_cases(owed_on(space, [case["id"] for case in covered])),
        "deviations": _deviations(sent["payments"]),
        "receipts": [],
        "reminders": {},
        "invoiced": 0,
    }


def calculated(plan: Row) -> engine.Plan:
    """The plan that follows from a stored one. Raises a 400 or 409 Problem."""
    try:
        return engine.calculate(plans.covered_of(plan), plans.terms_of(plan))
    except PlanError as error:
        raise _problem(error) from error


def _problem(error: PlanError) -> Problem:
    if error.kind == "invalid":
        return VALIDATION.with_errors(error.errors)
    told = "; ".join(f"{name}: {message}" for name, messages in error.errors.items() for message in messages)
    return CONFLICT.with_detail(f"{told}.").with_errors(error.errors)


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
    """Store a drafted plan; an active one stops the interest of what it covers."""
    plan = {**plan, "payment_plan_guid": space.guids.guid()}
    plan["id"] = add(connection, _ADD_PLAN, plan)
    case_ids = [case["id"] for case in cases]
    connection.execute(_ADD_CASES, [{"payment_plan_id": plan["id"], "case_id": one} for one in case_ids])
    if plan["active"] == ACTIVE:
        suspend(connection, space, case_ids)
    return plan


def activate(connection: Connection, space: Space, plan: Row) -> None:
    """Turn a proposal into an active plan, as of today: one proposed on another day is calculated anew.

    Raises a 409 Problem. Calculating anew keeps what is owed and what is planned equal [inferred].
    """
    if plan["active"] != PROPOSAL:
        raise CONFLICT.with_detail("The payment plan is no proposal: it is active or has ended.")
    cases = rows(connection, CASES_OF_PLAN, of_plan=plan["id"])
    for case in cases:
        if case["closure_date"] is not None:
            raise CONFLICT.with_detail(f"The case {case['case_number']} is closed.")
    check_free(cases, taken_cases(space))
    case_ids = [case["id"] for case in cases]
    covered = plans.stored_cases(owed_on(space, case_ids))
    values: Row = {"active": ACTIVE}
    if covered != plan["covered"] or plan["registration_date"].date() != space.clock.today():
        values |= {"covered": covered, "registration_date": space.clock.now()}
        values["deviations"] = _still_possible({**plan, **values})
    suspend(connection, space, case_ids)
    activated = {**plan, **values}
    save(connection, space, activated, calculated(activated), values)


def _still_possible(plan: Row) -> list[Row]:
    """The deviations of a plan that is calculated anew: without their days, or none, where they do not fit."""
    without_days = [{**one, "due_date": None} for one in plan["deviations"]]
    for deviations in (plan["deviations"], without_days):
        try:
            calculated({**plan, "deviations": deviations})
        except Problem:
            continue
        return deviations
    return []


def change_payments(connection: Connection, space: Space, plan: Row, sent: Sequence[Mapping[str, Any]]) -> None:
    """Lay deviations over those agreed before; a part that is null is taken back.

    Raises a 400 or, for paid payments and ended plans, a 409 Problem.
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
    wishes = plans.terms_of({**plan, "deviations": _deviations(sent)}).deviations
    try:
        terms, planned = engine.change(
            plans.covered_of(plan), plans.terms_of({**plan, "deviations": agreed}), wishes, paid
        )
    except PlanError as error:
        raise _problem(error) from error
    values = {"deviations": plans.stored_deviations(terms)}
    save(connection, space, {**plan, **values}, planned, values)


def save(
    connection: Connection, space: Space, plan: Row, planned: engine.Plan, values: Mapping[str, Any]
) -> None:
    """Keep changed columns of a plan, and those that follow from them and from its schedule."""
    follows = plans.columns_of(plan, planned, reminder_days(space))
    change(connection, PAYMENT_PLAN, plan["id"], {**values, **follows})


def reminder_days(space: Space) -> int:
    """How many days after its due date an unpaid payment is overdue and gets a reminder (a setting)."""
    days: int = space.facts["aptic.plan_reminder_days"]
    return days


def remove(connection: Connection, space: Space, plan: Row) -> None:
    """Take a plan away: its cases are free again and bear their own interest from today."""
    if plan["active"] == ACTIVE:
        resume(connection, space, case_ids_of(plan))
    connection.execute(_FREE_CASES, {"row_id": plan["id"]})
    connection.execute(_REMOVE, {"row_id": plan["id"]})


def end(connection: Connection, space: Space, plan: Row, planned: engine.Plan, completed: bool) -> None:
    """End an active plan, completed or terminated; debt relief writes off what is left when it is completed."""
    if completed and plan["payment_plan_type"] == PlanType.DEBT_RELIEF:
        for claim in rows(connection, _CLAIMS, case_ids=case_ids_of(plan)):
            books = books_of(connection, claim["id"])
            rest = Posting(
                adjusted_principal=-books.remaining_principal, adjusted_interest=-books.remaining_interest
            )
            post(connection, space, claim, rest)
    resume(connection, space, case_ids_of(plan))
    values = {"active": COMPLETED}
    save(connection, space, {**plan, **values}, planned, values)


def case_ids_of(plan: Row) -> list[int]:
    """The ids of the covered cases, oldest first."""
    return [case["case_id"] for case in plan["covered"]]


def open_cases_of(space: Space, plan: Row) -> list[int]:
    """The ids of the covered cases that are open, oldest first."""
    return [one["id"] for one in rows(space.connection, _OPEN, case_ids=case_ids_of(plan))]


def left_on(space: Space, plan: Row) -> Decimal:
    """All that is owed today on the covered cases that are open."""
    cases = owed_on(space, open_cases_of(space, plan))
    return sum((case.principal + case.interest + case.fees for case in cases), Decimal("0.00"))


def suspend(connection: Connection, space: Space, case_ids: Sequence[int]) -> None:
    """Book the interest of all claims of these cases up to today, and let none accrue from now on."""
    for claim in rows(connection, _CLAIMS, case_ids=list(case_ids)):
        books = suspended(books_of(connection, claim["id"]), today(space))
        change(connection, CLAIM, claim["id"], books.columns())


def resume(connection: Connection, space: Space, case_ids: Sequence[int]) -> None:
    """Let the claims of these cases bear their own interest again, from today on."""
    for claim in rows(connection, _CLAIMS, case_ids=list(case_ids)):
        books = resumed(books_of(connection, claim["id"]), claim, today(space))
        change(connection, CLAIM, claim["id"], books.columns())
