"""KYC: the questions of a ledger, and the answers of its customers."""

from functools import partial
from typing import Any

from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.problems import NOT_FOUND, VALIDATION
from ledgersim.vendors.payex.context import CurrentLedger
from ledgersim.vendors.payex.customers.commands import set_columns
from ledgersim.vendors.payex.customers.queries import customer_by_number
from ledgersim.vendors.payex.kyc.rules import ENGLISH, language_code, renewal_at, translate, validate_answers
from ledgersim.vendors.payex.kyc.schemas import KycAnswers, KycQuestionList
from ledgersim.vendors.payex.problems import GENERAL_VALIDATION, KYC_CONFIGURATION, NO_QUESTIONS

router = new_router("KYC")

_operation = partial(operation, method="documented", path="documented")


@router.get(
    "/customer/v1/{ledger}/kyc-questions",
    response_model=KycQuestionList,
    response_model_exclude_none=True,
    **_operation("payex.kyc.questions", summary="List the KYC questions"),
)
async def list_questions(context: CurrentLedger, language: str = ENGLISH) -> Any:
    code = language_code(language or ENGLISH)
    if code is None:
        raise GENERAL_VALIDATION.with_errors({"language": ["Input should be an ISO 639-1 code such as sv"]})
    if context.ledger.kyc is None:
        raise NO_QUESTIONS.with_detail(f"The ledger {context.ledger.number} has no KYC questions.")
    return {"kyc_questions": translate(context.ledger.kyc["questions"], code), "operations": []}


@router.post(
    "/customer/v1/{ledger}/customers/{no}/update-kyc-answers",
    **NO_CONTENT,
    **_operation("payex.kyc.answers", summary="Answer the KYC questions"),
)
async def update_answers(context: CurrentLedger, no: str, body: KycAnswers) -> None:
    customer = customer_by_number(context, no)
    if customer is None:
        raise NOT_FOUND.with_detail(f"The ledger {context.ledger.number} has no customer {no[:40]!r}.")
    if context.ledger.kyc is None:
        raise KYC_CONFIGURATION.with_detail(f"The ledger {context.ledger.number} is not configured for KYC.")
    answers = [(answer.question_code, answer.answer_code) for answer in body.answers]
    errors = validate_answers(context.ledger.kyc["questions"], answers)
    if errors:
        raise VALIDATION.with_errors(errors)
    with context.space.transaction() as connection:
        now = context.space.clock.now()
        due = renewal_at(now, context.ledger.kyc["renewal_days"])
        values = {"kyc_answers": answers, "kyc_answered_at": now, "kyc_renewal_at": due}
        set_columns(connection, customer["id"], values)
