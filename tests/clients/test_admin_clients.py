"""The clients of the admin API in clients/, each with its own test against a server."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.generate import NSWAG
from tests.clients.test_handwritten import installed
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
    if installed(["node", "--version"]) < 18:
        pytest.skip("needs Node.js 18 or later")
    run("node", "node", "test.mjs", server.url)


def test_java_and_its_container(server: Served, tmp_path: Path) -> None:
    if installed(["javac", "--version"]) < 17:
        pytest.skip("needs a JDK 17 or later")
    sources = [*(CLIENTS / "java").rglob("*.java"), *(STUBS / "java").rglob("*.java")]
    run("java", "javac", "-Xlint:all", "-Werror", "-d", str(tmp_path), *map(str, sources))
    run("java", "java", "-cp", str(tmp_path), "Test", server.url)
    run("java", "java", "-cp", str(tmp_path), "ContainerTest", environ={"SIMULATOR_URL": server.url})


def test_the_container_of_node(server: Served, tmp_path: Path) -> None:
    if installed(["node", "--version"]) < 18:
        pytest.skip("needs Node.js 18 or later")
    for file in (CLIENTS / "node" / "container.mjs", CLIENTS / "node" / "ledgersim.mjs", STUBS / "test.mjs"):
        shutil.copy(file, tmp_path)
    package = tmp_path / "node_modules" / "testcontainers"
    package.mkdir(parents=True)
    shutil.copy(STUBS / "testcontainers.mjs", package)
    (package / "package.json").write_text('{"name": "testcontainers", "exports": "./testcontainers.mjs"}')
    run(str(tmp_path), "node", "test.mjs", environ={"SIMULATOR_URL": server.url})


def test_go(server: Served) -> None:
    if installed(["go", "version"]) < 1:
        pytest.skip("needs Go 1.19 or later")
    environ = {"SIMULATOR_URL": server.url, "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    command = ["go", "test", "-vet=all", "-count=1"]
    run(str(STUBS / "go"), *command, ".", "example.com/ledgersim/...", environ=environ)


def test_dotnet_and_its_container(server: Served, tmp_path: Path) -> None:
    if not (shutil.which("mono") and shutil.which("mcs") and NSWAG.exists()):
        pytest.skip("needs Mono, and NSwag from `make clients`, which brings System.Text.Json")
    sources = [*(CLIENTS / "dotnet").glob("*.cs"), *(STUBS / "dotnet").glob("*.cs")]
    # Types of System.Memory are in Mono's mscorlib too (1685).
    options = ["-langversion:latest", "-warnaserror", "-nowarn:1685", f"-out:{tmp_path / 'build.exe'}"]
    references = ["System.Text.Json.dll", "System.Memory.dll", "netstandard.dll", "System.Net.Http"]
    libraries = f"-lib:{NSWAG},/usr/lib/mono/4.5/Facades"
    run("dotnet", "mcs", *options, libraries, *(f"-r:{one}" for one in references), *map(str, sources))
    environ = {"SIMULATOR_URL": server.url, "MONO_PATH": str(NSWAG)}
    run(str(tmp_path), "mono", "build.exe", environ=environ)
