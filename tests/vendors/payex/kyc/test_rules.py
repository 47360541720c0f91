"""The language and the renewal of KYC questions, and the validation of answers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ledgersim.vendors.payex.kyc.rules import language_code, renewal_at, validate_answers


def question(code: str, type_: str, required: bool, *answers: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "type": type_,
        "required": required,
        "answers": {one: {"en": one} for one in answers},
        "sub_questions": [],
        "asked_when": [],
        **more,
    }


WHICH = question("which", "text", True, asked_when=["yes"], pattern="[A-Z]{2}")
QUESTIONS = [
    question("abroad", "single", True, "yes", "no", sub_questions=[WHICH]),
    question("income", "multi", False, "wages", "rent"),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [("sv", "sv"), ("NO", "nb"), ("nb-NO", "nb"), ("da_DK", "da"), ("swe", None), ("s", None), ("sv-", None)],
)
def test_languages_are_codes_of_two_letters(text: str, code: str | None) -> None:
    assert language_code(text) == code


def test_answers_are_due_after_the_period_of_the_ledger() -> None:
    assert renewal_at(datetime(2026, 1, 31, 12, tzinfo=UTC), 365) == datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ([("abroad", "no")], {}),
        ([("abroad", "yes"), ("which", "SE"), ("income", "wages"), ("income", "rent")], {}),
        ([], {"answers": ["The question 'abroad' must be answered"]}),
        ([("abroad", "yes")], {"answers": ["The question 'which' must be answered"]}),
        (
            [("abroad", "no"), ("abroad", "yes"), ("which", "SE")],
            {"answers[1].answerCode": ["The question allows only one answer"]},
        ),
        (
            [("abroad", "perhaps"), ("shoe", "42")],
            {
                "answers[0].answerCode": ["Unknown answer 'perhaps'"],
                "answers[1].questionCode": ["Unknown question 'shoe'"],
            },
        ),
        (
            [("abroad", "no"), ("which", "SE")],
            {
                "answers[1].questionCode": [
                    "The question 'which' is not asked: that depends on the answer to 'abroad'"
                ]
            },
        ),
        (
            [("abroad", "yes"), ("which", "Sweden")],
            {"answers[1].answerCode": ["Input should match the textValidationRegEx of the question"]},
        ),
        (
            [("abroad", "no"), ("income", "rent"), ("income", "rent")],
            {"answers[2].answerCode": ["The answer 'rent' is given twice"]},
        ),
    ],
)
def test_answers_are_validated(answers: list[tuple[str, str]], errors: dict[str, list[str]]) -> None:
    assert validate_answers(QUESTIONS, answers) == errors
