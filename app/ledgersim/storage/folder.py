"""A folder of database files, one for each name; beside some, the image that they started from."""

import json
import re
from collections.abc import Callable, Mapping
from os import scandir, urandom
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ledgersim.errors import StartupError
from ledgersim.storage.connections import is_writable
from ledgersim.storage.database import Database
from ledgersim.storage.files import create_file, remove_file, write_file
from ledgersim.storage.images import Image, InvalidImageError, check_header

MARKER = "ledgersim.json"
_DATABASE, _START = ".db", ".start"

# Characters that every file system keeps apart and allows in names. The others are percent-encoded: in some
# file systems `A.db` and `a.db` are one file.
_SAFE = "abcdefghijklmnopqrstuvwxyz0123456789._-"
_UNSAFE = re.compile(rf"[^{re.escape(_SAFE)}]")
# Names of devices on Windows, with any extension, and hidden files.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?|[.-].*")


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
        except OSError as error:
            raise _cannot_use(path, error.strerror) from error
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise _cannot_use(path, f"{MARKER} in it is damaged; restore it from a backup") from error

    def path_of(self, name: str) -> Path:
        """The path of the file for a name."""
        return self.path / f"{file_name(name)}{_DATABASE}"

    def __contains__(self, name: str) -> bool:
        return self.path_of(name).exists()

    def names(self) -> list[str]:
        """The names of all files. Raises OSError."""
        with scandir(self.path) as entries:
            files = [entry.name for entry in entries if entry.name.endswith(_DATABASE)]
        names = ((unquote(one.removesuffix(_DATABASE)), one) for one in files)
        return sorted(name for name, one in names if name and f"{file_name(name)}{_DATABASE}" == one)

    def open(self, name: str) -> tuple[Database, Image]:
        """Open the database for a name, created if missing, and the image that it started from.

        Raises StartupError.
        """
        path = self.path_of(name)
        start = path.with_suffix(_START)
        image = self._image
        try:
            if not path.exists():
                start.unlink(missing_ok=True)
            elif not path.stat().st_size:  # files are never created empty
                raise _cannot_use(path, "it is empty; restore a backup, or delete the space")
            elif start.exists():
                image = start.read_bytes()
                check_header(image)
        except OSError as error:
            raise _cannot_use(start, error.strerror) from error
        except InvalidImageError as error:
            raise _cannot_use(start, f"{error}; restore a backup") from error
        return self._open_database(path, self._image), image

    def create(self, name: str, image: Image | None) -> None:
        """Create the file for a name from an image, or from the seed. Raises StartupError."""
        path = self.path_of(name)
        if image is not None:
            start = path.with_suffix(_START)
            try:
                start.unlink(missing_ok=True)
                write_file(start, image, wal=False)
            except OSError as error:
                raise _cannot_use(start, error.strerror) from error
        create_file(path, self._image if image is None else image)

    def remove(self, name: str) -> None:
        """Remove the files for a name. Raises StartupError, also if another server uses them."""
        path = self.path_of(name)
        remove_file(path)
        remove_file(path.with_suffix(_START))


def _mark(path: Path, world: Mapping[str, Any]) -> None:
    """Create the folder and its marker, unless they are there.

    Raises StartupError for a folder with other files.
    """
    path.mkdir(parents=True, exist_ok=True)
    if (path / MARKER).exists():
        return
    strangers = sorted(one.name for one in path.iterdir() if one.name != "lost+found" and one.name[0] != ".")
    if strangers and not (path / MARKER).exists():  # by now another server may have written it
        raise _cannot_use(
            path,
            f"it has no {MARKER}, but {strangers[0]}; choose a new or an empty folder, or one of ledgersim",
        )
    part = path / f".{MARKER}.{urandom(4).hex()}.part"
    part.write_text(json.dumps(dict(world), indent=2) + "\n", "utf-8")
    part.replace(path / MARKER)


def _cannot_use(path: Path, reason: str | None) -> StartupError:
    return StartupError(f"{path} cannot be used: {reason}")
