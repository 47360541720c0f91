"""Definitions of worlds: where their files are, what they say, and whether it goes together.

Nothing here imports YAML or Faker before a world has to be built.
"""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledgersim.errors import StartupError

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

    from ledgersim.world.model import Definition

_PARTS = ("personas", "places", "ledgers")
_NAMED_FILE = re.compile(
    rb"^(personas|places|ledgers):[ \t]+([^\s#>|&*].*?)[ \t]*(?:[ \t]#.*)?\r?$", re.MULTILINE
)


def seed_folder() -> Path:
    """The folder with the worlds that come with ledgersim."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_seed"
    return installed if installed.is_dir() else package.parents[1] / "seed"


def digest(world: str) -> str:
    """A digest of all files that a world is defined by, in hexadecimal. Raises CannotStart."""
    return _digest(_read(world))


def load(world: str) -> "Definition":
    """The definition of the world with a name, or in the file at a path. Raises CannotStart."""
    from pydantic import TypeAdapter

    from ledgersim.vendors.payex.seed.definition import Ledgers
    from ledgersim.world.checks import mismatches
    from ledgersim.world.model import Definition, Place, World
    from ledgersim.world.parts import CountryCode
    from ledgersim.world.persona_model import Persona
    from ledgersim.world.yaml_files import parse

    files = _read(world)
    own_path, own_data = files["world"]
    content = _validated(TypeAdapter(World), own_path, parse(own_path, own_data))
    for name in _PARTS:
        if getattr(content, name) != _named_files(own_data).get(name):
            raise StartupError(f"{own_path}: {name} must stand on a line of its own, as {name}: FILE")
    personas_path, places_path, ledgers_path = (files[part][0] for part in _PARTS)
    definition = Definition(
        name=world,
        digest=_digest(files),
        world=content,
        places=_validated(TypeAdapter(dict[CountryCode, list[Place]]), places_path, parse(*files["places"])),
        personas=_validated(TypeAdapter(list[Persona]), personas_path, parse(*files["personas"])),
        ledgers=_validated(TypeAdapter(Ledgers), ledgers_path, parse(*files["ledgers"])),
    )
    for problem in mismatches(definition):
        raise StartupError(f"{files[problem.part][0]}: {problem.key}: {problem.reason}")
    return definition


def _file_of(world: str) -> Path:
    if "/" in world or os.sep in world or world.endswith(".yaml"):
        return Path(world)
    path = seed_folder() / "worlds" / f"{world}.yaml"
    if not path.is_file():
        names = sorted(file.stem for file in path.parent.glob("*.yaml"))
        nearest = get_close_matches(world, names, n=1, cutoff=0.5)
        hint = f"did you mean {nearest[0]}? There is" if nearest else "there is"
        known = ", ".join(names)
        raise StartupError(f"there is no world {world!r}; {hint} {known}, or give the path of a .yaml file")
    return path


def _read(world: str) -> dict[str, tuple[Path, bytes]]:
    """Path and content of the world's own file and of the files that it names."""
    path = _file_of(world)
    data = bytes_of(path, "the world")
    files = {"world": (path, data)}
    for part, name in _named_files(data).items():
        beside, shipped = path.parent / name, seed_folder() / "worlds" / name
        found = shipped if not beside.exists() and shipped.exists() else beside
        files[part] = found, bytes_of(found, f"{path}: {part}")
    return files


def _named_files(data: bytes) -> dict[str, str]:
    found = _NAMED_FILE.findall(data)
    return {part.decode(): name.decode(errors="replace").strip("'\"") for part, name in found}


def bytes_of(path: Path, what: str) -> bytes:
    """The content of a file. Raises CannotStart, which names it as `what`."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StartupError(f"{what} cannot be read from {path}: {reason}") from error


def _digest(files: dict[str, tuple[Path, bytes]]) -> str:
    total = blake2b(digest_size=16)
    for part, (_, data) in sorted(files.items()):
        total.update(f"{part}:{len(data)}:".encode())
        total.update(data)
    return total.hexdigest()


def _validated(adapter: "TypeAdapter[Any]", path: Path, content: Any) -> Any:
    from pydantic import ValidationError

    try:
        return adapter.validate_python(content)
    except ValidationError as error:
        raise StartupError(f"{path}: {_in_one_line(error)}") from error


def _in_one_line(error: "ValidationError") -> str:
    first = error.errors(include_url=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_type" and first["input"] is not None:
        message += ": put it in quotes"
    elif first["type"] == "extra_forbidden":
        message = "there is no such key"
    elif first["type"] == "missing":
        message = "is missing"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    key = "".join(_steps(first["loc"])).removeprefix(".") or "the whole file"
    return f"{key}: {message}{more}"


def _steps(where: tuple[int | str, ...]) -> Iterator[str]:
    for step in where:
        yield f"[{step}]" if isinstance(step, int) else f".{step}"
