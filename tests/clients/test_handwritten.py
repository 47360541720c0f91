"""Programs in five languages that perform the same steps: see README.md in this folder."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.clients.tools import LIMIT, QUICK, require
from tests.serving import Served

FOLDER = Path(__file__).parent / "handwritten"
REQUESTS = 25  # to the vendors' APIs in one conversation


LANGUAGES = {
    "csharp": ["dotnet", "run", "conversation.cs", "--"],
    "java": ["java", *QUICK, "Conversation.java"],
    "node": ["node", "conversation.mjs"],
    "php": ["php", "-d", "display_errors=stderr", "conversation.php"],
    "python": [sys.executable, "-W", "error", "conversation.py"],
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_client_holds_the_conversation_without_an_error_or_a_warning(name: str, server: Served) -> None:
    require(name)
    space = f"{server.url}/s/{name}"
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment["DOTNET_NOLOGO"] = "1"
    ended = subprocess.run(
        [*LANGUAGES[name], space],
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
