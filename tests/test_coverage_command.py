"""`ledgersim coverage`: figures, formats, bounds, requirements, bad input."""

import json
import re
import socket
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import httpx
import pytest

from ledgersim import cli
from ledgersim.coverage.report import below_bounds, bounds_of, read
from ledgersim.errors import StartupError
from tests.client import BEARER
from tests.serving import Served, Start


@pytest.fixture
def url(server: Served) -> str:
    """A server on which two debtors were created, one request was rejected, and one path was unknown."""
    httpx.delete(f"{server.url}/_sim/coverage")
    for member in ({"fullName": "Ada"}, {"fullName": 7}, {"fullName": "Bo", "colour": "<red>"}):
        httpx.put(f"{server.url}/APIGW/v1/Debtors", json=member, headers=BEARER)
    httpx.get(f"{server.url}/APIGW/v1/Nowhere", headers=BEARER)
    return server.url


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, list[str]]:
    """Exit code, output and the lines on standard error."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["coverage", *arguments])
    output, errors = capsys.readouterr()
    return int(caught.value.code or 0), output, errors.splitlines()


def test_the_text_lists_what_was_met_and_what_was_not(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, output, errors = run(capsys, "--url", url, "--vendor", "aptic")
    assert (code, errors) == (0, [])
    sections = dict(re.findall(r"(?m)^(\w[^\n]*)\n((?:  [^\n]*\n)+)", output))
    assert list(sections) == [
        "Exercised",
        "Never exercised",
        "Problems never met",
        "Not documented by the vendor",
    ]
    exercised = sections["Exercised"].splitlines()
    assert exercised[:3] == [
        "  aptic.debtors.create: 201 (2), 400 (1)",
        "    problems met: validation (1)",
        "    statuses never returned: 401",
    ]
    assert exercised[3].startswith("    members never sent: idNumber, ")
    assert "  aptic.auth.token\n" in sections["Never exercised"]
    assert "fullName" not in output
    assert sections["Not documented by the vendor"].splitlines() == [
        "  aptic.debtors.create unknown-member colour (1)",
        "  unknown-operation GET /APIGW/v1/Nowhere (1)",
    ]


def test_the_json_has_the_figures(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, output, _ = run(capsys, "--url", url, "--format", "json", "--fail-under", "problems=100")
    report = json.loads(output)
    operations = report["vendors"]["aptic"]["operations"]
    assert report["measures"]["operations"] == {"met": 1, "of": 126, "percent": 0.8}
    assert report["vendors"]["riverty"]["measures"]["operations"] == {"met": 0, "of": 2, "percent": 0.0}
    assert report["measures"]["members"]["met"] == len(operations["aptic.debtors.create"]["sent"]) == 1
    assert report["measures"]["statuses"]["met"] == 2
    assert [re.sub(r"\d+", "N", one) for one in report["findings"]] == ["N of N problems are N.N %, below N %"]
    assert report["undocumented"][0] == {
        "operation": "aptic.debtors.create",
        "code": "unknown-member",
        "where": "colour",
        "count": 1,
    }


class References(HTMLParser):
    """What a page loads or links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset")]


def test_the_page_is_one_file_that_loads_nothing(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    httpx.put(f"{url}/APIGW/v1/Debtors", json={"<script>": 1}, headers=BEARER)
    page = tmp_path / "coverage.html"
    assert run(capsys, "--url", url, "--format", "html", "--output", str(page)) == (0, "", [])
    text = page.read_text("utf-8")
    references = References()
    references.feed(text)
    assert references.found == []
    assert not re.search(r"url\(|@import|https?:", text)
    assert "<script" not in text
    assert "<code>&lt;script&gt;</code>" in text


def test_names_from_clients_cannot_control_a_terminal(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    httpx.put(f"{url}/APIGW/v1/Debtors", json={"a\x1b[31m\nb": 1}, headers=BEARER)
    for form in ("text", "html", "junit"):
        _, output, _ = run(capsys, "--url", url, "--format", form)
        assert "a\ufffd[31m\ufffdb" in output


def test_junit_has_a_case_for_each_operation(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    required = tmp_path / "operations.txt"
    required.write_text("riverty.*\n")
    code, output, _ = run(
        capsys, "--url", url, "--format", "junit", "--require", str(required), "--fail-under", "1"
    )
    suites = {suite.attrib["name"]: suite for suite in ElementTree.fromstring(output)}
    counts = {
        name: tuple(int(suite.attrib[one]) for one in ("tests", "failures", "skipped"))
        for name, suite in suites.items()
    }
    assert code == 1
    assert counts == {"aptic": (99, 0, 98), "payex": (25, 0, 25), "riverty": (2, 2, 0), "bounds": (1, 1, 0)}
    created = suites["aptic"].find("testcase[@name='aptic.debtors.create']/system-out")
    assert created is not None
    assert (created.text or "").splitlines()[-1] == (
        "not documented: aptic.debtors.create unknown-member colour (1)"
    )


def test_what_falls_short_is_a_finding_in_a_line_of_its_own(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    required = tmp_path / "operations.txt"
    required.write_text(
        "# what we use\n"
        "aptic.debtors.create 201 400 validation fullName  # all of it was met\n"
        "\n"
        "aptic.debtors.create 401 unauthorized city\n"
        "riverty.customeraccount.* 200\n"
    )
    code, _, errors = run(
        capsys, "--url", url, "--vendor", "payex", "--require", str(required), "--fail-under", "10"
    )
    assert code == 1
    assert errors == [
        "ledgersim: 0 of 25 operations are 0.0 %, below 10 %",
        "ledgersim: aptic.debtors.create never returned 401",
        "ledgersim: aptic.debtors.create never met the problem unauthorized",
        "ledgersim: aptic.debtors.create was never sent city",
        "ledgersim: riverty.customeraccount.apply was never called",
        "ledgersim: riverty.customeraccount.creditlimit was never called",
    ]


def test_bounds_and_requirements_that_are_met_are_no_findings(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    required = tmp_path / "operations.txt"
    required.write_text("aptic.debtors.create 201\n")
    code, _, errors = run(capsys, "--url", url, "--require", str(required), "--fail-under", "0.7")
    assert (code, errors) == (0, [])


def test_the_requirements_of_the_documentation_can_be_met(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[1] / "docs/conformance.md").read_text("utf-8")
    (example,) = re.findall(r"```text\n(# operations.txt.*?)```", page, re.DOTALL)
    required = tmp_path / "operations.txt"
    required.write_text(example, "utf-8")
    code, _, errors = run(capsys, "--url", url, "--require", str(required))
    assert (code, len(errors)) == (1, 7)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("aptic.debtor.create", "unknown operation 'aptic.debtor.create'; did you mean aptic.debtors.create?"),
        ("nothing.*", "unknown operation 'nothing.*'; `ledgersim routes` lists them"),
        ("aptic.debtors.create 418", "aptic.debtors.create has no status 418; it has 201, 400, 401"),
        (
            "aptic.debtors.create fulName",
            "aptic.debtors.create has no status, problem or member 'fulName'; did you mean fullName?",
        ),
    ],
)
def test_a_requirement_that_cannot_be_met_is_bad_input(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, reason: str
) -> None:
    required = tmp_path / "operations.txt"
    required.write_text(f"# ours\n{line}\n")
    code, output, errors = run(capsys, "--url", url, "--require", str(required))
    assert (code, output) == (2, "")
    assert errors == [f"ledgersim: --require {required}, line 2: {reason}"]


def test_bad_input_is_one_line(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin").write_bytes(b"\xff")

    def complaint(*arguments: str) -> str:
        code, output, errors = run(capsys, "--url", url, *arguments)
        assert (code, output) == (2, "")
        (line,) = errors
        return line.removeprefix("ledgersim: ")

    assert complaint("--format", "xml") == "--format is 'xml'; it must be one of text, html, junit, json"
    assert complaint("--vendor", "acme") == "--vendor is 'acme'; it must be one of aptic, payex, riverty"
    assert complaint("--require", str(tmp_path / "none")) == (
        f"--require {tmp_path / 'none'} cannot be read: No such file or directory"
    )
    assert complaint("--require", str(tmp_path / "latin")) == f"--require {tmp_path / 'latin'} is not UTF-8"
    assert complaint("--output", str(tmp_path)) == f"--output {tmp_path} cannot be written: Is a directory"
    assert complaint("--url", "here") == (
        "--url is 'here'; it must be the base URL of a server, such as http://127.0.0.1:8080"
    )


@pytest.mark.parametrize("text", ["many", "101", "-1", "nan", "lines=3", "=5"])
def test_a_bound_is_a_percentage_of_something_known(text: str) -> None:
    with pytest.raises(StartupError, match="--fail-under is"):
        bounds_of([text])


def test_a_bound_holds_for_each_measure() -> None:
    names = {"sent": ["a"], "never": ["b", "c"]}
    operation = {"responses": {"200": 1}, "never": [401], "problems": {}, "members": names, "parameters": names}
    vendor = {"operations": {"x.get": operation}, "problems": {"met": {}, "never": []}}
    report = read({"vendors": {"x": vendor}, "undocumented": []}, ())
    bounds = bounds_of(["100", "statuses=50", "problems=100", "members=34"])
    assert [one.message for one in below_bounds(report, bounds)] == ["2 of 6 members are 33.3 %, below 34 %"]


def answering(*answers: bytes) -> tuple[str, Thread]:
    """The address of a server that gives each connection one answer, and its thread."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(answers: Sequence[bytes]) -> None:
        with listener:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

    thread = Thread(target=serve, args=(answers,))
    thread.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}", thread


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"SSH-2.0\r\n"])
def test_another_server_is_no_ledgersim(answer: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    url, thread = answering(answer)
    assert run(capsys, "--url", url) == (2, "", [f"ledgersim: {url} is not a ledgersim server of this version"])
    thread.join()


def test_a_server_that_cannot_be_reached(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert run(capsys, "--url", url) == (2, "", [f"ledgersim: {url} cannot be reached: Connection refused"])


def test_a_token_comes_from_the_environment(
    start: Start, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = start("--port", "0", "--admin-token", "secret").url
    code, _, errors = run(capsys, "--url", url)
    assert code == 2
    assert errors[0].startswith(f"ledgersim: {url}/_sim/coverage returned 401: ")
    monkeypatch.setenv("LEDGERSIM_ADMIN_TOKEN", "secret")
    assert run(capsys, "--url", url)[0] == 0
