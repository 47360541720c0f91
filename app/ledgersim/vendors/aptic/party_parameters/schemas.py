"""Schemas of party parameters."""

from pydantic import Field

from ledgersim.schemas import RequestModel, RowModel
from ledgersim.vendors.aptic.extrafields.schemas import MAX_NAME
from ledgersim.vendors.aptic.listing import Page


class PartyParameter(RowModel):
    """A party parameter."""

    name: str | None
    type: str | None
    value: str | None
    href: str


class PartyParameterPage(Page[PartyParameter]):
    """A page of party parameters."""


class PartyParameterCreate(RequestModel):
    """A party parameter to set."""

    name: str | None = Field(None, min_length=1, max_length=MAX_NAME)
    type: str | None = None
    value: str | None = None
    href: str | None = None


class PartyParameterUpdate(RequestModel):
    """Changes to a party parameter; the name is in the path."""

    name: str | None = None
    type: str | None = None
    value: str | None = None
    href: str | None = None
