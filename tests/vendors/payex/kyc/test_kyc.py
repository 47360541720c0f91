"""KYC questions, their answers, and when these are due again."""

from typing import Any

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import ANSWERS, CUSTOMER, NO, SE, SE2, ULLA, fields, problem_of


def test_answers_are_due_again_after_the_ledgers_period(api: Api) -> None:
    api.freeze("2026-02-01T00:00:00Z")
    assert api.post(f"{ULLA}/update-kyc-answers", {"answers": ANSWERS}).status_code == 204

    def rels() -> list[str]:
        return [one["rel"] for one in api.get(ULLA).json()["operations"]]

    assert "update-kyc-answers" not in rels()
    events = api.post("/_sim/clock/advance", {"by": "P1Y"}).json()["events"]
    assert [one for one in events if one["event"] == "payex.kyc.due"] == [
        {"at": "2027-02-01T00:00:00Z", "event": "payex.kyc.due", "href": f"http://sim.test{ULLA}"}
    ]
    assert "update-kyc-answers" in rels()
    later = api.post("/_sim/clock/advance", {"by": "P3Y"}).json()["events"]
    assert "payex.kyc.due" not in {one["event"] for one in later}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (ANSWERS[:1], "answers"),
        ([*ANSWERS, ANSWERS[0]], "answers[2].answerCode"),
        ([*ANSWERS, {"questionCode": "x", "answerCode": "y"}], "answers[2].questionCode"),
        ([ANSWERS[0], {"questionCode": "income", "answerCode": "y"}], "answers[1].answerCode"),
    ],
)
def test_answers_must_answer_the_questions(api: Api, answers: list[Any], field: str) -> None:
    assert fields(api.post(f"{ULLA}/update-kyc-answers", {"answers": answers})) == [field]


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ([], ["answers"]),
        ([("foreign_tax_number", "ab")], ["answers[2].answerCode"]),
        ([("foreign_tax_number", "AB-1234")], []),
    ],
)
def test_sub_questions_depend_on_the_answer_to_their_question(
    api: Api, more: list[tuple[str, str]], named: list[str]
) -> None:
    api.post(f"{SE2}/customers", CUSTOMER)
    pairs = [("taxable_outside_sweden", "yes"), ("multiple_citizenship", "no"), *more]
    body = {"answers": [{"questionCode": question, "answerCode": answer} for question, answer in pairs]}
    answer = api.post(f"{SE2}/customers/9999/update-kyc-answers", body)
    assert (fields(answer) if answer.status_code == 400 else []) == named


def test_questions_are_translated_and_fall_back_to_english(api: Api) -> None:
    def first(**query: str) -> str:
        return str(api.get(f"{SE}/Kyc-Questions", **query).json()["kycQuestions"][0]["questionText"])

    assert first(Language="sv") == "Vad arbetar du med?"
    assert first() == first(language="fr") == "What do you do for a living?"
    assert first(language="FI") == "Mitä teet työksesi?"


def test_a_ledger_without_kyc_returns_its_problems(api: Api) -> None:
    assert problem_of(api.get(f"{NO}/kyc-questions")) == (404, "company-kyc-questions-not-configured")
    body = {"answers": ANSWERS}
    assert problem_of(api.post(f"{NO}/customers/1000003/update-kyc-answers", body)) == (
        409,
        "kyc-configuration",
    )
    assert problem_of(api.post(f"{NO}/customers/1/update-kyc-answers", body)) == (404, "not-found")


@pytest.mark.parametrize(("language", "like"), [("", "en"), ("sv-SE", "sv"), ("NO", "nb"), ("xx-YY", "en")])
def test_a_language_may_be_empty_or_come_with_its_country(api: Api, language: str, like: str) -> None:
    assert (
        api.get(f"{SE}/kyc-questions", language=language).json()
        == api.get(f"{SE}/kyc-questions", language=like).json()
    )
