"""The Python examples in the documentation, run as written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import ledgersim
from tests.test_pytest_plugin import run_pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    "README.md",
    *(f"docs/{name}.md" for name in ("python", "parallel-tests", "time-travel", "retries")),
)
BLOCK = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)


@pytest.fixture
def here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples of the documentation, each in the file that it names."""
    monkeypatch.setenv("PYTHONPATH", str(Path(ledgersim.__file__).parents[1]))
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        examples = BLOCK.findall(text)
        assert len(examples) == text.count("```python")
        for name, code in examples:
            (pytester.path / name).write_text(code, encoding="utf-8")
    return pytester.path


@pytest.mark.usefixtures("here")
def test_the_tests_in_the_documents_pass() -> None:
    run_pytest().assert_outcomes(passed=11)


def test_the_programs_in_the_documents_run(here: Path) -> None:
    run = [sys.executable, "-W", "error", "-c", "import script, application; application.app.spaces.close()"]
    ended = subprocess.run(run, cwd=here, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert ended.stdout == "5eed0001-deb0-4000-8000-000000000001\n"
