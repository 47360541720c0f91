"""Built worlds, kept in the user's cache folder so that a start does not build one again.

A template is the image of a world and a checksum of it. Nothing here imports YAML or Faker unless there
is none that fits.
"""

import importlib.metadata
import logging
import os
import sqlite3
import sys
import tempfile
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from pathlib import Path

import platformdirs

from ledgersim import __version__
from ledgersim.world.definition import digest, load

MOST_TEMPLATES = 10
ABANDONED = 3600  # seconds after which an unfinished file is somebody's who is gone

_CHECKSUM = 32  # bytes
_SOURCES = ("core/ids.py", "core/state.py", "core/database.py", "world/*.py")
_VENDOR_SOURCES = ("table.py", "rules.py", "parties.py")

log = logging.getLogger(__name__)


def world_image(world: str, seed: int, customers: int, as_of: date) -> bytes:
    """The database image of a world, from its template where there is one. Raises CannotStart."""
    folder = _folder()
    image = _read(folder / _name(digest(world), world, seed, customers, as_of))
    if image is None:
        from ledgersim.world.builder import build

        definition = load(world)
        image = build(definition, seed, customers, as_of)
        # Named by what was read, should the files have changed since they were looked at.
        _keep(folder / _name(definition.digest, world, seed, customers, as_of), image)
    return image


def _folder() -> Path:
    return Path(platformdirs.user_cache_dir("ledgersim", appauthor=False)) / "worlds"


def _name(definition: str, world: str, seed: int, customers: int, as_of: date) -> str:
    key = blake2b(digest_size=16)
    for part in (*_version(), definition, world, seed, customers, as_of.isoformat()):
        key.update(f"{part}\0".encode())
    return f"{customers}-{as_of.isoformat()}-{key.hexdigest()}.world"


def _version() -> tuple[object, ...]:
    """All that a world depends on besides what the user asks for."""
    package = Path(__file__).resolve().parents[1]
    files = [file for pattern in _SOURCES for file in package.glob(pattern)]
    files += [file for name in _VENDOR_SOURCES for file in (package / "vendors").rglob(name)]
    sources = blake2b(digest_size=16)
    for file in sorted(files):
        data = file.read_bytes()
        sources.update(f"{file.relative_to(package).as_posix()}:{len(data)}:".encode())
        sources.update(data)
    return (
        __version__,
        sources.hexdigest(),
        importlib.metadata.version("faker"),
        sqlite3.sqlite_version,
        sys.version_info[:2],
    )


def _read(path: Path) -> bytes | None:
    """The image in a template; None if there is none, or a broken one."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size - _CHECKSUM
            image = file.read(max(size, 0))
            checksum = file.read()
        os.utime(path)  # used lately: among the last to be thrown away
    except OSError as error:
        log.debug("no template of the world: %s", error)
        return None
    if checksum != _checksum(image):
        log.debug("the template %s is broken; it is built again", path)
        return None
    return image


def _keep(path: Path, image: bytes) -> None:
    """Keep a template, whole or not at all; where that is not possible the next start builds again."""
    if not path.is_absolute():  # there is no home folder
        return
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(image)
            file.write(_checksum(image))
        os.replace(part, path)
        _prune(path)
    except OSError as error:
        log.debug("the template of the world cannot be kept: %s", error)
        if part is not None:
            with suppress(OSError):
                os.unlink(part)


def _prune(newest: Path) -> None:
    """Leave the templates used last, and nothing unfinished that is old."""
    used = {}
    for file in newest.parent.iterdir():
        with suppress(OSError):
            used[file] = file.stat().st_mtime
    templates = sorted((file for file in used if file.suffix == ".world"), key=lambda file: -used[file])
    now = used.get(newest, 0.0)
    unfinished = (file for file in used if file.suffix == ".part" and used[file] < now - ABANDONED)
    for file in (*templates[MOST_TEMPLATES:], *unfinished):
        if file != newest:
            with suppress(OSError):  # another start may have thrown it away
                file.unlink()


def _checksum(image: bytes) -> bytes:
    return blake2b(image, digest_size=_CHECKSUM).digest()
