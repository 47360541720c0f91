"""Questions in a language, and whether answers answer them.

A sub-question is asked where its question was answered by one of `asked_when`; without it, by any [inferred].
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

ENGLISH = "en"

Question = Mapping[str, Any]


def translated(questions: Iterable[Question], language: str) -> list[dict[str, Any]]:
    """The questions as they are shown, in a language or, where a text has none in it, in English."""
    return [_translate(question, language) for question in questions]


def _translate(question: Question, language: str) -> dict[str, Any]:
    form: dict[str, Any] = {"type": question["type"], "required": question["required"]}
    if question.get("pattern"):
        form["text_validation_reg_ex"] = question["pattern"]
    if question["answers"]:
        form["possible_answers"] = [
            {"answer_code": code, "answer_text": _in(texts, language)}
            for code, texts in question["answers"].items()
        ]
    shown = {
        "question_text": _in(question["text"], language),
        "answer": form,
        "question_code": question["code"],
    }
    if question["sub_questions"]:
        shown["sub_questions"] = translated(question["sub_questions"], language)
    return shown


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts[ENGLISH]


def faults(questions: Iterable[Question], answers: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What is wrong with answers (question code, answer code), by the field at fault."""
    known = dict(_flat(questions))
    found: dict[str, list[str]] = defaultdict(list)
    given: dict[str, list[str]] = defaultdict(list)
    for number, (code, answer) in enumerate(answers):
        if code not in known:
            found[f"answers[{number}].questionCode"].append(f"There is no question {code[:60]!r}")
            continue
        given[code].append(answer)
        reason = _fault(known[code], given[code])
        if reason:
            found[f"answers[{number}].answerCode"].append(reason)
    for question in _asked(questions, given):
        if question["required"] and question["code"] not in given:
            found["answers"].append(f"The question {question['code']!r} must be answered")
    return found


def _fault(question: Question, given: list[str]) -> str | None:
    answer = given[-1]
    if question["type"] != "multi" and len(given) > 1:
        return "The question takes one answer"
    if answer in given[:-1]:
        return f"The answer {answer[:60]!r} is given twice"
    if question["type"] == "text":
        pattern = question.get("pattern")
        fits = pattern is None or re.fullmatch(pattern, answer) is not None
        return None if fits else f"Input should match {pattern}"
    return None if answer in question["answers"] else f"There is no answer {answer[:60]!r}"


def _flat(questions: Iterable[Question]) -> Iterator[tuple[str, Question]]:
    for question in questions:
        yield question["code"], question
        yield from _flat(question["sub_questions"])


def _asked(questions: Iterable[Question], given: Mapping[str, list[str]]) -> Iterator[Question]:
    for question in questions:
        yield question
        for sub in question["sub_questions"]:
            answers = given.get(question["code"], [])
            if answers and (not sub["asked_when"] or set(answers) & set(sub["asked_when"])):
                yield sub
