"""The tutorials: their client and tests, step by step, as a reader would write them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.clients.test_handwritten import LANGUAGES, installed
from tests.serving import Served

ROOT = Path(__file__).parents[1]


class Tutorial(NamedTuple):
    """Where its code goes, how its tests run, and how they count."""

    client: str
    tests: str
    command: list[str]
    replaced: tuple[str, str]  # the lines of the client that the fourth step replaces
    ends: str  # what follows the last test
    passed: str
    failed: str
    copied: tuple[str, str] = ("", "")


JAVA = "javac *.java io/ledgersim/*.java && java CollectorTest"
TUTORIALS = {
    "java": Tutorial(
        *("Collector.java", "CollectorTest.java", ["sh", "-c", JAVA]),
        (r"        if \(response.statusCode\(\) >= 400\) .*\n", r"    private String call\(.*\n"),
        *("    }\n}\n", r"^pass ", r"^fail .*401"),
        ("clients/java/io/ledgersim/Ledgersim.java", "io/ledgersim/Ledgersim.java"),
    ),
    "node": Tutorial(
        *("collector.mjs", "collector.test.mjs", ["node", "--test"]),
        (r"    if \(!response.ok\) .*\n", r"  async call\(.*\n"),
        *("", r"^ok \d", r"^  error: .*401"),
        ("clients/node/ledgersim.mjs", "ledgersim.mjs"),
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
    language, tutorial = LANGUAGES[name], TUTORIALS[name]
    if installed(language.version) < language.minimum:
        pytest.skip(f"needs {language.needs}")
    page = (ROOT / "docs" / f"tutorial-{name}.md").read_text(encoding="utf-8")
    client, tests, retry, signature, third = re.findall(r"```(?:java|js|php|python)\n(.*?)```", page, re.DOTALL)
    if tutorial.copied[0]:
        (tmp_path / tutorial.copied[1]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / tutorial.copied[0], tmp_path / tutorial.copied[1])

    def run() -> tuple[str, int]:
        (tmp_path / tutorial.client).write_text(client, encoding="utf-8")
        (tmp_path / tutorial.tests).write_text(tests, encoding="utf-8")
        environ = {**os.environ, "SIMULATOR_URL": server.url}
        command = (
            [*tutorial.command, "-o", f"ledgersim_url={server.url}"] if name == "python" else tutorial.command
        )
        ran = subprocess.run(
            command, cwd=tmp_path, env=environ, check=False, stdout=-1, stderr=subprocess.STDOUT, text=True
        )
        return ran.stdout, ran.returncode

    output, code = run()
    assert code != 0
    assert len(re.findall(tutorial.passed, output, re.MULTILINE)) == 1, output
    assert len(re.findall(tutorial.failed, output, re.MULTILINE)) >= 1, output

    for pattern, new in zip(tutorial.replaced, (retry, signature), strict=True):
        client, count = re.subn(pattern, lambda _, new=new: new, client)  # type: ignore[misc]
        assert count == 1, pattern
    tests = tests.removesuffix(tutorial.ends) + "\n" + third + tutorial.ends
    output, code = run()
    assert len(re.findall(tutorial.passed, output, re.MULTILINE)) == 3, output
    assert code == 0
    assert not re.findall(tutorial.failed, output, re.MULTILINE), output
