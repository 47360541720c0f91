"""Properties of the image that can be tested without a container engine."""

import json
import re
from pathlib import Path

import pytest

from ledgersim import cli

ROOT = Path(__file__).parents[2]
INSTRUCTIONS = dict(
    re.findall(r"^([A-Z]+) (.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
)  # the last of each kind


def test_it_runs_as_a_number_in_group_0() -> None:
    # Kubernetes checks `runAsNonRoot` only for numbers; OpenShift runs any user, in group 0.
    assert re.fullmatch(r"[1-9]\d*:0", INSTRUCTIONS["USER"])


@pytest.mark.parametrize(
    ("arguments", "usage"),
    [
        (["--auth", "strict", "--help"], "Usage: ledgersim serve "),
        (["health", "--help"], "Usage: ledgersim health "),
        ([*json.loads(INSTRUCTIONS["CMD"]), "--help"], "Usage: ledgersim serve "),
    ],
)
def test_it_accepts_options_and_commands(
    arguments: list[str], usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *given = json.loads(INSTRUCTIONS["ENTRYPOINT"])
    assert program == "ledgersim"
    with pytest.raises(SystemExit):
        cli.main([*given, *arguments])
    assert capsys.readouterr().out.startswith(usage)


def test_it_contains_no_build_tools() -> None:
    locked = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert re.findall(r"^(hatchling|editables|pip|setuptools)==", locked, re.MULTILINE) == []
