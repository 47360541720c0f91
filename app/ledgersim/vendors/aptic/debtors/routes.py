"""Debtors."""

from typing import Any

from fastapi import Response

from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.queries import VALID, valid_on
from ledgersim.vendors.aptic.addresses.routes import address_router
from ledgersim.vendors.aptic.addresses.rules import PARTS
from ledgersim.vendors.aptic.cases import queries
from ledgersim.vendors.aptic.cases.schemas import CaseDetails, CasePage
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.debtors.commands import BY_GUID, add_debtor
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.schemas import (
    Debtor,
    DebtorCreate,
    DebtorListItem,
    DebtorPage,
    DebtorSummary,
    DebtorUpdate,
)
from ledgersim.vendors.aptic.extrafields.routes import extra_field_router
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.parties import with_full_name
from ledgersim.vendors.aptic.repository import find, update_row

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
_COLUMNS = {name: (ADDRESS if name in PARTS else DEBTOR).c[name] for name in DebtorListItem.model_fields}
_LIST = Listing(_WITH_ADDRESS, _COLUMNS, fields_of(DebtorListItem, _COLUMNS))


def find_debtor(context: RequestContext, guid: str) -> Row:
    """Return the debtor with that GUID. Raises a 404 Problem."""
    return find(context.space.connection, BY_GUID, "debtor", guid)


def debtor_response(context: RequestContext, debtor: Row) -> Row:
    """Return a debtor with its links."""
    guid = debtor["debtor_guid"]
    path = f"/v1/Debtors/{guid}"
    links = [
        link(context, "self", path, "Debtors", guid, "item"),
        link(context, "summary", f"{path}/Summary", "Debtors", guid, "item"),
        link(context, "cases", f"{path}/Cases", "Cases", guid),
        link(context, "addresses", f"{path}/Addresses", "Addresses", guid),
        link(context, "paymentplans", f"{path}/Paymentplans", "Paymentplans", guid),
        link(context, "extrafields", f"{path}/Extrafields", "Extrafields", guid),
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
async def list_debtors(context: CurrentContext, query: ListOptions) -> Any:
    return _LIST.page(context.space, query, **valid_on(context.space.clock.today()))


@router.put(
    "/v1/Debtors",
    status_code=201,
    response_model=Debtor,
    **operation("aptic.debtors.create", method="observed", path="observed", summary="Create a debtor"),
)
async def create_debtor(context: CurrentContext, body: DebtorCreate, response: Response) -> Any:
    with context.space.transaction() as connection:
        debtor = add_debtor(connection, context.space, body.model_dump())
    response.headers["Location"] = context.url(f"/v1/Debtors/{debtor['debtor_guid']}")
    return debtor_response(context, debtor)


@router.get(
    "/v1/Debtors/{guid}",
    response_model=Debtor,
    **operation("aptic.debtors.get", method="observed", path="observed", summary="Read one debtor"),
)
async def get_debtor(context: CurrentContext, guid: str) -> Any:
    return debtor_response(context, find_debtor(context, guid))


@router.patch(
    "/v1/Debtors/{debtorGuid}",
    **NO_CONTENT,
    **operation(
        "aptic.debtors.update", method="observed", path="observed", summary="Change fields of a debtor"
    ),
)
async def update_debtor(context: CurrentContext, debtorGuid: str, body: DebtorUpdate) -> None:
    debtor = find_debtor(context, debtorGuid)
    with context.space.transaction() as connection:
        update_row(
            connection, DEBTOR, debtor["id"], with_full_name(debtor, body.model_dump(exclude_unset=True))
        )


@router.get(
    "/v1/Debtors/{guid}/Summary",
    response_model=DebtorSummary,
    **operation(
        "aptic.debtors.summary",
        method="inferred",
        path="inferred",
        summary="Read the remaining debt and the cases of a debtor",
    ),
)
async def get_debtor_summary(context: CurrentContext, guid: str) -> Any:
    return queries.summary(context.space, find_debtor(context, guid))


@router.get(
    "/v1/Debtors/{guid}/Cases",
    response_model=CasePage,
    **operation(
        "aptic.debtors.cases.list", method="inferred", path="inferred", summary="List the cases of a debtor"
    ),
)
async def list_cases_of_debtor(context: CurrentContext, guid: str, query: ListOptions) -> Any:
    debtor = find_debtor(context, guid)
    day = today(context.space)
    return queries.CASES_OF_DEBTOR.page(context.space, query, today=day, of_debtor=debtor["id"])


@router.get(
    "/v1/Debtors/{guid}/Cases/{caseGuid}",
    response_model=CaseDetails,
    **operation(
        "aptic.debtors.cases.get", method="inferred", path="inferred", summary="Read one case of a debtor"
    ),
)
async def get_case_of_debtor(context: CurrentContext, guid: str, caseGuid: str) -> Any:
    debtor = find_debtor(context, guid)
    case = find(
        context.space.connection,
        queries.BY_GUID_OF_DEBTOR,
        "case of this debtor",
        caseGuid,
        of_debtor=debtor["id"],
    )
    return queries.case_response(context, case)
