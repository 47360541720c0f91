"""Reading cases: lists, one case with its sums, and the summary of a debtor over all its cases."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, func, literal, select

from ledgersim.http.context import RequestContext
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, prepare, row, rows
from ledgersim.vendors.aptic.cases.models import CASE, CASE_DEBTOR
from ledgersim.vendors.aptic.cases.schemas import CaseListItem
from ledgersim.vendors.aptic.claims.models import CASE_SUMS, CLAIM
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.sums import CONVERTED_PARTS_OF_CASES, PARTS, PARTS_OF_CASES, SUMS, amounts
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.rules import payment_reference
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing
from ledgersim.vendors.aptic.state import ApticState

_WITH_CLIENT = CASE.outerjoin(CLIENT, CASE.c.client_id == CLIENT.c.id)
_SOURCE = (
    CASE_SUMS.join(CASE, CASE.c.id == CASE_SUMS.c.case_id)
    .outerjoin(CLIENT, CASE.c.client_id == CLIENT.c.id)
    .outerjoin(DEBTOR, CASE.c.main_debtor_id == DEBTOR.c.id)
)
_CLIENT_COLUMNS = {
    "client_reference_number": CLIENT.c.reference_code,
    "client_name": CLIENT.c.full_name,
}
_MAIN_DEBTOR_COLUMNS = {
    "main_debtor_name": DEBTOR.c.full_name,
    "juridical_type": DEBTOR.c.juridical_type,
    "place_of_birth": DEBTOR.c.place_of_birth,
    "birth_date": DEBTOR.c.date_of_birth,
    "nace_code": DEBTOR.c.nace_code,
    "work_phone": DEBTOR.c.work_phone,
    "cellular_phone": DEBTOR.c.cellular_phone,
    "email": DEBTOR.c.email,
}
_OWN_COLUMNS = {name: CASE.c[name] for name in CaseListItem.model_fields if name in CASE.c}
_FIELDS = fields_of(CaseListItem, {**_OWN_COLUMNS, **_CLIENT_COLUMNS, **_MAIN_DEBTOR_COLUMNS, **SUMS})
_SELECTED = {"id": CASE.c.id, **_OWN_COLUMNS, **_CLIENT_COLUMNS, **_MAIN_DEBTOR_COLUMNS}


def add_sums(connection: Connection, cases: list[Row], values: Mapping[str, Any]) -> None:
    """Add the sums as of day `values["today"]` to cases, in few queries: faster than subqueries in the list."""
    ids, day = [case["id"] for case in cases], values["today"]
    sums = {found["case_id"]: found for found in rows(connection, PARTS_OF_CASES, case_ids=ids, today=day)}
    for found in sums.values():
        for kind in ("original", "remaining"):
            found[f"{kind}_interest"] += found["accrued"]
    converting = [case_id for case_id, found in sums.items() if found["converting"]]
    if converting:
        for found in rows(connection, CONVERTED_PARTS_OF_CASES, case_ids=converting, today=day):
            sums[found["case_id"]] |= found
    for case in cases:
        case |= sums[case["id"]]
        for kind in ("original", "paid", "remaining"):
            case[f"{kind}_sum"] = _total(case, kind)


def _total(parts: Row, kind: str) -> int:
    """Return the original, paid or remaining sum, of its parts."""
    return sum(parts[f"{kind}_{part}"] for part in PARTS)


CASE_LIST = Listing(_SOURCE, _SELECTED, _FIELDS, complete=add_sums)
CASES_OF_DEBTOR = Listing(
    _SOURCE,
    _SELECTED,
    _FIELDS,
    CASE.c.id.in_(select(CASE_DEBTOR.c.case_id).where(CASE_DEBTOR.c.debtor_id == bindparam("of_debtor"))),
    complete=add_sums,
)
BY_GUID = (
    select(CASE, *(column.label(name) for name, column in _CLIENT_COLUMNS.items()))
    .select_from(_WITH_CLIENT)
    .where(CASE.c.case_guid == bindparam("guid"))
)
BY_GUID_OF_DEBTOR = BY_GUID.where(
    CASE.c.id.in_(select(CASE_DEBTOR.c.case_id).where(CASE_DEBTOR.c.debtor_id == bindparam("of_debtor")))
)

_DEBTORS_OF_CASE = (
    select(DEBTOR, CASE_DEBTOR.c.debtor_role)
    .join(CASE_DEBTOR, CASE_DEBTOR.c.debtor_id == DEBTOR.c.id)
    .where(CASE_DEBTOR.c.case_id == bindparam("of_case"))
    .order_by(CASE_DEBTOR.c.id)
)
_SUMMARY_CASES = (
    select(
        CASE.c.id,
        CASE.c.case_guid,
        CASE.c.case_number,
        *(column.label(name) for name, column in _CLIENT_COLUMNS.items()),
        CLIENT.c.unique_id.label("client_guid"),
        CLIENT.c.bank_account_no,
        CASE_DEBTOR.c.debtor_role,
        CASE.c.registration_date.label("reg_date"),
        CASE.c.currency_code,
        CASE.c.service,
        CASE.c.status,
        CASE.c.sub_status,
        CASE.c.closure_date,
    )
    .select_from(_WITH_CLIENT.join(CASE_DEBTOR, CASE_DEBTOR.c.case_id == CASE.c.id))
    .where(CASE_DEBTOR.c.debtor_id == bindparam("of_debtor"))
    .order_by(CASE.c.id)
)
_CLIENT_OF = select(CLIENT.c.unique_id).where(CLIENT.c.id == bindparam("client_id"))
_OWED = select(
    *(
        func.coalesce(func.sum(amount), literal(0, BigInteger)).label(name)
        for name, amount in amounts(bindparam("currency")).items()
        if name in [f"remaining_{part}" for part in PARTS]
    )
).where(
    CLAIM.c.case_id.in_(select(CASE_DEBTOR.c.case_id).where(CASE_DEBTOR.c.debtor_id == bindparam("of_debtor")))
)

prepare(PARTS_OF_CASES, "case_ids", "today")
prepare(_OWED, "of_debtor", "currency", "today")
prepare(_SUMMARY_CASES, "of_debtor")


def case_response(context: RequestContext, case: Row) -> Row:
    """Return a case with its sums and links."""
    add_sums(context.space.connection, [case], {"today": today(context.space)})
    guid = case["case_guid"]
    path = f"/v1/Cases/{guid}"
    links = [
        link(context, "self", path, "Cases", guid, "item"),
        link(context, "debtors", f"{path}/Debtors", "Debtors", guid),
        link(context, "debts", f"{path}/Debts", "Debts", guid),
        link(context, "fees", f"{path}/Fees", "Fees", guid),
        link(context, "payments", f"{path}/Payments", "Payments", guid),
        link(context, "documents", f"{path}/Documents", "Documents", guid),
        link(context, "extrafields", f"{path}/Extrafields", "Extrafields", guid),
    ]
    client = row(context.space.connection, _CLIENT_OF, client_id=case["client_id"])
    if client is not None:
        links.append(
            link(
                context, "client", f"/v1/Clients/{client['unique_id']}", "Clients", client["unique_id"], "item"
            )
        )
    return {**case, "links": links}


def debtors_of(connection: Connection, case: Row) -> list[Row]:
    """Return the debtors of a case with their roles, the main debtor first."""
    return rows(connection, _DEBTORS_OF_CASE, of_case=case["id"])


def summary(space: Space, debtor: Row, case_id: int | None = None) -> Row:
    """Return what a debtor owes over all its cases, in its currency or else that of its first case.

    `bank_account_no` is the account of the client of the case with that id, or else of the first open case.
    """
    connection, day = space.connection, today(space)
    cases = rows(connection, _SUMMARY_CASES, of_debtor=debtor["id"])
    add_sums(connection, cases, {"today": day})
    currency = debtor["currency_code"] or (cases[0]["currency_code"] if cases else None)
    [owed] = rows(connection, _OWED, of_debtor=debtor["id"], currency=currency, today=day)
    owed["remaining_sum"] = _total(owed, "remaining")
    closed = sum(case["closure_date"] is not None for case in cases)
    return {
        **debtor,
        **owed,
        "bank_account_no": _bank_account(space, cases, case_id),
        "payment_reference": payment_reference(debtor["debtor_reference"]),
        "active_cases": len(cases) - closed,
        "closed_cases": closed,
        "cases": cases,
    }


def _bank_account(space: Space, cases: list[Row], case_id: int | None) -> str | None:
    """Return the account of a client: its own, or else that of the world in the currency of the case."""
    if not cases:
        return None
    case = min(cases, key=lambda one: (one["id"] != case_id, one["closure_date"] is not None))
    accounts = space.state(ApticState).bank_accounts
    account: str | None = case["bank_account_no"] or accounts.get(case["currency_code"])
    return account
