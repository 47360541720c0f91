"""Schemas of clients. Members of the item are documented, those of the requests observed."""

from pydantic import Field

from ledgersim.schemas import RequestModel, RowModel
from ledgersim.vendors.aptic.listing import Page


class ClientDetails(RowModel):
    """A client."""

    unique_id: str
    reference_code: str
    informal_name: str | None
    full_name: str | None
    id_number: str | None
    company_phone: str | None
    email: str | None
    web_page: str | None
    active: bool
    blocked: bool
    country_code_of_operation: str | None


class ClientPage(Page[ClientDetails]):
    """A page of clients."""


class ClientCreate(RequestModel):
    """A client to create."""

    reference_code: str | None = Field(None, min_length=1)
    informal_name: str | None = None
    full_name: str | None = None
    id_number: str | None = None
    company_phone: str | None = None
    email: str | None = None
    web_page: str | None = None
    active: bool = True
    blocked: bool = False
    country_code_of_operation: str | None = None


class ClientUpdate(ClientCreate):
    """Changes to a client."""
