"""KYC questions and answers on the wire."""

from typing import Annotated, Any, Literal

from ledgersim.vendors.payex.schemas import RequestModel, ResponseModel, chars


class KycAnswer(RequestModel):
    """An answer; of a text question, `answerCode` is the text [inferred]."""

    question_code: Annotated[str, chars(100)]
    answer_code: Annotated[str, chars(1_000)]


class KycAnswers(RequestModel):
    """The answers of a customer; a question of several answers comes several times."""

    answers: list[KycAnswer]


class KycPossibleAnswer(ResponseModel):
    """An answer to choose."""

    answer_code: str
    answer_text: str


class KycAnswerForm(ResponseModel):
    """How a question is to be answered."""

    type: Literal["single", "multi", "text"]
    required: bool
    text_validation_reg_ex: str | None = None
    possible_answers: list[KycPossibleAnswer] | None = None


class KycSubQuestion(ResponseModel):
    """A question that another one brings about."""

    question_text: str
    answer: KycAnswerForm
    question_code: str


class KycQuestion(KycSubQuestion):
    """A question, in the order of members of the sample."""

    sub_questions: list[KycSubQuestion] | None = None


class KycQuestionList(ResponseModel):
    """The questions of a ledger."""

    kyc_questions: list[KycQuestion]
    operations: list[Any]
