"""The payment plans of a debtor."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam

from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router
from ledgersim.storage.statements import Row, rows
from ledgersim.vendors.aptic.debtors.routes import find_debtor
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.nested import inferred_operations
from ledgersim.vendors.aptic.payment_plans import commands, plans
from ledgersim.vendors.aptic.payment_plans.covered_cases import CASES_OF_PLAN
from ledgersim.vendors.aptic.payment_plans.models import PAYMENT_PLAN
from ledgersim.vendors.aptic.payment_plans.schemas import (
    PaymentPlan,
    PaymentPlanCreate,
    PaymentPlanListItem,
    PaymentPlanPage,
    PaymentPlanUpdate,
)
from ledgersim.vendors.aptic.repository import by_guid, find

router = new_router("Payment plans")

_BASE = "/v1/Debtors/{debtorGuid}/Paymentplans"
_ONE = _BASE + "/{paymentplanGuid}"
_OF_DEBTOR = PAYMENT_PLAN.c.debtor_id == bindparam("of_debtor")
_COLUMNS = {name: PAYMENT_PLAN.c[name] for name in PaymentPlanListItem.model_fields}
_LIST = Listing(PAYMENT_PLAN, _COLUMNS, fields_of(PaymentPlanListItem, _COLUMNS), _OF_DEBTOR)
_BY_GUID = by_guid(PAYMENT_PLAN.c.payment_plan_guid).where(_OF_DEBTOR)

_operation = inferred_operations("aptic.debtors.paymentplans")


def _find_plan(context: RequestContext, debtor_guid: str, guid: str) -> Row:
    debtor = find_debtor(context, debtor_guid)
    return find(context.space.connection, _BY_GUID, "payment plan of this debtor", guid, of_debtor=debtor["id"])


@router.get(_BASE, response_model=PaymentPlanPage, **_operation("list", "List the payment plans of a debtor"))
async def list_payment_plans(context: CurrentContext, debtorGuid: str, query: ListOptions) -> Any:
    return _LIST.page(context.space, query, of_debtor=find_debtor(context, debtorGuid)["id"])


@router.put(_BASE, status_code=201, response_model=PaymentPlan, **_operation("create", "Create a payment plan"))
async def create_payment_plan(
    context: CurrentContext, debtorGuid: str, body: PaymentPlanCreate, response: Response
) -> Any:
    debtor = find_debtor(context, debtorGuid)
    drafted, planned, cases = commands.draft(context.space, debtor, body.model_dump())
    with context.space.transaction() as connection:
        plan = commands.store(connection, context.space, drafted, cases)
    path = f"/v1/Debtors/{debtor['debtor_guid']}/Paymentplans/{plan['payment_plan_guid']}"
    response.headers["Location"] = context.url(path)
    return plans.response(plan, planned, cases)


@router.get(_ONE, response_model=PaymentPlan, **_operation("get", "Read one payment plan with its schedule"))
async def get_payment_plan(context: CurrentContext, debtorGuid: str, paymentplanGuid: str) -> Any:
    plan = _find_plan(context, debtorGuid, paymentplanGuid)
    cases = rows(context.space.connection, CASES_OF_PLAN, of_plan=plan["id"])
    return plans.response(plan, commands.calculated(plan), cases)


@router.patch(_ONE, **NO_CONTENT, **_operation("update", "Set deviating payments of a payment plan"))
async def update_payment_plan(
    context: CurrentContext, debtorGuid: str, paymentplanGuid: str, body: PaymentPlanUpdate
) -> None:
    plan = _find_plan(context, debtorGuid, paymentplanGuid)
    with context.space.transaction() as connection:
        sent = [one.model_dump(exclude_unset=True) for one in body.payments or []]
        commands.change_payments(connection, context.space, plan, sent)


@router.delete(_ONE, **NO_CONTENT, **_operation("delete", "Remove (terminate) a payment plan"))
async def delete_payment_plan(context: CurrentContext, debtorGuid: str, paymentplanGuid: str) -> None:
    plan = _find_plan(context, debtorGuid, paymentplanGuid)
    with context.space.transaction() as connection:
        commands.remove(connection, context.space, plan)


@router.post(
    _BASE + "/Calculate",
    response_model=PaymentPlan,
    **_operation("calculate", "Calculate a payment plan without saving it"),
)
async def calculate_payment_plan(context: CurrentContext, debtorGuid: str, body: PaymentPlanCreate) -> Any:
    drafted, planned, cases = commands.draft(context.space, find_debtor(context, debtorGuid), body.model_dump())
    return plans.response(drafted, planned, cases)


@router.post(_ONE + "/Activate", **NO_CONTENT, **_operation("activate", "Activate a proposed payment plan"))
async def activate_payment_plan(context: CurrentContext, debtorGuid: str, paymentplanGuid: str) -> None:
    plan = _find_plan(context, debtorGuid, paymentplanGuid)
    with context.space.transaction() as connection:
        commands.activate(connection, context.space, plan)
