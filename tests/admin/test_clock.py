"""The clock of a space: setting, freezing and advancing it, but never backwards."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.client import APTIC, Api


def now_of(api: Api) -> datetime:
    return datetime.fromisoformat(api.get("/_sim/clock").json()["now"])


def test_the_clock_of_a_new_space_starts_at_the_date_of_its_world_and_ticks(api: Api) -> None:
    api.get("/s/a/_sim/clock")
    assert api.get("/_sim/clock").json()["mode"] == "real"
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert start < now_of(api) < start + timedelta(seconds=30)


def test_a_frozen_clock_stands_still_and_stamps_what_is_written(api: Api) -> None:
    api.freeze("2031-02-03T04:05:06Z")
    assert api.get("/_sim/clock").json() == {"mode": "frozen", "now": "2031-02-03T04:05:06Z"}
    assert api.debtor()["regDate"] == "2031-02-03T04:05:06Z"


def test_a_real_clock_set_to_a_time_ticks_on_from_there(api: Api) -> None:
    api.put("/_sim/clock", {"mode": "real", "now": "2031-02-03T04:05:06+01:00"})
    start = datetime(2031, 2, 3, 3, 5, 6, tzinfo=UTC)
    assert start < now_of(api) < start + timedelta(seconds=5)
    assert now_of(api) < now_of(api)


def test_freezing_without_a_time_stops_at_the_present_reading(api: Api) -> None:
    frozen = api.put("/_sim/clock", {"mode": "frozen"}).json()
    assert frozen.pop("events") == []
    assert api.get("/_sim/clock").json() == frozen


def test_an_untouched_space_may_start_at_any_time_since_its_worlds_date(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    assert api.get("/_sim/clock").json()["now"] == "2026-01-01T00:00:00Z"


def test_before_the_date_of_the_world_is_a_409(api: Api) -> None:
    answer = api.put("/_sim/clock", {"mode": "frozen", "now": "2025-12-31T23:59:59Z"})
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("2025-12-31T23:59:59Z is before 2026-01-01T00:00:00Z, ")


def test_a_clock_that_was_set_does_not_go_back(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    assert api.put("/_sim/clock", {"mode": "frozen", "now": "2026-12-31T23:59:59Z"}).status_code == 409
    assert api.put("/_sim/clock", {"mode": "real", "now": "2026-12-31T23:59:59Z"}).status_code == 409
    assert api.get("/_sim/clock").json() == {"mode": "frozen", "now": "2027-01-01T00:00:00Z"}


def test_nor_does_it_go_behind_something_that_was_written(api: Api) -> None:
    api.debtor()
    assert api.put("/_sim/clock", {"mode": "frozen", "now": "2026-01-01"}).status_code == 409
    api.post("/_sim/reset")
    assert api.put("/_sim/clock", {"mode": "frozen", "now": "2026-01-01"}).status_code == 200


@pytest.mark.parametrize(
    ("by", "to"),
    [
        ("P1D", "2027-02-01T00:00:00Z"),
        ("P1M", "2027-02-28T00:00:00Z"),
        ("P1Y", "2028-01-31T00:00:00Z"),
        ("P1Y2M3DT4H5M6S", "2028-04-03T04:05:06Z"),
        ("PT90S", "2027-01-31T00:01:30Z"),
        ("P2W", "2027-02-14T00:00:00Z"),
        ("PT0S", "2027-01-31T00:00:00Z"),
    ],
)
def test_advance_moves_the_clock_by_an_iso_duration(api: Api, by: str, to: str) -> None:
    api.freeze("2027-01-31T00:00:00Z")
    answer = api.post("/_sim/clock/advance", {"by": by})
    assert answer.json() == {"from": "2027-01-31T00:00:00Z", "to": to, "events": []}
    assert api.get("/_sim/clock").json() == {"mode": "frozen", "now": to}


def test_advancing_a_real_clock_leaves_it_ticking(api: Api) -> None:
    before = now_of(api)
    api.post("/_sim/clock/advance", {"by": "P1D"})
    assert api.get("/_sim/clock").json()["mode"] == "real"
    assert timedelta(days=1) < now_of(api) - before < timedelta(days=1, seconds=5)


@pytest.mark.parametrize("by", ["", "1 day", "-P1D", "P", "P1.5Y", "P9999999999Y", "PT1e99S", "P-1D", 5, None])
def test_what_is_no_forward_duration_is_a_400(api: Api, by: object) -> None:
    answer = api.post("/_sim/clock/advance", {"by": by})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["by"])


def test_setting_only_the_time_keeps_the_mode(api: Api) -> None:
    ticking = api.put("/_sim/clock", {"now": "2026-02-01"}).json()
    assert (ticking["mode"], ticking["now"][:10]) == ("real", "2026-02-01")
    api.put("/_sim/clock", {"mode": "frozen"})
    frozen = api.put("/_sim/clock", {"now": "2026-03-01"}).json()
    assert (frozen["mode"], frozen["now"]) == ("frozen", "2026-03-01T00:00:00Z")


def test_setting_neither_mode_nor_time_is_rejected(api: Api) -> None:
    for body in ({}, {"mode": None, "now": None}):
        answer = api.put("/_sim/clock", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["now"])


@pytest.mark.parametrize(
    "body", [{"mode": "fast"}, {"mode": "frozen", "now": "soon"}, {"mode": "real", "nov": 1}, [], None]
)
def test_what_is_no_setting_is_a_400(api: Api, body: object) -> None:
    assert api.put("/_sim/clock", body).status_code == 400


def test_impossible_times_are_a_400(api: Api) -> None:
    assert api.put("/_sim/clock", {"mode": "real", "now": "2200-01-01"}).json()["errors"] == {
        "now": ["must be from 1900-01-01 to 2199-12-31"]
    }


def test_a_token_expires_after_an_hour_of_the_spaces_clock(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    issued = api.send("POST", "/APIGW/login/oauth/access_token", data=form).json()
    assert issued["expires_in"] == 3600
    bearer = {"Authorization": f"Bearer {issued['access_token']}"}
    api.post("/_sim/clock/advance", {"by": "PT59M59S"})
    assert api.send("GET", f"{APTIC}/Ping", headers=bearer).status_code == 200
    api.post("/_sim/clock/advance", {"by": "PT1S"})
    rejected = api.send("GET", f"{APTIC}/Ping", headers=bearer)
    assert rejected.status_code == 401
    assert rejected.headers["www-authenticate"] == 'Bearer realm="aptic", error="invalid_token"'
    assert rejected.json()["detail"].startswith("The token expired at 2027-01-01T01:00:00+00:00")


def test_the_admin_api_reads_json_with_any_media_type(api: Api) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = api.send("POST", "/_sim/clock/advance", headers=form, content=b'{"by": "P1D"}')
    assert answer.status_code == 200
    assert api.send("POST", "/_sim/clock/advance", headers=form, content=b"by=P1D").status_code == 400
