"""The cases that a plan covers, and what is owed on them."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import bindparam, select

from ledgersim.ids import parse_guid
from ledgersim.problems import CONFLICT, VALIDATION
from ledgersim.spaces.space import Space
from ledgersim.storage.functions import listed
from ledgersim.storage.statements import Row, rows
from ledgersim.vendors.aptic.cases.models import CASE, CASE_DEBTOR
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT, FEE
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.sums import REMAINING_INTEREST, in_currency
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.payment_plans.balance import CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.models import ACTIVE, PAYMENT_PLAN, PAYMENT_PLAN_CASE
from ledgersim.vendors.aptic.payment_plans.plans import decimal

_CASE_COLUMNS = (
    CASE.c.id,
    CASE.c.case_guid,
    CASE.c.case_number,
    CASE.c.currency_code,
    CASE.c.closure_date,
    CLIENT.c.reference_code.label("client_reference"),
    CLIENT.c.unique_id.label("client_guid"),
)
_WITH_CLIENT = CASE.outerjoin(CLIENT, CLIENT.c.id == CASE.c.client_id)
_CASES_OF_DEBTOR = (
    select(*_CASE_COLUMNS)
    .select_from(_WITH_CLIENT.join(CASE_DEBTOR, CASE_DEBTOR.c.case_id == CASE.c.id))
    .where(CASE_DEBTOR.c.debtor_id == bindparam("of_debtor"))
    .order_by(CASE.c.id)
)
CASES_OF_PLAN = (
    select(*_CASE_COLUMNS)
    .select_from(_WITH_CLIENT.join(PAYMENT_PLAN_CASE, PAYMENT_PLAN_CASE.c.case_id == CASE.c.id))
    .where(PAYMENT_PLAN_CASE.c.payment_plan_id == bindparam("of_plan"))
    .order_by(CASE.c.id)
)
_IN_ACTIVE_PLANS = (
    select(PAYMENT_PLAN_CASE.c.case_id)
    .join(PAYMENT_PLAN, PAYMENT_PLAN.c.id == PAYMENT_PLAN_CASE.c.payment_plan_id)
    .where(PAYMENT_PLAN.c.active == ACTIVE)
)
_OWED = (
    select(
        CLAIM.c.case_id,
        CLAIM.c.kind,
        CLAIM.c.accrual_rate,
        in_currency(CLAIM.c.remaining_principal, CASE.c.currency_code).label("principal"),
        in_currency(REMAINING_INTEREST, CASE.c.currency_code).label("interest"),
    )
    .join(CASE, CASE.c.id == CLAIM.c.case_id)
    .where(CLAIM.c.case_id.in_(listed("case_ids")))
    .order_by(CLAIM.c.id)
)


def cases_to_cover(space: Space, debtor: Row, guids: Sequence[str] | None, currency: str | None) -> list[Row]:
    """Return the cases for a new plan: those in `guids`, else all open ones that are in no active plan.

    Raises a 400 Problem for unknown or closed cases, those of other debtors, and different currencies; a 409 if
    the debtor has no open case left.
    """
    own_cases = rows(space.connection, _CASES_OF_DEBTOR, of_debtor=debtor["id"])
    in_plans = cases_in_active_plans(space)
    if not guids:
        covered = [case for case in own_cases if case["closure_date"] is None and case["id"] not in in_plans]
        if not covered:
            raise CONFLICT.with_detail("The debtor has no open case outside active payment plans.")
    else:
        covered = _select(own_cases, guids)
    currencies = {case["currency_code"] for case in covered}
    if len(currencies) > 1:
        raise VALIDATION.with_errors({"cases": [f"are in several currencies: {', '.join(sorted(currencies))}"]})
    if currency is not None and currency not in currencies:
        message = f"must be {currencies.pop()}, the currency of the cases"
        raise VALIDATION.with_errors({"currencyCode": [message]})
    return covered


def check_in_no_active_plan(cases: Sequence[Row], in_plans: set[int]) -> None:
    """Raise a 409 Problem if a case is in another active plan."""
    for case in cases:
        if case["id"] in in_plans:
            raise CONFLICT.with_detail(f"The case {case['case_number']} is already in an active payment plan.")


def cases_in_active_plans(space: Space) -> set[int]:
    """Return the ids of all cases that are in an active plan."""
    return {one["case_id"] for one in rows(space.connection, _IN_ACTIVE_PLANS)}


def _select(own_cases: Sequence[Row], guids: Sequence[str]) -> list[Row]:
    by_guid = {case["case_guid"]: case for case in own_cases}
    errors: dict[str, list[str]] = {}
    selected: dict[int, Row] = {}
    for index, guid in enumerate(guids):
        case = by_guid.get(parse_guid(guid) or "")
        if case is None:
            errors[f"cases[{index}]"] = [f"this debtor has no case {guid[:80]!r}"]
        elif case["closure_date"] is not None:
            errors[f"cases[{index}]"] = [f"the case {guid} is closed"]
        else:
            selected[case["id"]] = case
    if errors:
        raise VALIDATION.with_errors(errors)
    return [selected[case_id] for case_id in sorted(selected)]


def owed_on(space: Space, case_ids: Sequence[int]) -> list[CoveredCase]:
    """Return what is owed today on cases, each in its currency, in the order of `case_ids`."""
    debts: dict[int, list[Debt]] = {case_id: [] for case_id in case_ids}
    interest: dict[int, int] = dict.fromkeys(case_ids, 0)
    fees: dict[int, int] = dict.fromkeys(case_ids, 0)
    for claim in rows(space.connection, _OWED, case_ids=list(case_ids), today=today(space)):
        case_id = claim["case_id"]
        interest[case_id] += claim["interest"]
        if claim["kind"] == FEE:
            fees[case_id] += claim["principal"]
        elif claim["kind"] == DEBT:
            rate = Decimal(claim["accrual_rate"]).scaleb(-4)
            debts[case_id].append(Debt(decimal(claim["principal"]), rate))
    return [
        CoveredCase(case_id, tuple(debts[case_id]), decimal(interest[case_id]), decimal(fees[case_id]))
        for case_id in case_ids
    ]
