"""Database files: never mixed with another file's journal, never half made, never written to behind one's back."""

import errno
import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, text

from ledgersim.errors import StartupError
from ledgersim.problems import Problem
from ledgersim.storage import files
from ledgersim.storage.database import Database
from tests.storage.test_database import BEGINNING, IMAGE, MUCH, NOTE, OTHER, OTHER_IMAGE, Rows, notes, write


def opened(path: Path) -> Database:
    database = Database.in_file(path, IMAGE)
    database.enable_wal()
    return database


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def copy(path: Path, to: Path) -> Path:
    """What `kill -9` would leave of an open file at this moment."""
    for suffix in ("", "-wal"):
        if beside(path, suffix).exists():
            shutil.copy(beside(path, suffix), beside(to, suffix))
    return to


def content(path: Path) -> Rows:
    with closing(opened(path)) as database:
        return notes(database)


def content_or_reason(path: Path) -> Rows | str:
    try:
        return content(path)
    except StartupError as error:
        return str(error)


def refusal(path: Path) -> str:
    """Why a file cannot be opened; its folder stays as it was."""
    before = folder(path)
    with pytest.raises(StartupError) as refused:
        opened(path)
    assert folder(path) == before
    return str(refused.value)


def folder(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in path.parent.iterdir()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notes.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with closing(opened(path)) as database:
        yield database


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every write looks at the file."""
    monkeypatch.setattr(files, "CHECK_EVERY", 0.0)


# Journals that belong to another file


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_a_journal_without_its_file_is_refused(path: Path, suffix: str, is_empty: bool) -> None:
    if is_empty:
        path.touch()
    beside(path, suffix).write_bytes(b"the changes of somebody")
    assert refusal(path) == (
        f"the database {path} is missing, but its journal is not: put the database back or, for a new one, remove "
        f"{beside(path, suffix)}"
    )


def test_rows_of_a_removed_file_do_not_come_back(path: Path, tmp_path: Path, database: Database) -> None:
    write(database, 1, "old")
    crashed = copy(path, tmp_path / "crashed.db")
    crashed.unlink()
    assert "is missing, but its journal is not" in refusal(crashed)
    beside(crashed, "-wal").unlink()
    assert content(crashed) == BEGINNING


@pytest.mark.usefixtures("watched")
def test_a_copy_is_complete_at_any_time_and_mixes_with_no_other(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The log becomes part of the file at each third write.
    copies: list[tuple[Path, Rows]] = []
    with closing(opened(path)) as database:
        for number in range(12):
            monkeypatch.setattr(files, "CHECKPOINT_FROM", 0 if number % 3 == 0 else 10**6)
            write(database, number, f"write {number}")
            (tmp_path / f"{number}").mkdir()
            copies.append((copy(path, tmp_path / f"{number}" / "notes.db"), notes(database)))
    refused = 0
    for number, (older, _) in enumerate(copies):
        for newer, rows in copies[number:]:
            (mixed := tmp_path / "mixed").mkdir()
            shutil.copy(older, mixed / "notes.db")
            shutil.copy(beside(newer, "-wal"), mixed / "notes.db-wal")
            found = content_or_reason(mixed / "notes.db")
            if isinstance(found, str):
                assert found == (
                    f"the database {mixed}/notes.db cannot be used: {mixed}/notes.db-wal has changes of another "
                    "file; to use the database without them, remove that file"
                )
                refused += 1
            else:
                assert found == rows
            shutil.rmtree(mixed)
    assert refused == 54  # of 78: where the file did not yet hold what the log continues
    for copied, rows in copies:
        assert content(copied) == rows


def test_a_refusal_leaves_file_and_journal_alone(path: Path, tmp_path: Path) -> None:
    (tmp_path / "older").mkdir()
    with closing(opened(path)):
        older = copy(path, tmp_path / "older" / "notes.db")
    with closing(opened(path)) as again:
        write(again, 1, "newer")
        shutil.copy(beside(path, "-wal"), beside(older, "-wal"))
    assert "has changes of another file" in refusal(older)
    beside(older, "-wal").unlink()
    assert content(older) == BEGINNING


@pytest.mark.usefixtures("database")
def test_an_incomplete_log_is_ignored(path: Path, tmp_path: Path) -> None:
    """A computer that lost power may leave any part of a log."""
    crashed = copy(path, tmp_path / "crashed.db")
    whole = beside(crashed, "-wal").read_bytes()
    for part in (whole[:20], whole[:500], whole[:60] + bytes(len(whole) - 60), whole[:-1] + b"\xff"):
        beside(crashed, "-wal").write_bytes(part)
        assert content(crashed) == BEGINNING


def test_a_restore_survives_a_crash(path: Path, tmp_path: Path, database: Database) -> None:
    database.restore(OTHER_IMAGE)
    write(database, 5, "after")
    assert content(copy(path, tmp_path / "crashed.db")) == OTHER | {5: "after"}


def test_a_journal_of_another_program_is_refused(path: Path, tmp_path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(tmp_path / "other.db", isolation_level=None)) as other:
        other.execute("CREATE TABLE note (id)")
        other.execute("PRAGMA cache_size = 1")
        other.execute("BEGIN")
        other.executemany("INSERT INTO note VALUES (?)", [("x" * 1000,)] * 100)
        shutil.copy(tmp_path / "other.db-journal", beside(path, "-journal"))
    message = refusal(path)
    assert message.startswith(f"the database {path} cannot be used: {path}-journal was left by another program")


def test_an_image_can_be_used_as_a_file(tmp_path: Path, database: Database) -> None:
    write(database, 1, "one")
    (other := tmp_path / "image.db").write_bytes(database.image())
    with closing(opened(other)) as copied:
        write(copied, 2, "two")
        crashed = copy(other, tmp_path / "crashed.db")
    assert content(other) == content(crashed) == BEGINNING | {1: "one", 2: "two"}


# Creating a file


def test_a_file_that_cannot_be_written_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert refusal(path) == f"the database {path} cannot be used: No space left on device"
    assert folder(path) == {}


def test_what_a_killed_start_has_left_is_removed(path: Path) -> None:
    path.with_name(".notes.db.123.part").write_bytes(IMAGE[:1000])
    path.with_name(".other.db.123.part").write_bytes(b"of another")
    assert content(path) == BEGINNING
    assert folder(path).keys() == {"notes.db", ".other.db.123.part"}


def test_an_empty_file_is_filled(path: Path) -> None:
    path.touch()
    assert content(path) == BEGINNING


@pytest.mark.parametrize("has_links", [True, False])
def test_of_servers_that_start_at_once_one_gets_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    servers = 4 if has_links else 1
    if not has_links:  # such as exFAT
        monkeypatch.setattr(os, "link", lambda *_: os.stat("/no such file"))
    start = Barrier(servers)

    def start_one(_: int) -> Database | str:
        start.wait(timeout=30)
        try:
            return opened(path)
        except StartupError as error:
            return str(error)

    for _ in range(3):
        with ThreadPoolExecutor(servers) as threads:
            results = list(threads.map(start_one, range(servers)))
        (database,) = (one for one in results if isinstance(one, Database))
        refused = [one for one in results if isinstance(one, str)]
        assert refused == [f"the database {path} cannot be used: another server is using it"] * (servers - 1)
        write(database, 1, "mine")
        database.close()
        assert content(path) == BEGINNING | {1: "mine"}
        assert folder(path).keys() == {"notes.db"}
        path.unlink()


def test_a_symbolic_link_stays_one(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "target.db")
    assert content(path) == BEGINNING
    assert path.is_symlink()
    assert (tmp_path / "target.db").read_bytes()[:15] == b"SQLite format 3"


# A file that another program takes away


def refused_write(database: Database) -> str:
    with pytest.raises(Problem) as refused:
        write(database, 1, "refused")
    assert (refused.value.status, refused.value.code) == (503, "database-unavailable")
    return refused.value.detail


@pytest.mark.usefixtures("watched")
def test_a_removed_file_is_not_written_to_until_a_restore(path: Path, database: Database) -> None:
    write(database, 1, "one")
    path.unlink()
    for _ in range(2):
        assert refused_write(database) == (
            f"The database {path} is unavailable: it has been removed; put it back, or POST /_sim/reset in this space. "
            "Nothing of this request was stored."
        )
    assert notes(database) == BEGINNING | {1: "one"}
    database.restore(IMAGE)
    write(database, 2, "two")
    assert content(copy(path, path.with_name("copy.db"))) == BEGINNING | {2: "two"}


@pytest.mark.usefixtures("watched")
def test_a_restore_without_a_folder_changes_nothing(tmp_path: Path) -> None:
    (folder := tmp_path / "folder").mkdir()
    with closing(opened(folder / "notes.db")) as database:
        write(database, 1, "one")
        folder.rename(aside := tmp_path / "aside")
        with pytest.raises(Problem, match="No such file or directory"):
            database.restore(IMAGE)
        assert notes(database) == BEGINNING | {1: "one"}
        aside.rename(folder)
        write(database, 2, "two")
    assert content(folder / "notes.db") == BEGINNING | {1: "one", 2: "two"}


@pytest.mark.usefixtures("watched")
def test_a_file_that_is_put_back_is_written_to_again(
    path: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    path.rename(aside := path.with_name("aside.db"))
    refused_write(database)
    refused_write(database)
    shutil.copy(aside, path)
    reason = (
        "another file has taken its place; to use what is there now, restart the server or, with --data, wait "
        "until it has closed the idle space"
    )
    assert reason in refused_write(database)
    aside.rename(path)
    write(database, 1, "again")
    write(database, 2, "and again")
    assert caplog.messages == [
        f"The database {path} is unavailable: it has been removed; put it back, or POST /_sim/reset in this space",
        f"The database {path} is unavailable: {reason}",
        f"The database {path} can be written to again",
    ]
    assert [one.exc_info for one in caplog.records] == [None] * 3


@pytest.mark.usefixtures("watched")
def test_a_backup_that_is_copied_over_a_file_in_use_stays_as_it_is(path: Path, tmp_path: Path) -> None:
    opened(path).close()
    backup = tmp_path / "backup.db"
    shutil.copy(path, backup)
    with closing(opened(path)) as database:
        write(database, 1, "lost")
    with closing(opened(path)) as database:
        write(database, 2, "lost too")
        shutil.copy(backup, path)
        assert "another program has overwritten it" in refused_write(database)
        with pytest.raises(Problem, match="another program has overwritten it"):
            database.restore(IMAGE)
    assert path.read_bytes() == backup.read_bytes()
    assert content(path) == BEGINNING


@pytest.mark.usefixtures("watched")
def test_a_removed_log_costs_nothing(
    path: Path, tmp_path: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    write(database, 1, "one")
    beside(path, "-wal").unlink()
    write(database, 2, "two")
    assert content(copy(path, tmp_path / "crashed.db")) == BEGINNING | {1: "one", 2: "two"}
    assert caplog.messages == [f"{path}-wal has been removed; it is created again, and nothing is lost"]


# Files that cannot be written


def problem_of_writing(database: Database, number: int, words: str) -> Problem | None:
    try:
        write(database, number, words)
    except Problem as problem:
        return problem
    return None


def test_a_full_file_system_costs_only_the_writes_that_do_not_fit(
    path: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    pages = database.connection.execute(text("PRAGMA page_count")).scalar_one()
    database.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    problems = [problem_of_writing(database, number, f"{number} {MUCH}") for number in range(100, 200)]
    written = BEGINNING | {
        number: f"{number} {MUCH}" for number, problem in enumerate(problems, 100) if problem is None
    }
    (problem,) = {str(one) for one in problems if one is not None}
    assert problem == (
        f"503 Database unavailable: The database {path} is unavailable: the file system is full: "
        "make room; the next request tries again. "
        "Nothing of this request was stored."
    )
    assert notes(database) == written
    database.connection.execute(text("PRAGMA max_page_count = 1000000"))
    write(database, 200, "y")
    assert notes(database) == written | {200: "y"}
    assert caplog.messages == [
        f"The database {path} is unavailable: the file system is full: make room; the next request tries again",
        f"The database {path} can be written to again",
    ]


def test_a_restore_that_does_not_fit_changes_nothing(database: Database) -> None:
    database.restore(OTHER_IMAGE)
    database.connection.execute(text("PRAGMA max_page_count = 5"))
    with pytest.raises(Problem, match="the file system is full"):
        database.restore(IMAGE)
    assert notes(database) == OTHER


def test_a_corrupt_page_is_a_503(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    opened(path).close()
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * (path.stat().st_size - 3 * 4096))
    with closing(opened(path)) as database:
        for _ in range(2):
            with pytest.raises(Problem) as failed:
                database.connection.execute(select(NOTE)).all()
            assert (failed.value.status, failed.value.code) == (503, "database-unavailable")
            with database.transaction():
                pass
    assert caplog.messages == [f"The database {path} is unavailable: it is corrupt"]


def test_a_read_only_file_is_refused(unprivileged: Path) -> None:
    path = unprivileged / "notes.db"
    opened(path).close()
    path.chmod(0o444)
    assert refusal(path) == f"the database {path} cannot be used: it is read-only"


def test_a_file_in_a_read_only_folder_is_refused(unprivileged: Path) -> None:
    path = unprivileged / "notes.db"
    opened(path).close()
    unprivileged.chmod(0o555)
    assert refusal(path) == f"the database {path} cannot be used: its folder is read-only"
    path = unprivileged / "new.db"
    assert refusal(path) == f"the database {path} cannot be used: Permission denied"
    unprivileged.chmod(0o755)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_regular_file_is_refused_and_stays(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "notes.db"
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    reason = "it is a folder" if kind == "folder" else "it is not a regular file"
    with pytest.raises(StartupError, match=f"cannot be used: {reason}$"):
        opened(path)
    assert not path.is_file()
