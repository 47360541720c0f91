"""The clients of the admin API in clients/, each with its own test against a server."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.clients.generate import NSWAG
from tests.clients.tools import GOCACHE, JAVAC, MCS, QUICK, require
from tests.serving import Served

CLIENTS = Path(__file__).parents[2] / "clients"
STUBS = Path(__file__).parent / "testcontainers"


def run(folder: str, *command: str, environ: dict[str, str] | None = None) -> None:
    ran = subprocess.run(
        command,
        cwd=CLIENTS / folder,
        env={**os.environ, **(environ or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_node(server: Served) -> None:
    require("node")
    run("node", "node", "test.mjs", server.url)


def test_java_and_its_container(server: Served, tmp_path: Path) -> None:
    require("java")
    sources = [*(CLIENTS / "java").rglob("*.java"), *(STUBS / "java").rglob("*.java")]
    run("java", *JAVAC, "-Xlint:all", "-Werror", "-d", str(tmp_path), *map(str, sources))
    run("java", "java", *QUICK, "-cp", str(tmp_path), "Test", server.url)
    run("java", "java", *QUICK, "-cp", str(tmp_path), "ContainerTest", environ={"SIMULATOR_URL": server.url})


def test_the_container_of_node(server: Served, tmp_path: Path) -> None:
    require("node")
    for file in (CLIENTS / "node" / "container.mjs", CLIENTS / "node" / "ledgersim.mjs", STUBS / "test.mjs"):
        shutil.copy(file, tmp_path)
    package = tmp_path / "node_modules" / "testcontainers"
    package.mkdir(parents=True)
    shutil.copy(STUBS / "testcontainers.mjs", package)
    (package / "package.json").write_text('{"name": "testcontainers", "exports": "./testcontainers.mjs"}')
    run(str(tmp_path), "node", "test.mjs", environ={"SIMULATOR_URL": server.url})


def test_go(server: Served) -> None:
    require("go")
    environ = {"SIMULATOR_URL": server.url, "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOCACHE": GOCACHE}
    command = ["go", "test", "-vet=all", "-count=1"]
    run(str(STUBS / "go"), *command, ".", "example.com/ledgersim/...", environ=environ)


def test_dotnet_and_its_container(server: Served, tmp_path: Path) -> None:
    require("dotnet")
    sources = [*(CLIENTS / "dotnet").glob("*.cs"), *(STUBS / "dotnet").glob("*.cs")]
    run("dotnet", *MCS, f"-out:{tmp_path / 'build.exe'}", *map(str, sources))
    environ = {"SIMULATOR_URL": server.url, "MONO_PATH": str(NSWAG)}
    run(str(tmp_path), "mono", "build.exe", environ=environ)
