"""The states of a card registration, the card that it ends with, and where a browser may be sent."""

from datetime import date
from typing import Any
from urllib.parse import urlsplit

INITIALIZED, COMPLETED, ABORTED, FAILED = "Initialized", "Completed", "Aborted", "Failed"

MOVES = {
    (INITIALIZED, "complete"): COMPLETED,
    (INITIALIZED, "abort"): ABORTED,
    (INITIALIZED, "fail"): FAILED,
}

MASKED_NUMBER = "551000******1232"  # of the sample
YEARS_VALID = 4  # of the made-up card and of the consent [inferred]


def new_card(token: str, today: date) -> dict[str, Any]:
    """The card that a customer confirms."""
    month = f"{today.month:02}", today.year + YEARS_VALID
    return {
        "card_token": token,
        "consent_expiry_date": f"{month[0]}-{month[1]}",
        "instrument_display_name": MASKED_NUMBER,
        "card_expiry_date": f"{month[0]}/{month[1]}",
    }


def is_web_address(text: str) -> bool:
    """Whether a text is an absolute address of the web without blanks or control characters."""
    if len(text) > 2_000 or any(char <= " " or char in '"<>\\^`{|}\x7f' for char in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def redirect_of(registration: dict[str, Any]) -> str:
    """Where the browser goes from a registration that has ended."""
    return str(registration["complete_url" if registration["status"] == COMPLETED else "cancel_url"])
