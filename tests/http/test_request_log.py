"""The log of requests: one line for each at the level INFO, without secrets and without control characters."""

import logging
import re

import pytest

from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve

DEBTORS = f"{APTIC}/Debtors"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log records from level INFO."""
    caplog.set_level(logging.INFO, "ledgersim")
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    """The lines about requests, with placeholders for times and ids."""
    messages = [one.getMessage() for one in log.records if one.name == "ledgersim.requests"]
    return [re.sub(r"\d+\.\d ms (space=\S+)( id=\d+)?", r"T ms \1", message) for message in messages]


def test_each_request_is_a_line(api: Api, log: pytest.LogCaptureFixture) -> None:
    api.get(f"{APTIC}/Ping")
    api.get(f"/s/a{DEBTORS}", _top="1")
    api.send("GET", DEBTORS, {})
    api.get("/nowhere")
    api.get("/_sim/clock")
    api.get("/s/%20/x")
    assert lines(log) == [
        "GET /APIGW/v1/Ping 200 T ms space=default",
        "GET /APIGW/v1/Debtors?%24top=1 200 T ms space=a",
        "GET /APIGW/v1/Debtors 401 T ms space=default diagnostics: unauthorized",
        "GET /nowhere 404 T ms space=default diagnostics: not-found",
        "GET /_sim/clock 200 T ms space=default",
        "GET /s/%20/x 400 T ms space=- diagnostics: bad-name",
    ]


def test_a_line_names_the_record_in_the_journal(api: Api, log: pytest.LogCaptureFixture) -> None:
    answer = api.get(f"{APTIC}/Ping")
    (line,) = [one.getMessage() for one in log.records]
    assert line.endswith(f" id={answer.headers['sim-request-id']}")


def test_a_line_of_a_request_that_is_not_recorded_names_none(api: Api, log: pytest.LogCaptureFixture) -> None:
    api.get("/_sim/clock")
    assert [one.getMessage().endswith(" space=default") for one in log.records] == [True]


def test_diagnostics_and_faults_are_at_the_end(api: Api, log: pytest.LogCaptureFixture) -> None:
    api.send("PUT", f"{DEBTORS}?a", {**BEARER, "Sim-Fault": "delay=0"}, json={"fulName": "Ada", "x": 1})
    api.send("PUT", DEBTORS, {**BEARER, "Sim-Fault": "status=503"}, json={})
    assert lines(log) == [
        "PUT /APIGW/v1/Debtors?a 201 T ms space=default "
        "diagnostics: unknown-parameter a, unknown-member fulName, unknown-member x faults: Sim-Fault delay",
        "PUT /APIGW/v1/Debtors 503 T ms space=default faults: Sim-Fault status",
    ]


@pytest.mark.parametrize(
    "query", ["key=s3cret", "a=1&key=s3cret", "access_token=s3cret", "api%5Fkey=s3cret", "%6bey=s3cret",
              "X-Api-Key=s3cret", "subscription-key=s3cret"]
)  # fmt: skip
def test_secrets_in_a_query_are_neither_logged_nor_shown_in_the_journal(
    api: Api, log: pytest.LogCaptureFixture, query: str
) -> None:
    api.send("GET", f"{DEBTORS}?{query}")
    assert "***" in lines(log)[0]
    assert "s3cret" not in log.text
    assert "s3cret" not in api.get("/_sim/requests").text


@pytest.mark.parametrize(
    "path", ["/nowhere/%0AGET", "/APIGW/v1/%1B%5B31m", "/APIGW/%E2%80%A8%C2%85", "/%0d?a=%0A%1b"]
)
def test_a_line_stays_a_line(api: Api, log: pytest.LogCaptureFixture, path: str) -> None:
    api.send("GET", path)
    (line,) = lines(log)
    assert line.isascii()
    assert line.isprintable()


def test_by_default_requests_are_not_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    serve().get(f"{APTIC}/Ping")
    assert caplog.records == []
