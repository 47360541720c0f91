"""The messages of answers and refusals, and those that tell what is wrong with a request.

Codes and what they mean are documented; the sentences are those of the vendor's table of response codes, with
the full stop that public clients have met [observed].
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from ledgersim.http.schemas import ResponseModel

MessageType = Literal["BusinessError", "TechnicalError", "NotificationMessage"]
ActionCode = Literal[
    "Unavailable",
    "AskConsumerToConfirm",
    "AskConsumerToReEnterData",
    "OfferSecurePaymentMethods",
    "RequiresSsn",
    "AskConsumerToIdentify",
]
UNREADABLE = "400.001", "Request body is empty or invalid."
REQUIRED = "400.002", "Value is required."
OUT_OF_RANGE = "400.003", "Value out of range."
WRONG_FORMAT = "400.004", "Value format is incorrect."
TOO_LONG = "400.005", "A string value exceeds maximum length of {max_length}."
TOO_SHORT = "400.006", "A string value with minimum length {min_length} is required."
TOO_MANY_DECIMALS = "400.007", "A decimal value has more than allowed decimal digits."

_BY_KIND = {
    "missing": REQUIRED,
    "blank": REQUIRED,
    "literal_error": OUT_OF_RANGE,
    "negative": OUT_OF_RANGE,
    "number_range": OUT_OF_RANGE,
    "string_too_long": TOO_LONG,
    "string_too_short": TOO_SHORT,
    "decimals": TOO_MANY_DECIMALS,
}


_OPTIONAL = {"salutation", "distributionBy", "distributionType"}  # members with a list that may be left out


class Message(ResponseModel):
    """A message of the vendor."""

    type: MessageType
    code: str = Field(max_length=100)
    message: str = Field(max_length=4096)
    customer_facing_message: str = Field(max_length=4096)
    action_code: ActionCode
    field_reference: str | None = Field(max_length=100)


def message(
    code: str, text: str, action: ActionCode, field: str | None, type_: MessageType = "BusinessError"
) -> Message:
    """A message whose text is also what the customer reads."""
    return Message(
        type=type_,
        code=code,
        message=text,
        customer_facing_message=text,
        action_code=action,
        field_reference=field,
    )


def unreadable() -> Message:
    """That there is no body, or none that can be read."""
    return message(*UNREADABLE, "AskConsumerToReEnterData", "request")


def about(error: Mapping[str, Any]) -> Message:
    """What pydantic found wrong with one field, or with the whole body, in the vendor's words."""
    where = [str(part) for part in error["loc"][1:]]  # behind "body"
    if not where:
        return unreadable()
    kind, sent = error["type"], error["input"]
    if kind == "literal_error" and not isinstance(sent, str | None):
        kind = "another type"
    nothing = sent is None or (kind == "literal_error" and sent == "" and where[-1] not in _OPTIONAL)
    code, text = REQUIRED if nothing else _BY_KIND.get(kind, WRONG_FORMAT)
    text = text.format_map(error.get("ctx") or {})
    return message(code, text, "AskConsumerToReEnterData", ".".join(where))
