"""The fees of a case."""

from typing import Any

from fastapi import Response

from ledgersim.core.vendor import NO_CONTENT, CurrentCall, new_router, operation
from ledgersim.vendors.aptic.cases.routes import find_case, open_case
from ledgersim.vendors.aptic.claims.reading import claim_list, find_claim, today
from ledgersim.vendors.aptic.claims.schemas import AdjustmentCreate
from ledgersim.vendors.aptic.claims.table import CLAIM, FEE
from ledgersim.vendors.aptic.claims.writing import add_fee, adjust, check_owed, remove
from ledgersim.vendors.aptic.fees.schemas import Fee, FeeCreate, FeeCreated, FeeListItem, FeePage, FeeUpdate
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.payment_plans.life import check_not_covered
from ledgersim.vendors.aptic.store import change

router = new_router("Fees")

_LIST = claim_list(FeeListItem, FEE)


def _about(verb: str, summary: str) -> Any:
    return operation(f"aptic.cases.fees.{verb}", method="inferred", path="inferred", summary=summary)


@router.get("/v1/Cases/{caseGuid}/Fees", response_model=FeePage, **_about("list", "List the fees of a case"))
async def list_fees(call: CurrentCall, caseGuid: str, query: ListOptions) -> Any:
    case = find_case(call, caseGuid)
    return _LIST.page(call.space, query, of_case=case["id"], today=today(call.space))


@router.put(
    "/v1/Cases/{caseGuid}/Fees",
    status_code=201,
    response_model=FeeCreated,
    **_about("create", "Add a fee to a case"),
)
async def create_fee(call: CurrentCall, caseGuid: str, body: FeeCreate, response: Response) -> Any:
    case = open_case(call, caseGuid, "fees")
    with call.space.transaction() as connection:
        fee = add_fee(connection, call.space, case, body.model_dump())
        check_owed(connection, case["id"], "originalPrincipal")
    response.headers["Location"] = call.url(f"/v1/Cases/{case['case_guid']}/Fees/{fee['guid']}")
    return {**fee, "fee_date": fee["bill_date"]}


@router.get("/v1/Cases/{caseGuid}/Fees/{feeGuid}", response_model=Fee, **_about("get", "Read one fee"))
async def get_fee(call: CurrentCall, caseGuid: str, feeGuid: str) -> Any:
    return find_claim(call, find_case(call, caseGuid), FEE, feeGuid)


@router.patch("/v1/Cases/{caseGuid}/Fees/{feeGuid}", **NO_CONTENT, **_about("update", "Change fields of a fee"))
async def update_fee(call: CurrentCall, caseGuid: str, feeGuid: str, body: FeeUpdate) -> None:
    fee = find_claim(call, find_case(call, caseGuid), FEE, feeGuid)
    with call.space.transaction() as connection:
        change(connection, CLAIM, fee["id"], body.model_dump(exclude_unset=True))


@router.delete("/v1/Cases/{caseGuid}/Fees/{feeGuid}", **NO_CONTENT, **_about("delete", "Remove a fee"))
async def delete_fee(call: CurrentCall, caseGuid: str, feeGuid: str) -> None:
    fee = find_claim(call, find_case(call, caseGuid), FEE, feeGuid)
    with call.space.transaction() as connection:
        check_not_covered(call.space, fee["case_id"])
        remove(connection, fee)


@router.post(
    "/v1/Cases/{caseGuid}/Fees/{feeGuid}/Adjust",
    **NO_CONTENT,
    **_about("adjust", "Adjust principal or interest of a fee"),
)
async def adjust_fee(call: CurrentCall, caseGuid: str, feeGuid: str, body: AdjustmentCreate) -> None:
    fee = find_claim(call, find_case(call, caseGuid), FEE, feeGuid)
    with call.space.transaction() as connection:
        adjust(connection, call.space, fee, body)
