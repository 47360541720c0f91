"""The documents of a case."""

from typing import Any

from fastapi import Response
from sqlalchemy import Connection, bindparam, insert, select

from ledgersim.http.vendor_app import CurrentContext, RequestContext, new_router, operation
from ledgersim.storage.database import add
from ledgersim.vendors.aptic.cases.routes import find_case
from ledgersim.vendors.aptic.documents.models import DOCUMENT
from ledgersim.vendors.aptic.documents.schemas import Document, DocumentCreate, DocumentPage
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.repository import Row, find

router = new_router("Documents")

_OF_CASE = DOCUMENT.c.case_id == bindparam("of_case")
_COLUMNS = {name: DOCUMENT.c[name] for name in Document.model_fields if name in DOCUMENT.c}
_SELECTED = {**_COLUMNS, "document_guid": DOCUMENT.c.document_guid, "external_link": DOCUMENT.c.external_link}
_LIST = Listing(DOCUMENT, _SELECTED, fields_of(Document, _COLUMNS), DOCUMENT.c.id, _OF_CASE)
_BY_GUID = select(*_SELECTED.values()).where(DOCUMENT.c.document_guid == bindparam("guid"), _OF_CASE)
_ADD_DOCUMENT = insert(DOCUMENT)


def _about(verb: str, summary: str) -> Any:
    return operation(f"aptic.cases.documents.{verb}", method="inferred", path="inferred", summary=summary)


@router.get(
    "/v1/Cases/{caseGuid}/Documents",
    response_model=DocumentPage,
    **_about("list", "List the documents of a case"),
)
async def list_documents(context: CurrentContext, caseGuid: str, query: ListOptions) -> Any:
    case = find_case(context, caseGuid)
    page = _LIST.page(context.space, query, of_case=case["id"])
    return {**page, "value": [_with_links(context, case, document) for document in page["value"]]}


@router.put(
    "/v1/Cases/{caseGuid}/Documents",
    status_code=201,
    response_model=Document,
    **_about("create", "Add a document to a case"),
)
async def create_document(
    context: CurrentContext, caseGuid: str, body: DocumentCreate, response: Response
) -> Any:
    case = find_case(context, caseGuid)
    with context.space.transaction() as connection:
        document = _add(connection, context, case, body)
    answer = _with_links(context, case, document)
    response.headers["Location"] = answer["links"][0]["href"]
    return answer


@router.get(
    "/v1/Cases/{caseGuid}/Documents/{documentGuid}",
    response_model=Document,
    **_about("get", "Read one document's data"),
)
async def get_document(context: CurrentContext, caseGuid: str, documentGuid: str) -> Any:
    case = find_case(context, caseGuid)
    document = find(
        context.space.connection, _BY_GUID, "document of this case", documentGuid, of_case=case["id"]
    )
    return _with_links(context, case, document)


def _add(connection: Connection, context: RequestContext, case: Row, body: DocumentCreate) -> Row:
    document = {
        **body.model_dump(),
        "document_guid": context.space.guids.guid(),
        "case_id": case["id"],
        "logged_at": body.logged_at or context.space.clock.now(),
        "important": bool(body.important),
    }
    add(connection, _ADD_DOCUMENT, document)
    return document


def _with_links(context: RequestContext, case: Row, document: Row) -> Row:
    guid = document["document_guid"]
    path = f"/v1/Cases/{case['case_guid']}"
    links = [
        link(context, "self", f"{path}/Documents/{guid}", "Documents", guid, "item"),
        link(context, "case", path, "Cases", case["case_guid"], "item"),
    ]
    if document["external_link"] is not None:
        external = {"type": "item", "name": "external", "href": document["external_link"]}
        links.append({**external, "resource": "Documents", "guid": guid})
    return {**document, "links": links}
