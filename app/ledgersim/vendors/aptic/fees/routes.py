"""The fees of a case."""

from typing import Any

from fastapi import Response

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router
from ledgersim.vendors.aptic.cases.routes import find_case, find_open_case
from ledgersim.vendors.aptic.claims.commands import add_fees, adjust, check_owed, remove
from ledgersim.vendors.aptic.claims.diagnostics import about_claim
from ledgersim.vendors.aptic.claims.models import CLAIM, FEE
from ledgersim.vendors.aptic.claims.queries import claim_list, find_claim, today, with_interest_days
from ledgersim.vendors.aptic.claims.schemas import AdjustmentCreate
from ledgersim.vendors.aptic.fees.schemas import Fee, FeeCreate, FeeCreated, FeeListItem, FeePage, FeeUpdate
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.nested import inferred_operations
from ledgersim.vendors.aptic.payment_plans.lifecycle import check_not_covered
from ledgersim.vendors.aptic.repository import update_row

router = new_router("Fees")

_LIST = claim_list(FeeListItem, FEE)

_operation = inferred_operations("aptic.cases.fees")


@router.get(
    "/v1/Cases/{caseGuid}/Fees", response_model=FeePage, **_operation("list", "List the fees of a case")
)
async def list_fees(context: CurrentContext, caseGuid: str, query: ListOptions) -> Any:
    case = find_case(context, caseGuid)
    return _LIST.page(context.space, query, of_case=case["id"], today=today(context.space))


@router.put(
    "/v1/Cases/{caseGuid}/Fees",
    status_code=201,
    response_model=FeeCreated,
    **_operation("create", "Add a fee to a case"),
)
async def create_fee(context: CurrentContext, caseGuid: str, body: FeeCreate, response: Response) -> Any:
    case = find_open_case(context, caseGuid, "fees")
    context.report(about_claim(body, case["currency_code"]))
    with context.space.transaction() as connection:
        (fee,) = add_fees(connection, context.space, case, [body.model_dump()])
        check_owed(connection, case["id"], "originalPrincipal")
    response.headers["Location"] = context.url(f"/v1/Cases/{case['case_guid']}/Fees/{fee['guid']}")
    return {**fee, "fee_date": fee["bill_date"]}


@router.get("/v1/Cases/{caseGuid}/Fees/{feeGuid}", response_model=Fee, **_operation("get", "Read one fee"))
async def get_fee(context: CurrentContext, caseGuid: str, feeGuid: str) -> Any:
    fee = find_claim(context, find_case(context, caseGuid), FEE, feeGuid)
    return with_interest_days(fee, today(context.space))


@router.patch(
    "/v1/Cases/{caseGuid}/Fees/{feeGuid}", **NO_CONTENT, **_operation("update", "Change fields of a fee")
)
async def update_fee(context: CurrentContext, caseGuid: str, feeGuid: str, body: FeeUpdate) -> None:
    fee = find_claim(context, find_case(context, caseGuid), FEE, feeGuid)
    with context.space.transaction() as connection:
        update_row(connection, CLAIM, fee["id"], body.model_dump(exclude_unset=True))


@router.delete("/v1/Cases/{caseGuid}/Fees/{feeGuid}", **NO_CONTENT, **_operation("delete", "Remove a fee"))
async def delete_fee(context: CurrentContext, caseGuid: str, feeGuid: str) -> None:
    fee = find_claim(context, find_case(context, caseGuid), FEE, feeGuid)
    with context.space.transaction() as connection:
        check_not_covered(context.space, fee["case_id"])
        remove(connection, fee)


@router.post(
    "/v1/Cases/{caseGuid}/Fees/{feeGuid}/Adjust",
    **NO_CONTENT,
    **_operation("adjust", "Adjust principal or interest of a fee"),
)
async def adjust_fee(context: CurrentContext, caseGuid: str, feeGuid: str, body: AdjustmentCreate) -> None:
    fee = find_claim(context, find_case(context, caseGuid), FEE, feeGuid)
    with context.space.transaction() as connection:
        adjust(connection, context.space, fee, body)
