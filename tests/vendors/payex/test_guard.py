"""Ledgers and their tokens."""

from collections.abc import Callable

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import DK, ULLA, problem_of


def test_an_unknown_ledger_is_a_501(api: Api) -> None:
    assert problem_of(api.get("/ledger/customer/v1/99999/customers/1")) == (501, "ledger-not-configured")


@pytest.mark.parametrize(
    ("mode", "token", "status"),
    [
        ("lenient", "any", 200), ("lenient", "payex-46001-token", 200), ("lenient", "payex-47001-token", 401),
        ("strict", "any", 401), ("strict", "payex-46001-token", 200), ("strict", "payex-47001-token", 401),
    ],
)  # fmt: skip
def test_a_token_belongs_to_one_ledger(serve: Callable[..., Api], mode: str, token: str, status: int) -> None:
    assert (
        serve(auth=mode).send("GET", ULLA, headers={"Authorization": f"Bearer {token}"}).status_code == status
    )


def test_a_missing_token_is_a_401(api: Api) -> None:
    answer = api.send("GET", ULLA, headers={})
    assert problem_of(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="payex"'


@pytest.mark.parametrize(
    "path",
    [
        f"{DK}/generate-consumer-customer-by-reg-no",
        f"{DK}/customers/1/surpluses/x/active-disbursement-orders",
        f"{DK}/customers/1/legal-address/update-legal-address-from-population-register",
    ],
)
def test_an_operation_that_is_not_granted_is_forbidden(api: Api, path: str) -> None:
    assert problem_of(api.post(path, {})) == (403, "forbidden")


@pytest.mark.parametrize(
    ("mode", "authorization", "status", "remark"),
    [
        ("lenient", "Bearerany", 200, "authorization-blank Authorization"),
        ("lenient", "bearerpayex-46001-token", 200, "authorization-blank Authorization"),
        ("lenient", "Bearerpayex-47001-token", 401, "unauthorized, authorization-blank Authorization"),
        ("lenient", "Bearer", 401, "unauthorized"),
        ("lenient", "Basicany", 401, "unauthorized"),
        ("strict", "Bearerpayex-46001-token", 401, "unauthorized"),
    ],
)
def test_a_token_without_a_blank_is_tolerated_in_lenient_mode(
    serve: Callable[..., Api], mode: str, authorization: str, status: int, remark: str
) -> None:
    api = serve(auth=mode)
    answer = api.send("GET", ULLA, headers={"Authorization": authorization})
    assert (answer.status_code, answer.headers["sim-diagnostics"]) == (status, remark)
    (record,) = api.get("/_sim/requests").json()["requests"]
    found = api.get(f"/_sim/requests/{record['id']}").text
    assert "payex-46001-token" not in found
