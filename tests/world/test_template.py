"""A world is built once, and again only if something that it depends on has changed."""

import importlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

import ledgersim
from ledgersim.errors import StartupError
from ledgersim.plugin import Vendor
from ledgersim.world import builder, template
from ledgersim.world.definition import seed_folder
from tests.serving import fork
from tests.worlds import AS_OF, VENDORS, world_image

WORLD = "nordic-basic"
SIZE = 20
HEADER = 100  # bytes, which count the changes to a file, but not to a database in memory

PRINT_IMPORTS = """
import sys
from datetime import date
from ledgersim.vendors import installed_vendors
from ledgersim.world.template import world_image
image = world_image(installed_vendors(), "nordic-basic", 1, 20, date(2026, 1, 1))
print(len(image), [name for name in ("faker", "yaml", "stdnum", "ledgersim.world.model") if name in sys.modules])
"""


class Counter:
    """Counts the worlds that are built. A world that an earlier test has built is not really built again."""

    known: ClassVar[dict[tuple[Any, ...], bytes]] = {}

    def __init__(self) -> None:
        self.built = 0

    def counting(self, build: Callable[..., Any]) -> Callable[..., Any]:
        """The function, counted when called."""

        def counted(*arguments: Any) -> Any:
            self.built += 1
            *path, vendors, definition, seed, customers, as_of = arguments
            key = (bool(path), *vendors, definition.digest, definition.name, seed, customers, as_of)
            if key in self.known:
                for file in path:
                    file.write_bytes(self.known[key])
            else:
                image = build(*arguments)
                self.known[key] = path[0].read_bytes() if path else image
            return self.known[key]

        return counted


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the templates."""
    monkeypatch.setattr(
        "platformdirs.user_cache_dir",
        lambda name, appauthor: str(tmp_path / name),  # noqa: ARG005
    )
    return tmp_path / "ledgersim" / "worlds"


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Counts the worlds that are built."""
    counter = Counter()
    for name in ("build", "build_file"):
        monkeypatch.setattr(builder, name, counter.counting(getattr(builder, name)))
    return counter


def image(size: int = SIZE, seed: int = 1, as_of: date = AS_OF, world: str = WORLD) -> bytes:
    """A small world."""
    return bytes(world_image(world, seed, size, as_of))


def test_a_world_is_built_once(folder: Path, counter: Counter) -> None:
    first = image()
    assert image() == first
    assert counter.built == 1
    assert len(list(folder.iterdir())) == 1


def test_each_seed_size_date_and_world_has_its_own_template(
    folder: Path, counter: Counter, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_bytes((seed_folder() / "worlds" / "nordic-basic.yaml").read_bytes() + b"# mine\n")
    images = {image(), image(seed=2), image(size=21), image(as_of=date(2026, 1, 2)), image(world=str(other))}
    assert len(images) == counter.built == len(list(folder.iterdir())) == 5


def test_a_new_version_builds_again(folder: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    image()
    monkeypatch.setattr(template, "__version__", "99")
    image()
    assert (counter.built, len(list(folder.iterdir()))) == (2, 2)


def test_a_changed_definition_builds_again(counter: Counter, folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    content = (seed_folder() / "worlds" / "nordic-basic.yaml").read_text(encoding="utf-8")
    mine.write_text(content, encoding="utf-8")
    before = image(world=str(mine))
    mine.write_text(content.replace("Nordljus Energi AB", "Mörker Energi AB"), encoding="utf-8")
    assert image(world=str(mine)) != before
    assert (counter.built, len(list(folder.iterdir()))) == (2, 2)


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "longer", "folder"])
def test_a_corrupt_template_is_built_again(folder: Path, counter: Counter, damage: str) -> None:
    whole = image()
    (file,) = folder.iterdir()
    data = file.read_bytes()
    if damage == "folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(
            {
                "empty": b"",
                "cut": data[:-100],
                "flipped": data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
                "longer": data + b"x",
            }[damage]
        )
    assert image()[HEADER:] == whole[HEADER:]
    assert counter.built == (3 if damage == "folder" else 2)  # in a file that has no place, and then in memory
    assert image()[HEADER:] == whole[HEADER:]
    assert counter.built == (5 if damage == "folder" else 2)


def test_an_unwritable_cache_is_not_an_error(
    tmp_path: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(
        "platformdirs.user_cache_dir",
        lambda name, appauthor: str(tmp_path / "file" / name),  # noqa: ARG005
    )
    assert image() == image()
    assert counter.built == 2


def test_without_a_home_folder_nothing_is_stored(
    tmp_path: Path, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name, appauthor: f"~/.cache/{name}")  # noqa: ARG005
    image()
    assert list(tmp_path.iterdir()) == []
    assert counter.built == 1


def test_a_change_of_a_source_in_any_folder_builds_again(tmp_path: Path) -> None:
    def others(folder: str, names: list[str]) -> list[str]:
        """All files of a folder but one source."""
        kept = min((name for name in names if name.endswith(".py")), default="")
        return [name for name in names if name != kept and not (Path(folder) / name).is_dir()]

    package = Path(shutil.copytree(Path(ledgersim.__file__).parent, tmp_path / "ledgersim", ignore=others))
    before = template.sources_digest(package)
    sources = {source.parent: source for source in package.rglob("*.py")}
    assert sources.keys() >= {package, package / "world", package / "vendors" / "aptic" / "seed"}
    unnoticed = []
    for source in sources.values():
        content = source.read_bytes()
        source.write_bytes(content + b"#")
        if template.sources_digest(package) == before:
            unnoticed.append(source)
        source.write_bytes(content)
    assert unnoticed == []
    assert template.sources_digest(package) == before


def test_a_vendor_and_a_change_of_its_source_build_again(
    folder: Path, counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "other_vendor"
    package.mkdir()
    (package / "__init__.py").touch()
    plugin = package / "plugin.py"
    plugin.write_text("def app(settings: object) -> None: ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    app = importlib.import_module("other_vendor.plugin").app
    vendors = [*VENDORS, Vendor(name="other", mount="/other", app=app)]
    image()
    template.world_image(vendors, WORLD, 1, SIZE, AS_OF)
    (package / "rules.py").touch()
    for _ in range(2):
        template.world_image(vendors, WORLD, 1, SIZE, AS_OF)
    assert (counter.built, len(list(folder.iterdir()))) == (3, 3)


def test_another_cache_folder_is_readable_by_every_user(folder: Path, counter: Counter, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    before = bytes(world_image(WORLD, 1, SIZE, AS_OF, mine))
    assert bytes(world_image(WORLD, 1, SIZE, AS_OF, mine)) == before
    assert counter.built == 1
    (file,) = mine.rglob("*.world")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert not folder.exists()


def test_a_read_only_cache_is_read(
    folder: Path,  # noqa: ARG001
    counter: Counter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    first = image()
    monkeypatch.setattr(os, "utime", refuse)
    assert image() == first
    assert counter.built == 1


def test_a_world_can_be_built_in_advance(folder: Path, counter: Counter) -> None:
    path = template.keep_world(VENDORS, WORLD, 1, SIZE, AS_OF)
    assert template.keep_world(VENDORS, WORLD, 1, SIZE, AS_OF) == path
    assert list(folder.iterdir()) == [path]
    image()
    assert counter.built == 1


def test_building_in_advance_fails_if_the_world_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StartupError) as caught:
        template.keep_world(VENDORS, WORLD, 1, 1, AS_OF, tmp_path / "file")
    assert str(caught.value) == (
        f"the world cannot be kept in {tmp_path / 'file' / 'worlds'}: Not a directory; "
        "choose a writable folder with --cache"
    )


def test_only_the_most_recently_used_templates_are_kept(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number in range(15):
        old = folder / f"old-{number:02}.world"
        old.write_bytes(b"x")
        os.utime(old, (1_000_000 + number, 1_000_000 + number))
    abandoned, under_way = folder / "abandoned.part", folder / "under-way.part"
    abandoned.write_bytes(b"x")
    under_way.write_bytes(b"x")
    os.utime(abandoned, (1_000_000, 1_000_000))
    image()
    names = sorted(file.name for file in folder.iterdir())
    assert [name for name in names if name.startswith("old")] == [
        f"old-{number:02}.world" for number in range(6, 15)
    ]
    assert [name for name in names if name.endswith(".part")] == ["under-way.part"]
    assert len(names) == template.MAX_TEMPLATES + 1


def test_concurrent_starts_do_not_interfere(tmp_path: Path) -> None:
    variables = {"XDG_CACHE_HOME": str(tmp_path)}
    starts = [fork("build-world", "--customers", str(SIZE), **variables) for _ in range(2)]
    (path,) = {start.communicate()[0].rstrip("\n") for start in starts}
    assert [start.returncode for start in starts] == [0, 0]
    assert list((tmp_path / "ledgersim" / "worlds").iterdir()) == [Path(path)]
    command = [sys.executable, "-c", PRINT_IMPORTS]
    warm = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=True)
    assert warm.stdout.strip() == f"{len(image())} []"
