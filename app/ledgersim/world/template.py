"""Caches built worlds in a folder, so that the next start need not build them again.

A template is the image of a world followed by a checksum. YAML and Faker, which are slow to import, are
imported only on a cache miss.
"""

import errno
import importlib.metadata
import logging
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from ledgersim import __version__
from ledgersim.errors import StartupError
from ledgersim.plugin import Vendor
from ledgersim.storage.images import Image, MappedImage
from ledgersim.world.definition import digest, load

MAX_TEMPLATES = 10
ABANDONED = 3600  # seconds after which an unfinished file belongs to a dead process

_CHECKSUM = 4  # bytes
_SLICE, _SLICES = 2**20, 256  # bytes that are read at a time, and about how often at most
_MODE = 0o644  # readable by all: worlds contain invented data only, and a container may run as any user

log = logging.getLogger(__name__)


def world_image(
    vendors: Sequence[Vendor], world: str, seed: int, customers: int, as_of: date, cache: Path | None = None
) -> Image:
    """The database image of a world, from its template or newly built. Raises StartupError.

    `cache` is the folder of the templates; by default they are in the user's cache folder.
    """
    path = _folder(cache) / _name(vendors, digest(world), world, seed, customers, as_of)
    image = _read(path)
    if image is None:
        try:
            image = _read(_keep(path.parent, vendors, world, seed, customers, as_of))
        except OSError as error:
            level = logging.DEBUG if cache is None else logging.WARNING
            log.log(level, "The world cannot be kept in %s: %s", path.parent, error.strerror)
    if image is None:
        from ledgersim.world.builder import build

        return build(vendors, load(vendors, world), seed, customers, as_of)
    return image


def keep_world(
    vendors: Sequence[Vendor], world: str, seed: int, customers: int, as_of: date, cache: Path | None = None
) -> Path:
    """The path of a world's template, built if missing. Raises StartupError, also if it cannot be kept."""
    path = _folder(cache) / _name(vendors, digest(world), world, seed, customers, as_of)
    if _read(path) is None:
        try:
            return _keep(path.parent, vendors, world, seed, customers, as_of)
        except OSError as error:
            raise StartupError(
                f"the world cannot be kept in {path.parent}: {error.strerror}; "
                "choose a writable folder with --cache"
            ) from error
    return path


def _folder(cache: Path | None) -> Path:
    if cache is not None:
        return cache.absolute() / "worlds"
    import platformdirs  # the image, for example, has a folder of its own

    return Path(platformdirs.user_cache_dir("ledgersim", appauthor=False)) / "worlds"


def _keep(folder: Path, vendors: Sequence[Vendor], world: str, seed: int, customers: int, as_of: date) -> Path:
    """Build a world into its template, atomically. Raises StartupError, and OSError if it cannot be kept."""
    from ledgersim.world.builder import build_file

    definition = load(vendors, world)
    # Named by the digest of what was loaded, in case the files have changed since the first digest.
    path = folder / _name(vendors, definition.digest, world, seed, customers, as_of)
    if not path.is_absolute():
        raise OSError(errno.ENOENT, "no home folder")
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".part", dir=folder)
    os.close(handle)
    part = Path(name)
    try:
        build_file(part, vendors, definition, seed, customers, as_of)
        with part.open("r+b") as file:
            file.write(_checksum(file, part.stat().st_size))
        part.chmod(_MODE)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _prune(path)
    return path


def _name(
    vendors: Sequence[Vendor], definition: str, world: str, seed: int, customers: int, as_of: date
) -> str:
    key = blake2b(digest_size=16)
    for part in (*_version(vendors), definition, world, seed, customers, as_of.isoformat()):
        key.update(f"{part}\0".encode())
    return f"{customers}-{as_of.isoformat()}-{key.hexdigest()}.world"


def _version(vendors: Sequence[Vendor]) -> tuple[object, ...]:
    """Everything that a world depends on besides the user's options."""
    package = Path(__file__).resolve().parents[1]
    return (
        __version__,
        sources_digest(package),
        *((vendor.name, _vendor_digest(vendor)) for vendor in vendors),
        importlib.metadata.version("faker"),
        sqlite3.sqlite_version,
        sys.version_info[:2],
    )


def sources_digest(package: Path) -> str:
    """A digest of all modules in a folder, because building a world runs code of every vendor."""
    return _digest_of(package, package.rglob("*.py"))


def _vendor_digest(vendor: Vendor) -> str:
    """A digest of a vendor's top-level package or module; empty for those of ledgersim, already digested."""
    module = vendor.app.partition(":")[0] if isinstance(vendor.app, str) else vendor.app.__module__
    spec = find_spec(module.partition(".")[0])
    if spec is None or spec.name == "ledgersim":
        return ""
    if spec.submodule_search_locations is not None:
        return "".join(sources_digest(Path(folder)) for folder in spec.submodule_search_locations)
    file = Path(spec.origin or "")
    return _digest_of(file.parent, [file])


def _digest_of(folder: Path, files: Iterable[Path]) -> str:
    sources = blake2b(digest_size=16)
    for file in sorted(files):
        data = file.read_bytes()
        sources.update(f"{file.relative_to(folder).as_posix()}:{len(data)}:".encode())
        sources.update(data)
    return sources.hexdigest()


def _read(path: Path) -> Image | None:
    """The image in a template; None if the template is missing or corrupt."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size - _CHECKSUM
            is_intact = size > 0 and _checksum(file, size) == file.read()
        if not is_intact:
            log.debug("the cached world %s is corrupt and is built again", path)
            return None
        image = MappedImage(path, size)
    except OSError as error:
        log.debug("no cached world: %s", error)
        return None
    with suppress(OSError):  # the file may belong to another user, or the file system may be read-only
        os.utime(path)  # marks it as recently used
    return image


def _prune(newest: Path) -> None:
    """Delete the least recently used templates, and unfinished files of dead processes."""
    used = {}
    for file in newest.parent.iterdir():
        with suppress(OSError):
            used[file] = file.stat().st_mtime
    templates = sorted((file for file in used if file.suffix == ".world"), key=lambda file: -used[file])
    now = used.get(newest, 0.0)
    unfinished = (file for file in used if file.suffix == ".part" and used[file] < now - ABANDONED)
    for file in (*templates[MAX_TEMPLATES:], *unfinished):
        if file != newest:
            with suppress(OSError):  # another process may have deleted it
                file.unlink()


def _checksum(file: BinaryIO, size: int) -> bytes:
    """The checksum of so many bytes of a file, which are read to their end: of slices, if they are many."""
    found = crc32(str(size).encode())
    for start in range(0, size, max(_SLICE, size // _SLICES)):
        file.seek(start)
        found = crc32(file.read(min(_SLICE, size - start)), found)
    file.seek(size)
    return found.to_bytes(_CHECKSUM)
