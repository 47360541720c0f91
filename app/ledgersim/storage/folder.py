"""A folder of database files, one for each name; beside some, the image that they started from."""

import errno
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from os import scandir, urandom
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ledgersim.errors import StartupError
from ledgersim.storage.connections import is_writable
from ledgersim.storage.database import DATABASE_UNAVAILABLE, Database
from ledgersim.storage.files import create_file, remove_file, write_file
from ledgersim.storage.images import Image, InvalidImageError, check_header

MARKER = "ledgersim.json"
MAX_WARNINGS = 10  # about files that are ignored
_DATABASE, _START = ".db", ".start"
_OWN = re.compile(r"(?P<name>.+)(?P<extension>\.db(-wal|-journal)?|\.start)")
_SYSTEM = re.compile(r"\..*|lost\+found")  # what systems put into folders, and files that are being written

_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}")  # `.` and `..` cannot be segments of a path

# Characters that every file system keeps apart and allows in names. The others are percent-encoded: in some
# file systems `A.db` and `a.db` are one file.
_SAFE = "abcdefghijklmnopqrstuvwxyz0123456789._-"
_UNSAFE = re.compile(rf"[^{re.escape(_SAFE)}]")
# Names of devices on Windows, with any extension, and hidden files.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?|[.-].*")

_MAKE_ROOM = "make room; the next request tries again"
_RESTORE = "restore a backup, or {discard}"
_DEFAULT = "default"  # the space that cannot be deleted

# What helps if a file cannot be used, by the system's code, and by SQLite's.
_SYSTEM_REMEDIES = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.ENOENT: "put the folder back, or restart the server to create it",
    errno.EACCES: "change the permissions of the folder and its files",
}
_SQLITE_REMEDIES = {
    sqlite3.SQLITE_BUSY: "send the requests for the space to that server, or wait until it has closed the file",
    sqlite3.SQLITE_FULL: _MAKE_ROOM,
    sqlite3.SQLITE_READONLY: "change the permissions of the folder and its files",
    sqlite3.SQLITE_CORRUPT: _RESTORE,
    sqlite3.SQLITE_NOTADB: _RESTORE,
    sqlite3.SQLITE_CANTOPEN: "check the permissions of the folder, and how many files may be open (ulimit -n)",
}

log = logging.getLogger(__name__)


def is_name(name: str) -> bool:
    """Whether a space may have a name. All such names can be those of files."""
    return _NAME.fullmatch(name) is not None


def file_name(name: str) -> str:
    """The name of the file for a name, without its extension; different for names that differ only in case."""
    encoded = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", name)
    return f"%{ord(name[0]):02X}{encoded[1:]}" if _RESERVED.fullmatch(encoded) else encoded


class DatabaseFolder:
    """The files in the folder at `path`; new ones are created from `image`.

    `open_database` opens and checks a file. `world` identifies the world of the seed, which the folder keeps;
    `check_world` raises StartupError if it keeps another. So does the constructor if the folder cannot be used.
    """

    def __init__(
        self,
        path: Path,
        image: Image,
        open_database: Callable[[Path, Image], Database],
        world: Mapping[str, Any],
        check_world: Callable[[Path, Mapping[str, Any]], None],
    ) -> None:
        self.path = path
        self._image = image
        self._open_database = open_database
        try:
            _mark(path, world)
            if not is_writable(path):
                raise _cannot_use(path, "it is read-only")
            check_world(path, json.loads((path / MARKER).read_text("utf-8")))
            self._warn()
        except OSError as error:
            raise _cannot_use(path, error.strerror) from error
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise _cannot_use(path, f"{MARKER} in it is damaged; restore it from a backup") from error

    def path_of(self, name: str) -> Path:
        """The path of the file for a name."""
        return self.path / f"{file_name(name)}{_DATABASE}"

    def start_of(self, name: str) -> Path:
        """The path of the image that the file for a name started from, if it is another than the seed."""
        return self.path / f"{file_name(name)}{_START}"

    def __contains__(self, name: str) -> bool:
        return is_name(name) and self.path_of(name).exists()

    def names(self) -> list[str]:
        """The names of all files. Raises OSError."""
        with scandir(self.path) as entries:
            files = [entry.name for entry in entries if entry.name.endswith(_DATABASE)]
        names = ((unquote(one.removesuffix(_DATABASE)), one) for one in files)
        return sorted(name for name, one in names if is_name(name) and f"{file_name(name)}{_DATABASE}" == one)

    def _warn(self) -> None:
        """Log which files in the folder are ignored, and the names that they should have."""
        with scandir(self.path) as entries:
            reasons = [reason for entry in entries if (reason := _why_ignored(entry.name)) is not None]
        for reason in sorted(reasons)[:MAX_WARNINGS]:
            log.warning("%s: %s", self.path, reason)
        if len(reasons) > MAX_WARNINGS:
            log.warning("%s: %d more files are ignored", self.path, len(reasons) - MAX_WARNINGS)

    def open(self, name: str) -> Database:
        """Open the database for a name, created if missing. Raises StartupError."""
        path = self.path_of(name)
        with _remedies(name):
            try:
                _check_no_folder(path)
                if not path.exists():
                    self.start_of(name).unlink(missing_ok=True)
                elif not path.stat().st_size:  # files are never created empty
                    raise _cannot_use(path, f"it is empty; {_RESTORE.format(discard=discard_space(name))}")
            except OSError as error:
                raise _cannot_use(path, error.strerror) from error
            return self._open_database(path, self._image)

    def create(self, name: str, image: Image | None) -> None:
        """Create the file for a name from an image, or from the seed. Raises StartupError."""
        start = self.start_of(name)
        with _remedies(name):
            try:
                start.unlink(missing_ok=True)
                if image is not None:
                    write_file(start, image, wal=False)
            except OSError as error:
                raise _cannot_use(start, error.strerror) from error
            create_file(self.path_of(name), self._image if image is None else image)

    def remove(self, name: str) -> None:
        """Remove the files for a name. Raises StartupError, also if another server uses them."""
        with _remedies(name):
            _check_no_folder(self.path_of(name))
            remove_file(self.path_of(name))
            remove_file(self.start_of(name))


def read_start(path: Path) -> Image | None:
    """The image that a space started from; None if it has no file. Raises a 503 Problem if that is damaged."""
    try:
        image = path.read_bytes()
        check_header(image)
        return image
    except FileNotFoundError:
        return None
    except (OSError, InvalidImageError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DATABASE_UNAVAILABLE.with_detail(
            f"{path}, to which a reset goes back, cannot be used: {reason}. Nothing was reset. Restore the "
            "file from a backup, or remove it so that a reset goes back to the seed."
        ) from error


def _mark(path: Path, world: Mapping[str, Any]) -> None:
    """Create the folder and its marker, unless they are there.

    Raises StartupError for a folder with other files.
    """
    if path.is_file():
        raise _cannot_use(
            path,
            "it is a file; choose a folder, which is created if it is missing, or keep the default space alone "
            "in a file (--database)",
        )
    path.mkdir(parents=True, exist_ok=True)
    if (path / MARKER).exists():
        return
    strangers = sorted(one.name for one in path.iterdir() if not _SYSTEM.fullmatch(one.name))
    if strangers and not (path / MARKER).exists():  # by now another server may have written it
        raise _cannot_use(
            path,
            f"it has no {MARKER}, but {strangers[0]}; choose a new or an empty folder, or one of ledgersim",
        )
    part = path / f".{MARKER}.{urandom(4).hex()}.part"
    try:
        part.write_text(json.dumps(dict(world), indent=2) + "\n", "utf-8")
        part.replace(path / MARKER)
    finally:
        part.unlink(missing_ok=True)


def _why_ignored(file: str) -> str | None:
    """Why a file in a folder is not used, and which name it should have; None if it is."""
    if file == MARKER or _SYSTEM.fullmatch(file):
        return None
    own = _OWN.fullmatch(file)
    name = unquote(own["name"]) if own else ""
    if own is None or not is_name(name):
        return f"{file!r} is ignored: it is not named like a file of a space"
    right = file_name(name) + own["extension"]
    if file == right:
        return None
    return f"{file!r} is ignored: as a file of the space {name} it must be named {right}"


@contextmanager
def _remedies(name: str) -> Iterator[None]:
    """Let a StartupError say what helps, if it does not."""
    try:
        yield
    except StartupError as error:
        cause, remedy = error.__cause__, None
        if isinstance(cause, OSError):
            remedy = _SYSTEM_REMEDIES.get(cause.errno or 0)
        elif isinstance(cause, sqlite3.Error):
            remedy = _SQLITE_REMEDIES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
        remedy = None if remedy is None else remedy.format(discard=discard_space(name))
        if remedy is None or remedy in str(error):
            raise
        raise StartupError(f"{error}; {remedy}") from cause


def discard_space(name: str) -> str:
    """How to give up the content of a space that cannot be used."""
    if name == _DEFAULT:
        return "move the file away: the next request creates the space anew"
    return f"delete the space (DELETE /s/{name}/_sim/spaces/{name})"


def _check_no_folder(path: Path) -> None:
    """Raise StartupError for a folder in the place of a file."""
    if path.is_dir():
        raise _cannot_use(path, "it is a folder; move it to another place")


def _cannot_use(path: Path, reason: str | None) -> StartupError:
    return StartupError(f"{path} cannot be used: {reason}")
