"""Loads the definition of a world: finds its files, validates them, and checks that they are consistent.

YAML and Faker, which are slow to import, are imported only if a world has to be built.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledgersim.errors import StartupError, did_you_mean
from ledgersim.plugin import Vendor, resolve

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

    from ledgersim.world.model import Definition, World
    from ledgersim.world.persona_model import Persona
    from ledgersim.world.seeding import Seed

_PARTS = ("personas", "places")
_NAMED_FILE = re.compile(
    rb"^(personas|places|[a-z_]+(?=:[ \t]+[^\r\n#]*\.ya?ml)):[ \t]+([^\s#>|&*].*?)[ \t]*(?:[ \t]#.*)?\r?$",
    re.MULTILINE,
)


def seed_folder() -> Path:
    """The folder of the worlds that are part of ledgersim."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_seed"
    return installed if installed.is_dir() else package.parents[1] / "seed"


def digest(world: str) -> str:
    """A hexadecimal digest of all files that define a world. Raises StartupError."""
    return _digest(_read(world))


def load(vendors: Sequence[Vendor], world: str) -> "Definition":
    """The definition of a world, given by name or by the path of its file. Raises StartupError."""
    from pydantic import TypeAdapter

    from ledgersim.world.checks import mismatches
    from ledgersim.world.model import Definition, Place
    from ledgersim.world.parts import CountryCode
    from ledgersim.world.yaml_files import parse

    seeds = {vendor.name: seed for vendor in vendors if (seed := resolve(vendor.seed)) is not None}
    own_files = {key: model for seed in seeds.values() for key, model in seed.files.items()}
    world_model, persona_model = _models(tuple(seeds.items()))

    files = _read(world)
    own_path, own_data = files["world"]
    content = _validated(TypeAdapter(world_model), own_path, parse(own_path, own_data))
    for name in (*_PARTS, *own_files):
        if getattr(content, name) != _named_files(own_data).get(name):
            raise StartupError(f"{own_path}: {name} must be on its own line, as {name}: FILE")
    definition = Definition(
        name=world,
        digest=_digest(files),
        world=content,
        places=_read_part(files, "places", dict[CountryCode, list[Place]]),
        personas=_read_part(files, "personas", list[persona_model]),  # type: ignore[valid-type]
        files={key: _read_part(files, key, model) for key, model in own_files.items()},
    )
    for mismatch in mismatches(definition, list(seeds.values())):
        raise StartupError(f"{files[mismatch.part][0]}: {mismatch.key}: {mismatch.reason}")
    return definition


@cache
def _models(seeds: tuple[tuple[str, "Seed"], ...]) -> tuple[type["World"], type["Persona"]]:
    """The models of the world file and of a persona, including the parts of the vendors."""
    from pydantic import create_model

    from ledgersim.world.model import World
    from ledgersim.world.persona_model import Persona

    sections: dict[str, Any] = {
        name: _optional(seed.section) for name, seed in seeds if seed.section is not None
    }
    files: dict[str, Any] = {key: (str, ...) for _, seed in seeds for key in seed.files}
    personas: dict[str, Any] = {
        name: (seed.persona | None, None) for name, seed in seeds if seed.persona is not None
    }
    return (
        create_model("World", __base__=World, **files, **sections),
        create_model("Persona", __base__=Persona, **personas),
    )


def _optional(section: Any) -> tuple[Any, Any]:
    """The section of a vendor as a field: required if one of its fields is."""
    required = any(field.is_required() for field in section.model_fields.values())
    return section, ... if required else section()


def _read_part(files: Mapping[str, tuple[Path, bytes]], part: str, kind: Any) -> Any:
    from pydantic import TypeAdapter

    from ledgersim.world.yaml_files import parse

    path, data = files[part]
    return _validated(TypeAdapter(kind), path, parse(path, data))


def _file_of(world: str) -> Path:
    if "/" in world or os.sep in world or world.endswith(".yaml"):
        return Path(world)
    path = seed_folder() / "worlds" / f"{world}.yaml"
    if not path.is_file():
        names = sorted(file.stem for file in path.parent.glob("*.yaml"))
        hint = did_you_mean(world, names, f"use {', '.join(names)} or the path of a .yaml file")
        raise StartupError(f"unknown world {world!r}: {hint}")
    return path


def _read(world: str) -> dict[str, tuple[Path, bytes]]:
    """The path and content of the world file and of the files that it names."""
    path = _file_of(world)
    data = bytes_of(path, "the world")
    files = {"world": (path, data)}
    for part, name in _named_files(data).items():
        relative, built_in = path.parent / name, seed_folder() / "worlds" / name
        found = built_in if not relative.exists() and built_in.exists() else relative
        files[part] = found, bytes_of(found, f"{path}: {part}")
    return files


def _named_files(data: bytes) -> dict[str, str]:
    found = _NAMED_FILE.findall(data)
    return {part.decode(): name.decode(errors="replace").strip("'\"") for part, name in found}


def bytes_of(path: Path, what: str) -> bytes:
    """The content of a file. Raises StartupError, which calls the file `what`."""
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
        message = "unknown key"
    elif first["type"] == "missing":
        message = "is missing"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    key = "".join(_steps(first["loc"])).removeprefix(".") or "the whole file"
    return f"{key}: {message}{more}"


def _steps(where: tuple[int | str, ...]) -> Iterator[str]:
    for step in where:
        yield f"[{step}]" if isinstance(step, int) else f".{step}"
