"""A space whose changes SQLite has rolled back returns 503, instead of continuing from the seed."""

import pytest
from sqlalchemy import text

from tests.client import APTIC, Api

pytestmark = pytest.mark.in_memory("a file loses nothing when SQLite runs out of memory")


@pytest.fixture
def lost(api: Api) -> Api:
    """A client of a server whose default space has lost its changes."""
    api.debtor(fullName="Ada Ek")
    assert api.post("/_sim/snapshots", {"name": "before"}).status_code == 201
    # What SQLite does when it runs out of memory or disk.
    api.app.spaces["default"].database.connection.execute(text("ROLLBACK"))
    return api


def test_reading_and_writing_are_503_in_the_vendors_format(lost: Api) -> None:
    for answer in (lost.get(f"{APTIC}/Debtors"), lost.put(f"{APTIC}/Debtors", {"fullName": "Bo Ek"})):
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "rolled back" in answer.json()["detail"]
    assert lost.get("/_sim/export").status_code == 503
    assert lost.get("/_sim/health/ready").status_code == 200


def test_other_spaces_go_on(lost: Api) -> None:
    assert lost.get(f"/s/other{APTIC}/Debtors").status_code == 200


def test_a_reset_goes_back_to_the_seed(lost: Api) -> None:
    assert lost.post("/_sim/reset").status_code == 204
    assert lost.get(f"{APTIC}/Debtors", _filter="fullName eq 'Ada Ek'").json()["total"] == 0


def test_a_restore_brings_a_snapshot_back(lost: Api) -> None:
    assert lost.post("/_sim/snapshots/before/restore").status_code == 204
    assert lost.get(f"{APTIC}/Debtors", _filter="fullName eq 'Ada Ek'").json()["total"] == 1
