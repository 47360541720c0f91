"""Payment plans of a debtor."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam

from ledgersim.core.database import rows
from ledgersim.core.vendor import NO_CONTENT, Call, CurrentCall, new_router, operation
from ledgersim.vendors.aptic.debtors.routes import find_debtor
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.payment_plans import plans, writing
from ledgersim.vendors.aptic.payment_plans.covering import CASES_OF_PLAN
from ledgersim.vendors.aptic.payment_plans.schemas import (
    PaymentPlan,
    PaymentPlanCreate,
    PaymentPlanListItem,
    PaymentPlanPage,
    PaymentPlanUpdate,
)
from ledgersim.vendors.aptic.payment_plans.table import PAYMENT_PLAN
from ledgersim.vendors.aptic.store import Row, by_guid, find

router = new_router("Payment plans")

_BASE = "/v1/Debtors/{debtorGuid}/Paymentplans"
_ONE = _BASE + "/{paymentplanGuid}"
_OF_DEBTOR = PAYMENT_PLAN.c.debtor_id == bindparam("of_debtor")
_COLUMNS = {name: PAYMENT_PLAN.c[name] for name in PaymentPlanListItem.model_fields}
_LIST = Listing(PAYMENT_PLAN, _COLUMNS, fields_of(PaymentPlanListItem, _COLUMNS), PAYMENT_PLAN.c.id, _OF_DEBTOR)
_BY_GUID = by_guid(PAYMENT_PLAN.c.payment_plan_guid).where(_OF_DEBTOR)


def _about(verb: str, summary: str) -> Any:
    return operation(f"aptic.debtors.paymentplans.{verb}", method="inferred", path="inferred", summary=summary)


def _find_plan(call: Call, debtor_guid: str, guid: str) -> Row:
    debtor = find_debtor(call, debtor_guid)
    return find(call.space.connection, _BY_GUID, "payment plan of this debtor", guid, of_debtor=debtor["id"])


@router.get(_BASE, response_model=PaymentPlanPage, **_about("list", "List the payment plans of a debtor"))
async def list_payment_plans(call: CurrentCall, debtorGuid: str, query: ListOptions) -> Any:
    return _LIST.page(call.space, query, of_debtor=find_debtor(call, debtorGuid)["id"])


@router.put(_BASE, status_code=201, response_model=PaymentPlan, **_about("create", "Create a payment plan"))
async def create_payment_plan(
    call: CurrentCall, debtorGuid: str, body: PaymentPlanCreate, response: Response
) -> Any:
    debtor = find_debtor(call, debtorGuid)
    drafted, planned, cases = writing.draft(call.space, debtor, body.model_dump())
    with call.space.transaction() as connection:
        plan = writing.store(connection, call.space, drafted, cases)
    path = f"/v1/Debtors/{debtor['debtor_guid']}/Paymentplans/{plan['payment_plan_guid']}"
    response.headers["Location"] = call.url(path)
    return plans.answer(plan, planned, cases)


@router.get(_ONE, response_model=PaymentPlan, **_about("get", "Read one payment plan with its schedule"))
async def get_payment_plan(call: CurrentCall, debtorGuid: str, paymentplanGuid: str) -> Any:
    plan = _find_plan(call, debtorGuid, paymentplanGuid)
    cases = rows(call.space.connection, CASES_OF_PLAN, of_plan=plan["id"])
    return plans.answer(plan, writing.calculated(plan), cases)


@router.patch(_ONE, **NO_CONTENT, **_about("update", "Set deviating payments of a plan"))
async def update_payment_plan(
    call: CurrentCall, debtorGuid: str, paymentplanGuid: str, body: PaymentPlanUpdate
) -> None:
    plan = _find_plan(call, debtorGuid, paymentplanGuid)
    with call.space.transaction() as connection:
        sent = [one.model_dump(exclude_unset=True) for one in body.payments or []]
        writing.change_payments(connection, call.space, plan, sent)


@router.delete(_ONE, **NO_CONTENT, **_about("delete", "Remove (terminate) a payment plan"))
async def delete_payment_plan(call: CurrentCall, debtorGuid: str, paymentplanGuid: str) -> None:
    plan = _find_plan(call, debtorGuid, paymentplanGuid)
    with call.space.transaction() as connection:
        writing.remove(connection, call.space, plan)


@router.post(
    _BASE + "/Calculate",
    response_model=PaymentPlan,
    **_about("calculate", "Calculate a plan without saving it"),
)
async def calculate_payment_plan(call: CurrentCall, debtorGuid: str, body: PaymentPlanCreate) -> Any:
    drafted, planned, cases = writing.draft(call.space, find_debtor(call, debtorGuid), body.model_dump())
    return plans.answer(drafted, planned, cases)


@router.post(_ONE + "/Activate", **NO_CONTENT, **_about("activate", "Turn a proposed plan into an active one"))
async def activate_payment_plan(call: CurrentCall, debtorGuid: str, paymentplanGuid: str) -> None:
    plan = _find_plan(call, debtorGuid, paymentplanGuid)
    with call.space.transaction() as connection:
        writing.activate(connection, call.space, plan)
