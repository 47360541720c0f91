"""Base classes of PayEx schemas. Members of requests match in any letter case."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from ledgersim import schemas
from ledgersim.schemas import parse_instant
from ledgersim.spaces.space import start_of


class ResponseModel(schemas.ResponseModel):
    """Base of responses. Members without a value are absent; no member is null.

    Its routes have `response_model_exclude_none`.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        own = handler.resolve_ref_schema(schema)
        optional = {name for name, property_ in own["properties"].items() if schemas.drop_null(property_)}
        own["required"] = [name for name in own["required"] if name not in optional]
        return schema


class RequestModel(schemas.RequestModel):
    """Base of request bodies. Members match in any letter case: samples have `AccountNo` and `accountNo`."""

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


def _read_day(value: Any) -> datetime:
    if not isinstance(value, str) or parse_instant(value) is None:
        raise PydanticCustomError("date", "Input should be a date such as 2026-01-31")
    return start_of(date.fromisoformat(value[:10]))


# The calendar day of a date or date-time as sent, whatever its offset from UTC, as midnight UTC.
DayIn = Annotated[datetime, BeforeValidator(_read_day, json_schema_input_type=str)]


class CustomerOperation(ResponseModel):
    """An operation on a customer or surplus. Members are in the order of their samples."""

    rel: str
    method: str
    href: str


class AddressOperation(ResponseModel):
    """An operation on an address. Members are in the order of its samples."""

    rel: str
    href: str
    method: str


class Navigation(ResponseModel):
    """Links to the other pages of a list that has more than one."""

    id_: str = Field(alias="@id")
    first: str | None = None
    previous: str | None = None
    next: str | None = None


def chars(most: int, pattern: str | None = None, least: int = 1) -> StringConstraints:
    """A string of limited length that a regular expression matches."""
    return StringConstraints(min_length=least, max_length=most, pattern=pattern)


# At least one visible character.
NOT_BLANK = r"\S"


def _check_country(code: str) -> str:
    import pycountry  # slow to import, so not at start-up

    if len(code) != 2 or not code.isascii() or pycountry.countries.get(alpha_2=code.upper()) is None:
        raise PydanticCustomError("country", "Input should be an ISO 3166-1 alpha-2 country code such as SE")
    return code


def format_time(instant: datetime) -> str:
    """The instant in UTC as `yyyy-MM-ddTHH:mm:ss`, without an offset [documented]."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S")


# The samples have `SE` and `se`: any letter case is valid, and returned as sent.
CountryIn = Annotated[str, AfterValidator(_check_country)]
