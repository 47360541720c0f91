"""The questions to a customer."""

from typing import Any

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router
from ledgersim.problems import CONFLICT, VALIDATION
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.listing import ListOptions
from ledgersim.vendors.aptic.nested import NestedResource, inferred_operations
from ledgersim.vendors.aptic.questions.models import QUESTION
from ledgersim.vendors.aptic.questions.rules import response_errors
from ledgersim.vendors.aptic.questions.schemas import Question, QuestionPage, QuestionResponse
from ledgersim.vendors.aptic.repository import update_row

router = new_router("Customers")

_QUESTIONS = NestedResource(
    "customer",
    "Questions",
    "question",
    QUESTION.c.action_guid,
    Question,
    extra={"answered_at": QUESTION.c.answered_at, "response": QUESTION.c.response},
    listed=QUESTION.c.answered_at.is_(None),
)

_operation = inferred_operations("aptic.customers.questions")


@router.get(
    "/v1/Customers/{customerGuid}/Questions",
    response_model=QuestionPage,
    **_operation("list", "List the open questions to the customer"),
)
async def list_questions(context: CurrentContext, customerGuid: str, query: ListOptions) -> Any:
    return _QUESTIONS.page(context, find_customer(context, customerGuid), query)


@router.get(
    "/v1/Customers/{customerGuid}/Questions/{actionGuid}",
    response_model=Question,
    **_operation("get", "Read one question"),
)
async def get_question(context: CurrentContext, customerGuid: str, actionGuid: str) -> Any:
    return _QUESTIONS.get(context, find_customer(context, customerGuid), actionGuid)


@router.post(
    "/v1/Customers/{customerGuid}/Questions/{actionGuid}",
    **NO_CONTENT,
    **_operation("respond", "Answer or postpone a question"),
)
async def respond_to_question(
    context: CurrentContext, customerGuid: str, actionGuid: str, body: QuestionResponse
) -> None:
    question = _QUESTIONS.find(context, find_customer(context, customerGuid), actionGuid)
    now = context.space.clock.now()
    if errors := response_errors(question, body.response, body.postpone_to, now):
        raise VALIDATION.with_errors(errors)
    if question["answered_at"] is not None:
        raise CONFLICT.with_detail(f"The question has already been answered with {question['response']!r}.")
    changes: Row = {"note": body.note}
    if body.postpone_to is not None:
        changes["process_at"] = body.postpone_to
    else:
        changes |= {"response": body.response, "answered_at": now}
    with context.space.transaction() as connection:
        update_row(connection, QUESTION, question["id"], changes)
