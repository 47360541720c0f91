"""The messages in responses, and those for invalid requests.

Codes and their meaning are [documented]. The texts are those of the vendor's table of response codes, with the
full stop that responses to public clients have [observed].
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ledgersim.schemas import ResponseModel

MessageType = Literal["BusinessError", "TechnicalError", "NotificationMessage"]
ActionCode = Literal[
    "Unavailable",
    "AskConsumerToConfirm",
    "AskConsumerToReEnterData",
    "OfferSecurePaymentMethods",
    "RequiresSsn",
    "AskConsumerToIdentify",
]
MAX_FIELD = 100  # characters
UNREADABLE = "400.001", "Request body is empty or invalid."
REQUIRED = "400.002", "Value is required."
OUT_OF_RANGE = "400.003", "Value out of range."
WRONG_FORMAT = "400.004", "Value format is incorrect."
TOO_LONG = "400.005", "A string value exceeds maximum length of {max_length}."
TOO_SHORT = "400.006", "A string value with minimum length {min_length} is required."
TOO_MANY_DECIMALS = "400.007", "A decimal value has more than allowed decimal digits."

_BY_ERROR_TYPE = {
    "missing": REQUIRED,
    "blank": REQUIRED,
    "literal_error": OUT_OF_RANGE,
    "negative": OUT_OF_RANGE,
    "number_range": OUT_OF_RANGE,
    "string_too_long": TOO_LONG,
    "string_too_short": TOO_SHORT,
    "decimals": TOO_MANY_DECIMALS,
}
_OPTIONAL_ENUMS = {"salutation", "distributionBy", "distributionType"}


class Message(ResponseModel):
    """A message to the shop, with a text for the customer."""

    type: MessageType
    code: str = Field(max_length=100)
    message: str = Field(max_length=4096)
    customer_facing_message: str = Field(max_length=4096)
    action_code: ActionCode
    field_reference: str | None = Field(max_length=MAX_FIELD)


def message(
    code: str, text: str, action: ActionCode, field: str | None, type_: MessageType = "BusinessError"
) -> Message:
    """A message with the same text for shop and customer."""
    return Message(
        type=type_,
        code=code,
        message=text,
        customer_facing_message=text,
        action_code=action,
        field_reference=field,
    )


def unreadable() -> Message:
    """The message for a missing or unreadable body."""
    return message(*UNREADABLE, "AskConsumerToReEnterData", "request")


def invalid(field: str, reason: str) -> Message:
    """The message for a field that is invalid for a reason which the vendor has no text for."""
    return message(WRONG_FORMAT[0], reason, "AskConsumerToReEnterData", field[:MAX_FIELD] or None)


def from_validation_error(error: Mapping[str, Any]) -> Message:
    """The message for a validation error of pydantic in one field or the whole body."""
    path = [str(part) for part in error["loc"][1:]]  # without "body"
    if not path:
        return unreadable()
    kind, sent = error["type"], error["input"]
    if kind == "literal_error" and not isinstance(sent, str | None):
        kind = "another type"
    is_missing = sent is None or (kind == "literal_error" and sent == "" and path[-1] not in _OPTIONAL_ENUMS)
    code, text = REQUIRED if is_missing else _BY_ERROR_TYPE.get(kind, WRONG_FORMAT)
    text = text.format_map(error.get("ctx") or {})
    return message(code, text, "AskConsumerToReEnterData", ".".join(path))
