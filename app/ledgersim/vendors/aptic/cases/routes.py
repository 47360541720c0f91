"""Cases."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Body, Query, Request

from ledgersim.http.vendor_app import NO_CONTENT, CurrentContext, RequestContext, new_router, operation
from ledgersim.problems import CONFLICT, invalid
from ledgersim.vendors.aptic.cases import pending
from ledgersim.vendors.aptic.cases import queries as reading
from ledgersim.vendors.aptic.cases.commands import CLOSED, close_case, import_cases, new_import
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.cases.schemas import (
    CaseClose,
    CaseCreate,
    CaseDebtor,
    CaseDetails,
    CasePage,
    CasesCreated,
    CaseUpdate,
)
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.extrafields.routes import extra_field_router
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.payment_plans.lifecycle import case_closed
from ledgersim.vendors.aptic.repository import Row, by_guid, change, find

router = new_router("Cases")
extra_fields = extra_field_router("case", "Cases", by_guid(CASE.c.case_guid))

Cases = Annotated[list[CaseCreate], Body(min_length=1, strict=True)]
Async = Annotated[
    bool,
    Query(alias="async", description="Whether the cases may come later, as the simulator's import delay says"),
]


def find_case(context: RequestContext, guid: str) -> Row:
    """The case with that GUID. Raises a 404 Problem."""
    return find(context.space.connection, reading.BY_GUID, "case", guid)


def open_case(context: RequestContext, guid: str, what: str) -> Row:
    """The case with that GUID, if it takes further debts, fees or payments. Raises a 404 or 409 Problem."""
    case = find_case(context, guid)
    if case["closure_date"] is not None:
        raise CONFLICT.with_detail(f"The case {case['case_number']} is closed and takes no further {what}.")
    return case


@router.get(
    "/v1/Cases",
    response_model=CasePage,
    **operation(
        "aptic.cases.list",
        method="observed",
        path="observed",
        summary="List cases, filtered, sorted and paged",
    ),
)
async def list_cases(context: CurrentContext, query: ListOptions) -> Any:
    return reading.CASE_LIST.page(context.space, query, today=today(context.space))


@router.put(
    "/v1/Cases",
    status_code=201,
    response_model=CasesCreated,
    **operation("aptic.cases.create", method="observed", path="observed", summary="Import one or more cases"),
)
async def create_cases(request: Request, context: CurrentContext, body: Cases, may_wait: Async = True) -> Any:
    delay = context.space.facts[pending.DELAY]
    if may_wait and delay != pending.IMMEDIATE:
        text = (await request.body()).decode("utf-8-sig")
        guids, import_id = pending.postpone(context.space, body, text, timedelta(seconds=delay))
    else:
        with context.space.transaction() as connection:
            import_id = new_import(connection, body, context.space.clock.now())
            guids = import_cases(connection, context.space, import_id, body)
    return {"case_guids": guids, "imp_stock_id": import_id}


@router.get(
    "/v1/Cases/{guid}",
    response_model=CaseDetails,
    **operation("aptic.cases.get", method="observed", path="observed", summary="Read one case"),
)
async def get_case(context: CurrentContext, guid: str) -> Any:
    return reading.case_out(context, find_case(context, guid))


@router.patch(
    "/v1/Cases/{caseGuid}",
    **NO_CONTENT,
    **operation("aptic.cases.update", method="observed", path="observed", summary="Change fields of a case"),
)
async def update_case(context: CurrentContext, caseGuid: str, body: CaseUpdate) -> None:
    case = find_case(context, caseGuid)
    if "status" in body.model_fields_set and body.status != case["status"]:
        if case["closure_date"] is not None:
            raise CONFLICT.with_detail(f"The case {case['case_number']} is closed, and so its status stays.")
        if (body.status or "").lower() == CLOSED.lower():
            raise invalid("status", "A case is closed by POST /v1/Cases/{caseGuid}/Close, with a closureCode")
    with context.space.transaction() as connection:
        change(connection, CASE, case["id"], body.model_dump(exclude_unset=True))


@router.get(
    "/v1/Cases/{guid}/Debtors",
    response_model=list[CaseDebtor],
    **operation(
        "aptic.cases.debtors.list",
        method="inferred",
        path="inferred",
        summary="The debtors of a case with their debts (a bare array)",
    ),
)
async def list_debtors_of_case(context: CurrentContext, guid: str) -> Any:
    case = find_case(context, guid)
    debtors = reading.debtors_of(context.space.connection, case)
    return [reading.summary(context.space, debtor) for debtor in debtors]


@router.post(
    "/v1/Cases/{caseGuid}/Close",
    **NO_CONTENT,
    **operation("aptic.cases.close", method="inferred", path="inferred", summary="Close a case"),
)
async def close(context: CurrentContext, caseGuid: str, body: CaseClose) -> None:
    case = find_case(context, caseGuid)
    if case["closure_date"] is not None:
        raise CONFLICT.with_detail(f"The case {case['case_number']} is closed already.")
    with context.space.transaction() as connection:
        close_case(connection, context.space, case, body.closure_code, body.note)
        case_closed(connection, context.space, case["id"])
