"""Translating KYC questions, validating answers, and when they are due for renewal.

A sub-question is asked if its question has one of the answers in `asked_when`, or any answer if that is empty
[inferred].
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

ENGLISH = "en"

Question = Mapping[str, Any]

_LANGUAGES = {"no": "nb"}  # the vendor uses the code NO for Norwegian
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9]{2,8})?")


def language_code(text: str) -> str | None:
    """The ISO 639-1 code of a language such as `sv`, `NO` or `da-DK`; None for anything else."""
    found = _LANGUAGE.fullmatch(text)
    code = found and found[1].lower()
    return _LANGUAGES.get(code, code) if code else None


def renewal_at(answered_at: datetime, renewal_days: int) -> datetime:
    """When answers are due for renewal."""
    return answered_at + timedelta(days=renewal_days)


def translate(questions: Iterable[Question], language: str) -> list[dict[str, Any]]:
    """The questions as a response, in a language; texts without a translation are in English."""
    return [_question(question, language) for question in questions]


def _question(question: Question, language: str) -> dict[str, Any]:
    form: dict[str, Any] = {"type": question["type"], "required": question["required"]}
    if question.get("pattern"):
        form["text_validation_reg_ex"] = question["pattern"]
    if question["answers"]:
        form["possible_answers"] = [
            {"answer_code": code, "answer_text": _text(texts, language)}
            for code, texts in question["answers"].items()
        ]
    translated = {
        "question_text": _text(question["text"], language),
        "answer": form,
        "question_code": question["code"],
    }
    if question["sub_questions"]:
        translated["sub_questions"] = translate(question["sub_questions"], language)
    return translated


def _text(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts[ENGLISH]


def validate_answers(questions: Sequence[Question], answers: list[tuple[str, str]]) -> dict[str, list[str]]:
    """The errors of answers (question code, answer code), by field; empty if they are valid."""
    known = dict(_flatten(questions))
    errors: dict[str, list[str]] = defaultdict(list)
    given: dict[str, list[str]] = defaultdict(list)
    for number, (code, answer) in enumerate(answers):
        if code not in known:
            errors[f"answers[{number}].questionCode"].append(f"Unknown question {code[:60]!r}")
            continue
        given[code].append(answer)
        error = _answer_error(known[code], given[code])
        if error:
            errors[f"answers[{number}].answerCode"].append(error)
    parents = {sub["code"]: question["code"] for question in questions for sub in question["sub_questions"]}
    asked = {question["code"]: question for question in _asked(questions, given)}
    for number, (code, _) in enumerate(answers):
        if code in known and code not in asked:
            errors[f"answers[{number}].questionCode"].append(
                f"The question {code!r} is not asked: that depends on the answer to {parents[code]!r}"
            )
    for code, question in asked.items():
        if question["required"] and code not in given:
            errors["answers"].append(f"The question {code!r} must be answered")
    return errors


def _answer_error(question: Question, given: list[str]) -> str | None:
    """The error in the last of the answers to a question, if any."""
    answer = given[-1]
    if question["type"] != "multi" and len(given) > 1:
        return "The question allows only one answer"
    if answer in given[:-1]:
        return f"The answer {answer[:60]!r} is given twice"
    if question["type"] == "text":
        pattern = question.get("pattern")
        matches = pattern is None or re.fullmatch(pattern, answer) is not None
        return None if matches else "Input should match the textValidationRegEx of the question"
    return None if answer in question["answers"] else f"Unknown answer {answer[:60]!r}"


def _flatten(questions: Iterable[Question]) -> Iterator[tuple[str, Question]]:
    for question in questions:
        yield question["code"], question
        yield from _flatten(question["sub_questions"])


def _asked(questions: Iterable[Question], given: Mapping[str, list[str]]) -> Iterator[Question]:
    for question in questions:
        yield question
        for sub in question["sub_questions"]:
            answers = given.get(question["code"], [])
            if answers and (not sub["asked_when"] or set(answers) & set(sub["asked_when"])):
                yield sub
