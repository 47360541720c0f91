"""Schemas of extra fields."""

from pydantic import Field

from ledgersim.schemas import RequestModel, RowModel
from ledgersim.vendors.aptic.listing import Page

MAX_NAME = 200  # characters, because names are in paths [inferred]


class ExtraField(RowModel):
    """A list of values, in general with a name."""

    name: str | None
    value: list[str]


class ExtraFieldPage(Page[ExtraField]):
    """A page of extra fields."""


class ExtraFieldCreate(RequestModel):
    """An extra field to set; null for no values. One field may have no name."""

    name: str | None = Field(None, min_length=1, max_length=MAX_NAME)
    value: list[str] | None = None


class ExtraFieldUpdate(RequestModel):
    """Changes to an extra field; the name is in the path."""

    name: str | None = None
    value: list[str] | None = None
