"""Schemas of addresses."""

from datetime import datetime

from ledgersim.schemas import InstantIn, RequestModel, RowModel
from ledgersim.vendors.aptic.listing import Page


class Address(RowModel):
    """An address."""

    address_guid: str
    address_type: str | None
    full_name: str | None
    street: str | None
    house_no: str | None
    house_no_extension: str | None
    city: str | None
    zip_code: str | None
    state_code: str | None
    country_code: str | None
    full_address: str | None
    address_not_valid_date: datetime | None
    default_address: bool
    valid_from: datetime | None
    valid_to: datetime | None
    validated_at: datetime | None
    valid_override: bool
    last_updated_at: datetime


class AddressPage(Page[Address]):
    """A page of addresses."""


class AddressCreate(RequestModel):
    """An address to create."""

    address_type: str | None = None
    full_name: str | None = None
    street: str | None = None
    house_no: str | None = None
    house_no_extension: str | None = None
    city: str | None = None
    zip_code: str | None = None
    state_code: str | None = None
    country_code: str | None = None
    address_not_valid_date: InstantIn | None = None
    default_address: bool | None = None
    valid_from: InstantIn | None = None
    valid_to: InstantIn | None = None


class AddressUpdate(AddressCreate):
    """Changes to an address."""


class MainAddressInput(RequestModel):
    """The main address among the members of a party to create."""

    street: str | None = None
    house_no: str | None = None
    house_no_extension: str | None = None
    city: str | None = None
    zip_code: str | None = None
    state_code: str | None = None
    country_code: str | None = None
    full_address: str | None = None
