"""Importing and closing cases. An import creates all cases of a request, or none."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, literal, select, union_all

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.ids import parse_guid
from ledgersim.problems import CONFLICT, VALIDATION
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, add_all, row, rows
from ledgersim.vendors.aptic.cases.known_debtors import import_known
from ledgersim.vendors.aptic.cases.models import (
    ACTIVE,
    CASE,
    CASE_DEBTOR,
    CASE_IMPORT,
    CLOSED,
    MAIN_ROLE,
    OTHER_ROLE,
    PENDING_CASE,
)
from ledgersim.vendors.aptic.cases.schemas import CaseCreate
from ledgersim.vendors.aptic.claims.commands import add_debt, add_fees, check_owed
from ledgersim.vendors.aptic.claims.models import CLAIM
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import Balances, stopped
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.debtors.commands import BY_GUID as DEBTOR_BY_GUID
from ledgersim.vendors.aptic.debtors.commands import add_debtor
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.rules import payment_reference, with_contacts
from ledgersim.vendors.aptic.debts.schemas import DebtCreate
from ledgersim.vendors.aptic.extrafields.commands import set_extra_fields
from ledgersim.vendors.aptic.fees.schemas import FeeCreate
from ledgersim.vendors.aptic.repository import by_guid, unused_guid, update_row
from ledgersim.vendors.aptic.state import ApticState

_ADD_CASE = insert(CASE)
_ADD_CASE_IMPORT = insert(CASE_IMPORT)
_ADD_DEBTOR = insert(CASE_DEBTOR)

DEFAULT_SERVICE = "Collection"  # [inferred]

_NUMBER_IN_USE = union_all(
    select(literal("another case").label("user")).where(CASE.c.case_number == bindparam("number")),
    select(literal("a case of a pending import")).where(PENDING_CASE.c.case_number == bindparam("number")),
)
_JSON_COLUMNS = ("claimant", "energy_debt", "relations", "action_dates")

_CLIENT_BY_GUID = by_guid(CLIENT.c.unique_id)
_CLIENT_BY_CODE = select(CLIENT).where(CLIENT.c.reference_code == bindparam("code"))
OLDEST_BY_ID_NUMBER = (
    select(DEBTOR).where(DEBTOR.c.id_number == bindparam("number")).order_by(DEBTOR.c.id).limit(1)
)

_BALANCES = select(*(CLAIM.c[name] for name in ("id", *Balances._fields))).where(
    CLAIM.c.case_id == bindparam("of_case")
)


def new_import(connection: Connection, bodies: Sequence[CaseCreate], at: datetime) -> int:
    """Store a new import of cases that are created at that time; return its id."""
    return add(connection, _ADD_CASE_IMPORT, {"imported_at": at, "number_of_cases": len(bodies)})


def import_cases(
    connection: Connection,
    space: Space,
    import_id: int,
    bodies: Sequence[CaseCreate],
    reserved: Sequence[Row] = (),
) -> tuple[list[str], list[Diagnostic]]:
    """Store the cases of an import; return their GUIDs in order, and diagnostics about known debtors.

    `reserved` has a GUID and a number for each case.
    Raises a 400 Problem that names all unknown references, or else a 409 for a case number or GUID that is
    already in use. Only fixtures choose GUIDs.
    """
    cases = [body.model_dump() for body in bodies]
    for case, body in zip(cases, bodies, strict=True):
        case |= body.model_dump(mode="json", include=set(_JSON_COLUMNS))
    for case, one in zip(cases, reserved, strict=False):
        case |= {"case_guid": one["case_guid"], "case_number": one["case_number"]}
    _resolve(connection, cases)
    _check_numbers(connection, cases)
    _assign_numbers(connection, cases, import_id)
    diagnostics: list[Diagnostic] = []
    guids = [
        _import_case(connection, space, body, case, index, import_id, diagnostics)
        for index, (body, case) in enumerate(zip(bodies, cases, strict=True))
    ]
    return guids, diagnostics


def currency_of_case(body: CaseCreate) -> str | None:
    """Return the currency that was sent for a case, or else with the first of its claims that has one."""
    claims: list[DebtCreate | FeeCreate] = [*(body.debts or []), *(body.fees or [])]
    return body.currency_code or next((one.currency_code for one in claims if one.currency_code), None)


def close_case(connection: Connection, space: Space, case: Row, code: str | None, note: str | None) -> None:
    """Close a case: interest stops accruing, the remaining amounts stay."""
    day = today(space)
    for claim in rows(connection, _BALANCES, of_case=case["id"]):
        update_row(connection, CLAIM, claim["id"], stopped(Balances.of(claim), day).columns())
    values = {"closure_code": code, "closure_date": space.clock.now(), "closure_note": note, "status": CLOSED}
    update_row(connection, CASE, case["id"], values)


def _resolve(connection: Connection, cases: list[Row]) -> None:
    """Replace the references to clients with their rows (`client`), and check those to debtors."""
    errors: dict[str, list[str]] = {}
    for index, case in enumerate(cases):
        case["client"] = _client_of(connection, case, f"[{index}]", errors)
        by_number: dict[str, int] = {}
        for number, debtor in enumerate(case["debtors"] or []):
            where, id_number = f"[{index}].debtors[{number}]", debtor["id_number"]
            if id_number:
                first = by_number.setdefault(id_number, number)
                if first != number and debtor != case["debtors"][first]:
                    same = f"[{index}].debtors[{first}] has the same idNumber, but differs in other members"
                    errors[f"{where}.idNumber"] = [same]
            if (guid := debtor["debtor_guid"]) is not None and _debtor_of(connection, guid) is None:
                errors[f"{where}.debtorGuid"] = [f"Unknown debtor {guid[:80]!r}"]
    if errors:
        raise VALIDATION.with_errors(errors)


def _debtor_of(connection: Connection, guid: str) -> Row | None:
    parsed = parse_guid(guid)
    return None if parsed is None else row(connection, DEBTOR_BY_GUID, guid=parsed)


def _client_of(connection: Connection, case: Row, where: str, errors: dict[str, list[str]]) -> Row | None:
    guid, code = case["client_guid"], case["client_reference_number"]
    client: Row | None = None
    if guid:
        parsed = parse_guid(guid)
        client = None if parsed is None else row(connection, _CLIENT_BY_GUID, guid=parsed)
        if client is None:
            errors[f"{where}.clientGuid"] = [f"Unknown client {guid[:80]!r}"]
    elif code:
        client = row(connection, _CLIENT_BY_CODE, code=code)
        if client is None:
            errors[f"{where}.clientReferenceNumber"] = [f"No client has the referenceCode {code[:80]!r}"]
    return client


def _check_numbers(connection: Connection, cases: list[Row]) -> None:
    seen: dict[str, int] = {}
    for index, case in enumerate(cases):
        number = case["case_number"]
        if number is None:
            continue
        if number in seen:
            raise CONFLICT.with_detail(
                f"[{index}].caseNumber: {number!r} is already the number of [{seen[number]}]."
            )
        in_use = row(connection, _NUMBER_IN_USE, number=number)
        if in_use is not None:
            raise CONFLICT.with_detail(
                f"[{index}].caseNumber: {number!r} is already the number of {in_use['user']}."
            )
        seen[number] = index


def _import_case(
    connection: Connection,
    space: Space,
    body: CaseCreate,
    sent: Row,
    index: int,
    import_id: int,
    diagnostics: list[Diagnostic],
) -> str:
    client, claims = sent["client"], [*(sent["debts"] or []), *(sent["fees"] or [])]
    case = {
        **{name: value for name, value in sent.items() if name in CASE.c},
        "case_guid": unused_guid(connection, space, CASE.c.case_guid, "caseGuid", sent.get("case_guid")),
        "import_id": import_id,
        "client_id": None if client is None else client["id"],
        "currency_code": currency_of_case(body) or space.state(ApticState).user["system_currency_code"],
        "registration_date": space.clock.now(),
        "service": sent["service"] or DEFAULT_SERVICE,
        "status": ACTIVE,
    }
    if case["report_paid_interest"] is None:
        case["report_paid_interest"] = client is not None and client["report_paid_interest"]
    case["payment_reference_number"] = sent["payment_reference_number"] or payment_reference(
        case["case_number"]
        if case["case_number"].isascii() and case["case_number"].isdigit()
        else str(import_id)
    )
    case["id"] = add(connection, _ADD_CASE, case)
    for number, debtor in enumerate(sent["debtors"] or []):
        diagnostics += _find_or_add(connection, space, debtor, f"[{index}].debtors[{number}]")
    _link_debtors(connection, case, sent["debtors"] or [])
    for debt in sent["debts"] or []:
        add_debt(connection, space, case, debt)
    add_fees(connection, space, case, sent["fees"] or [], f"[{index}].fees")
    if claims:
        check_owed(connection, case["id"], f"[{index}].debts")
    set_extra_fields(connection, "case", case["id"], sent["extra_fields"] or [])
    guid: str = case["case_guid"]
    return guid


def _link_debtors(connection: Connection, case: Row, debtors: list[Row]) -> None:
    links: dict[int, Row] = {}  # by debtor
    for sent in debtors:
        if sent["id"] in links:
            continue
        links[sent["id"]] = {
            "case_id": case["id"],
            "debtor_id": sent["id"],
            "debtor_role": sent["debtor_role"] or (OTHER_ROLE if links else MAIN_ROLE),
            "creditor_debtor_ref": sent["creditor_debtor_ref"],
        }
    if links:
        add_all(connection, _ADD_DEBTOR, list(links.values()))
        mains = (link for link in links.values() if link["debtor_role"] == MAIN_ROLE)
        main = next(mains, next(iter(links.values())))
        update_row(connection, CASE, case["id"], {"main_debtor_id": main["debtor_id"]})


def _find_or_add(connection: Connection, space: Space, sent: Row, where: str) -> list[Diagnostic]:
    """Set `id` in `sent`: of the debtor with the GUID, else the oldest with the idNumber, else a new one."""
    guid, number = sent.pop("debtor_guid"), sent["id_number"]
    sent["full_name"] = sent["companyname"]
    known: Row | None = None
    if guid is not None:
        known = _debtor_of(connection, guid)
    elif number:
        known = row(connection, OLDEST_BY_ID_NUMBER, number=number)
    if known is not None:
        sent["id"] = known["id"]
        return import_known(connection, space, known, sent, where)
    sent["id"] = add_debtor(connection, space, {**sent, **with_contacts({}, {}, sent)})["id"]
    set_extra_fields(connection, "debtor", sent["id"], sent["extra_fields"] or [])
    return []


def _assign_numbers(connection: Connection, cases: list[Row], import_id: int) -> None:
    """Assign unused numbers to the cases that were sent without one."""
    sent = {case["case_number"] for case in cases}
    number = 1_000_000 + import_id * 1_000
    for case in cases:
        if case["case_number"] is None:
            while str(number) in sent or row(connection, _NUMBER_IN_USE, number=str(number)) is not None:
                number += 1
            case["case_number"] = str(number)
            number += 1
