"""Schemas of KYC questions and answers."""

from typing import Annotated, Any, Literal

from ledgersim.vendors.payex.schemas import RequestModel, ResponseModel, chars


class KycAnswer(RequestModel):
    """An answer. To a text question, `answerCode` is the text [inferred]."""

    question_code: Annotated[str, chars(100)]
    answer_code: Annotated[str, chars(1_000)]


class KycAnswers(RequestModel):
    """The answers of a customer; a question with several answers is listed once for each."""

    answers: list[KycAnswer]


class KycPossibleAnswer(ResponseModel):
    """A possible answer."""

    answer_code: str
    answer_text: str


class KycAnswerForm(ResponseModel):
    """The kind of answer that a question requires."""

    type: Literal["single", "multi", "text"]
    required: bool
    text_validation_reg_ex: str | None = None
    possible_answers: list[KycPossibleAnswer] | None = None


class KycSubQuestion(ResponseModel):
    """A question that depends on the answer to another one."""

    question_text: str
    answer: KycAnswerForm
    question_code: str


class KycQuestion(KycSubQuestion):
    """A question. Members are in the order of the vendor's sample."""

    sub_questions: list[KycSubQuestion] | None = None


class KycQuestionList(ResponseModel):
    """The questions of a ledger."""

    kyc_questions: list[KycQuestion]
    operations: list[Any]
