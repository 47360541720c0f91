"""`make`, with fake interpreters that only print their names."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INTERPRETER = """#!/bin/sh
case "$1 $2" in
  "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && touch "$4/bin/pip" ;;
  "-m pip") echo "NAME installs $*" ;;
  "-m ledgersim") echo "NAME serves" ;;
  "-m pytest") echo "NAME tests $*" ;;
  *version_info*) ;;
  "-c "*) echo NAME ;;
esac
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the Makefile, and two interpreters."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in (*(f"requirements/{name}.txt" for name in ("build", "dev", "lowest", "run")), "pyproject.toml"):
        (tmp_path / name).touch()
    for name in "one", "other":
        interpreter = tmp_path / name
        interpreter.write_text(INTERPRETER.replace("NAME", name))
        interpreter.chmod(0o755)
    return tmp_path


def run(project: Path, *variables: str, target: str = "run") -> list[str]:
    """Which interpreter runs which command in `make run`."""
    made = subprocess.run(
        ["make", "--no-print-directory", target, *variables],
        cwd=project,
        env={"PATH": os.environ["PATH"]},  # without the variables of a `make` that runs these tests
        capture_output=True,
        text=True,
        check=True,
    )
    return [" ".join(line.split()[:2]) for line in made.stdout.splitlines()]


def test_another_interpreter_gets_a_new_environment(project: Path) -> None:
    assert run(project, "PYTHON=./one") == ["one installs", "one installs", "one serves"]
    assert run(project, "PYTHON=./one") == ["one serves"]
    assert run(project, "PYTHON=./other") == ["other installs", "other installs", "other serves"]


def test_without_a_named_interpreter_the_environment_is_kept(project: Path) -> None:
    run(project, "PYTHON=./one")
    assert run(project) == ["one serves"]


def test_the_lowest_versions_have_an_environment_of_their_own(project: Path) -> None:
    run(project, "PYTHON=./one")
    first = run(project, "PYTHON=./other", target="test-lowest")
    assert [line for line in first if line.startswith("other")] == [
        "other installs",
        "other installs",
        "other tests",
    ]
    assert run(project) == ["one serves"]


def test_changed_requirements_are_installed(project: Path) -> None:
    run(project, "PYTHON=./one")
    (project / "requirements" / "run.txt").write_text("# changed\n")
    assert run(project) == ["one installs", "one installs", "one serves"]
