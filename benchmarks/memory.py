"""The resident memory of a server with many busy spaces, and after they are reset and deleted.

python benchmarks/memory.py [SPACES] [REQUESTS PER SPACE]
"""

import json
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

SPACES, REQUESTS = (int(text) for text in (sys.argv[1:] + ["100", "300"][len(sys.argv) - 1 :])[:2])

BEARER = {"Authorization": "Bearer any"}
CASE = json.dumps(
    [
        {
            "currencyCode": "SEK",
            "debtors": [{"fullName": "Ada Ek", "idNumber": "19850314-9984"}],
            "debts": [{"referenceNumber": "F-1", "originalPrincipal": 1000, "remainingPrincipal": 750.5}],
        }
    ]
)


def main() -> None:
    """Print the figures as a table."""
    command = [sys.executable, "-m", "ledgersim", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        address = server.stdout.readline().removeprefix("Ready: http://").strip()
        connection = HTTPConnection(address)

        def send(method: str, path: str, body: str | None = None) -> bytes:
            connection.request(
                method, path, body, {**BEARER, "Content-Type": "application/json"} if body else BEARER
            )
            with connection.getresponse() as answer:
                assert answer.status < 400, answer.read()
                return answer.read()

        def report(state: str) -> None:
            status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
            (resident,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
            size = json.loads(send("GET", "/_sim/spaces"))["bytes"]
            print(f"{state:40} {resident / 1024:8.1f} MB resident {size / 2**20:8.1f} MB counted")

        names = [f"busy-{number}" for number in range(SPACES)]
        try:
            for _ in range(20):  # so that modules loaded by the first requests are not counted
                send("PUT", "/APIGW/v1/Cases", CASE)
                send("GET", "/APIGW/v1/Cases")
            send("POST", "/_sim/reset")
            report("started")
            for turn in ("first", "second"):
                for name in names:
                    for _ in range(REQUESTS):
                        send("PUT", f"/s/{name}/APIGW/v1/Cases", CASE)
                report(f"{SPACES} spaces, {REQUESTS} cases each, {turn} time")
                for name in names:
                    send("POST", f"/s/{name}/_sim/reset")
                report("all of them reset")
                for name in names:
                    send("DELETE", f"/_sim/spaces/{name}")
                report("all of them deleted")
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
