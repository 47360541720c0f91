"""The shell commands of the README's quick start, run as a reader would."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def commands(heading: str) -> list[str]:
    """The shell blocks of a section."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl")
def test_the_quick_start_does_what_it_says(server: Served) -> None:
    script = "set -euo pipefail\n" + "echo\n".join(commands("Quick start"))
    script = script.replace("curl -s", "curl -sS --fail-with-body -w '\\n'").replace(
        "http://127.0.0.1:8080", server.url
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    answers: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines() if line]
    _, debtors, created, payment, _, plan, case = answers
    assert [one["fullName"] for one in debtors["value"]] == ["Ulla Unpaid"]
    assert (created["originalSum"], created["paidSum"], created["remainingSum"]) == (1000, 249.5, 750.5)
    assert payment["paymentAmount"] == 150.5
    assert (plan["active"], plan["numberOfPayments"], plan["totalFee"]) == (0, 6, 120)
    assert (case["paidSum"], case["remainingPrincipal"], case["remainingFee"]) == (400, 600, 120)
