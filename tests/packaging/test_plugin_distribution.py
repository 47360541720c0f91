"""The distribution pytest-ledgersim, in an environment with nothing but pytest and itself."""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from packaging.requirements import Requirement

import ledgersim
from tests.serving import Served

ROOT = Path(__file__).parents[2]
PACKAGE_ROOT = str(Path(ledgersim.__file__).parents[1])

TEST = """
import json
from importlib.util import find_spec
from urllib.request import Request, urlopen

def test_only_pytest_is_required():
    names = "ledgersim", "fastapi", "httpx", "pydantic", "sqlalchemy", "uvicorn"
    assert [name for name in names if find_spec(name)] == []

def test_a_debtor_is_created(ledgersim):
    ledgersim.clock.freeze("2026-03-01")
    headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
    body = json.dumps({"fullName": "Ada Ek"}).encode()
    with urlopen(Request(f"{ledgersim.aptic}/v1/Debtors", body, headers, method="PUT")) as answer:
        assert answer.headers["Date"] == "Sun, 01 Mar 2026 00:00:00 GMT"
    ledgersim.verify(1, operation="aptic.debtors.create")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of pytest-ledgersim."""
    pytest.importorskip("hatchling", reason="needs hatchling to build the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT / "pytest-plugin", check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with pytest and pytest-ledgersim."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=os.name != "nt")
    paths = sysconfig.get_paths("venv", vars={"base": str(folder), "platbase": str(folder)})
    for name in needed("pytest"):
        for file in distribution(name).files or ():
            if ".." not in file.parts:
                target = Path(paths["purelib"], file)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target)
    with ZipFile(wheel) as archive:
        archive.extractall(paths["purelib"])
    return Path(paths["scripts"], "python")


def needed(name: str) -> Iterator[str]:
    """A distribution and those that it requires here."""
    yield name
    for one in map(Requirement, distribution(name).requires or ()):
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            yield from needed(one.name)


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A command that runs the ledgersim of these tests."""
    script = tmp_path / "ledgersim"
    run = shlex.join(["env", f"PYTHONPATH={PACKAGE_ROOT}", sys.executable, "-m", "ledgersim"])
    script.write_text(f'#!/bin/sh\necho $$ >> {tmp_path}/pids\nexec {run} "$@"\n')
    script.chmod(0o755)
    return script


def run(
    python: Path | str, folder: Path, *arguments: str, test: str = TEST, path: str = ""
) -> "subprocess.CompletedProcess[str]":
    """A run of pytest with that interpreter."""
    (folder / "test_own.py").write_text(test)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST_"))}
    command = [python, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *arguments]
    environ["PYTHONPATH"] = path
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_a_command_runs_the_server_which_ends_with_the_session(
    python: Path, command: Path, tmp_path: Path
) -> None:
    ran = run(python, tmp_path, "-o", f"ledgersim_command={command}")
    assert "2 passed" in ran.stdout, ran.stdout
    (pid,) = (tmp_path / "pids").read_text().split()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_tests_at_a_url_have_spaces_of_their_own_and_leave_none(
    python: Path, tmp_path: Path, server: Served
) -> None:
    for _ in range(2):
        ran = run(python, tmp_path, "-o", f"ledgersim_url={server.url}")
        assert "2 passed" in ran.stdout, ran.stdout
    listed = httpx.get(f"{server.url}/_sim/spaces").json()
    assert [*(one["name"] for one in listed["spaces"]), *listed["closed"]] == ["default"]


def test_without_a_server_the_tests_fail_with_what_to_do(python: Path, tmp_path: Path) -> None:
    test = "def test_a_space(ledgersim): pass\ndef test_an_application(ledgersim_app): pass"
    ran = run(python, tmp_path, test=test)
    assert "2 errors" in ran.stdout, ran.stdout
    reason = (
        "ledgersim cannot start: ledgersim is not installed in this environment; install it, or configure a server with "
        "ledgersim_command or ledgersim_url"
    )
    assert ran.stdout.splitlines().count(reason) == 2


def test_beside_ledgersim_itself_there_is_one_plugin(wheel: Path, tmp_path: Path, server: Served) -> None:
    try:
        distribution("ledgersim")
    except PackageNotFoundError:
        pytest.skip("needs ledgersim to be installed")
    test = """
def test_a_space(ledgersim, pytestconfig):
    plugins = {getattr(plugin, "__name__", "") for plugin in pytestconfig.pluginmanager.get_plugins()}
    assert len(plugins & {"pytest_ledgersim", "ledgersim.pytest_plugin"}) == 1
    assert ledgersim.requests() == []
"""
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "beside")
    path = f"{tmp_path / 'beside'}{os.pathsep}{PACKAGE_ROOT}"
    ran = run(sys.executable, tmp_path, "-o", f"ledgersim_url={server.url}", test=test, path=path)
    assert "1 passed" in ran.stdout, ran.stdout


def test_a_run_that_does_not_use_it_imports_one_module(python: Path, tmp_path: Path) -> None:
    test = """
import sys

def test_modules():
    assert [name for name in sys.modules if name.startswith("pytest_ledgersim")] == ["pytest_ledgersim"]
"""
    ran = run(python, tmp_path, test=test)
    assert "1 passed" in ran.stdout, ran.stdout


def test_pytest_rewrites_no_other_module(python: Path, tmp_path: Path) -> None:
    test = """
import sys

import pytest_ledgersim.testing

def test_modules():
    loaders = {
        name: type(module.__spec__.loader)
        for name, module in sys.modules.items()
        if name.startswith("pytest_ledgersim")
    }
    rewriter = loaders.pop("pytest_ledgersim")
    assert "rewrite" in rewriter.__module__
    assert "pytest_ledgersim.testing.space" in loaders
    assert rewriter not in loaders.values()
"""
    ran = run(python, tmp_path, test=test)
    assert "1 passed" in ran.stdout, ran.stdout
