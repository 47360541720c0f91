"""Snapshots: creating, restoring, deleting, and transferring them as files."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.conftest import Serve

DEBTORS = f"{APTIC}/Debtors"


def export(api: Api, prefix: str = "") -> bytes:
    return api.get(f"{prefix}/_sim/export").content


def create_snapshot(api: Api, name: str) -> dict[str, Any]:
    answer = api.post("/_sim/snapshots", {"name": name})
    assert answer.status_code == 201, answer.text
    snapshot: dict[str, Any] = answer.json()
    return snapshot


def test_a_restored_snapshot_brings_back_rows_ids_clock_and_tokens(api: Api) -> None:
    api.freeze("2026-04-01T00:00:00Z")
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    token = api.send("POST", "/APIGW/login/oauth/access_token", data=form).json()["access_token"]
    api.debtor(fullName="Then")
    then = export(api)
    snapshot = create_snapshot(api, "then")
    assert snapshot["taken_at"] == "2026-04-01T00:00:00Z"
    first = api.debtor(fullName="Later")["debtorGuid"]
    api.post("/_sim/clock/advance", {"by": "P1Y"})
    assert api.send("GET", DEBTORS, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert api.post("/_sim/snapshots/then/restore").status_code == 204
    assert export(api) == then
    assert api.get("/_sim/clock").json() == {"mode": "frozen", "now": "2026-04-01T00:00:00Z"}
    assert api.debtor(fullName="Later")["debtorGuid"] == first
    assert api.send("GET", DEBTORS, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_reset_keeps_snapshots(api: Api) -> None:
    api.debtor(fullName="Then")
    then = export(api)
    create_snapshot(api, "then")
    api.post("/_sim/reset")
    assert export(api) != then
    api.post("/_sim/snapshots/then/restore")
    assert export(api) == then


def test_snapshots_are_listed_read_and_deleted(api: Api) -> None:
    snapshot = create_snapshot(api, "a")
    assert snapshot["file"] == "http://sim.test/_sim/snapshots/a/file"
    unnamed = api.send("POST", "/_sim/snapshots").json()
    assert unnamed["name"] == "snapshot-2"
    assert api.get("/_sim/snapshots").json() == {"snapshots": [snapshot, unnamed]}
    assert api.get("/_sim/snapshots/a").json() == snapshot
    assert api.delete("/_sim/snapshots/a").status_code == 204
    assert [one["name"] for one in api.get("/_sim/snapshots").json()["snapshots"]] == ["snapshot-2"]
    assert api.get("/s/other/_sim/snapshots").json() == {"snapshots": []}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/restore"), ("GET", "/file")]
)
def test_an_unknown_snapshot_is_a_404(api: Api, method: str, path: str) -> None:
    answer = api.send(method, f"/_sim/snapshots/none{path}")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "Snapshot 'none' not found; GET /_sim/snapshots lists all snapshots.",
    )


def test_a_name_is_given_once_and_must_be_one(api: Api) -> None:
    create_snapshot(api, "a")
    assert api.post("/_sim/snapshots", {"name": "a"}).status_code == 409
    assert api.post("/_sim/snapshots", {"name": "a/b"}).status_code == 400
    assert len(api.get("/_sim/snapshots").json()["snapshots"]) == 1


def test_a_downloaded_file_is_a_database_and_works_elsewhere(api: Api, serve: Serve, tmp_path: Path) -> None:
    api.freeze("2026-04-01T00:00:00Z")
    guid = api.debtor(fullName="Far away")["debtorGuid"]
    create_snapshot(api, "a")
    file = api.get("/_sim/snapshots/a/file")
    assert file.headers["content-type"] == "application/vnd.sqlite3"
    assert file.headers["content-disposition"] == 'attachment; filename="a.sqlite3"'
    path = tmp_path / "a.sqlite3"
    path.write_bytes(file.content)
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT full_name FROM debtor WHERE debtor_guid = ?", (guid,)).fetchall() == [
            ("Far away",)
        ]
    database.close()
    other = serve()
    uploaded = other.send("PUT", "/_sim/snapshots/b/file", content=file.content)
    assert (uploaded.status_code, uploaded.json()["name"]) == (201, "b")
    assert other.post("/_sim/snapshots/b/restore").status_code == 204
    assert export(other) == export(api)
    assert other.get("/_sim/clock").json() == {"mode": "frozen", "now": "2026-04-01T00:00:00Z"}


def test_an_upload_replaces_a_snapshot_of_the_same_name(api: Api) -> None:
    create_snapshot(api, "a")
    start = api.get("/_sim/snapshots/a/file").content
    api.debtor(fullName="Ada")
    create_snapshot(api, "b")
    assert api.send("PUT", "/_sim/snapshots/b/file", content=start).status_code == 201
    api.post("/_sim/snapshots/b/restore")
    assert api.get(DEBTORS, _filter="fullName eq 'Ada'").json()["total"] == 0


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0" + b"\0" * 5_000, b"{}"])
def test_an_invalid_snapshot_is_a_400_and_is_not_stored(api: Api, content: bytes) -> None:
    answer = api.send("PUT", "/_sim/snapshots/a/file", content=content)
    assert answer.status_code == 400
    assert api.get("/_sim/snapshots").json() == {"snapshots": []}
