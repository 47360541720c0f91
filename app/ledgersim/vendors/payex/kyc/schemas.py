"""KYC questions and answers on the wire."""

from typing import Annotated, Any, Literal

from ledgersim.core.wire import Answer
from ledgersim.vendors.payex.wire import Body, chars


class AnswerIn(Body):
    """An answer; of a text question, `answerCode` is the text [inferred]."""

    question_code: Annotated[str, chars(100)]
    answer_code: Annotated[str, chars(1_000)]


class AnswersIn(Body):
    """The answers of a customer; a question of several answers comes several times."""

    answers: list[AnswerIn]


class PossibleAnswer(Answer):
    """An answer to choose."""

    answer_code: str
    answer_text: str


class AnswerForm(Answer):
    """How a question is to be answered."""

    type: Literal["single", "multi", "text"]
    required: bool
    text_validation_reg_ex: str | None = None
    possible_answers: list[PossibleAnswer] | None = None


class SubQuestion(Answer):
    """A question that another one brings about."""

    question_text: str
    answer: AnswerForm
    question_code: str


class Question(SubQuestion):
    """A question, in the order of members of the sample."""

    sub_questions: list[SubQuestion] | None = None


class QuestionsOut(Answer):
    """The questions of a ledger."""

    kyc_questions: list[Question]
    operations: list[Any]
