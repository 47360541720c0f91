"""Tokens without a blank after Bearer, and the types of the problems of each API."""

from collections.abc import Callable

import pytest

from tests.client import Api
from tests.vendors.payex.ledger import ULLA


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
