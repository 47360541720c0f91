"""Database images as bytes: the fields of the file header, and checks of images from untrusted sources."""

import sqlite3
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

# Offsets in the file header: https://www.sqlite.org/fileformat2.html#the_database_header
_MAGIC = b"SQLite format 3\0"
_PAGE_SIZE, _FORMAT_VERSIONS, _PAGES = slice(16, 18), slice(18, 20), slice(28, 32)
_SCHEMA_VERSION = slice(40, 44)
_CURRENT, _PREVIOUS = slice(60, 64), slice(68, 72)  # user_version and application_id
_ROLLBACK_JOURNAL, _WAL = b"\1\1", b"\2\2"


class MappedImage(mmap):
    """An image at the start of a file that nobody changes. Only what is being read of it takes memory."""

    path: Path

    def __new__(cls, path: Path, size: int) -> "MappedImage":
        with path.open("rb") as file:
            image = super().__new__(cls, file.fileno(), size, access=ACCESS_READ)
        image.path = path
        return image


Image: TypeAlias = bytes | MappedImage


class InvalidImageError(ValueError):
    """Bytes that are not an image of a ledgersim database; the message says why."""


class OtherSchemaError(InvalidImageError):
    """A database with another schema than this version's."""


class Generations(NamedTuple):
    """Which write-ahead log of a file an image includes, and which one was before it; see `storage.files`."""

    previous: int
    current: int


def generations(image: bytes) -> Generations:
    """The generations in the header of an image; 0 where it has none."""
    return Generations(int.from_bytes(image[_PREVIOUS], "big"), int.from_bytes(image[_CURRENT], "big"))


def schema_version(image: bytes) -> int:
    """How often the schema has changed, by the header of an image."""
    return int.from_bytes(image[_SCHEMA_VERSION], "big")


def without_wal(image: bytes) -> bytes:
    """An image that can be opened in memory, where WAL mode does not exist. The image must be complete."""
    if image[_FORMAT_VERSIONS] != _WAL:
        return image
    return _with_header(image, _ROLLBACK_JOURNAL, Generations(0, 0))


def with_generations(image: Image, of: Generations, wal: bool = False) -> bytes:
    """An image with these generations; in WAL mode it can be written to a file, but not opened in memory."""
    return _with_header(image, _WAL if wal else _ROLLBACK_JOURNAL, of)


def _with_header(image: Image, versions: bytes, of: Generations) -> bytes:
    header = bytearray(image[:100])
    header[_FORMAT_VERSIONS] = versions
    header[_PREVIOUS], header[_CURRENT] = of.previous.to_bytes(4, "big"), of.current.to_bytes(4, "big")
    return b"".join((header, memoryview(image)[100:]))  # one copy: other threads wait meanwhile


def check_header(image: bytes) -> None:
    """Check an image before SQLite opens it. Raises InvalidImageError."""
    if not image.startswith(_MAGIC):
        raise InvalidImageError("it is not a SQLite database")
    if image[_FORMAT_VERSIONS] != _ROLLBACK_JOURNAL:
        raise InvalidImageError(
            "it is in WAL mode, like a --database file, so its latest changes may be in a separate file; "
            "upload a snapshot of the server instead"
        )
    page_size = int.from_bytes(image[_PAGE_SIZE], "big")
    pages = int.from_bytes(image[_PAGES], "big")
    if len(image) != pages * (2**16 if page_size == 1 else page_size):
        raise InvalidImageError("its size does not match its header")


def check_content(raw: sqlite3.Connection, reference: sqlite3.Connection, quick: bool = False) -> None:
    """Check that a database is intact and has the schema of `reference`. Raises InvalidImageError.

    `quick` does not compare indexes with tables, which takes three times as long as the rest.
    """
    differences = _schema(raw) ^ _schema(reference)
    if differences:
        names = sorted({str(name) for _, name, *_ in differences})
        raise OtherSchemaError(f"its schema differs from this version's in {', '.join(names[:5])}")
    check = "quick_check" if quick else "integrity_check"
    messages = [str(message) for (message,) in raw.execute(f"PRAGMA {check}(1)")]
    if messages != ["ok"]:
        raise InvalidImageError(f"it is corrupt: {' '.join(' '.join(messages).split())}")
    if (violation := foreign_key_violation(raw)) is not None:
        raise InvalidImageError(violation)


def foreign_key_violation(raw: sqlite3.Connection) -> str | None:
    """A description of the first reference to a missing row, or None."""
    for table, row_id, parent, _ in raw.execute("PRAGMA foreign_key_check"):
        return f"row {row_id} of {table} references a missing row of {parent}"
    return None


def _schema(raw: sqlite3.Connection) -> set[tuple[Any, ...]]:
    """Every schema object by type, name, table and SQL, with the page size and the text encoding."""
    schema = set(raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"))
    pragmas = ("page_size", "encoding")  # SQLite knows them only after the first read
    return schema | {("pragma", name, *raw.execute(f"PRAGMA {name}").fetchone()) for name in pragmas}
