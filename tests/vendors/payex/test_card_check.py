"""The hosted card page: what it shows, in five languages, before and after the registration has ended."""

import re
from html import unescape
from typing import Any

import pytest

from ledgersim.vendors.payex.card_check import preferred_language
from ledgersim.vendors.payex.card_check_texts import LANGUAGES, TEXTS
from tests.client import Api
from tests.vendors.payex.ledger import ADMIN, REGISTRATION, ULLA, registration

HERE = f"{ULLA}/consent/recurring-card-redirect-registration"
LEDGER = "Nordljus Energi AB"


def start(api: Api, **members: str) -> str:
    """A new registration; the address of its page."""
    address: str = registration(api, **members).json()["redirectUrl"]
    return address


def show(api: Api, page: str, **headers: str) -> Any:
    return api.send("GET", page, headers=headers)


def text(answer: Any) -> str:
    """The text of a page, without its head."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("<body>")[2])).split())


def outcome(answer: Any) -> str | None:
    found = re.search(r'data-outcome="(\w+)"', answer.text)
    return found and found[1]


def test_the_languages_say_the_same_things() -> None:
    assert set(TEXTS) == set(LANGUAGES)
    for words in TEXTS.values():
        assert words.keys() == TEXTS["en-US"].keys()
        for name, sentence in words.items():
            assert sentence.count("{ledger}") == TEXTS["en-US"][name].count("{ledger}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_who_asks_for_what_with_which_card(api: Api, language: Any) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    shown = show(api, start(api, language=language))
    words = TEXTS[language]
    assert shown.status_code == 200
    assert f'<html lang="{language}">' in shown.text
    content = text(shown)
    zero = "SEK 0.00" if language == "en-US" else "0,00 SEK"
    for part in (LEDGER, words["title"], words["lead"].format(ledger=LEDGER), "Mastercard", "551000******1232"):
        assert part in content
    for part in (f"{words['expiry']} 03/2030", f"{words['amount']} {zero}", words["now"], words["note"]):
        assert part in content
    for button in ("confirm", "cancel", "fail"):
        assert f'<button id="{button}">{words[button]}</button>' in shown.text
    main, _, simulator = shown.text.partition("</main>")
    assert ('id="fail"' in main, 'id="fail"' in simulator, 'id="confirm"' in main) == (False, True, True)


@pytest.mark.parametrize(
    ("button", "ended", "target"),
    [("confirm", "Completed", "completeUrl"), ("cancel", "Aborted", "cancelUrl"), ("fail", "Failed", "cancelUrl")],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_ended_page_tells_the_outcome_and_leads_back_to_the_shop(
    api: Api, language: Any, button: str, ended: str, target: str
) -> None:
    page = start(api, language=language)
    pressed = api.send("POST", f"{page}/{button}", headers={})
    assert (pressed.status_code, pressed.headers["location"]) == (303, REGISTRATION[target])
    assert api.get(HERE).json()["status"] == ended
    assert ("RecurringCard" in api.get(ULLA).json()["activeConsents"]) == (button == "confirm")
    shown = show(api, page)
    assert (shown.status_code, outcome(shown)) == (200, ended)
    assert f'<html lang="{language}">' in shown.text
    words = TEXTS[language]
    assert words[ended] in text(shown)
    assert words[f"{ended}.more"].format(ledger=LEDGER) in text(shown)
    assert f'<a class="back" href="{REGISTRATION[target]}">{words["back"]}</a>' in shown.text
    assert "<button" not in shown.text


def test_the_same_button_leads_on_again_and_another_one_does_not(api: Api) -> None:
    page = start(api)
    answers = [api.send("POST", f"{page}/confirm", headers={}) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [
        (303, REGISTRATION["completeUrl"])
    ] * 2
    token = api.get(f"{ULLA}/consent/recurring-card").json()["cardToken"]
    late = api.send("POST", f"{page}/cancel", headers={})
    assert (late.status_code, outcome(late)) == (409, "Completed")
    assert api.get(f"{ULLA}/consent/recurring-card").json()["cardToken"] == token


def test_an_abandoned_page_says_that_it_has_expired(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    page = start(api, language="fi-FI")
    api.freeze("2026-03-01T10:30:00Z")
    assert (show(api, page).status_code, outcome(show(api, page))) == (200, "Expired")
    pressed = api.send("POST", f"{page}/confirm", headers={})
    assert (pressed.status_code, outcome(pressed)) == (409, "Expired")
    assert REGISTRATION["cancelUrl"] in pressed.text


def test_a_page_keeps_its_outcome_when_another_registration_starts(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    first = start(api)
    api.post(f"{ADMIN}/card-registration/abort")
    second = start(api)
    assert (outcome(show(api, first)), outcome(show(api, second))) == ("Aborted", None)
    api.freeze("2026-03-01T10:31:00Z")
    assert (outcome(show(api, first)), outcome(show(api, second))) == ("Aborted", "Expired")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en-US"),
        ("sv", "sv-SE"),
        ("de-DE,da;q=0.9,en;q=0.8", "da-DK"),
        ("nn-NO", "nb-NO"),
        ("no", "nb-NO"),
        ("FI-fi", "fi-FI"),
        ("de, *", "en-US"),
    ],
)
def test_an_unknown_page_is_in_a_language_of_the_browser(api: Api, accepted: str, language: Any) -> None:
    assert preferred_language(accepted) == language
    page = start(api).rpartition("/")[0] + "/5eed0001-0000-4000-8000-000000000009"
    for method, path in (("GET", page), ("POST", f"{page}/confirm"), ("POST", f"{start_again(api)}/like")):
        answer = api.send(method, path, headers={"Accept-Language": accepted})
        assert (answer.status_code, outcome(answer)) == (404, "Unknown")
        assert f'<html lang="{language}">' in answer.text
        assert TEXTS[language]["Unknown.more"] in text(answer)


def start_again(api: Api) -> str:
    api.post(f"{ADMIN}/card-registration/abort")
    return start(api)


def test_texts_are_escaped_and_the_page_runs_only_its_own_script(api: Api) -> None:
    page = start(api, cancelUrl="https://shop.test/?a=1&b='x'")
    policy = show(api, page).headers["content-security-policy"]
    assert re.search(r"script-src 'sha256-[\w+/]{43}='(;|$)", policy)
    assert "default-src 'none'" in policy
    api.send("POST", f"{page}/cancel", headers={})
    shown = show(api, page)
    assert "https://shop.test/?a=1&amp;b=&#39;x&#39;" in shown.text
    assert shown.headers["cache-control"] == "no-store"


def test_the_page_of_a_named_space_is_reached_without_a_header(api: Api) -> None:
    headers = {"Authorization": "Bearer x", "Sim-Space": "mine"}
    page = api.send("POST", HERE, headers=headers, json=REGISTRATION).json()["redirectUrl"]
    assert page.startswith("http://sim.test/s/mine/_sim/payex/card-check/")
    assert f'action="{page.removeprefix("http://sim.test")}/confirm"' in show(api, page).text
