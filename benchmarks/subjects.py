"""The simulator and the floor, as they are measured."""

import json
import os
import shlex
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from benchmarks.data import NEW
from benchmarks.servers import Client, Request, Subject

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / ".benchmark"  # what `make benchmark` installs: orjson in floor/, the peers
DEBTORS, CASES = "/APIGW/v1/Debtors", "/APIGW/v1/Cases"
PATHS = 1000  # debtors to get, spread over all of them
PAGE = 100
FLOOR_ROWS = {"get", "list", "create", "start", "first", "memory", "reset"}  # that the floor has, too
CREATE = Request("PUT", [DEBTORS], json.dumps(NEW))
WRITE = Request(  # a case with its debtor and debt
    "PUT",
    [CASES],
    json.dumps(
        [
            {
                "currencyCode": "SEK",
                "debtors": [{"firstname": "Nils", "lastname": "Ny"}],
                "debts": [{"referenceNumber": "F-1", "originalPrincipal": 1000, "remainingPrincipal": 750.5}],
            }
        ]
    ),
)
RESET = Request("POST", ["/_sim/reset"])


def listing(path: str, **options: str) -> Request:
    """A request for a list; the options are those of the filter language."""
    query = "&".join(f"${name}={quote(value)}" for name, value in options.items())
    return Request("GET", [f"{path}?{query}"])


def simulator(
    customers: int, cache: Path, flags: str = "", checkout: Path | None = None, name: str = "ledgersim"
) -> Subject:
    """The simulator with a world of this size, from this checkout or another one."""
    command = [sys.executable, "-m", "ledgersim", "serve", "--port", "{port}", "--log-level", "error"]
    command += ["--customers", str(customers), "--cache", str(cache), *shlex.split(flags)]
    return Subject(
        name,
        version("ledgersim"),
        command,
        partial(_requests, customers),
        ready="/_sim/health/ready",
        first=f"{DEBTORS}?$top=25",
        environ=environ(checkout),
    )


def environ(checkout: Path | None) -> dict[str, str]:
    """What makes Python import the simulator of a checkout, with bytecode, which installed packages have."""
    path = {} if checkout is None else {"PYTHONPATH": str(checkout.resolve() / "app")}
    return {**path, "PYTHONDONTWRITEBYTECODE": ""}


def _requests(customers: int, port: int) -> Mapping[str, Request]:
    step = max(PAGE, customers * PAGE // PATHS)
    pages = [
        f"{DEBTORS}?$orderby=debtorReference&$skip={skip}&$top={PAGE}" for skip in range(0, customers, step)
    ]
    paths = _listed(port, pages)
    return {
        "get": Request("GET", paths),
        "list": listing(DEBTORS, filter="juridicalType eq 1", orderby="fullName"),
        "create": CREATE,
        "reset": RESET,
        "summary": Request("GET", [f"{path}/Summary" for path in paths]),
        "sums": listing(CASES, filter="remainingSum gt 100000", orderby="remainingSum desc"),
        "indexed": listing(DEBTORS, filter="idNumber eq '19900101-9802'"),
        "contains": listing(DEBTORS, filter="contains(fullName,'son')", orderby="fullName"),
        "skip": listing(DEBTORS, skip=str(customers * 9 // 10)),
        "write": WRITE,
        "space": Request("GET", [f"/s/new-{number}{DEBTORS}" for number in range(400)]),
    }


def _listed(port: int, pages: Iterable[str]) -> list[str]:
    """The paths of the debtors on these pages."""
    with Client(port) as client:
        answers = [json.loads(client.send(Request("GET", [page]))) for page in pages]
    return [f"{DEBTORS}/{debtor['debtorGuid']}" for answer in answers for debtor in answer["value"]]


def bare(customers: int) -> Subject:
    """The floor with as many debtors."""
    python = os.pathsep.join([str(ROOT), str(TOOLS / "floor")])
    return Subject(
        "floor",
        f"uvicorn {version('uvicorn')}, SQLite {sqlite3.sqlite_version}",
        [sys.executable, "-m", "benchmarks.floor", "{port}", str(customers)],
        partial(_floor_requests, customers),
        first=f"{DEBTORS}?juridicalType=1&skip=0",
        environ={"PYTHONPATH": python},
    )


def _floor_requests(customers: int, port: int) -> Mapping[str, Request]:
    pages = [f"{DEBTORS}?juridicalType=1&skip={skip}" for skip in range(0, min(customers // 7, PATHS), 25)]
    return {
        "get": Request("GET", _listed(port, pages)),
        "list": Request("GET", [f"{DEBTORS}?juridicalType=1&skip=0"]),
        "create": CREATE,
        "write": CREATE,
        "reset": RESET,
    }
