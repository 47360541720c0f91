"""The languages of the clients in tests: what they need, and how their compilers are called."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.generate import NSWAG

LIMIT = 50  # seconds

# Programs that end at once need no optimizing compiler: half the CPU time.
QUICK = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
JAVAC = ["javac", *(f"-J{option}" for option in QUICK)]

# The user's cache, so that Go does not compile its libraries in each run: XDG_CACHE_HOME of tests is an empty folder.
GOCACHE = str(Path.home() / ".cache" / "go-build")

# Types of System.Memory are in Mono's mscorlib too (1685).
MCS = [
    *("mcs", "-langversion:latest", "-warnaserror", "-nowarn:1685"),
    *(f"-lib:{NSWAG},/usr/lib/mono/4.5/Facades", "-r:System.Text.Json.dll", "-r:System.Memory.dll"),
    *("-r:netstandard.dll", "-r:System.Net.Http"),
]

# By language: what prints the version of its tool, the lowest version, and what to install.
TOOLS = {
    "csharp": (["dotnet", "--version"], 10, "the .NET 10 SDK"),
    "go": (["go", "version"], 1, "Go 1.19 or later"),
    "java": (["javac", "--version"], 17, "a JDK 17 or later"),
    "node": (["node", "--version"], 18, "Node.js 18 or later"),
    "php": (
        ["php", "-r", "echo function_exists('curl_init') ? PHP_VERSION : 0;"],
        8,
        "PHP 8 or later with curl",
    ),
}


def require(language: str) -> None:
    """Skip the test if the tools of a language are missing."""
    if language == "dotnet" and not (shutil.which("mono") and shutil.which("mcs") and NSWAG.exists()):
        pytest.skip("needs Mono, and NSwag from `make clients`, which brings System.Text.Json")
    if language in TOOLS:
        command, minimum, needs = TOOLS[language]
        if installed(command) < minimum:
            pytest.skip(f"needs {needs}")


def installed(command: list[str]) -> int:
    """The major version that a tool prints, 0 if the tool is missing."""
    if shutil.which(command[0]) is None:
        return 0
    output = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False).stdout
    number = re.search(r"\d+", output)
    return int(number[0]) if number else 0
