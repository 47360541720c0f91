"""Base classes of request and response schemas, and their types: amounts, rates, instants, GUIDs.

Amounts are JSON numbers in requests and responses, and whole hundredths in between. `http/body.py` parses
numbers with fractions as Decimal.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError

from ledgersim.ids import parse_guid

MAX_CENTS = 10**13 - 1  # 99,999,999,999.99: sums of a million such amounts still fit 64 bits
MAX_RATE = 1_000  # per cent, and units of one currency for one of another


class Schema(BaseModel, defer_build=True):
    """Base of all schemas. Their JSON schemas have no defaults, except those in a field's `json_schema_extra`.

    Generated clients send the defaults of a request schema as if the user had set them. In a `PATCH`, where an
    absent member means no change, they would overwrite data. In a response, defaults have no use.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, field in cls.model_fields.items():
            documented = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            if "default" not in documented:
                properties[field.alias or name].pop("default", None)
        return schema


def drop_null(schema: dict[str, Any]) -> bool:
    """Remove null from the values that a JSON schema allows. Returns whether it was allowed."""
    if {"type": "null"} not in schema.get("anyOf", ()):
        return False
    others = [option for option in schema.pop("anyOf") if option != {"type": "null"}]
    schema |= others[0] if len(others) == 1 else {"anyOf": others}
    return True


class ResponseModel(Schema):
    """Base of responses. Attributes are the columns of rows, aliases the vendor's spelling."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
        json_schema_serialization_defaults_required=True,
    )


class RowModel(ResponseModel):
    """Base of responses that occur many times in one: links, and items of lists. It has no instances.

    pydantic validates rows as typed dicts, in two thirds of the time that instances take.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] != "model":  # it has been converted before
            return schema
        fields = {
            name: {**field, "type": "typed-dict-field", "required": field["schema"]["type"] != "default"}
            for name, field in schema["schema"]["fields"].items()
        }
        kept = {key: schema[key] for key in ("cls", "config", "ref", "metadata") if key in schema}
        return {"type": "typed-dict", "fields": fields, **kept}


class AdminResponse(BaseModel, defer_build=True):
    """Base of responses of the admin API."""


def member_error(message: str, *members: str) -> PydanticCustomError:
    """What a validator of an object raises about some of its members; `problems.locations` finds them."""
    return PydanticCustomError("members", "{message}", {"message": message, "members": members})


class JsonObject(Schema):
    """Base of what clients send as a JSON object."""

    @model_validator(mode="before")
    @classmethod
    def _require_object(cls, value: Any) -> Any:
        # FastAPI has pydantic read attributes, and a Decimal has some.
        if isinstance(value, Decimal):
            raise PydanticKnownError("model_attributes_type")
        return value


class RequestModel(JsonObject):
    """Base of request bodies: JSON types are exact, unknown members are ignored."""

    in_any_case: ClassVar[bool] = False  # whether member names match in any letter case

    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="ignore")


@dataclass(frozen=True, slots=True)
class Tolerated:
    """Marks a member of a request for which some values are accepted with a diagnostic.

    `remark` returns the message for such a value, None for any other. It also gets the space of the request.
    """

    code: str
    remark: Callable[[Any, Any], str | None]


def _scaled_number(scale: int, most: Decimal, exact: bool, signed: bool = False) -> Callable[[Any], int]:
    decimals = len(str(scale)) - 1

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise PydanticCustomError("number", "Input should be a number, without quotation marks")
        number = Decimal(value)
        if not -most <= number <= most:
            raise PydanticCustomError("number_range", f"Input should be at most {most:,}")
        if number < 0 and not signed:
            raise PydanticCustomError("negative", "Input should be 0 or more")
        whole = int((number * scale).to_integral_value("ROUND_HALF_UP"))
        if exact and Decimal(whole).scaleb(-decimals) != number:
            raise PydanticCustomError("decimals", f"Input should have at most {decimals} decimals")
        return whole

    return read


def _rounded(scale: int, most: int) -> Tolerated:
    def remark(value: Any, _: Any) -> str | None:
        if not isinstance(value, Decimal) or not -most <= value <= most:
            return None
        scaled = value * scale
        if scaled == scaled.to_integral_value():
            return None
        return f"The number was rounded: {len(str(scale)) - 1} decimals are kept. Send no more."

    return Tolerated("value-rounded", remark)


_NUMBER = WithJsonSchema({"type": "number", "format": "double"})
_NOT_NEGATIVE = WithJsonSchema({"type": "number", "format": "double", "minimum": 0})
_POSITIVE = WithJsonSchema({"type": "number", "format": "double", "exclusiveMinimum": 0})
_CENTS = BeforeValidator(_scaled_number(100, Decimal(MAX_CENTS) / 100, exact=True))

# An amount of money sent by a client: not negative, at most two decimals. Unit: hundredths.
AmountIn = Annotated[int, _CENTS, _NOT_NEGATIVE]
# An amount to add or, if negative, to subtract. Unit: hundredths.
SignedAmountIn = Annotated[
    int, BeforeValidator(_scaled_number(100, Decimal(MAX_CENTS) / 100, exact=True, signed=True)), _NUMBER
]
# An amount above zero. Unit: hundredths.
PositiveAmountIn = Annotated[SignedAmountIn, Field(gt=0), _POSITIVE]
# A rate in per cent a year. Unit: ten-thousandths, rounded half up.
RateIn = Annotated[
    int,
    BeforeValidator(_scaled_number(10_000, Decimal(MAX_RATE), exact=False)),
    _NOT_NEGATIVE,
    _rounded(10_000, MAX_RATE),
]


_LEAST_RATE = Decimal("0.000001")
_read_millionths = _scaled_number(1_000_000, Decimal(MAX_RATE), exact=False)


def _read_exchange_rate(value: Any) -> int:
    millionths = _read_millionths(value)
    if 0 < value < _LEAST_RATE:
        raise PydanticCustomError("too_small", "Input should be 0 or at least 0.000001")
    return millionths


# Units of one currency for one of another. Unit: millionths, rounded half up.
ExchangeRateIn = Annotated[
    int,
    BeforeValidator(_read_exchange_rate),
    _NOT_NEGATIVE,
    _rounded(1_000_000, MAX_RATE),
]


@dataclass(frozen=True, slots=True)
class Scale:
    """Marks a number of a response that is stored as an integer, multiplied by `factor`."""

    factor: int

    def read(self, stored: int | None) -> float | None:
        """The number for the response."""
        return None if stored is None else stored / self.factor


_HUNDREDTHS, _TEN_THOUSANDTHS, _MILLIONTHS = Scale(100), Scale(10_000), Scale(1_000_000)
Amount = Annotated[float, BeforeValidator(_HUNDREDTHS.read), _NUMBER, _HUNDREDTHS]
Rate = Annotated[float, BeforeValidator(_TEN_THOUSANDTHS.read), _NUMBER, _TEN_THOUSANDTHS]
ExchangeRate = Annotated[float, BeforeValidator(_MILLIONTHS.read), _NUMBER, _MILLIONTHS]


def _require_whole(value: Any) -> Any:
    if type(value) is not int:
        raise PydanticKnownError("int_type")
    return value


# For Literal types of integers: pydantic accepts true and 1.0 for Literal[0, 1].
WHOLE = BeforeValidator(_require_whole)
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?\s*([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def parse_instant(text: str) -> datetime | None:
    """An ISO 8601 date or date-time as an aware instant in UTC, or None for other text.

    A date is its midnight. Times without an offset are UTC. Fractions are cut to microseconds.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    day, time, fraction, offset = found.groups()
    zone = "+00:00" if offset is None or offset in "Zz" else offset
    try:
        return datetime.fromisoformat(
            f"{day}T{time or '00:00'}{'' if fraction is None else f'.{fraction[:6]:0<6}'}{zone}"
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_instant(value: Any) -> datetime:
    instant = parse_instant(value) if isinstance(value, str) else None
    if instant is None:
        raise PydanticCustomError(
            "date_time", "Input should be a date or date-time such as 2026-01-31 or 2026-01-31T10:00:00Z"
        )
    return instant


InstantIn = Annotated[datetime, BeforeValidator(_read_instant)]


@cache
def _currencies() -> frozenset[str]:
    import pycountry  # slow to import, so not at start-up

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


def _check_currency(code: str) -> str:
    if code not in _currencies():
        raise PydanticCustomError("currency", "Input should be an ISO 4217 currency code such as SEK")
    return code


CurrencyIn = Annotated[str, AfterValidator(_check_currency)]


def _check_guid(text: str) -> str:
    guid = parse_guid(text)
    if guid is None:
        raise PydanticCustomError("guid", "Input should be a GUID such as 5eed0001-0000-4000-8000-000000000001")
    return guid


GuidIn = Annotated[str, AfterValidator(_check_guid)]  # matches in any letter case, stored in lower case
