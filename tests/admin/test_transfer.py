"""Export and import of a space over HTTP."""

import httpx
import pytest

from ledgersim.admin import transfer
from tests.client import APTIC, Api


def post(api: Api, prefix: str, content: bytes, kind: str = "application/json") -> httpx.Response:
    headers = {"Content-Type": kind}
    return api.send("POST", f"{prefix}/_sim/import", headers=headers, content=content)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain", "?"])
def test_an_export_can_be_imported_into_another_space_with_any_media_type(api: Api, kind: str) -> None:
    debtor = api.debtor()
    api.case(debtors=[{"firstname": "A"}], debts=[{"remainingPrincipal": 12.5}])
    exported = api.get("/_sim/export")
    assert exported.headers["content-type"] == "application/json"
    answer = post(api, "/s/other", exported.content, kind)
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get("/s/other/_sim/export").content == exported.content
    path = f"{APTIC}/Debtors/{debtor['debtorGuid']}"
    assert api.get(f"/s/other{path}").json()["regDate"] == debtor["regDate"]
    assert api.get(f"/s/third{path}").status_code == 404
    created = [api.create(f"{prefix}{APTIC}/Debtors", {"fullName": "Next"}) for prefix in ("", "/s/other")]
    assert created[0]["debtorGuid"] == created[1]["debtorGuid"]


def test_counts_and_the_next_events_follow_an_import(api: Api) -> None:
    start = api.get("/_sim/export").content
    total = api.get(f"{APTIC}/Debtors").json()["total"]
    api.debtor()
    assert api.get(f"{APTIC}/Debtors").json()["total"] == total + 1
    assert post(api, "", start).status_code == 204
    assert api.get(f"{APTIC}/Debtors").json()["total"] == total


def test_an_import_is_recorded_at_the_present_time(api: Api) -> None:
    exported = api.get("/_sim/export").content
    api.freeze("2027-01-01T00:00:00Z")
    assert post(api, "/s/other", exported).status_code == 204
    answer = api.put("/s/other/_sim/clock", {"mode": "frozen", "now": "2026-01-01"})
    assert answer.status_code == 409


def test_a_reset_undoes_an_import(api: Api) -> None:
    start = api.get("/_sim/export").content
    api.debtor()
    post(api, "/s/other", api.get("/_sim/export").content)
    api.post("/s/other/_sim/reset")
    assert api.get("/s/other/_sim/export").content == start


def test_a_bad_import_is_a_400_that_names_the_place_and_changes_nothing(api: Api) -> None:
    exported = api.get("/_sim/export")
    content = exported.json()
    content["tables"]["debtor"][3]["full_name"] = 5
    answer = api.post("/_sim/import", content)
    assert answer.status_code == 400
    assert answer.json() == {
        "status": 400,
        "title": "One or more validation errors occurred.",
        "detail": "tables.debtor[3].full_name: Input should be a valid string",
        "errors": {"tables.debtor[3].full_name": ["Input should be a valid string"]},
    }
    assert post(api, "", b"").status_code == 400
    assert api.get("/_sim/export").content == exported.content


def test_an_import_has_its_own_limit(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    padded = api.get("/_sim/export").content + b" " * (10 * 2**20)
    assert post(api, "", padded).status_code == 204
    monkeypatch.setattr(transfer, "MAX_BYTES", 2**20)
    answer = post(api, "", padded)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body may have at most 1,048,576 bytes (1 MiB)."
