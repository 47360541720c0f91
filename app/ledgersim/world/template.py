"""Built worlds, kept in a cache folder so that a start does not build one again.

A template is the image of a world and a checksum of it. Nothing here imports YAML or Faker unless there
is none that fits.
"""

import errno
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
from ledgersim.errors import StartupError
from ledgersim.world.definition import digest, load

MAX_TEMPLATES = 10
ABANDONED = 3600  # seconds after which an unfinished file is somebody's who is gone

_CHECKSUM = 32  # bytes
_MODE = 0o644  # worlds hold made-up data only, and a container may run as any user

log = logging.getLogger(__name__)


def world_image(world: str, seed: int, customers: int, as_of: date, cache: Path | None = None) -> bytes:
    """The database image of a world, from its template where there is one.

    `cache` is the folder for templates; by default it is in the user's cache folder. Raises CannotStart.
    """
    path = _folder(cache) / _name(digest(world), world, seed, customers, as_of)
    image = _read(path)
    if image is None:
        path, image = _build(path.parent, world, seed, customers, as_of)
        try:
            _keep(path, image)
        except OSError as error:
            level = logging.DEBUG if cache is None else logging.WARNING
            log.log(level, "The world cannot be kept in %s: %s", path.parent, error.strerror)
    return image


def keep_world(world: str, seed: int, customers: int, as_of: date, cache: Path | None = None) -> Path:
    """The template of a world, built if there is none. Raises CannotStart, also where it cannot be kept."""
    path = _folder(cache) / _name(digest(world), world, seed, customers, as_of)
    if _read(path) is None:
        path, image = _build(path.parent, world, seed, customers, as_of)
        try:
            _keep(path, image)
        except OSError as error:
            raise StartupError(
                f"the world cannot be kept in {path.parent}: {error.strerror}; "
                "name a folder that can be written with --cache"
            ) from error
    return path


def _folder(cache: Path | None) -> Path:
    own = Path(platformdirs.user_cache_dir("ledgersim", appauthor=False)) if cache is None else cache.absolute()
    return own / "worlds"


def _build(folder: Path, world: str, seed: int, customers: int, as_of: date) -> tuple[Path, bytes]:
    """A world, and the path of its template."""
    from ledgersim.world.builder import build

    definition = load(world)
    # Named by what was read, in case the files have changed since the template was looked for.
    path = folder / _name(definition.digest, world, seed, customers, as_of)
    return path, build(definition, seed, customers, as_of)


def _name(definition: str, world: str, seed: int, customers: int, as_of: date) -> str:
    key = blake2b(digest_size=16)
    for part in (*_version(), definition, world, seed, customers, as_of.isoformat()):
        key.update(f"{part}\0".encode())
    return f"{customers}-{as_of.isoformat()}-{key.hexdigest()}.world"


def _version() -> tuple[object, ...]:
    """All that a world depends on besides what the user asks for."""
    return (
        __version__,
        sources_digest(Path(__file__).resolve().parents[1]),
        importlib.metadata.version("faker"),
        sqlite3.sqlite_version,
        sys.version_info[:2],
    )


def sources_digest(package: Path) -> str:
    """A digest of all modules in a folder: building a world runs code of every vendor."""
    sources = blake2b(digest_size=16)
    for file in sorted(package.rglob("*.py")):
        data = file.read_bytes()
        sources.update(f"{file.relative_to(package).as_posix()}:{len(data)}:".encode())
        sources.update(data)
    return sources.hexdigest()


def _read(path: Path) -> bytes | None:
    """The image in a template; None if there is none, or a broken one."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size - _CHECKSUM
            image = file.read(max(size, 0))
            checksum = file.read()
    except OSError as error:
        log.debug("no template of the world: %s", error)
        return None
    if checksum != _checksum(image):
        log.debug("the template %s is broken; it is built again", path)
        return None
    with suppress(OSError):  # another user's, or a file system that is read-only
        os.utime(path)  # used lately: among the last to be thrown away
    return image


def _keep(path: Path, image: bytes) -> None:
    """Keep a template, whole or not at all. Raises OSError where that is not possible."""
    if not path.is_absolute():
        raise OSError(errno.ENOENT, "there is no home folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(image)
            file.write(_checksum(image))
        os.chmod(part, _MODE)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            os.unlink(part)
        raise
    _prune(path)


def _prune(newest: Path) -> None:
    """Leave the templates used last, and nothing unfinished that is old."""
    used = {}
    for file in newest.parent.iterdir():
        with suppress(OSError):
            used[file] = file.stat().st_mtime
    templates = sorted((file for file in used if file.suffix == ".world"), key=lambda file: -used[file])
    now = used.get(newest, 0.0)
    unfinished = (file for file in used if file.suffix == ".part" and used[file] < now - ABANDONED)
    for file in (*templates[MAX_TEMPLATES:], *unfinished):
        if file != newest:
            with suppress(OSError):  # another start may have thrown it away
                file.unlink()


def _checksum(image: bytes) -> bytes:
    return blake2b(image, digest_size=_CHECKSUM).digest()
