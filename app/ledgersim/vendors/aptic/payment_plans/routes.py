"""Payment plans of a debtor, as far as they need no calculation: list and delete."""

from typing import Any

from sqlalchemy import bindparam, delete

from ledgersim.core.vendor import NO_CONTENT, CurrentCall, new_router, operation
from ledgersim.vendors.aptic.debtors.routes import find_debtor
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions, Page
from ledgersim.vendors.aptic.payment_plans.schemas import PaymentPlanItem
from ledgersim.vendors.aptic.payment_plans.table import PAYMENT_PLAN, PAYMENT_PLAN_CASE
from ledgersim.vendors.aptic.store import by_guid, find

router = new_router()

_OF_DEBTOR = PAYMENT_PLAN.c.debtor_id == bindparam("of_debtor")
_COLUMNS = {name: PAYMENT_PLAN.c[name] for name in PaymentPlanItem.model_fields}
_LIST = Listing(PAYMENT_PLAN, _COLUMNS, fields_of(PaymentPlanItem, _COLUMNS), PAYMENT_PLAN.c.id, _OF_DEBTOR)
_BY_GUID = by_guid(PAYMENT_PLAN.c.payment_plan_guid).where(_OF_DEBTOR)
_FREE_CASES = delete(PAYMENT_PLAN_CASE).where(PAYMENT_PLAN_CASE.c.payment_plan_id == bindparam("row_id"))
_REMOVE = delete(PAYMENT_PLAN).where(PAYMENT_PLAN.c.id == bindparam("row_id"))


@router.get(
    "/v1/Debtors/{debtorGuid}/Paymentplans",
    response_model=Page[PaymentPlanItem],
    **operation(
        "aptic.debtors.paymentplans.list",
        method="inferred",
        path="inferred",
        summary="List the payment plans of a debtor",
    ),
)
async def list_payment_plans(call: CurrentCall, debtorGuid: str, query: ListOptions) -> Any:
    debtor = find_debtor(call, debtorGuid)
    return _LIST.page(call.space, query, of_debtor=debtor["id"])


@router.delete(
    "/v1/Debtors/{debtorGuid}/Paymentplans/{paymentplanGuid}",
    **NO_CONTENT,
    **operation(
        "aptic.debtors.paymentplans.delete",
        method="inferred",
        path="inferred",
        summary="Remove (terminate) a payment plan",
    ),
)
async def delete_payment_plan(call: CurrentCall, debtorGuid: str, paymentplanGuid: str) -> None:
    debtor = find_debtor(call, debtorGuid)
    with call.space.transaction() as connection:
        plan = find(
            connection, _BY_GUID, "payment plan of this debtor", paymentplanGuid, of_debtor=debtor["id"]
        )
        connection.execute(_FREE_CASES, {"row_id": plan["id"]})
        connection.execute(_REMOVE, {"row_id": plan["id"]})
