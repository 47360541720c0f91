"""Databases in memory, which share an image, and in files: both commit or roll back transactions as a whole."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.schema import CreateTable

from ledgersim.problems import Problem
from ledgersim.storage.connections import engine
from ledgersim.storage.database import Database
from ledgersim.storage.images import Image, MappedImage

NOTE = Table("note", MetaData(), Column("id", Integer, primary_key=True), Column("text", String, unique=True))
PART = Table("part", NOTE.metadata, Column("note_id", ForeignKey("note.id")))
MUCH = "x" * 1000

Rows = dict[int, str]


def made(rows: Rows) -> bytes:
    """The image of a database with these notes."""
    database = Database.in_memory()
    with database.transaction() as connection:
        for table in (NOTE, PART):
            connection.execute(CreateTable(table))
        for number, words in rows.items():
            connection.execute(insert(NOTE), {"id": number, "text": words})
    image = database.image()
    database.close()
    return image


BEGINNING = {number: f"{number} {MUCH}" for number in range(40)}
IMAGE = made(BEGINNING)
OTHER = {1: "other"}
OTHER_IMAGE = made(OTHER)


def notes(database: Database) -> Rows:
    return {row.id: row.text for row in database.connection.execute(select(NOTE))}


def write(database: Database, number: int, words: str) -> None:
    with database.transaction() as connection:
        connection.execute(delete(NOTE).where(NOTE.c.id == number))
        connection.execute(insert(NOTE), {"id": number, "text": words})


def fail(database: Database, number: int) -> None:
    with database.transaction() as connection:
        connection.execute(delete(NOTE).where(NOTE.c.id > number))
        raise ZeroDivisionError


def check(database: Database) -> str:
    found: str = database.connection.execute(text("PRAGMA integrity_check")).scalar_one()
    return found


@pytest.fixture(params=["memory", "file"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Image]:
    """The image whose pages are shared, in memory or in a file that stays as it was."""
    if request.param == "memory":
        yield IMAGE
        return
    folder = tmp_path / "images"
    folder.mkdir()
    yield mapped(folder)
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("image", IMAGE + b"checksum")]


def mapped(folder: Path) -> MappedImage:
    """The image in a file."""
    path = folder / "image"
    path.write_bytes(IMAGE + b"checksum")
    return MappedImage(path, len(IMAGE))


@pytest.fixture
def clone(shared: Image) -> Iterator[Callable[..., Database]]:
    """Makes databases in memory that end with the test."""
    opened: list[Database] = []

    def make(image: Image = shared) -> Database:
        opened.append(Database.in_memory(image))
        return opened[-1]

    yield make
    for database in opened:
        database.close()


@pytest.fixture(params=["clone", "copy", "file"])
def database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Database]:
    """A database of each kind, including the copy made where SQLite cannot share pages between connections."""
    if request.param == "copy":
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 35, 5))
    if request.param == "file":
        opened = Database.in_file(tmp_path / "notes.db", IMAGE)
        opened.enable_wal()
    else:
        opened = Database.in_memory(IMAGE)
    yield opened
    opened.close()


def test_writes_are_visible_and_a_restore_undoes_them(database: Database) -> None:
    write(database, 1, "one")
    write(database, 99, "new")
    assert notes(database) == BEGINNING | {1: "one", 99: "new"}
    database.restore(IMAGE)
    assert notes(database) == BEGINNING
    database.restore(IMAGE)
    assert notes(database) == BEGINNING


def test_a_block_that_raises_leaves_what_was_before_it(database: Database) -> None:
    write(database, 1, "kept")
    with pytest.raises(IntegrityError, match="UNIQUE"):
        write(database, 2, "kept")  # deletes the present one first
    assert notes(database) == BEGINNING | {1: "kept"}
    write(database, 2, "after")
    assert notes(database) == BEGINNING | {1: "kept", 2: "after"}


def test_a_row_without_its_parent_is_rejected(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as connection:
        connection.execute(insert(PART), {"note_id": 12345})


def write_both(database: Database, first: int, second: int, words: str) -> None:
    with database.transaction():
        write(database, first, words)
        write(database, second, words)


def test_a_nested_transaction_is_part_of_the_outer_one(database: Database) -> None:
    with pytest.raises(IntegrityError):
        write_both(database, 1, 2, "one")
    assert notes(database) == BEGINNING
    with database.transaction():
        write(database, 1, "one")
    assert notes(database) == BEGINNING | {1: "one"}


def add_part_later(database: Database, note_id: int) -> None:
    with database.transaction() as connection:
        database.defer_foreign_keys()
        connection.execute(insert(PART), {"note_id": note_id})


def test_references_can_be_deferred_to_the_end_of_a_transaction(database: Database) -> None:
    with database.transaction() as connection:
        database.defer_foreign_keys()
        connection.execute(insert(PART), {"note_id": 12345})
        connection.execute(insert(NOTE), {"id": 12345, "text": "late"})
    with pytest.raises(sqlite3.IntegrityError, match="references a missing row of note"):
        add_part_later(database, 67890)
    assert notes(database) == BEGINNING | {12345: "late"}
    with pytest.raises(IntegrityError), database.transaction() as connection:
        connection.execute(insert(PART), {"note_id": 67890})  # at once again


def test_an_image_has_all_that_was_written_and_makes_others(
    database: Database, clone: Callable[..., Database]
) -> None:
    write(database, 1, "one")
    image = database.image()
    write(database, 2, "two")
    assert notes(clone(image)) == BEGINNING | {1: "one"}
    database.restore(image)
    assert notes(database) == BEGINNING | {1: "one"}
    assert check(database) == "ok"


def test_a_restore_of_another_image_and_back(database: Database) -> None:
    write(database, 1, "one")
    database.restore(OTHER_IMAGE)
    assert notes(database) == OTHER
    write(database, 2, "two")
    assert notes(database) == OTHER | {2: "two"}
    database.restore(IMAGE)
    assert notes(database) == BEGINNING


def test_an_invalid_image_is_rejected_and_changes_nothing(database: Database) -> None:
    write(database, 1, "one")
    version = database.version
    with pytest.raises(sqlite3.DatabaseError):
        database.restore(b"no image at all" * 300)
    assert notes(database) == BEGINNING | {1: "one"}
    assert database.version == version


def test_every_write_and_every_restore_is_another_version(database: Database) -> None:
    versions = [database.version]
    for _ in range(2):
        write(database, 1, "one")
        versions.append(database.version)
        for image in (IMAGE, OTHER_IMAGE, IMAGE):
            database.restore(image)
            versions.append(database.version)
    assert len(set(versions)) == len(versions)


def test_clones_are_isolated(clone: Callable[..., Database], shared: Image) -> None:
    clones = [clone() for _ in range(5)]
    for number, one in enumerate(clones):
        write(one, 1, f"of {number}")
    clones[0].restore(shared)
    clones[1].close()
    assert notes(clones[0]) == BEGINNING
    assert [notes(one)[1] for one in clones[2:]] == ["of 2", "of 3", "of 4"]
    assert notes(clone()) == BEGINNING


def test_more_changes_than_the_cache_holds_stay_with_the_clone(
    clone: Callable[..., Database], shared: Image
) -> None:
    writer, reader = clone(), clone()
    written = {number: f"{number} {MUCH * 4}" for number in range(2000)}  # twice 8 MB; the cache has 2
    with writer.transaction() as connection:
        connection.execute(delete(NOTE))
        connection.execute(insert(NOTE), [{"id": number, "text": words} for number, words in written.items()])
    assert notes(writer) == written
    assert (notes(reader), notes(clone())) == (BEGINNING, BEGINNING)
    assert (check(writer), check(reader)) == ("ok", "ok")
    writer.restore(shared)
    assert (notes(writer), check(writer)) == (BEGINNING, "ok")


def test_an_image_in_a_file_makes_clones_after_the_file_is_gone(tmp_path: Path) -> None:
    image = mapped(tmp_path)
    first = Database.in_memory(image)
    write(first, 1, "one")
    (tmp_path / "image").unlink()
    second = Database.in_memory(image)
    write(second, 2, "two")
    assert (notes(first), notes(second)) == (BEGINNING | {1: "one"}, BEGINNING | {2: "two"})
    first.restore(image)
    assert (notes(first), check(first)) == (BEGINNING, "ok")
    first.close()
    second.close()


def test_an_image_in_a_read_only_file_makes_clones(unprivileged: Path) -> None:
    image = mapped(unprivileged)
    image.path.chmod(0o444)
    database = Database.in_memory(image)
    write(database, 1, "one")
    assert notes(database) == BEGINNING | {1: "one"}
    database.close()


def test_the_pages_are_freed_with_the_last_clone_and_loaded_again() -> None:
    for words in ("one", "two"):
        only = Database.in_memory(IMAGE)
        assert notes(only) == BEGINNING
        write(only, 1, words)
        only.close()


def test_nobody_commits_to_what_all_have_in_common(clone: Callable[..., Database]) -> None:
    writer = clone()
    with writer.transaction() as connection:
        connection.execute(update(NOTE).values(text=NOTE.c.id))
        with pytest.raises(ProgrammingError, match="must not commit"):
            connection.commit()
    assert notes(clone()) == BEGINNING


def test_a_clone_that_lost_its_transaction_is_unusable_until_restored(
    clone: Callable[..., Database], shared: Image
) -> None:
    writer = clone()
    write(writer, 1, "one")
    writer.connection.execute(text("ROLLBACK"))  # what SQLite does by itself when there is no memory left
    for use in (writer.check, writer.image, lambda: write(writer, 2, "two")):
        with pytest.raises(Problem) as lost:
            use()
        assert (lost.value.status, lost.value.code) == (503, "changes-lost")
    writer.restore(shared)
    write(writer, 2, "two")
    assert notes(writer) == BEGINNING | {2: "two"}
    assert notes(clone()) == BEGINNING


def test_the_size_of_a_clone_is_what_it_has_for_itself(clone: Callable[..., Database], shared: Image) -> None:
    one = clone()
    assert one.size == 0
    write(one, 1, "one")  # deletes a row and inserts one
    assert one.size == 2 * 4096
    with one.transaction() as connection:
        connection.execute(insert(NOTE), [{"id": 1000 + n, "text": f"new {n} {MUCH}"} for n in range(500)])
    grown = len(one.image()) - len(IMAGE)
    assert one.size == grown + len(IMAGE)
    one.restore(shared)
    assert one.size == 0


def test_a_file_takes_no_memory(tmp_path: Path) -> None:
    database = Database.in_file(tmp_path / "notes.db", IMAGE)
    assert database.size == 0
    database.close()


ACTS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["write", "write", "fail", "delete", "restore", "restore other", "keep", "go back"]),
        st.integers(0, 60),
    ),
    max_size=30,
)


@given(ACTS)
def test_clones_act_as_dictionaries_do(acts: list[tuple[int, str, int]]) -> None:
    clones = [Database.in_memory(IMAGE) for _ in range(3)]
    wanted = [dict(BEGINNING) for _ in clones]
    kept = {IMAGE: BEGINNING}
    for turn, (which, act, number) in enumerate(acts):
        database, rows = clones[which], wanted[which]
        if act == "write":
            write(database, number, f"{turn}")
            rows[number] = f"{turn}"
        elif act == "fail":
            with pytest.raises(ZeroDivisionError):
                fail(database, number)
        elif act == "delete":
            with database.transaction() as connection:
                connection.execute(delete(NOTE).where(NOTE.c.id > number))
            wanted[which] = {key: words for key, words in rows.items() if key <= number}
        elif act == "keep":
            kept[database.image()] = dict(rows)
        else:
            image = {"restore": IMAGE, "restore other": OTHER_IMAGE, "go back": list(kept)[-1]}[act]
            database.restore(image)
            wanted[which] = dict(OTHER if act == "restore other" else kept[image])
        assert notes(database) == wanted[which]
    assert [notes(database) for database in clones] == wanted
    assert [check(database) for database in clones] == ["ok"] * 3
    for database in clones:
        database.close()


# Threads

THREADS = 8
NUMBERS = Table("numbers", MetaData(), Column("number", Integer, primary_key=True))


def changes_by_one_row(number: int) -> int:
    """How many changes a new database counts of the one row written to it."""
    one = Database.in_memory()
    NUMBERS.create(one.connection)
    one.connection.execute(insert(NUMBERS).values(number=number))
    changes = one.changes
    one.close()
    return changes


def test_databases_that_are_opened_in_several_threads_at_once_are_not_mixed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect, all_are_opening = engine.connect, Barrier(THREADS)

    def connect_together() -> Connection:
        all_are_opening.wait(timeout=30)
        return connect()

    monkeypatch.setattr(engine, "connect", connect_together)
    with ThreadPoolExecutor(THREADS) as threads:
        changes = list(threads.map(changes_by_one_row, range(THREADS)))
    assert changes == [1] * THREADS
