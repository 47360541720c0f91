"""The check of every response in a test fails if the response differs from its OpenAPI document."""

from typing import Any

import httpx
import pytest

from tests.answers import check
from tests.client import Api

LINK = {"rel": "update", "href": "/x", "method": "PUT"}
ADDRESS = {"addressee": "Ada", "city": "Umeå", "zipCode": "90325", "countryCode": "SE", "operations": [LINK]}
LEGAL_ADDRESS = "/ledger/customer/v1/46001/customers/1/legal-address"
PROBLEM = {"status": 404, "title": "Not Found", "detail": "There is none."}


def answer(
    method: str, path: str, status: int, headers: dict[str, str] | None = None, **body: Any
) -> httpx.Response:
    request = httpx.Request(method, f"http://sim.test{path}")
    return httpx.Response(status, headers=headers, request=request, **body)


@pytest.mark.parametrize(
    "documented",
    [
        answer("GET", LEGAL_ADDRESS, 200, json=ADDRESS),
        answer("GET", f"/s/a{LEGAL_ADDRESS}", 200, json={**ADDRESS, "coAddress": "Bo"}),
        answer("PUT", LEGAL_ADDRESS, 204),
        answer("GET", "/_sim/requests/1", 404, json=PROBLEM),
        answer("GET", "/_sim/nowhere", 404, json=PROBLEM),
        answer("GET", "/a/page/of/its/own", 200, html="<p>"),
    ],
)
def test_a_documented_answer_passes(api: Api, documented: httpx.Response) -> None:
    documented.request.extensions["app"] = api.app
    check(documented)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (answer("GET", LEGAL_ADDRESS, 200, json={**ADDRESS, "coAdress": "Bo"}), "coAdress"),
        (answer("GET", LEGAL_ADDRESS, 200, json={**ADDRESS, "coAddress": None}), "coAddress"),
        (answer("GET", LEGAL_ADDRESS, 200, json={**ADDRESS, "operations": [{**LINK, "rel": 1}]}), "operations/0/rel"),
        (answer("GET", LEGAL_ADDRESS, 200, json={}), "required"),
        (answer("GET", LEGAL_ADDRESS, 201, json=ADDRESS), "status"),
        (answer("GET", LEGAL_ADDRESS, 200, text="Ada"), "media type"),
        (answer("GET", LEGAL_ADDRESS, 404, json=PROBLEM), "media type"),
        (answer("PUT", LEGAL_ADDRESS, 204, text="Ada"), "body"),
        (answer("GET", "/_sim/clock", 200, json={"mode": "frozen", "now": "yesterday"}), "date-time"),
        (answer("GET", "/_sim/requests/1", 404, json={**PROBLEM, "titel": ""}), "titel"),
        (answer("GET", "/_sim/nowhere", 404, json={}), "required"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_as_documented_fails(api: Api, other: httpx.Response, why: str) -> None:
    other.request.extensions["app"] = api.app
    api.get("/_sim/clock")  # opens the default space
    with pytest.raises(AssertionError, match=why):
        check(other)


def test_answers_in_tests_are_checked() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"mode": "frozen"}))
    with httpx.Client(transport=transport) as client, pytest.raises(AssertionError, match="required"):
        client.get("http://sim.test/_sim/clock")
