"""Sends as many requests as are asked for: Schemathesis' first, then mutated ones by raw sockets.

`make fuzz-http` runs it. Exit status 1 if the server did what it must not.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.fuzz.raw import Run, Violation, serve

ROOT = Path(__file__).parents[2]
CONFIG = Path(__file__).parent / "schemathesis.toml"
SCHEMATHESIS = ROOT / ".fuzz/bin/st"
TOKEN = "fuzz"
# Mount and credentials of each document.
DOCUMENTS = {
    "aptic": ("/APIGW", "X-Api-Key: ledgersim-key"),
    "payex": ("/ledger", "Authorization: Bearer payex-46001-token"),
    "riverty": ("/api/v3", "X-Auth-Key: ledgersim-key"),
    "admin": ("/_sim", f"Authorization: Bearer {TOKEN}"),
}
REQUESTS_PER_EXAMPLE = 3000  # with an example of an operation more, Schemathesis sends some 400 requests more


def main() -> int:
    """Run until enough requests have been sent; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make fuzz-http", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="requests to send (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="chooses the requests (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="raw cases: begin with the batch of this one")
    parser.add_argument(
        "--documents", nargs="*", choices=DOCUMENTS, default=list(DOCUMENTS), help="default: all"
    )
    arguments = parser.parse_args()
    examples = max(1, arguments.requests // REQUESTS_PER_EXAMPLE)
    results = [schemathesis(name, examples, arguments.seed) for name in arguments.documents]
    sent = sum(count for count, _ in results)
    with serve() as server:
        run = Run(server, arguments.seed)
        run.send(arguments.requests - sent, arguments.first)
    print(f"{sent:,} requests by Schemathesis, {run.requests:,} by raw sockets: {run.summary()}")
    print(f"{len(run.succeeded)} of {run.operations} operations succeeded at least once by raw sockets")
    for kind, times in run.violations.items():
        print(f"{times} times: {kind}")
    failed = [name for name, (_, is_good) in zip(arguments.documents, results, strict=True) if not is_good]
    if failed:
        print(f"Schemathesis failed for {', '.join(failed)}: see above")
    return int(bool(run.violations or failed))


def schemathesis(name: str, examples: int, seed: int) -> tuple[int, bool]:
    """Try a document on a server of its own; the number of requests, and whether all was as it must be."""
    mount, credentials = DOCUMENTS[name]
    with serve("--auth", "strict", "--admin-token", TOKEN) as server:
        command = [
            str(SCHEMATHESIS), "--config-file", str(CONFIG), "run", f"openapi/{name}.json", "--url", f"{server.client.base_url}{mount}",
            "--header", credentials, "--max-examples", str(examples), "--seed", str(seed), "--no-color",
        ]  # fmt: skip
        is_good = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
        count = server.requests()
        try:
            server.probe()
        except Violation as violation:
            print(f"VIOLATION: {violation}")
            is_good = False
    return count, is_good


if __name__ == "__main__":
    sys.exit(main())
