"""Schemas of debtors. Members are in the order of the vendor's samples."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from ledgersim.schemas import WHOLE, Amount, CurrencyIn, InstantIn, RequestModel, ResponseModel, RowModel
from ledgersim.vendors.aptic.addresses.schemas import MainAddressInput
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page

JuridicalType = Annotated[Literal[0, 1], WHOLE]  # 0 natural person [inferred], 1 legal person [observed]
Gender = Annotated[Literal[0, 1, 2], WHOLE]
NotificationChannel = Annotated[Literal[0, 1, 2, 3], WHOLE]


class DebtorListItem(RowModel):
    """A debtor in a list, with its default address."""

    debtor_guid: str
    debtor_reference: str
    id_number: str | None
    juridical_type: int
    place_of_birth: str | None
    date_of_birth: datetime | None
    full_name: str | None
    street: str | None
    house_no: str | None
    house_no_extension: str | None
    city: str | None
    zip_code: str | None
    state_code: str | None
    country_code: str | None
    under_aged: bool | None
    domicile: str | None
    municipal_code: str | None
    nace_code: str | None
    home_phone: str | None
    work_phone: str | None
    cellular_phone: str | None
    email: str | None
    language_code: str | None
    currency_code: str | None


class DebtorPage(Page[DebtorListItem]):
    """A page of debtors."""


class Debtor(ResponseModel):
    """A debtor in full."""

    debtor_guid: str
    debtor_reference: str
    id_number: str | None
    juridical_type: int
    place_of_birth: str | None
    date_of_birth: datetime | None
    gender: int
    culture_code: str | None
    firstname: str | None
    middlename: str | None
    lastname: str | None
    name_suffix: str | None
    domicile: str | None
    municipal_code: str | None
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
    conversation_notification_channel: int
    conversation_notification_email: str | None
    conversation_notification_cellular_phone: str | None
    reg_date: datetime
    links: list[Link]


class _Person(RequestModel):
    id_number: str | None = None
    juridical_type: JuridicalType = 0
    place_of_birth: str | None = None
    date_of_birth: InstantIn | None = None
    gender: Gender = 0
    culture_code: str | None = None
    full_name: str | None = None
    firstname: str | None = None
    middlename: str | None = None
    lastname: str | None = None
    name_suffix: str | None = None


class _Contact(RequestModel):
    domicile: str | None = None
    municipal_code: str | None = None
    vat_number: str | None = None
    nace_code: str | None = None
    home_phone: str | None = None
    work_phone: str | None = None
    cellular_phone: str | None = None
    telefax: str | None = None
    email: str | None = None
    language_code: str | None = None
    currency_code: CurrencyIn | None = None
    under_aged: bool | None = None
    conversation_notification_channel: NotificationChannel = 0
    conversation_notification_email: str | None = None
    conversation_notification_cellular_phone: str | None = None


class DebtorCreate(_Contact, MainAddressInput, _Person):
    """A debtor to create; the main address becomes its LEGAL address."""


class DebtorUpdate(_Contact, _Person):
    """Changes to a debtor."""


class CaseSummary(ResponseModel):
    """A case in a summary."""

    case_guid: str
    case_number: str
    client_reference_number: str | None
    client_name: str | None
    client_guid: str | None
    debtor_role: str
    reg_date: datetime
    currency_code: str
    remaining_sum: Amount
    service: str | None
    status: str | None
    sub_status: str | None


class DebtorSummary(ResponseModel, defer_build=False):  # so that the first response is not slower
    """What a debtor owes over all cases, in the debtor's currency."""

    full_name: str | None
    id_number: str | None
    debtor_guid: str
    payment_reference: str
    bank_account_no: str | None
    remaining_principal: Amount
    remaining_interest: Amount
    remaining_fee: Amount = Field(alias="remaininFee")  # spelled like this in the vendor's sample
    remaining_sum: Amount
    active_cases: int
    closed_cases: int
    cases: list[CaseSummary]
