"""The tutorials: their client and tests, step by step, as a reader would write them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from signal import SIGABRT
from typing import NamedTuple

import pytest

from tests.clients.generate import NSWAG
from tests.clients.tools import GOCACHE, JAVAC, MCS, QUICK, require
from tests.serving import Served

ROOT = Path(__file__).parents[1]


# Other plugins only take their time to load.
PYTEST = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "ledgersim.pytest_plugin"}


class Tutorial(NamedTuple):
    """Where its code goes, how its tests are compiled and run, and how they count."""

    client: str
    tests: str
    command: list[str]
    replaced: tuple[str, str]  # the lines of the client that the fourth step replaces
    ends: str  # what follows the last test
    passed: str
    failed: str
    compile: list[str] = []
    copied: tuple[str, str] = ("", "")


TUTORIALS = {
    "dotnet": Tutorial(
        *("Collector.cs", "Program.cs", ["mono", "build.exe"]),
        (r"        if \(!response.IsSuccessStatusCode\) .*\n", r"    private async .* CallAsync\(.*\n"),
        *("        return failures;\n    }\n}\n", r"^pass ", r"^fail .*401"),
        [*MCS, "-out:build.exe", "Collector.cs", "Program.cs", "Ledgersim.cs"],
        ("clients/dotnet/Ledgersim.cs", "Ledgersim.cs"),
    ),
    "go": Tutorial(
        *("collector.go", "collector_test.go", ["./collector.test", "-test.v"]),
        (r"\tif response.StatusCode >= 400 .*\n", r"func \(c \*Collector\) call\(.*\n"),
        *("", r"^--- PASS: ", r"collector_test.go:\d+: 401"),
        ["go", "test", "-c"],
        ("clients/go/ledgersim.go", "ledgersim/ledgersim.go"),
    ),
    "java": Tutorial(
        *("Collector.java", "CollectorTest.java", ["java", *QUICK, "CollectorTest"]),
        (r"        if \(response.statusCode\(\) >= 400\) .*\n", r"    private String call\(.*\n"),
        *("    }\n}\n", r"^pass ", r"^fail .*401"),
        [*JAVAC, "Collector.java", "CollectorTest.java", "io/ledgersim/Ledgersim.java"],
        ("clients/java/io/ledgersim/Ledgersim.java", "io/ledgersim/Ledgersim.java"),
    ),
    "node": Tutorial(
        *("collector.mjs", "collector.test.mjs", ["node", "--test"]),
        (r"    if \(!response.ok\) .*\n", r"  async call\(.*\n"),
        *("", r"^ok \d", r"^  error: .*401"),
        copied=("clients/node/ledgersim.mjs", "ledgersim.mjs"),
    ),
    "php": Tutorial(
        *("Collector.php", "test.php", ["php", "test.php"]),
        (r"        if \(\$status >= 400\) .*\n", r"    private function call\(.*\n"),
        *("", r"^pass ", r"^fail .*401"),
    ),
    "python": Tutorial(
        *(
            "collector.py",
            "test_collector.py",
            [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"],
        ),
        (r"        response.raise_for_status\(\)\n", r"    def call\(.*\n"),
        *("", r"::test_\w+ PASSED", r"^E .*401"),
    ),
}


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_leads_to_three_tests_that_pass(name: str, server: Served, tmp_path: Path) -> None:
    tutorial = TUTORIALS[name]
    require(name)
    page = (ROOT / "docs" / f"tutorial-{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:csharp|go|java|js|php|python)\n(.*?)```", page, re.DOTALL)
    client, tests, retry, signature, third = blocks
    if tutorial.copied[0]:
        (tmp_path / tutorial.copied[1]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / tutorial.copied[0], tmp_path / tutorial.copied[1])
    if name == "go":
        (tmp_path / "go.mod").write_text("module example.com/collector\n\ngo 1.19\n")

    def run(url: str) -> tuple[str, int]:
        environ = {**os.environ, "SIMULATOR_URL": url, "MONO_PATH": str(NSWAG), **PYTEST}
        given = ["-o", f"ledgersim_url={url}"] if name == "python" else []
        for _ in range(2):
            ran = subprocess.run(
                [*tutorial.command, *given],
                cwd=tmp_path,
                env=environ,
                check=False,
                stdout=-1,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if ran.returncode != -SIGABRT:  # Mono crashes once in many runs, as it exits
                break
        return ran.stdout, ran.returncode

    def save() -> None:
        (tmp_path / tutorial.client).write_text(client, encoding="utf-8")
        (tmp_path / tutorial.tests).write_text(tests, encoding="utf-8")
        if tutorial.compile:
            subprocess.run(tutorial.compile, cwd=tmp_path, env={**os.environ, "GOCACHE": GOCACHE}, check=True)

    save()
    output, code = run(server.url)
    assert code != 0
    assert len(re.findall(tutorial.passed, output, re.MULTILINE)) == 1, output
    assert len(re.findall(tutorial.failed, output, re.MULTILINE)) >= 1, output
    if name != "python":  # whose plugin starts the server
        output, code = run("http://127.0.0.1:1")
        assert len(re.findall(r"No simulator answers.*: start it with `make run`", output)) == 1, output
        assert code == 1

    for pattern, new in zip(tutorial.replaced, (retry, signature), strict=True):
        client, count = re.subn(pattern, lambda _, new=new: new, client)  # type: ignore[misc]
        assert count == 1, pattern
    tests = tests.removesuffix(tutorial.ends) + "\n" + third + tutorial.ends
    save()
    output, code = run(server.url)
    assert len(re.findall(tutorial.passed, output, re.MULTILINE)) == 3, output
    assert code == 0
    assert not re.findall(tutorial.failed, output, re.MULTILINE), output
