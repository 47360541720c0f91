"""Debtors."""

from typing import Any

from fastapi import Response

from ledgersim.core.vendor import NO_CONTENT, Call, CurrentCall, new_router, operation
from ledgersim.vendors.aptic.addresses.routes import address_router
from ledgersim.vendors.aptic.addresses.rules import MAIN, VALID, valid_on
from ledgersim.vendors.aptic.addresses.table import ADDRESS
from ledgersim.vendors.aptic.cases import reading
from ledgersim.vendors.aptic.cases.schemas import CaseDetails, CasePage
from ledgersim.vendors.aptic.claims.reading import today
from ledgersim.vendors.aptic.debtors.schemas import (
    Debtor,
    DebtorCreate,
    DebtorListItem,
    DebtorPage,
    DebtorSummary,
    DebtorUpdate,
)
from ledgersim.vendors.aptic.debtors.table import DEBTOR
from ledgersim.vendors.aptic.debtors.writing import BY_GUID, add_debtor
from ledgersim.vendors.aptic.extrafields.routes import extra_field_router
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.parties import named
from ledgersim.vendors.aptic.store import Row, change, find

router = new_router("Debtors")
addresses = address_router("debtor", "Debtors", BY_GUID)
extra_fields = extra_field_router("debtor", "Debtors", BY_GUID)

_WITH_ADDRESS = DEBTOR.outerjoin(
    ADDRESS,
    (ADDRESS.c.owner_id == DEBTOR.c.id)
    & (ADDRESS.c.owner == "debtor")
    & ADDRESS.c.default_address.is_(True)
    & VALID,
)
_COLUMNS = {name: (ADDRESS if name in MAIN else DEBTOR).c[name] for name in DebtorListItem.model_fields}
_LIST = Listing(_WITH_ADDRESS, _COLUMNS, fields_of(DebtorListItem, _COLUMNS), DEBTOR.c.id)


def find_debtor(call: Call, guid: str) -> Row:
    """The debtor with that GUID. Raises a 404 Problem."""
    return find(call.space.connection, BY_GUID, "debtor", guid)


def debtor_out(call: Call, debtor: Row) -> Row:
    """A debtor alone, with its links."""
    guid = debtor["debtor_guid"]
    path = f"/v1/Debtors/{guid}"
    links = [
        link(call, "self", path, "Debtors", guid, "item"),
        link(call, "summary", f"{path}/Summary", "Debtors", guid, "item"),
        link(call, "cases", f"{path}/Cases", "Cases", guid),
        link(call, "addresses", f"{path}/Addresses", "Addresses", guid),
        link(call, "paymentplans", f"{path}/Paymentplans", "Paymentplans", guid),
        link(call, "extrafields", f"{path}/Extrafields", "Extrafields", guid),
    ]
    return {**debtor, "links": links}


@router.get(
    "/v1/Debtors",
    response_model=DebtorPage,
    **operation(
        "aptic.debtors.list",
        method="observed",
        path="observed",
        summary="List debtors, filtered, sorted and paged",
    ),
)
async def list_debtors(call: CurrentCall, query: ListOptions) -> Any:
    return _LIST.page(call.space, query, **valid_on(call.space.clock.today()))


@router.put(
    "/v1/Debtors",
    status_code=201,
    response_model=Debtor,
    **operation("aptic.debtors.create", method="observed", path="observed", summary="Create a debtor"),
)
async def create_debtor(call: CurrentCall, body: DebtorCreate, response: Response) -> Any:
    with call.space.transaction() as connection:
        debtor = add_debtor(connection, call.space, body.model_dump())
    response.headers["Location"] = call.url(f"/v1/Debtors/{debtor['debtor_guid']}")
    return debtor_out(call, debtor)


@router.get(
    "/v1/Debtors/{guid}",
    response_model=Debtor,
    **operation("aptic.debtors.get", method="observed", path="observed", summary="Read one debtor"),
)
async def get_debtor(call: CurrentCall, guid: str) -> Any:
    return debtor_out(call, find_debtor(call, guid))


@router.patch(
    "/v1/Debtors/{debtorGuid}",
    **NO_CONTENT,
    **operation(
        "aptic.debtors.update", method="observed", path="observed", summary="Change fields of a debtor"
    ),
)
async def update_debtor(call: CurrentCall, debtorGuid: str, body: DebtorUpdate) -> None:
    debtor = find_debtor(call, debtorGuid)
    with call.space.transaction() as connection:
        change(connection, DEBTOR, debtor["id"], named(debtor, body.model_dump(exclude_unset=True)))


@router.get(
    "/v1/Debtors/{guid}/Summary",
    response_model=DebtorSummary,
    **operation(
        "aptic.debtors.summary",
        method="inferred",
        path="inferred",
        summary="Remaining debt and cases of a debtor",
    ),
)
async def get_debtor_summary(call: CurrentCall, guid: str) -> Any:
    return reading.summary(call.space, find_debtor(call, guid))


@router.get(
    "/v1/Debtors/{guid}/Cases",
    response_model=CasePage,
    **operation(
        "aptic.debtors.cases.list", method="inferred", path="inferred", summary="List the cases of a debtor"
    ),
)
async def list_cases_of_debtor(call: CurrentCall, guid: str, query: ListOptions) -> Any:
    debtor = find_debtor(call, guid)
    day = today(call.space)
    return reading.CASES_OF_DEBTOR.page(call.space, query, today=day, of_debtor=debtor["id"])


@router.get(
    "/v1/Debtors/{guid}/Cases/{caseGuid}",
    response_model=CaseDetails,
    **operation(
        "aptic.debtors.cases.get", method="inferred", path="inferred", summary="Read one case of a debtor"
    ),
)
async def get_case_of_debtor(call: CurrentCall, guid: str, caseGuid: str) -> Any:
    debtor = find_debtor(call, guid)
    case = find(
        call.space.connection,
        reading.BY_GUID_OF_DEBTOR,
        "case of this debtor",
        caseGuid,
        of_debtor=debtor["id"],
    )
    return reading.case_out(call, case)
