"""The page that stands in for a hosted card check.

It works with the keyboard and without JavaScript: each button is a form of its own. A script only reloads the
page if the browser shows a kept copy of it, after Back, because the registration may have ended.
"""

from base64 import b64encode
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledgersim.vendors.payex.card_check_texts import LANGUAGES, TEXTS, Language
from ledgersim.vendors.payex.consents.rules import (
    ABORTED,
    BRAND,
    INITIALIZED,
    MASKED_NUMBER,
    new_card,
    redirect_url,
)
from ledgersim.vendors.payex.state import Ledger

RELOAD = 'addEventListener("pageshow", event => { if (event.persisted) location.reload() })'
_SCRIPT = b64encode(sha256(RELOAD.encode()).digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{_SCRIPT}'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader  # slow to import, and needed only for pages

    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True).get_template("card_check.html")


def page(registration: dict[str, Any], ledger: Ledger, here: str, today: date) -> str:
    """The HTML of a registration's page, in its language; `here` is the path of the page."""
    language, status = registration["language"], registration["status"]
    if status != INITIALIZED:
        outcome = "Expired" if status == ABORTED and registration["expires_at"] is not None else status
        return _render(language, ledger=ledger.name, outcome=outcome, shop=redirect_url(registration))
    return _render(
        language,
        ledger=ledger.name,
        here=here,
        brand=BRAND,
        number=MASKED_NUMBER,
        expiry=new_card("", today)["card_expiry_date"],
        amount=_zero(language, ledger.currency),
    )


def _zero(language: Language, currency: str) -> str:
    amount = (currency, "0.00") if language == "en-US" else ("0,00", currency)
    return "\N{NO-BREAK SPACE}".join(amount)


def unknown_page(accept_language: str) -> str:
    """The HTML for an unknown registration, in the first supported language of the browser."""
    return _render(preferred_language(accept_language), outcome="Unknown")


def preferred_language(accepted: str) -> Language:
    """The first language of an `Accept-Language` header that the page has, or English. Weights are not read."""
    codes = {language[:2]: language for language in LANGUAGES} | {"no": LANGUAGES[2], "nn": LANGUAGES[2]}
    for one in accepted.lower().split(","):
        if (language := codes.get(one.strip()[:2])) is not None:
            return language
    return LANGUAGES[0]


def _render(language: Language, **values: Any) -> str:
    ledger = values.get("ledger", "")
    text = {name: words.replace("{ledger}", ledger) for name, words in TEXTS[language].items()}
    html: str = _template().render(text=text, language=language, reload=RELOAD, **values)
    return html
