"""The documents of a case."""

from typing import Any

from fastapi import Response
from sqlalchemy import insert

from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import new_router
from ledgersim.storage.statements import Row, add
from ledgersim.vendors.aptic.cases.routes import find_case
from ledgersim.vendors.aptic.documents.models import DOCUMENT
from ledgersim.vendors.aptic.documents.schemas import Document, DocumentCreate, DocumentPage
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.nested import NestedResource, inferred_operations

router = new_router("Documents")


class _Documents(NestedResource):
    """Documents, which may also link to an external archive."""

    def response(self, context: RequestContext, owner: Row, item: Row) -> Row:
        document = super().response(context, owner, item)
        if item["external_link"] is not None:
            external = {"type": "item", "name": "external", "href": item["external_link"]}
            document["links"].append({**external, "resource": "Documents", "guid": item["document_guid"]})
        return document


_DOCUMENTS = _Documents(
    "case",
    "Documents",
    "document",
    DOCUMENT.c.document_guid,
    Document,
    extra={"external_link": DOCUMENT.c.external_link},
)
_ADD_DOCUMENT = insert(DOCUMENT)

_operation = inferred_operations("aptic.cases.documents")


@router.get(
    "/v1/Cases/{caseGuid}/Documents",
    response_model=DocumentPage,
    **_operation("list", "List the documents of a case"),
)
async def list_documents(context: CurrentContext, caseGuid: str, query: ListOptions) -> Any:
    return _DOCUMENTS.page(context, find_case(context, caseGuid), query)


@router.put(
    "/v1/Cases/{caseGuid}/Documents",
    status_code=201,
    response_model=Document,
    **_operation("create", "Add a document to a case"),
)
async def create_document(
    context: CurrentContext, caseGuid: str, body: DocumentCreate, response: Response
) -> Any:
    case = find_case(context, caseGuid)
    with context.space.transaction() as connection:
        document = {
            **body.model_dump(),
            "document_guid": context.space.guids.guid(),
            "case_id": case["id"],
            "logged_at": body.logged_at or context.space.clock.now(),
            "important": bool(body.important),
        }
        add(connection, _ADD_DOCUMENT, document)
    return _DOCUMENTS.created(context, case, document, response)


@router.get(
    "/v1/Cases/{caseGuid}/Documents/{documentGuid}",
    response_model=Document,
    **_operation("get", "Read one document's data"),
)
async def get_document(context: CurrentContext, caseGuid: str, documentGuid: str) -> Any:
    return _DOCUMENTS.get(context, find_case(context, caseGuid), documentGuid)
