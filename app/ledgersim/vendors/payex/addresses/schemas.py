"""Schemas of addresses."""

from typing import Annotated

from ledgersim.vendors.payex.schemas import (
    NOT_BLANK,
    AddressOperation,
    CountryIn,
    RequestModel,
    ResponseModel,
    chars,
)


class AddressInput(RequestModel):
    """A legal or billing address to set. Postal codes have no blanks."""

    addressee: Annotated[str, chars(72, NOT_BLANK)]
    street_address: Annotated[str, chars(72, least=0)] | None = None
    co_address: Annotated[str, chars(72, least=0)] | None = None
    city: Annotated[str, chars(27, NOT_BLANK)]
    zip_code: Annotated[str, chars(9, r"^\S+$")]
    country_code: CountryIn


class Address(ResponseModel):
    """A legal or billing address."""

    addressee: str
    street_address: str | None
    co_address: str | None
    city: str
    zip_code: str
    country_code: str
    operations: list[AddressOperation]
