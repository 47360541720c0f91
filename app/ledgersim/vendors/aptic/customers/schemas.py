"""Schemas of customers. Members are in the order of the vendor's samples."""

from datetime import datetime

from ledgersim.schemas import CurrencyIn, GuidIn, InstantIn, RequestModel, ResponseModel, RowModel
from ledgersim.vendors.aptic.addresses.schemas import MainAddressInput
from ledgersim.vendors.aptic.debtors.schemas import Gender, JuridicalType
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page
from ledgersim.vendors.aptic.predefined import Channel


class CustomerListItem(RowModel):
    """A customer in a list."""

    customer_guid: str
    customer_reference: str | None
    id_number: str | None
    juridical_type: int
    place_of_birth: str | None
    date_of_birth: datetime | None
    full_name: str | None
    vat_number: str | None
    nace_code: str | None
    home_phone: str | None
    work_phone: str | None
    cellular_phone: str | None
    email: str | None
    language_code: str | None
    currency_code: str | None


class CustomerPage(Page[CustomerListItem]):
    """A page of customers."""


class CustomerAddress(ResponseModel):
    """An address within a customer. `careOf` is only set in the seeded world, `updateExisting` never."""

    type_code: str | None
    full_name: str | None
    care_of: str | None = None
    street: str | None
    house_no: str | None
    house_no_extension: str | None
    city: str | None
    state_code: str | None
    zip_code: str | None
    full_address: str | None
    country_code: str | None
    default_address: bool
    update_existing: bool = False
    valid_from: datetime | None
    valid_to: datetime | None
    address_not_valid: datetime | None
    address_not_valid_override: bool


class Customer(ResponseModel):
    """A customer in full, with its addresses."""

    customer_guid: str
    customer_reference: str | None
    id_number: str | None
    juridical_type: int
    place_of_birth: str | None
    date_of_birth: datetime | None
    gender: int
    culture_code: str | None
    full_name: str | None
    firstname: str | None
    middlename: str | None
    lastname: str | None
    name_suffix: str | None
    contact_person: str | None
    domicile: str | None
    municipal_code: str | None
    vat_number: str | None
    company_type: str | None
    gln_number: str | None
    nace_code: str | None
    home_phone: str | None
    work_phone: str | None
    cellular_phone: str | None
    telefax: str | None
    email: str | None
    language_code: str | None
    currency_code: str | None
    preferred_channel: str | None
    under_aged: bool | None
    invoice_channel: str | None
    reg_date: datetime
    addresses: list[CustomerAddress]
    links: list[Link]


class _Client(RequestModel):
    client_reference: str | None = None


class _Identity(RequestModel):
    customer_reference: str | None = None
    parent_customer: GuidIn | None = None
    id_number: str | None = None
    juridical_type: JuridicalType = 0
    place_of_birth: str | None = None
    date_of_birth: InstantIn | None = None
    gender: Gender = 0
    culture_code: str | None = None


class _FullName(RequestModel):
    full_name: str | None = None


class _Names(RequestModel):
    firstname: str | None = None
    middlename: str | None = None
    lastname: str | None = None
    name_suffix: str | None = None


class _Contact(RequestModel):
    domicile: str | None = None
    municipal_code: str | None = None
    vat_number: str | None = None
    company_type: str | None = None
    gln_number: str | None = None
    nace_code: str | None = None
    home_phone: str | None = None
    work_phone: str | None = None
    cellular_phone: str | None = None
    telefax: str | None = None
    email: str | None = None
    language_code: str | None = None
    currency_code: CurrencyIn | None = None
    preferred_channel: Channel | None = None
    under_aged: bool | None = None
    invoice_channel: Channel | None = None


class CustomerCreate(_Contact, MainAddressInput, _Names, _FullName, _Identity, _Client):
    """A customer to create; the main address becomes its LEGAL address."""

    customer_guid: GuidIn | None = None


class CustomerUpdate(_Contact, _Names, _Identity):
    """Changes to a customer; the full name is composed of its parts."""
