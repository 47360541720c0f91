"""The contents of a personas file."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ledgersim.world.parts import CountryCode, Part, Phone, Text


class PersonaAddress(Part):
    """An address; the first one of a persona is LEGAL and the default."""

    type: Text = "LEGAL"
    street: Text
    house_no: str | None = None
    house_no_extension: str | None = None
    zip_code: Text
    city: Text


class PersonaParty(Part):
    """Who a persona is: a person with first and last name, or a company.

    E-mail address and mobile number are generated if absent, unless `reachable` is false.
    """

    country: CountryCode
    first: Text | None = None
    last: Text | None = None
    company: Text | None = None
    company_type: Text | None = None
    gender: Literal["male", "female"] | None = None
    born: date | None = None
    age: Annotated[int, Field(ge=0, le=100)] | None = None
    id_number: Text | None = None
    email: Text | None = None
    mobile: Phone | None = None
    home_phone: Phone | None = None
    reachable: bool = True
    protected: bool = False  # whether the identity is protected
    addresses: list[PersonaAddress] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_identity(self) -> Self:
        if self.company is None and not (self.first and self.last and self.gender):
            raise ValueError("must have company, or first, last and gender")
        if self.company is None and (self.born is None) == (self.age is None):
            raise ValueError("a person must have either born or age")
        if self.age is None and self.id_number is None:
            raise ValueError("must have id_number; it is generated only for a person with age")
        return self


class Persona(Part):
    """A person or company named after what it demonstrates. Each vendor may add a part under its own name."""

    name: Text
    title: Text
    description: Text
    party: PersonaParty

    def part(self, vendor: str) -> Any:
        """A vendor's part of the persona, or None."""
        return getattr(self, vendor, None)
