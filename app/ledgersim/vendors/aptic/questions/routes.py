"""The questions to a customer."""

from typing import Any

from sqlalchemy import bindparam

from ledgersim.http.vendor_app import NO_CONTENT, CurrentContext, RequestContext, new_router, operation
from ledgersim.problems import CONFLICT, VALIDATION
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.questions.models import QUESTION
from ledgersim.vendors.aptic.questions.rules import response_errors
from ledgersim.vendors.aptic.questions.schemas import Question, QuestionPage, QuestionResponse
from ledgersim.vendors.aptic.repository import Row, by_guid, change, find

router = new_router("Customers")

_C = QUESTION.c
_OF_CUSTOMER = _C.customer_id == bindparam("of_customer")
_COLUMNS = {name: _C[name] for name in Question.model_fields if name in _C}
_FILTERED = {name: column for name, column in _COLUMNS.items() if name != "responses"}
_LIST = Listing(
    QUESTION, _COLUMNS, fields_of(Question, _FILTERED), _C.id, _OF_CUSTOMER & _C.answered_at.is_(None)
)
_BY_GUID = by_guid(_C.action_guid).where(_OF_CUSTOMER)


def _about(verb: str, summary: str) -> Any:
    return operation(f"aptic.customers.questions.{verb}", method="inferred", path="inferred", summary=summary)


@router.get(
    "/v1/Customers/{customerGuid}/Questions",
    response_model=QuestionPage,
    **_about("list", "List the open questions to the customer"),
)
async def list_questions(context: CurrentContext, customerGuid: str, query: ListOptions) -> Any:
    customer = find_customer(context, customerGuid)
    page = _LIST.page(context.space, query, of_customer=customer["id"])
    return {**page, "value": [_with_links(context, customer, question) for question in page["value"]]}


@router.get(
    "/v1/Customers/{customerGuid}/Questions/{actionGuid}",
    response_model=Question,
    **_about("get", "Read one question"),
)
async def get_question(context: CurrentContext, customerGuid: str, actionGuid: str) -> Any:
    customer = find_customer(context, customerGuid)
    return _with_links(context, customer, _find(context, customer, actionGuid))


@router.post(
    "/v1/Customers/{customerGuid}/Questions/{actionGuid}",
    **NO_CONTENT,
    **_about("respond", "Answer or postpone a question"),
)
async def respond_to_question(
    context: CurrentContext, customerGuid: str, actionGuid: str, body: QuestionResponse
) -> None:
    question = _find(context, find_customer(context, customerGuid), actionGuid)
    now = context.space.clock.now()
    if errors := response_errors(question, body.response, body.postpone_to, now):
        raise VALIDATION.with_errors(errors)
    if question["answered_at"] is not None:
        raise CONFLICT.with_detail(f"The question has been answered already, by {question['response']!r}.")
    changes: Row = {"note": body.note}
    if body.postpone_to is not None:
        changes["process_at"] = body.postpone_to
    else:
        changes |= {"response": body.response, "answered_at": now}
    with context.space.transaction() as connection:
        change(connection, QUESTION, question["id"], changes)


def _find(context: RequestContext, customer: Row, guid: str) -> Row:
    what = "question to this customer"
    return find(context.space.connection, _BY_GUID, what, guid, of_customer=customer["id"])


def _with_links(context: RequestContext, customer: Row, question: Row) -> Row:
    guid, of = question["action_guid"], customer["customer_guid"]
    path = f"/v1/Customers/{of}"
    links = [
        link(context, "self", f"{path}/Questions/{guid}", "Questions", guid, "item"),
        link(context, "customer", path, "Customers", of, "item"),
    ]
    return {**question, "links": links}
