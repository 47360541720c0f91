"""Schemas of ledger customers."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ledgersim.schemas import member_error
from ledgersim.vendors.payex.addresses.schemas import Address, AddressInput
from ledgersim.vendors.payex.customers.rules import expected_number, is_vat_number, national_number
from ledgersim.vendors.payex.schemas import (
    NOT_BLANK,
    CountryIn,
    CustomerOperation,
    RequestModel,
    ResponseModel,
    chars,
)

LegalStatus = Literal["active", "deceased"]
Email = Annotated[str, chars(254, r"^[^@]+@[^.]+\..+$", least=0)]
Msisdn = Annotated[str, chars(15, r"^\+[0-9]+$", least=5)]


def _check_vat(number: str) -> str:
    if not is_vat_number(number):
        raise PydanticCustomError("vat", "Input should be a VAT number that satisfies its country's algorithm")
    return number


class NationalIdentifierInput(RequestModel):
    """A national number and its country."""

    reg_no: str
    country_code: CountryIn

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        self.country_code = self.country_code.upper()
        number = national_number(self.country_code, self.reg_no)
        if number is None:
            raise member_error(expected_number(self.country_code), "regNo")
        self.reg_no = number
        return self


class EdiAddressInput(RequestModel):
    """The address for electronic invoices."""

    model_config = ConfigDict(extra="forbid")

    van: Annotated[str, chars(255)] | None = Field(None, alias="VAN")
    inter_change_recipient: Annotated[str, chars(13)] | None = Field(None, alias="InterChangeRecipient")
    buyer_id: Annotated[str, chars(13)] | None = Field(None, alias="BuyerId")


class EdiAddressCreate(EdiAddressInput):
    """The address for electronic invoices of a new customer."""

    buyer_id: Annotated[str, chars(13)] = Field(alias="BuyerId")


class CustomerUpdate(RequestModel):
    """Changes to a customer: absent members stay, null removes, and unknown members are errors."""

    model_config = ConfigDict(extra="forbid")

    email_address: Email | None = None
    protected_identity: bool | None = None
    preferred_language_code: Literal["SV", "NO", "DA", "FI", "EN"] | None = None
    legal_status: LegalStatus | None = None
    msisdn: Msisdn | None = None
    distribution_type: Literal["postal", "noDistribution"] | None = None
    tax_identification_number: Annotated[str, chars(20)] | None = None
    edi_address_info: EdiAddressInput | None = Field(None, alias="eDIAddressInfo")


class CustomerCreate(RequestModel):
    """A customer to create."""

    customer_no: str | None = None
    national_identifier: NationalIdentifierInput | None = None
    vat_no: Annotated[str, chars(17, "^[A-Z]{2}.*$", least=7), AfterValidator(_check_vat)] | None = None
    legal_entity: Literal["consumer", "business"] | None = None
    name: Annotated[str, chars(72, NOT_BLANK)]
    email_address: Email | None = None
    protected_identity: bool | None = None
    preferred_language_code: Literal["SV", "NO", "DA", "FI", "EN"] | None = None
    msisdn: Msisdn | None = None
    distribution_type: Literal["postal", "noDistribution"] | None = None
    tax_identification_number: Annotated[str, chars(20)] | None = None
    edi_address_info: EdiAddressCreate | None = Field(None, alias="eDIAddressInfo")
    legal_address: AddressInput
    billing_address: AddressInput | None = None


class FindCustomer(RequestModel):
    """The national number to find a customer by."""

    national_identifier: NationalIdentifierInput


class GenerateCustomer(RequestModel):
    """The consumer to create from the population register."""

    customer_no: str | None = None
    national_identifier: NationalIdentifierInput
    email_address: Email | None = None
    msisdn: Msisdn | None = None


class NationalIdentifier(ResponseModel):
    """A national number and its country."""

    reg_no: str
    country_code: str


class EdiAddress(ResponseModel):
    """The address for electronic invoices."""

    van: str | None = Field(None, alias="VAN")
    inter_change_recipient: str | None = Field(None, alias="InterChangeRecipient")
    buyer_id: str = Field(alias="BuyerId")


class Customer(ResponseModel):
    """A customer; addresses are links, unless they are expanded."""

    id_: str = Field(alias="@id")
    customer_no: str
    national_identifier: NationalIdentifier | None
    vat_no: str | None
    legal_entity: str | None
    name: str
    email_address: str | None
    protected_identity: bool | None
    preferred_language_code: str | None
    legal_status: str | None
    msisdn: str | None
    distribution_type: str | None
    tax_identification_number: str | None
    active_consents: list[str]
    edi_address_info: EdiAddress | None = Field(alias="eDIAddressInfo")
    legal_address: str | Address
    billing_address: str | Address | None
    surpluses: str
    operations: list[CustomerOperation]


class CustomerReference(ResponseModel):
    """The link to a customer."""

    id_: str = Field(alias="@id")
    customer_no: str
