"""States of a card registration, the resulting card, and valid redirect addresses."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

INITIALIZED, COMPLETED, ABORTED, FAILED = "Initialized", "Completed", "Aborted", "Failed"

TRANSITIONS = {
    (INITIALIZED, "complete"): COMPLETED,
    (INITIALIZED, "abort"): ABORTED,
    (INITIALIZED, "fail"): FAILED,
    (INITIALIZED, "expire"): ABORTED,  # by the clock [inferred]
}

MASKED_NUMBER = "551000******1232"  # from the vendor's sample [documented]
BRAND = "Mastercard"  # of numbers that begin with 55
YEARS_VALID = 4  # of the simulated card and of the consent [inferred]


def new_card(token: str, today: date) -> dict[str, Any]:
    """The simulated card that a completed registration issues."""
    month, year = f"{today.month:02}", today.year + YEARS_VALID
    return {
        "card_token": token,
        "consent_expiry_date": f"{month}-{year}",
        "instrument_display_name": MASKED_NUMBER,
        "card_expiry_date": f"{month}/{year}",
    }


def is_active(card: Mapping[str, Any], today: date) -> bool:
    """Whether a consent is active: until the end of the month in which it or its card expires [inferred]."""
    ends = (card["consent_expiry_date"], card["card_expiry_date"])  # MM-yyyy and MM/yyyy
    return all(end[3:] + end[:2] >= f"{today:%Y%m}" for end in ends)


def is_web_address(text: str) -> bool:
    """Whether the text is an absolute http or https URL without spaces or control characters."""
    if len(text) > 2_000 or any(char <= " " or char in '"<>\\^`{|}\x7f' for char in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def redirect_url(registration: dict[str, Any]) -> str:
    """The URL that the browser is redirected to when a registration has ended."""
    return str(registration["complete_url" if registration["status"] == COMPLETED else "cancel_url"])
