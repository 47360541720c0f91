"""Cases and their debtors."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Body, Query, Request

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.problems import CONFLICT, invalid
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.cases import pending, queries
from ledgersim.vendors.aptic.cases.commands import (
    close_case,
    currency_of_case,
    import_cases,
    new_import,
)
from ledgersim.vendors.aptic.cases.models import ACTIVE, CASE, CLOSED
from ledgersim.vendors.aptic.cases.schemas import (
    CaseClose,
    CaseCreate,
    CaseDebtor,
    CaseDetails,
    CasePage,
    CasesCreated,
    CaseUpdate,
)
from ledgersim.vendors.aptic.claims.diagnostics import about_claim
from ledgersim.vendors.aptic.claims.queries import on_claims, today
from ledgersim.vendors.aptic.extrafields.routes import extra_field_router
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.payment_plans.lifecycle import on_case_closed
from ledgersim.vendors.aptic.repository import by_guid, find, update_row
from ledgersim.vendors.aptic.settings import IMMEDIATE
from ledgersim.vendors.aptic.state import case_import_delay

router = new_router("Cases")
extra_fields = extra_field_router("case", "Cases", by_guid(CASE.c.case_guid))

Cases = Annotated[list[CaseCreate], Body(min_length=1, strict=True)]
Async = Annotated[
    bool,
    Query(alias="async", description="Whether to import the cases after the simulator's import delay"),
]


def find_case(context: RequestContext, guid: str) -> Row:
    """Return the case with that GUID. Raises a 404 Problem."""
    return find(context.space.connection, queries.BY_GUID, "case", guid)


def find_open_case(context: RequestContext, guid: str, what: str) -> Row:
    """Return the case with that GUID unless it is closed. Raises a 404 or 409 Problem."""
    case = find_case(context, guid)
    if case["closure_date"] is not None:
        raise CONFLICT.with_detail(
            f"The case {case['case_number']} is closed and does not accept further {what}."
        )
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
    return queries.CASE_LIST.page(context.space, query, today=today(context.space))


@router.put(
    "/v1/Cases",
    status_code=201,
    response_model=CasesCreated,
    **operation("aptic.cases.create", method="observed", path="observed", summary="Import one or more cases"),
)
async def create_cases(request: Request, context: CurrentContext, body: Cases, may_delay: Async = True) -> Any:
    context.report(_about_cases(body))
    delay = case_import_delay(context.space) if may_delay else IMMEDIATE
    text = "" if delay == IMMEDIATE else (await request.body()).decode("utf-8-sig")
    with context.space.transaction() as connection:
        if delay != IMMEDIATE:
            guids, import_id, diagnostics = pending.schedule_import(
                context.space, body, text, timedelta(seconds=delay)
            )
        else:
            import_id = new_import(connection, body, context.space.clock.now())
            guids, diagnostics = import_cases(connection, context.space, import_id, body)
        context.report(diagnostics)
    return {"case_guids": guids, "imp_stock_id": import_id}


def _about_cases(cases: list[CaseCreate]) -> Iterator[Diagnostic]:
    for index, case in enumerate(cases):
        currency = currency_of_case(case)
        for number, debt in enumerate(case.debts or []):
            yield from about_claim(debt, currency, f"[{index}].debts[{number}].")
        for number, fee in enumerate(case.fees or []):
            yield from about_claim(fee, currency, f"[{index}].fees[{number}].")


@router.get(
    "/v1/Cases/{guid}",
    response_model=CaseDetails,
    **operation("aptic.cases.get", method="observed", path="observed", summary="Read one case"),
)
async def get_case(context: CurrentContext, guid: str) -> Any:
    return queries.case_response(context, find_case(context, guid))


@router.patch(
    "/v1/Cases/{caseGuid}",
    **NO_CONTENT,
    **operation("aptic.cases.update", method="observed", path="observed", summary="Change fields of a case"),
)
async def update_case(context: CurrentContext, caseGuid: str, body: CaseUpdate) -> None:
    case = find_case(context, caseGuid)
    is_closed = case["closure_date"] is not None
    changes = body.model_dump(exclude_unset=True)
    if "status" in changes:
        changes["status"] = changes["status"] or (CLOSED if is_closed else ACTIVE)
        if changes["status"] != case["status"]:
            if is_closed:
                raise CONFLICT.with_detail(
                    f"The case {case['case_number']} is closed; its status cannot change."
                )
            if changes["status"].lower() == CLOSED.lower():
                raise invalid(
                    "status", "To close a case, use POST /v1/Cases/{caseGuid}/Close with a closureCode"
                )
    with context.space.transaction() as connection:
        update_row(connection, CASE, case["id"], changes)


@router.get(
    "/v1/Cases/{guid}/Debtors",
    response_model=list[CaseDebtor],
    **operation(
        "aptic.cases.debtors.list",
        method="inferred",
        path="inferred",
        summary="List the debtors of a case with their debts (a bare array)",
    ),
)
async def list_debtors_of_case(context: CurrentContext, guid: str) -> Any:
    case = find_case(context, guid)
    debtors = queries.debtors_of(context.space.connection, case)
    return [queries.summary(context.space, debtor, case["id"]) for debtor in debtors]


@router.post(
    "/v1/Cases/{caseGuid}/Close",
    **NO_CONTENT,
    **operation("aptic.cases.close", method="inferred", path="inferred", summary="Close a case"),
)
async def close(context: CurrentContext, caseGuid: str, body: CaseClose) -> None:
    case = find_case(context, caseGuid)
    if case["closure_date"] is not None:
        raise CONFLICT.with_detail(f"The case {case['case_number']} is already closed.")

    def store() -> None:
        with context.space.transaction() as connection:
            close_case(connection, context.space, case, body.closure_code, body.note)
            on_case_closed(connection, context.space, case["id"])

    await on_claims(context.space, case, store)
