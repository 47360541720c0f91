"""A server whose default space is in a file: what it checks at its start, and what clients see when the file fails."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from ledgersim.app import assemble, default_database, open_spaces
from ledgersim.errors import StartupError
from ledgersim.ids import Stream
from ledgersim.settings import Settings
from ledgersim.spaces.models import STATE
from ledgersim.spaces.registry import DEFAULT, Spaces
from ledgersim.storage import files
from ledgersim.storage.database import Database
from tests.client import APTIC, Api

LISTS = ("Debtors", "Cases", "Customers")

OpenFile = Callable[[], Api]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "space.db"


@pytest.fixture
def spaces() -> Iterator[list[Spaces]]:
    """What `open_file` has opened; it is closed with the test."""
    opened: list[Spaces] = []
    yield opened
    for one in opened:
        one.close()


@pytest.fixture
def open_file(
    path: Path,
    small_image: bytes,
    mounts: Callable[..., dict[str, Any]],
    loop: asyncio.AbstractEventLoop,
    spaces: list[Spaces],
    monkeypatch: pytest.MonkeyPatch,
) -> OpenFile:
    """Starts a server with the file; its database looks at the file at every write."""
    monkeypatch.setattr(files, "CHECK_EVERY", 0.0)

    def start() -> Api:
        settings = Settings.model_validate({"database": str(path)})
        spaces.append(open_spaces(settings, small_image, default_database(settings, small_image)))
        return Api(assemble(settings, mounts(), spaces[-1]), loop)

    return start


def change(path: Path, statement: str) -> None:
    """Change a file that no server uses."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute(statement)


def refusal(open_file: OpenFile) -> str:
    """Why the file is refused."""
    with pytest.raises(StartupError) as refused:
        open_file()
    return str(refused.value)


@pytest.fixture
def made(path: Path, open_file: OpenFile, spaces: list[Spaces]) -> Path:
    """The file, made by a server that has ended."""
    open_file().debtor()
    spaces.pop().close()
    return path


# What is checked at the start


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE sim_state SET clock_floor = 'noon'",
            "'noon' is not an instant such as 2026-01-31T10:00:00.000000Z",
        ),
        ("UPDATE sim_state SET clock_mode = 'frozen'", "its clock has an invalid state"),
        ("UPDATE sim_state SET clock_offset_microseconds = 9000000000000000000", "date value out of range"),
        (
            "UPDATE sim_state SET guid_position = 'x'",
            "tables.sim_state[0].guid_position: Input should be a valid integer",
        ),
        ("DELETE FROM sim_state", "it is corrupt: sim_state has no row"),
        (
            "UPDATE sim_value SET value = '{' WHERE name = 'aptic'",
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ("DELETE FROM sim_value", "its rows of sim_value differ from those of this version"),
        ("DELETE FROM debtor WHERE id = 1", "row 1 of "),
    ],
)
def test_a_bad_state_is_refused(made: Path, open_file: OpenFile, statement: str, reason: str) -> None:
    change(made, statement)
    message = refusal(open_file)
    assert message.startswith(f"the database {made} cannot be used: {reason}")
    assert message.endswith("; restore a backup, or choose another file")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("ALTER TABLE debtor ADD COLUMN x", "debtor"),
        ("DROP INDEX ix_claim_case", "ix_claim_case"),
        ("DROP TRIGGER case_sums_of_case", "case_sums_of_case"),
        ("CREATE TRIGGER mine AFTER INSERT ON debtor BEGIN SELECT 1; END", "mine"),
    ],
)
def test_another_schema_is_refused(made: Path, open_file: OpenFile, statement: str, name: str) -> None:
    change(made, statement)
    assert refusal(open_file) == (
        f"the database {made} cannot be used: its schema differs from this version's in {name}; "
        "use the version that created it, restore a backup, or choose another file"
    )


def test_another_version_is_refused(made: Path, open_file: OpenFile) -> None:
    change(made, "UPDATE sim_state SET schema_version = 1")
    assert refusal(open_file) == (
        f"the database {made} was created by another version of ledgersim; use that version, or choose another file"
    )


def damage(path: Path, number: int) -> None:
    """Overwrite some bytes of a file, or cut it; the same for the same number."""
    chance = Stream(number, "damage")

    def below(limit: int) -> int:
        return int.from_bytes(chance.draw(), "big") % limit

    size = path.stat().st_size
    with path.open("r+b") as file:
        if number % 4 == 0:
            file.truncate(below(size))
            return
        for _ in range((1, 10, 100)[number % 3]):
            file.seek(below(size))
            file.write(chance.draw() * (1, 32)[number % 2])


def open_or_reason(open_file: OpenFile) -> Api | str:
    try:
        return open_file()
    except StartupError as error:
        return str(error)


@pytest.mark.parametrize("number", range(40))
def test_a_damaged_file_is_refused_or_never_a_failure_of_the_server(
    made: Path, open_file: OpenFile, number: int
) -> None:
    damage(made, number)
    api = open_or_reason(open_file)
    if isinstance(api, str):
        assert "\n" not in api
        assert api.startswith(f"the database {made} ")
        return
    found = set()
    for name in LISTS:
        answer = api.get(f"{APTIC}/{name}", _top="200")
        found.add(answer.status_code)
        if answer.status_code == 200:
            guid = f"{name[:-1].lower()}Guid"
            found |= {api.get(f"{APTIC}/{name}/{one[guid]}").status_code for one in answer.json()["value"]}
    found.add(api.get("/_sim/export").status_code)
    assert found <= {200, 503}


# What clients see when the file fails


def test_vendors_report_a_removed_file_in_their_own_format(
    path: Path, open_file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    api = open_file()
    kept = api.debtor()["debtorGuid"]
    path.unlink()
    reason = (
        f"The database {path} is unavailable: it has been removed; put it back, or POST /_sim/reset in this space. "
        "Nothing of this request was stored."
    )
    for _ in range(3):
        answer = api.put(f"{APTIC}/Debtors", {})
        assert (answer.status_code, answer.json()["detail"]) == (503, reason)
    answer = api.send("PUT", "/_sim/clock", json={"mode": "frozen"})
    assert (answer.status_code, answer.json()["detail"]) == (503, reason)
    assert caplog.messages == [
        f"The database {path} is unavailable: it has been removed; put it back, or POST /_sim/reset in this space"
    ]
    # Reading goes on, and so do other spaces.
    assert api.get(f"{APTIC}/Debtors/{kept}").status_code == 200
    assert api.put(f"/s/other{APTIC}/Debtors", {}).status_code == 201
    assert api.post("/_sim/reset").status_code == 204
    assert api.get(f"{APTIC}/Debtors/{kept}").status_code == 404
    assert api.put(f"{APTIC}/Debtors", {}).status_code == 201
    assert path.exists()


def test_a_full_file_system_is_a_503_until_there_is_room(open_file: OpenFile, spaces: list[Spaces]) -> None:
    api = open_file()
    raw = spaces[0][DEFAULT].database.connection
    api.send("POST", "/_sim/faults", json={"kind": "latency", "milliseconds": 0})
    pages = raw.execute(text("PRAGMA page_count")).scalar_one()
    raw.execute(text(f"PRAGMA max_page_count = {pages + 4}"))
    body = {"fullName": "x" * 2000}
    statuses, guids = [], []
    for _ in range(30):
        answer = api.put(f"{APTIC}/Debtors", body)
        statuses.append(answer.status_code)
        if answer.status_code == 201:
            guids.append(answer.json()["debtorGuid"])
        else:
            assert "the file system is full" in answer.json()["detail"]
    assert set(statuses) == {201, 503}
    assert api.put(f"/s/other{APTIC}/Debtors", body).status_code == 201
    raw.execute(text("PRAGMA max_page_count = 1000000"))
    guids.append(api.debtor()["debtorGuid"])
    assert len(set(guids)) == len(guids)
    assert {api.get(f"{APTIC}/Debtors/{guid}").status_code for guid in guids} == {200}


def test_a_job_that_cannot_write_is_a_503_without_a_traceback(
    path: Path, open_file: OpenFile, caplog: pytest.LogCaptureFixture
) -> None:
    api = open_file()
    before = api.get("/_sim/clock").json()
    path.rename(path.with_name("aside.db"))
    answer = api.post("/_sim/clock/advance", {"by": "P3M"})
    assert (answer.status_code, answer.json()["title"]) == (503, "Database unavailable")
    assert [one.exc_info for one in caplog.records] == [None]
    path.with_name("aside.db").rename(path)
    assert api.get("/_sim/clock").json()["mode"] == before["mode"]
    assert api.post("/_sim/clock/advance", {"by": "P3M"}).status_code == 200


# Backups


def test_a_downloaded_snapshot_is_a_backup(path: Path, open_file: OpenFile, spaces: list[Spaces]) -> None:
    api = open_file()
    guid = api.debtor()["debtorGuid"]
    api.post("/_sim/snapshots", {"name": "backup"})
    backup = api.get("/_sim/snapshots/backup/file").content
    api.delete(f"{APTIC}/Debtors/{guid}")
    spaces.pop().close()
    path.write_bytes(backup)
    assert open_file().get(f"{APTIC}/Debtors/{guid}").status_code == 200


def copied(path: Path, statement: str) -> Path:
    """A copy of a file that no server uses, made by SQLite."""
    backup = path.with_name("backup.db")
    with closing(sqlite3.connect(path)) as raw:
        if statement == ".backup":
            with closing(sqlite3.connect(backup)) as target:
                raw.backup(target)
        else:
            raw.execute(f"{statement} '{backup}'")
    return backup


@pytest.mark.parametrize("statement", ["VACUUM INTO", ".backup"])
def test_a_stopped_servers_file_is_copied_by_sqlite(
    made: Path, open_file: OpenFile, spaces: list[Spaces], statement: str
) -> None:
    backup = copied(made, statement)
    api = open_file()
    rows = api.get("/_sim/export").content
    api.debtor()
    crashed = made.with_name("space.db-wal").read_bytes()
    spaces.pop().close()
    backup.rename(made)
    made.with_name("space.db-wal").write_bytes(crashed)
    with pytest.raises(
        StartupError, match="has changes of another file; to use the database without them, remove"
    ):
        open_file()
    made.with_name("space.db-wal").unlink()
    assert open_file().get("/_sim/export").content == rows


def test_a_start_with_other_options_loses_nothing_after_a_crash(
    path: Path, open_file: OpenFile, small_image: bytes, tmp_path: Path
) -> None:
    guid = open_file().debtor()["debtorGuid"].encode()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", tmp_path / f"crashed.db{suffix}")
    with closing(Database.in_memory(small_image)) as other:
        with other.transaction() as connection:
            connection.execute(update(STATE).values(seed=2))
        other_image = other.image()
    settings = Settings.model_validate({"database": str(tmp_path / "crashed.db")})
    with pytest.raises(StartupError, match="its --seed is 1, not 2"):
        default_database(settings, other_image)
    database = default_database(settings, small_image)
    assert database is not None
    assert guid in database.image()
    database.close()
