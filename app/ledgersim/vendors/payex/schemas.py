"""The base of what crosses the wire of this vendor: members are read without regard to case."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, StringConstraints, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from ledgersim import schemas as wire


class ResponseModel(wire.ResponseModel):
    """What the server sends, without the members that have no value: none is ever null.

    Its routes have `response_model_exclude_none`.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        own = handler.resolve_ref_schema(schema)
        optional = {name for name, property_ in own["properties"].items() if wire.drop_null(property_)}
        own["required"] = [name for name in own["required"] if name not in optional]
        return schema


class RequestModel(wire.RequestModel):
    """What a client sends. The samples mix `AccountNo` and `accountNo`: any case is read."""

    in_any_case = True

    @model_validator(mode="before")
    @classmethod
    def _read_in_any_case(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        spelling = {
            (field.alias or name).lower(): field.alias or name for name, field in cls.model_fields.items()
        }
        return {spelling.get(name.lower(), name): item for name, item in value.items()}


class CustomerOperation(ResponseModel):
    """What can be done with a customer or a surplus; members in the order of their samples."""

    rel: str
    method: str
    href: str


class AddressOperation(ResponseModel):
    """What can be done with an address; members in the order of its samples."""

    rel: str
    href: str
    method: str


class Navigation(ResponseModel):
    """Where the other pages of a list are, if it has more than one."""

    id_: str = Field(alias="@id")
    first: str | None = None
    previous: str | None = None
    next: str | None = None


def chars(most: int, pattern: str | None = None, least: int = 1) -> StringConstraints:
    """Of a text: so many characters, in which a regular expression is found."""
    return StringConstraints(min_length=least, max_length=most, pattern=pattern)


# At least one character that shows.
NOT_BLANK = r"\S"


def _check_country(code: str) -> str:
    import pycountry  # where a country is sent, not at start-up

    if len(code) != 2 or not code.isascii() or pycountry.countries.get(alpha_2=code.upper()) is None:
        raise PydanticCustomError("country", "Input should be an ISO 3166-1 alpha-2 country code such as SE")
    return code


def format_time(instant: datetime) -> str:
    """The instant in UTC as `yyyy-MM-ddTHH:mm:ss`, without an offset [documented]."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S")


# The samples write `SE` and `se`: any case is taken, and shown as it was sent.
CountryIn = Annotated[str, AfterValidator(_check_country)]
