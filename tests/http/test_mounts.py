"""Each mount has the error format of its vendor, also for unknown paths and methods."""

import pytest

from tests.client import Api


@pytest.mark.parametrize("path", ["/ledger", "/Ledger/customer/v1/1/nothing", "/s/a/ledger/x"])
def test_payex_rejects_with_its_own_problem_document(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert list(answer.json()) == ["Type", "Title", "Status", "Instance", "Detail", "Problems"]
    assert answer.json()["Type"] == "ledger/customer/v1/problems/not-found"
    assert len(answer.json()["Instance"]) == 36


@pytest.mark.parametrize("path", ["/api/v3", "/API/V3/nothing", "/s/a/api/v3/x/"])
def test_riverty_rejects_with_a_message(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, list(answer.json())) == (404, ["message"])


def test_half_a_mount_is_none(api: Api) -> None:
    detail = api.get("/api/v4/customer-account").json()["detail"]
    assert detail == (
        "Nothing is mounted at /api/v4/customer-account. The mounts are: /APIGW, /ledger, /api/v3, /_sim."
    )
