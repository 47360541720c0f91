"""The requests of the benchmark succeed, the floor answers as the simulator does, and the report says what was measured."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import measure
from benchmarks.__main__ import parse
from benchmarks.measure import LATENCIES, RATES, STARTS
from benchmarks.report import Report
from benchmarks.servers import Client, Request, Server, ServerError, Subject
from benchmarks.subjects import FLOOR_ROWS, ROOT, bare, simulator
from tests.serving import Served

ORJSON = """
import json
loads = json.loads
def dumps(value):
    return json.dumps(value).encode()
"""


def test_the_simulator_answers_the_request_of_every_row(server: Served, tmp_path: Path) -> None:
    requests = simulator(200, tmp_path).prepare(server.port)
    with Client(server.port) as client:
        client.send(requests["reset"])
        sent = {row: client.send(request) for row, request in requests.items() if row != "reset"}
        remarked = json.loads(client.send(Request("GET", ["/_sim/requests?diagnostics=true"])))["requests"]
    assert {*sent, "reset"} == {*RATES, *LATENCIES, "summary", "write"}
    assert [json.loads(sent[row])["count"] for row in ("list", "sums", "contains", "skip")] == [25, 0, 25, 21]
    assert remarked == []


def test_the_floor_answers_like_the_simulator(server: Served, tmp_path: Path) -> None:
    (tmp_path / "orjson.py").write_text(ORJSON, encoding="utf-8")
    floor = bare(200)._replace(environ={"PYTHONPATH": f"{ROOT}:{tmp_path}"})
    with Server(floor) as running:
        own = shapes(floor, running.port)
        assert {*floor.prepare(running.port), *STARTS} - {"write", "summary"} == FLOOR_ROWS
    assert own == shapes(simulator(200, tmp_path), server.port)


def shapes(subject: Subject, port: int) -> dict[str, object]:
    """The members of what it answers after a reset."""
    requests = subject.prepare(port)
    with Client(port) as client:
        client.send(requests["reset"])
        return {row: shape(json.loads(client.send(requests[row]))) for row in RATES}


def shape(value: object) -> object:
    """Which members, and how many elements."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [shape(element) for element in value] if isinstance(value, list) else None


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(ServerError, match=r"^floor does not start: no room$"):
        Server(bare(0)._replace(command=[sys.executable, "-c", "raise SystemExit('...\\nno room')"]))


def test_report(tmp_path: Path) -> None:
    report = Report({"Machine": "2 cores"})
    for ours, floor in ((3000.0, 12000.0), (3100.0, 10000.0), (2900.0, 10000.0)):
        report.add("get", 10_000, "ledgersim", ours)
        report.add("get", 10_000, "floor", floor)
    report.add("build", 10_000, "ledgersim", 7.123)
    report.notes["Prism 5"] = "keeps nothing"
    report.skip("moto: pip has not installed it")
    report.write(tmp_path)
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == (
        "# Benchmark\n"
        "\n"
        "- Machine: 2 cores\n"
        "\n"
        "Medians and quartiles of the rounds; the ratio is to the floor in the same rounds.\n"
        "\n"
        "| What | Customers | Server | Median | Quartiles | Ratio |\n"
        "| --- | ---: | --- | ---: | ---: | ---: |\n"
        "| Get one debtor, requests/s | 10,000 | ledgersim | 3,000 | 2,950 to 3,050 | 0.29 |\n"
        "|  |  | floor | 10,000 | 10,000 to 11,000 | 1 |\n"
        "| First build of the world, s | 10,000 | ledgersim | 7.12 | 7.12 to 7.12 |  |\n"
        "\n"
        "What the other servers do:\n"
        "\n"
        "- Prism 5: keeps nothing\n"
        "\n"
        "Skipped:\n"
        "\n"
        "- moto: pip has not installed it\n"
    )
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert written["rows"][0] == {
        "row": "get",
        "title": "Get one debtor",
        "unit": "requests/s",
        "customers": 10_000,
        "server": "ledgersim",
        "low": 2950,
        "median": 3000,
        "high": 3050,
        "ratio": 0.29,
        "values": [3000, 3100, 2900],
    }


def test_a_report_without_ratios_has_no_column_for_them() -> None:
    report = Report({"Machine": "2 cores"})
    report.add("build", 10_000, "ledgersim", 7.123)
    assert report.markdown() == (
        "# Benchmark\n"
        "\n"
        "- Machine: 2 cores\n"
        "\n"
        "Medians and quartiles of the rounds.\n"
        "\n"
        "| What | Customers | Server | Median | Quartiles |\n"
        "| --- | ---: | --- | ---: | ---: |\n"
        "| First build of the world, s | 10,000 | ledgersim | 7.12 | 7.12 to 7.12 |\n"
    )


@pytest.mark.parametrize(
    ("rows", "servers"),
    [
        ("start", {"ledgersim", "floor"}),
        ("summary", {"ledgersim"}),
        ("sums,indexed,contains,skip,space", {"ledgersim"}),
        ("sums,reset", {"ledgersim", "floor"}),
    ],
)
def test_the_floor_is_started_only_for_rows_that_it_has(
    rows: str, servers: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = set()

    def start(subject: Subject) -> Any:
        started.add(subject.name)
        return nullcontext()

    monkeypatch.setattr(command, "Server", start)
    for name in ("starts", "throughput"):
        monkeypatch.setattr(measure, name, lambda *arguments: started.update(one.name for one in arguments[-1]))
    command.main(["--only", rows, "--output", str(tmp_path)])
    assert started == servers


def test_unknown_rows_are_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--only", "get,speed"])
    assert "unknown rows speed; there are get, list, " in capsys.readouterr().err
