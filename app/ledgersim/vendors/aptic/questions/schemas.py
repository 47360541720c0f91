"""Schemas of questions to customers."""

from datetime import datetime

from ledgersim.schemas import InstantIn, RequestModel, RowModel
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page


class Question(RowModel):
    """A question."""

    action_guid: str
    logged_at: datetime
    process_at: datetime
    action_item_code: str
    message: str
    allow_postpone: bool
    action_category_code: str
    action_category_description: str
    responses: list[str]
    links: list[Link]


class QuestionPage(Page[Question]):
    """A page of questions."""


class QuestionResponse(RequestModel):
    """The customer's answer: one of the codes in `responses`, or the time to postpone it to."""

    response: str | None = None
    note: str | None = None
    postpone_to: InstantIn | None = None
