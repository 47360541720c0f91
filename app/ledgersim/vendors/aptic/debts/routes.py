"""The debts of a case."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam, delete, literal, select

from ledgersim.core.database import row
from ledgersim.core.problems import CONFLICT
from ledgersim.core.vendor import NO_CONTENT, Call, CurrentCall, new_router, operation
from ledgersim.vendors.aptic.addresses.rules import DEFAULT, MAIN
from ledgersim.vendors.aptic.cases import reading
from ledgersim.vendors.aptic.cases.routes import find_case
from ledgersim.vendors.aptic.cases.table import CASE
from ledgersim.vendors.aptic.claims.rules import due_date
from ledgersim.vendors.aptic.claims.sums import ORIGINAL_INTEREST, REMAINING_INTEREST, in_currency
from ledgersim.vendors.aptic.claims.table import CLAIM, DEBT
from ledgersim.vendors.aptic.claims.writing import add_debt, check_owed
from ledgersim.vendors.aptic.debtors.table import DEBTOR
from ledgersim.vendors.aptic.debts.schemas import DebtChange, DebtCreated, DebtIn, DebtItem, DebtOut
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions, Page
from ledgersim.vendors.aptic.payments.table import PAYMENT_BOOKING
from ledgersim.vendors.aptic.store import Row, change, find

router = new_router()

_C = CLAIM.c
_SOURCE = CLAIM.join(CASE, CASE.c.id == _C.case_id)
_OF_CASE = (_C.case_id == bindparam("of_case")) & (_C.kind == literal(DEBT))
_PAID_VAT = _C.original_vat - _C.remaining_vat
_INTERESTS = {"original_interest": ORIGINAL_INTEREST, "remaining_interest": REMAINING_INTEREST}
_COLUMNS = {
    **{name: _C[name] for name in DebtItem.model_fields if name in _C},
    **_INTERESTS,
    "debt_guid": _C.guid,
    "original_sum": _C.original_principal + ORIGINAL_INTEREST,
    "paid_vat": _PAID_VAT,
    "paid_sum": _C.paid_principal + _C.paid_interest,
    "remaining_sum": _C.remaining_principal + REMAINING_INTEREST,
    "ledger_principal": in_currency(_C.remaining_principal, CASE.c.currency_code),
    "ledger_vat": in_currency(_C.remaining_vat, CASE.c.currency_code),
    "ledger_interest": in_currency(REMAINING_INTEREST, CASE.c.currency_code),
    "ledger_sum": in_currency(_C.remaining_principal, CASE.c.currency_code)
    + in_currency(REMAINING_INTEREST, CASE.c.currency_code),
}
_LIST = Listing(_SOURCE, _COLUMNS, fields_of(DebtItem, _COLUMNS), _C.id, _OF_CASE)
_BY_GUID = select(
    *(column for column in _C if column.name not in _INTERESTS),
    *(column.label(name) for name, column in _INTERESTS.items()),
).where(_C.guid == bindparam("guid"), _OF_CASE)
_MAIN_DEBTOR = select(DEBTOR.c.id, DEBTOR.c.full_name).where(DEBTOR.c.id == bindparam("debtor_id"))
_BOOKINGS = select(PAYMENT_BOOKING.c.id).where(PAYMENT_BOOKING.c.claim_id == bindparam("claim_id")).limit(1)
_REMOVE = delete(CLAIM).where(_C.id == bindparam("row_id"))


def _find_debt(call: Call, case: Row, guid: str) -> Row:
    values = {"of_case": case["id"], "today": reading.today(call.space)}
    return find(call.space.connection, _BY_GUID, "debt of this case", guid, **values)


@router.get(
    "/v1/Cases/{caseGuid}/Debts",
    response_model=Page[DebtItem],
    **operation(
        "aptic.cases.debts.list", method="observed", path="observed", summary="List the debts of a case"
    ),
)
async def list_debts(call: CurrentCall, caseGuid: str, query: ListOptions) -> Any:
    case = find_case(call, caseGuid)
    return _LIST.page(call.space, query, of_case=case["id"], today=reading.today(call.space))


@router.put(
    "/v1/Cases/{caseGuid}/Debts",
    status_code=201,
    response_model=DebtCreated,
    **operation(
        "aptic.cases.debts.create", method="observed", path="observed", summary="Add a debt to a case"
    ),
)
async def create_debt(call: CurrentCall, caseGuid: str, body: DebtIn, response: Response) -> Any:
    case = find_case(call, caseGuid)
    if case["closure_date"] is not None:
        raise CONFLICT.with_detail(f"The case {case['case_number']} is closed and takes no further debts.")
    with call.space.transaction() as connection:
        debt = add_debt(connection, call.space, case, body.model_dump())
        check_owed(connection, case["id"], "originalPrincipal")
    path = f"/v1/Cases/{case['case_guid']}/Debts/{debt['guid']}"
    response.headers["Location"] = call.url(path)
    return debt


@router.get(
    "/v1/Cases/{caseGuid}/Debts/{debtGuid}",
    response_model=DebtOut,
    **operation("aptic.cases.debts.get", method="observed", path="observed", summary="Read one debt"),
)
async def get_debt(call: CurrentCall, caseGuid: str, debtGuid: str) -> Any:
    case = find_case(call, caseGuid)
    debt = _find_debt(call, case, debtGuid)
    path = f"/v1/Cases/{case['case_guid']}"
    links = [
        link(call, "self", f"{path}/Debts/{debt['guid']}", "Debts", debt["guid"], "item"),
        link(call, "case", path, "Cases", case["case_guid"], "item"),
    ]
    head = {**debt, "receiver": _receiver(call, case), "delivery": {}}
    return {
        **debt,
        "debt_guid": debt["guid"],
        "calc_rate": debt["accrual_rate"],
        "head": head,
        "links": links,
    }


@router.patch(
    "/v1/Cases/{caseGuid}/Debts/{debtGuid}",
    **NO_CONTENT,
    **operation(
        "aptic.cases.debts.update", method="observed", path="observed", summary="Change fields of a debt"
    ),
)
async def update_debt(call: CurrentCall, caseGuid: str, debtGuid: str, body: DebtChange) -> None:
    debt = _find_debt(call, find_case(call, caseGuid), debtGuid)
    changes = body.model_dump(exclude_unset=True)
    if "payment_condition" in changes and "due_date" not in changes:
        changes["due_date"] = (
            due_date(None, debt["bill_date"], changes["payment_condition"]) or debt["due_date"]
        )
    with call.space.transaction() as connection:
        change(connection, CLAIM, debt["id"], changes)


@router.delete(
    "/v1/Cases/{caseGuid}/Debts/{debtGuid}",
    **NO_CONTENT,
    **operation("aptic.cases.debts.delete", method="inferred", path="observed", summary="Remove a debt"),
)
async def delete_debt(call: CurrentCall, caseGuid: str, debtGuid: str) -> None:
    debt = _find_debt(call, find_case(call, caseGuid), debtGuid)
    with call.space.transaction() as connection:
        if row(connection, _BOOKINGS, claim_id=debt["id"]) is not None:
            raise CONFLICT.with_detail("Payments have been booked on this debt, so it cannot be removed.")
        connection.execute(_REMOVE, {"row_id": debt["id"]})


def _receiver(call: Call, case: Row) -> Row:
    """The main debtor as the receiver of the invoice [inferred]."""
    debtor = row(call.space.connection, _MAIN_DEBTOR, debtor_id=case["main_debtor_id"])
    if debtor is None:
        return {}
    address = row(call.space.connection, DEFAULT, of_owner="debtor", of_id=debtor["id"]) or {}
    return {name: address.get(name) for name in (*MAIN, "full_address")} | {"full_name": debtor["full_name"]}
