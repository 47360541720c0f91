"""Programs in five languages that perform the same steps: see README.md in this folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.serving import Served

FOLDER = Path(__file__).parent / "handwritten"
LIMIT = 50  # seconds
REQUESTS = 25  # to the vendors' APIs in one conversation


class Language(NamedTuple):
    """How to run a program, and the tool that it needs."""

    run: list[str]
    version: list[str]  # prints the version of the tool
    minimum: int
    needs: str


LANGUAGES = {
    "csharp": Language(
        ["dotnet", "run", "conversation.cs", "--"], ["dotnet", "--version"], 10, "the .NET 10 SDK"
    ),
    "java": Language(["java", "Conversation.java"], ["javac", "--version"], 17, "a JDK 17 or later"),
    "node": Language(["node", "conversation.mjs"], ["node", "--version"], 18, "Node.js 18 or later"),
    "php": Language(
        ["php", "-d", "display_errors=stderr", "conversation.php"],
        ["php", "-r", "echo function_exists('curl_init') ? PHP_VERSION : 0;"],
        8,
        "PHP 8 or later with curl",
    ),
    "python": Language(
        [sys.executable, "-W", "error", "conversation.py"], [sys.executable, "--version"], 3, "Python"
    ),
}


def installed(command: list[str]) -> int:
    """The major version that a tool prints, 0 if the tool is missing."""
    if shutil.which(command[0]) is None:
        return 0
    output = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False).stdout
    number = re.search(r"\d+", output)
    return int(number[0]) if number else 0


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_client_holds_the_conversation_without_an_error_or_a_warning(name: str, server: Served) -> None:
    language = LANGUAGES[name]
    if installed(language.version) < language.minimum:
        pytest.skip(f"the client in {name} was not run: it needs {language.needs}")
    space = f"{server.url}/s/{name}"
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment["DOTNET_NOLOGO"] = "1"
    ended = subprocess.run(
        [*language.run, space],
        cwd=FOLDER,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "ok\n", "")
    journal = httpx.get(f"{space}/_sim/requests", params={"diagnostics": True}).json()
    assert (journal["recorded"], journal["requests"]) == (REQUESTS, [])
