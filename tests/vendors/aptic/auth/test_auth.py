"""Authentication, and the token endpoint."""

import base64
from typing import Any

import pytest

from tests.client import APTIC, Api

TOKEN = "/APIGW/login/oauth/access_token"
GRANT = {"grant_type": "client_credentials"}
PAIR = {"client_id": "ledgersim", "client_secret": "ledgersim-secret"}


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def ping(api: Api, headers: dict[str, str]) -> int:
    return api.send("GET", f"{APTIC}/Ping", headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": "Basic YTpi"},
        {"X-Api-Key": ""},
    ],
)
def test_without_credentials_it_is_a_401_problem(api: Api, headers: dict[str, str]) -> None:
    answer = api.send("GET", f"{APTIC}/Ping", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="aptic"'
    assert answer.json()["detail"] == "Send Authorization: Bearer <token>, or X-Api-Key: <key>."


@pytest.mark.parametrize("headers", [{"Authorization": "bearer x"}, {"X-Api-Key": "x"}])
def test_lenient_accepts_any_token_or_key(api: Api, headers: dict[str, str]) -> None:
    answer = api.send("GET", f"{APTIC}/Ping", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {})


def test_off_asks_for_nothing(serve: Any) -> None:
    assert ping(serve(auth="off"), {}) == 200


def test_strict_accepts_only_issued_tokens_and_configured_keys(serve: Any) -> None:
    api: Api = serve(auth="strict")
    assert ping(api, {"Authorization": "Bearer x"}) == 401
    assert ping(api, {"X-Api-Key": "x"}) == 401
    assert ping(api, {"X-Api-Key": "ledgersim-key"}) == 200
    token = api.send("POST", TOKEN, headers={}, data={**GRANT, **PAIR}).json()["access_token"]
    assert ping(api, {"Authorization": f"Bearer {token}"}) == 200


def test_a_token_counts_in_its_own_space_only(serve: Any) -> None:
    api: Api = serve(auth="strict")
    token = api.send("POST", "/s/a" + TOKEN, headers={}, data={**GRANT, **PAIR}).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert api.send("GET", f"/s/a{APTIC}/Ping", headers=bearer).status_code == 200
    assert api.send("GET", f"/s/b{APTIC}/Ping", headers=bearer).status_code == 401


def test_a_token_goes_with_a_reset_and_comes_back_with_a_snapshot(serve: Any) -> None:
    api: Api = serve(auth="strict")
    token = api.send("POST", TOKEN, headers={}, data={**GRANT, **PAIR}).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    api.post("/_sim/snapshots", {"name": "then"})
    assert ping(api, bearer) == 200
    api.post("/_sim/reset")
    assert ping(api, bearer) == 401
    api.post("/_sim/snapshots/then/restore")
    assert ping(api, bearer) == 200


def test_the_oldest_token_is_dropped_for_a_new_one(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledgersim.spaces.space.MAX_TOKENS", 2)
    api: Api = serve(auth="strict")
    bearers: list[dict[str, str]] = []
    statuses = []
    for _ in range(3):
        token = api.send("POST", TOKEN, headers={}, data={**GRANT, **PAIR}).json()["access_token"]
        bearers.append({"Authorization": f"Bearer {token}"})
        statuses.append([ping(api, bearer) for bearer in bearers])
    assert statuses == [[200], [200, 200], [401, 200, 200]]


def test_tokens_are_never_issued_twice(api: Api) -> None:
    tokens = {
        api.send("POST", TOKEN, headers={}, data={**GRANT, **PAIR}).json()["access_token"] for _ in range(5)
    }
    assert len(tokens) == 5


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({**GRANT, **PAIR}, {}),
        (GRANT, basic("ledgersim", "ledgersim-secret")),
        ({**GRANT, **PAIR}, basic("ledgersim", "ledgersim-secret")),
    ],
)
def test_the_pair_comes_in_the_form_by_basic_or_equal_in_both(
    serve: Any, form: dict[str, str], headers: dict[str, str]
) -> None:
    answer = serve(auth="strict").send("POST", TOKEN, headers=headers, data=form)
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (
        200,
        "Bearer",
        3600,
    )
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        ({}, {}, 400, "invalid_request"),
        (PAIR, {}, 400, "invalid_request"),
        ({"grant_type": "password", **PAIR}, {}, 400, "unsupported_grant_type"),
        (GRANT, {}, 401, "invalid_client"),
        ({**GRANT, "client_id": "ledgersim"}, {}, 401, "invalid_client"),
        ({**GRANT, "client_id": "ledgersim", "client_secret": "no"}, {}, 401, "invalid_client"),
        (GRANT, basic("ledgersim", "no"), 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic !"}, 401, "invalid_client"),
        ({**GRANT, **PAIR}, basic("other", "ledgersim-secret"), 400, "invalid_request"),
        ({"grant_type": ["client_credentials", "client_credentials"], **PAIR}, {}, 400, "invalid_request"),
    ],
)
def test_token_errors_are_those_of_rfc_6749(
    serve: Any, form: dict[str, Any], headers: dict[str, str], status: int, error: str
) -> None:
    answer = serve(auth="strict").send("POST", TOKEN, headers=headers, data=form)
    assert (answer.status_code, list(answer.json()), answer.json()["error"]) == (
        status,
        ["error", "error_description"],
        error,
    )
    assert answer.headers["content-type"] == "application/json"
    assert ("www-authenticate" in answer.headers) is (status == 401)


@pytest.mark.parametrize("body", [b"{}", b"\xff\xfe", b"&&&", b"a" * 5000, b"=%ff=&a=1;b"])
def test_unreadable_forms_are_an_invalid_request(api: Api, body: bytes) -> None:
    answer = api.send(
        "POST", TOKEN, headers={"Content-Type": "application/x-www-form-urlencoded"}, content=body
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_another_media_type_is_an_invalid_request(api: Api) -> None:
    answer = api.send("POST", TOKEN, headers={}, json={**GRANT, **PAIR})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_one_setting_turns_201_into_200(serve: Any) -> None:
    api: Api = serve(created_status="200")
    assert api.put(f"{APTIC}/Debtors", {}).status_code == 200
    assert api.put(f"{APTIC}/Debtors", {"gender": 9}).status_code == 400
    assert api.get(f"{APTIC}/Ping").status_code == 200
