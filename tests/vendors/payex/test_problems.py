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


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/ledger/invoice/v1/46001/invoices/0", "ledger/invoice/v1/problems/not-found"),
        ("/ledger/Account/v1/46001/accounts/0", "ledger/account/v1/problems/not-found"),
        ("/s/mine/ledger/account/v1/46001/accounts/0", "ledger/account/v1/problems/not-found"),
        ("/ledger/invoice/v1/99999/invoices/0", "ledger/invoice/v1/problems/ledger-not-configured"),
        ("/ledger/invoice/v1/46001", "ledger/invoice/v1/problems/not-found"),
        ("/ledger/customer/v1/46001/customers/0", "ledger/customer/v1/problems/customer-not-found"),
        ("/ledger/elsewhere", "ledger/customer/v1/problems/not-found"),
    ],
)
def test_the_type_of_a_problem_begins_with_its_api(api: Api, path: str, type_: str) -> None:
    assert api.get(path).json()["Type"] == type_
