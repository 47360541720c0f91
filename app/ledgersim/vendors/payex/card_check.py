"""The page that stands in for a hosted card check.

It works with the keyboard and without JavaScript: each button is a form of its own.
"""

from functools import cache
from pathlib import Path
from typing import Any

from ledgersim.vendors.payex.consents.rules import INITIALIZED, MASKED_NUMBER

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

TEXTS = {
    "en-US": {
        "title": "Card check",
        "lead": "Confirm that this card may be charged for your future payments. Nothing is charged now.",
        "card": "Card",
        "amount": "Amount",
        "confirm": "Confirm",
        "cancel": "Cancel",
        "fail": "Fail",
        "ended": "The card check has ended. You can close this page.",
        "note": "This page is part of the simulator: no real card, no real money.",
    },
    "sv-SE": {
        "title": "Kontroll av ditt kort",
        "lead": "Bekräfta att kortet får användas för dina kommande betalningar. Inget dras nu.",
        "card": "Kort",
        "amount": "Belopp",
        "confirm": "Bekräfta",
        "cancel": "Avbryt",
        "fail": "Misslyckas",
        "ended": "Kontrollen är avslutad. Du kan stänga sidan.",
        "note": "En sida i simulatorn: inget kort, inga pengar.",
    },
    "nb-NO": {
        "title": "Kontroll av kortet ditt",
        "lead": "Bekreft at kortet kan brukes til dine kommende betalinger. Ingenting trekkes nå.",
        "card": "Kort",
        "amount": "Beløp",
        "confirm": "Bekreft",
        "cancel": "Avbryt",
        "fail": "Mislykkes",
        "ended": "Kontrollen er avsluttet. Du kan lukke siden.",
        "note": "En side i simulatoren: intet kort, ingen penger.",
    },
    "da-DK": {
        "title": "Kontrol af dit kort",
        "lead": "Bekræft, at kortet må bruges til dine kommende betalinger. Intet trækkes nu.",
        "card": "Kort",
        "amount": "Beløb",
        "confirm": "Bekræft",
        "cancel": "Annuller",
        "fail": "Mislykkes",
        "ended": "Kontrollen er afsluttet. Du kan lukke siden.",
        "note": "En side i simulatoren: intet kort, ingen penge.",
    },
    "fi-FI": {
        "title": "Korttisi tarkistus",
        "lead": "Vahvista, että korttia saa käyttää tuleviin maksuihisi. Nyt ei veloiteta mitään.",
        "card": "Kortti",
        "amount": "Summa",
        "confirm": "Vahvista",
        "cancel": "Peruuta",
        "fail": "Epäonnistu",
        "ended": "Tarkistus on päättynyt. Voit sulkea sivun.",
        "note": "Simulaattorin sivu: ei korttia, ei rahaa.",
    },
}


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader  # slow to import, and needed only for pages

    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True).get_template("card_check.html")


def page(registration: dict[str, Any], here: str) -> str:
    """The HTML of a registration's page, in its language; `here` is the path of the page."""
    language = registration["language"]
    html: str = _template().render(
        text=TEXTS[language],
        language=language,
        here=here,
        masked_number=MASKED_NUMBER,
        amount="0.00" if language == "en-US" else "0,00",
        ended=registration["status"] != INITIALIZED,
        status=registration["status"],
    )
    return html
