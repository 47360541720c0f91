"""Questions to customers."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class Question(TableModel, table=True):
    """A question that takes one of `responses`; open until `answered_at` is set."""

    __tablename__ = "question"

    id: int | None = Field(default=None, primary_key=True)
    action_guid: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    logged_at: datetime = Field(sa_type=Instant)
    process_at: datetime = Field(sa_type=Instant)
    action_item_code: str
    message: str
    allow_postpone: bool
    action_category_code: str
    action_category_description: str
    responses: list[str] = Field(sa_type=JSON)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    response: str | None = None
    note: str | None = None


QUESTION = Question.__table__  # type: ignore[attr-defined]
