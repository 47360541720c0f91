"""The debts of a case."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam, select

from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.storage.statements import Row, row
from ledgersim.vendors.aptic.addresses.queries import DEFAULT
from ledgersim.vendors.aptic.addresses.rules import PARTS
from ledgersim.vendors.aptic.cases.routes import find_case, find_open_case
from ledgersim.vendors.aptic.claims.commands import add_debt, adjust, balances_of, check_owed, remove
from ledgersim.vendors.aptic.claims.diagnostics import about_ceiling, about_claim
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT
from ledgersim.vendors.aptic.claims.queries import claim_list, find_claim, today, with_interest_days
from ledgersim.vendors.aptic.claims.rules import accrue_to, due_date, yearly_rate
from ledgersim.vendors.aptic.claims.schemas import AdjustmentCreate
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debts.models import DEBT_INVOICE
from ledgersim.vendors.aptic.debts.schemas import (
    Debt,
    DebtCreate,
    DebtCreated,
    DebtListItem,
    DebtPage,
    DebtUpdate,
)
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.nested import item_links
from ledgersim.vendors.aptic.payment_plans.lifecycle import check_not_covered
from ledgersim.vendors.aptic.repository import update_row

router = new_router("Debts")

_LIST = claim_list(DebtListItem, DEBT)
_INVOICE = select(DEBT_INVOICE).where(DEBT_INVOICE.c.id == bindparam("debt_id"))
_MAIN_DEBTOR = select(DEBTOR.c.id, DEBTOR.c.full_name).where(DEBTOR.c.id == bindparam("debtor_id"))


@router.get(
    "/v1/Cases/{caseGuid}/Debts",
    response_model=DebtPage,
    **operation(
        "aptic.cases.debts.list", method="observed", path="observed", summary="List the debts of a case"
    ),
)
async def list_debts(context: CurrentContext, caseGuid: str, query: ListOptions) -> Any:
    case = find_case(context, caseGuid)
    return _LIST.page(context.space, query, of_case=case["id"], today=today(context.space))


@router.put(
    "/v1/Cases/{caseGuid}/Debts",
    status_code=201,
    response_model=DebtCreated,
    **operation("aptic.cases.debts.create", method="observed", path="observed", summary="Add a debt to a case"),
)
async def create_debt(context: CurrentContext, caseGuid: str, body: DebtCreate, response: Response) -> Any:
    case = find_open_case(context, caseGuid, "debts")
    context.report(about_claim(body, case["currency_code"]))
    with context.space.transaction() as connection:
        debt = add_debt(connection, context.space, case, body.model_dump())
        check_owed(connection, case["id"], "originalPrincipal")
    path = f"/v1/Cases/{case['case_guid']}/Debts/{debt['guid']}"
    response.headers["Location"] = context.url(path)
    return debt


@router.get(
    "/v1/Cases/{caseGuid}/Debts/{debtGuid}",
    response_model=Debt,
    **operation("aptic.cases.debts.get", method="observed", path="observed", summary="Read one debt"),
)
async def get_debt(context: CurrentContext, caseGuid: str, debtGuid: str) -> Any:
    case = find_case(context, caseGuid)
    debt = with_interest_days(find_claim(context, case, DEBT, debtGuid), today(context.space))
    invoice = row(context.space.connection, _INVOICE, debt_id=debt["id"]) or {}
    delivery = invoice.pop("delivery", None) or {}
    head = {**debt, **invoice, "receiver": _receiver(context, case), "delivery": delivery}
    return {
        **debt,
        **invoice,
        "debt_guid": debt["guid"],
        "calc_rate": debt["accrual_rate"],
        "head": head,
        "links": item_links(context, "case", case, "Debts", debt["guid"]),
    }


@router.patch(
    "/v1/Cases/{caseGuid}/Debts/{debtGuid}",
    **NO_CONTENT,
    **operation(
        "aptic.cases.debts.update", method="observed", path="observed", summary="Change fields of a debt"
    ),
)
async def update_debt(context: CurrentContext, caseGuid: str, debtGuid: str, body: DebtUpdate) -> None:
    debt = find_claim(context, find_case(context, caseGuid), DEBT, debtGuid)
    context.report(about_ceiling(body))
    changes = body.model_dump(exclude_unset=True)
    if "payment_condition" in changes and "due_date" not in changes:
        changes["due_date"] = (
            due_date(None, debt["bill_date"], changes["payment_condition"]) or debt["due_date"]
        )
    with context.space.transaction() as connection:
        balances = accrue_to(balances_of(connection, debt["id"]), today(context.space))
        rate = yearly_rate({**debt, **changes})
        if rate != balances.accrual_rate:
            changes |= balances._replace(accrual_rate=rate).columns()
        update_row(connection, CLAIM, debt["id"], changes)


@router.delete(
    "/v1/Cases/{caseGuid}/Debts/{debtGuid}",
    **NO_CONTENT,
    **operation("aptic.cases.debts.delete", method="inferred", path="observed", summary="Remove a debt"),
)
async def delete_debt(context: CurrentContext, caseGuid: str, debtGuid: str) -> None:
    debt = find_claim(context, find_case(context, caseGuid), DEBT, debtGuid)
    with context.space.transaction() as connection:
        check_not_covered(context.space, debt["case_id"])
        remove(connection, debt)


@router.post(
    "/v1/Cases/{caseGuid}/Debts/{debtGuid}/Adjust",
    **NO_CONTENT,
    **operation(
        "aptic.cases.debts.adjust",
        method="inferred",
        path="inferred",
        summary="Adjust principal or interest of a debt",
    ),
)
async def adjust_debt(context: CurrentContext, caseGuid: str, debtGuid: str, body: AdjustmentCreate) -> None:
    debt = find_claim(context, find_case(context, caseGuid), DEBT, debtGuid)
    with context.space.transaction() as connection:
        adjust(connection, context.space, debt, body)


def _receiver(context: RequestContext, case: Row) -> Row:
    """Return the receiver of the invoice: the main debtor [inferred]."""
    debtor = row(context.space.connection, _MAIN_DEBTOR, debtor_id=case["main_debtor_id"])
    if debtor is None:
        return {}
    address = row(context.space.connection, DEFAULT, of_owner="debtor", of_id=debtor["id"]) or {}
    return {name: address.get(name) for name in (*PARTS, "full_address")} | {"full_name": debtor["full_name"]}
