"""The problems that no resource of its own returns."""

from collections.abc import Callable

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import SE, ULLA, problem_of


def test_problems_can_be_spelled_in_camel_case(serve: Callable[..., Api]) -> None:
    answer = serve(payex_problem_case="camel").get(f"{SE}/customers/0")
    assert list(answer.json()) == ["type", "title", "status", "instance", "detail", "problems"]


@pytest.mark.parametrize("code", ["fatal", "internal-server-error", "handled-exception", "unhandled-exception"])
def test_a_requested_failure_happens_once(api: Api, code: str) -> None:
    assert api.put("/_sim/payex/46001/next-problem", {"code": code}).status_code == 204
    assert problem_of(api.get(ULLA)) == (500, code)
    assert api.get(ULLA).status_code == 200


def test_a_bad_language_is_a_general_validation_error(api: Api) -> None:
    assert problem_of(api.get(f"{SE}/kyc-questions", language="swe")) == (400, "general-validation-error")
