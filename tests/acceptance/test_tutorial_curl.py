"""The shell commands of the tutorial with curl, run as a reader would."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served

PAGE = (Path(__file__).parents[2] / "docs/tutorial-curl.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl")
def test_the_tutorial_does_what_it_says(server: Served) -> None:
    script = "set -euo pipefail\n" + "echo\n".join(COMMANDS)
    script = script.replace("curl -s", "curl -sS --fail-with-body -w '\\n'").replace(
        "http://127.0.0.1:8080", server.url
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    answers: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines() if line]
    debtors, created, payment, plan, case = answers
    assert [one["fullName"] for one in debtors["value"]] == ["Ulla Unpaid"]
    assert (created["originalSum"], created["paidSum"], created["remainingSum"]) == (1000, 249.5, 750.5)
    assert payment["paymentAmount"] == 150.5
    assert (plan["active"], plan["numberOfPayments"], plan["totalFee"]) == (0, 6, 120)
    assert (case["paidSum"], case["remainingPrincipal"], case["remainingFee"]) == (400, 600, 120)
