"""Runs the collections and a Pact contract against a server: `make contract`, which installs the tools in .contract."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NamedTuple

from ledgersim.testing import Server
from tests.collections.requests import BASE

ROOT = Path(__file__).parents[2]
COLLECTIONS = ROOT / "openapi/collections"
PACT = Path(__file__).with_name("pact")
TOOLS = ROOT / ".contract"
LIMIT = 300  # seconds for one command
# How httpYac writes `{{name.response.body.$.path}}`.
REFERENCE = re.compile(r"\.response\.body\.\$\.")


Command = Sequence[str | Path]


class Run(NamedTuple):
    """A command and what is left when it succeeds."""

    name: str
    command: Command
    folder: Path = ROOT
    succeeds: bool = True


def runs(url: str, folder: Path) -> Iterator[Run]:
    """All commands against the server at an address. `folder` is for files."""
    tools = TOOLS / "node_modules/.bin"
    if (tools / "bru").exists():
        # Bruno's safe sandbox may not be loaded when the first request is answered (4.1.0).
        bru: Command = [
            tools / "bru",
            "run",
            "-r",
            "--sandbox",
            "developer",
            "--env-var",
            f"baseUrl={url}/s/bruno",
        ]
        yield Run("Bruno runs the collection", bru, COLLECTIONS / "bruno")
        postman = COLLECTIONS / "ledgersim.postman_collection.json"
        newman: Command = [tools / "newman", "run", postman, "--env-var", f"baseUrl={url}/s/postman"]
        yield Run("Newman runs the Postman collection", newman)
        for file in (COLLECTIONS / "http").iterdir():
            text = REFERENCE.sub(".", file.read_text("utf-8")).replace(BASE, f"{url}/s/httpyac")
            (folder / file.name).write_text(text, "utf-8")
        files = sorted(one.name for one in folder.glob("*.http"))
        yield Run("httpYac sends the .http files", [tools / "httpyac", "send", *files, "--all"], folder)
    else:
        print("Skipped: the collections need npm (Node.js 20 or later).", file=sys.stderr)
    verify: Command = [TOOLS / "venv/bin/python", PACT / "verify.py", f"{url}/s/pact"]
    yield Run("Pact's verifier sets up states", [*verify, PACT / "shop-aptic.json"])
    unknown = folder / "unknown.json"
    contract = json.loads((PACT / "shop-aptic.json").read_text("utf-8"))
    contract["interactions"][0]["providerStates"] = [{"name": "nobody has described this"}]
    unknown.write_text(json.dumps(contract), "utf-8")
    yield Run("Pact's verifier reports an unknown state", [*verify, unknown], succeeds=False)


def states() -> str:
    """The provider states of the documentation."""
    page = (ROOT / "docs/conformance.md").read_text("utf-8")
    (found,) = re.findall(r"```yaml\n(# provider-states.yaml\n.*?)```", page, re.DOTALL)
    return str(found)


def main() -> int:
    """Run everything; the number of failures."""
    failures = 0
    environment = {**os.environ, "PACT_DO_NOT_TRACK": "true", "NO_COLOR": "1"}
    with TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "provider-states.yaml"
        file.write_text(states(), "utf-8")
        with Server(provider_states=file) as server:
            for run in runs(server.url, folder):
                start = monotonic()
                ended = subprocess.run(
                    run.command,
                    cwd=run.folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=LIMIT,
                    check=False,
                )
                is_good = (ended.returncode == 0) == run.succeeds
                print(f"{'ok' if is_good else 'FAILED'}  {run.name} ({monotonic() - start:.1f} s)", flush=True)
                if not is_good:
                    failures += 1
                    print(ended.stdout[-4000:], ended.stderr[-4000:], sep="\n")
    return failures


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
