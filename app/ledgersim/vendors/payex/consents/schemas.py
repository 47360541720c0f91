"""Schemas of consents."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ledgersim.vendors.payex.card_check_texts import Language
from ledgersim.vendors.payex.consents.rules import is_web_address
from ledgersim.vendors.payex.schemas import RequestModel, ResponseModel


def _check_address(text: str) -> str:
    if not is_web_address(text):
        raise PydanticCustomError("url", "Input should be an absolute http or https address")
    return text


WebAddress = Annotated[str, AfterValidator(_check_address)]


class CardRegistrationCreate(RequestModel):
    """A card registration to start."""

    complete_url: WebAddress
    cancel_url: WebAddress
    language: Language


class CardRegistration(ResponseModel):
    """The URL at which the customer confirms a card, and the status of the registration."""

    redirect_url: str
    status: str


class CardRegistrationStarted(CardRegistration):
    """A registration that has just been started."""

    id_: str = Field(alias="@id")


class Consents(ResponseModel):
    """Links to the kinds of consent."""

    recurring_card: str
    recurring_card_redirect_registration: str


class RecurringCard(ResponseModel):
    """The card that a customer has consented to be charged by."""

    card_token: str
    consent_expiry_date: str
    instrument_display_name: str
    card_expiry_date: str
