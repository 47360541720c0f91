"""`ledgersim contract check` calls a live API, read-only, and says how its answers differ from the documents."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledgersim import cli
from ledgersim.contract.live import find_operation
from ledgersim.contract.model import Api, Operation, Schema
from ledgersim.contract.values import against_schema, against_value, masked, masked_text
from tests.contract.vendor import serving, write_options
from tests.serving import Served
from tests.test_cli import complaint

SECRET = "secret-of-a-user"


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The vendor's address."""
    options = write_options(tmp_path_factory.mktemp("vendor"))
    flags = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", value)]
    served = Served("--port", "0", "--customers", "1", *flags)
    served.keep()
    yield served
    served.end()


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["contract", "check", *arguments])
    output, errors = capsys.readouterr()
    return int(caught.value.code or 0), output, errors


def findings(output: str) -> set[tuple[str, str, str, str, str]]:
    return {
        (one["level"], one["operation"], f"{one['part']} {one['member']}".strip(), one["ours"], one["theirs"])
        for one in json.loads(output)["findings"]
    }


DROPPED = {
    ("error", "aptic.debtors.get", "response 200 naceCode", "string, required", ""),
    ("error", "aptic.debtors.get", r"response 200 links[].guid", "string, required", ""),
    ("error", "aptic.debtors.list", "response 200 value[].naceCode", "string, required", ""),
    ("error", "aptic.clients.list", "response 200 value[].webPage", "string, required", ""),
}


def test_answers_of_a_live_api_are_compared(
    vendor: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "vendor.har"
    options = ["--header", f"Authorization: Bearer {SECRET}", "--format", "json"]
    code, output, errors = check(capsys, "--url", f"{vendor.url}/APIGW", *options, "--record", str(record))
    assert (code, findings(output)) == (1, DROPPED)
    assert f"called 35 operations of aptic at {vendor.url}/APIGW" in errors
    assert "skipped aptic.cases.fees.get: no feeGuid: give --parameter feeGuid=VALUE" in errors
    assert SECRET not in output + errors + record.read_text("utf-8")
    replayed = check(capsys, "--replay", str(record), "--format", "json")
    assert replayed == (code, output, errors)


def test_only_get_is_sent_unless_the_user_says_so(
    vendor: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{vendor.url}/s/{tmp_path.name}/APIGW"
    options = ["--url", url, "--header", "Authorization: Bearer any"]
    check(capsys, *options)
    methods = {one["method"] for one in journal(vendor, tmp_path.name)}
    assert methods == {"GET"}
    body = tmp_path / "client.json"
    body.write_text('{"fullName": "Ada Ek"}', encoding="utf-8")
    code, output, _ = check(capsys, *options, "--body", f"aptic.clients.create={body}", "--format", "json")
    created = ("error", "aptic.clients.create", "", "201", "200")
    assert (code, findings(output)) == (1, DROPPED | {created})
    writes = [one for one in journal(vendor, tmp_path.name) if one["method"] != "GET"]
    assert [(one["method"], one["path"]) for one in writes] == [("PUT", "/APIGW/v1/Clients")]


def journal(vendor: Served, space: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{vendor.url}/s/{space}/_sim/requests", params={"limit": 1000}, trust_env=False)
    entries: list[dict[str, Any]] = answer.json()["requests"]
    return entries


def test_a_recording_holds_the_shape_of_answers_and_nobodys_data(
    vendor: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "vendor.har"
    check(capsys, "--url", f"{vendor.url}/APIGW", "--header", f"X-Api-Key: {SECRET}", "--record", str(record))
    text = record.read_text("utf-8")
    log = json.loads(text)["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "ledgersim")
    entry = next(one for one in log["entries"] if one["request"]["url"].endswith("/v1/Debtors"))
    assert entry["request"]["headers"] == [{"name": "X-Api-Key", "value": "***"}]
    (first, *_) = json.loads(entry["response"]["content"]["text"])["value"]
    assert (first["fullName"], first["dateOfBirth"]) == ("xxxx xxxxxx", "2000-01-01T00:00:00Z")
    for personal in ("Ulla", "Storgatan", "19850314", "ulla.unpaid"):
        assert personal not in text


def test_the_user_gives_what_no_list_has(vendor: Served, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--url", f"{vendor.url}/ledger", "--header", "Authorization: Bearer any"]
    ids = ["--parameter", "ledger=46001", "--parameter", "no=1000001"]
    code, output, errors = check(capsys, *options, *ids)
    assert code == 0  # what a customer does not have is a warning
    assert "payex.billingaddress.get, payex.recurringcard.get" in output
    assert "called 8 operations of payex" in errors


def test_credentials_may_come_from_a_file(
    vendor: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "headers"
    file.write_text(f"X-Api-Key: {SECRET}\n\nX-Tenant: 7\n", encoding="utf-8")
    record = tmp_path / "vendor.har"
    check(capsys, "--url", f"{vendor.url}/APIGW", "--header", f"@{file}", "--record", str(record))
    entry = json.loads(record.read_text("utf-8"))["log"]["entries"][0]
    assert [one["name"] for one in entry["request"]["headers"]] == ["X-Api-Key", "X-Tenant"]


def test_adopting_the_specification_settles_what_was_found(
    vendor: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder of the vendor's own files is a contract too: ours then reads what the vendor answers."""
    write_options(tmp_path)
    options = ["--url", f"{vendor.url}/APIGW", "--header", "Authorization: Bearer any"]
    code, output, _ = check(capsys, *options, "--contract", str(tmp_path))
    assert (code, output) == (0, f"aptic: {vendor.url}/APIGW: no differences\n")


# Other servers


class Answers(BaseHTTPRequestHandler):
    """Answers every request with what the server says."""

    def do_GET(self) -> None:
        status, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "https://elsewhere.example/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[ThreadingHTTPServer]:
    """A server that is no vendor."""
    with serving(Answers) as server:
        yield server


def url_of(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}/api/v3"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((404, b"{}"), {("warning", "", "200", "404")}),
        ((302, b""), {("error", "", "200", "302"), ("error", "response 302", "JSON", "no JSON")}),
        ((200, b"<html>"), {("error", "response 200", "JSON", "no JSON")}),
        ((200, b"[" * 200), {("error", "response 200", "JSON", "no JSON")}),
        ((200, b"[]"), {("error", "response 200", "object", "array")}),
    ],
)
def test_other_answers_are_findings(
    answer: tuple[int, bytes],
    found: set[tuple[str, str, str, str]],
    other: ThreadingHTTPServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other.answer = answer  # type: ignore[attr-defined]
    options = ["--url", url_of(other), "--parameter", "accountNumber=1", "--format", "json"]
    _, output, _ = check(capsys, *options)
    kinds = ("status", "type")
    assert {
        (one["level"], one["part"], one["ours"], one["theirs"])
        for one in json.loads(output)["findings"]
        if one["kind"] in kinds
    } == found


def test_credentials_that_are_refused_are_no_finding(
    other: ThreadingHTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    other.answer = 401, b"{}"  # type: ignore[attr-defined]
    assert complaint(capsys, "contract", "check", "--url", url_of(other), "--parameter", "accountNumber=1") == (
        f"ledgersim: {url_of(other)} answers 401 to everything; check --header and --cert"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "give either --url or --replay"),
        (["--url", "ftp://a/APIGW"], "--url is 'ftp://a/APIGW'; it must be a base address such as"),
        (["--url", "https://user:secret@a/APIGW"], "it must be a base address such as"),
        (
            ["--url", "http://127.0.0.1:1/APIGW"],
            "http://127.0.0.1:1/APIGW cannot be reached: Connection refused",
        ),
        (
            ["--url", "http://127.0.0.1:1/other"],
            "--url ends with none of /APIGW, /ledger, /api/v3, so give --vendor",
        ),
        (["--url", "http://127.0.0.1:1/APIGW", "--header", "secret"], "a --header is not `Name: value`"),
        (["--url", "http://127.0.0.1:1/APIGW", "--header", "@missing"], "--header @missing cannot be read"),
        (
            ["--url", "http://127.0.0.1:1/APIGW", "--parameter", "a"],
            "--parameter is 'a'; it must be NAME=VALUE",
        ),
        (["--url", "http://127.0.0.1:1/APIGW", "--body", "a=b"], "--body names the unknown operation a"),
        (["--url", "http://127.0.0.1:1/APIGW", "--timeout", "0"], "--timeout is 0; it must be above 0"),
        (
            ["--url", "http://127.0.0.1:1/ledger"],
            "no operation of payex could be called; no ledger: give --parameter",
        ),
        (["--replay", "missing.har"], "--replay missing.har cannot be read: No such file or directory"),
        (["--replay", __file__], "is not a recording of `contract check`"),
    ],
)
def test_bad_options_are_one_line(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = complaint(capsys, "contract", "check", *arguments)
    assert reason in shown
    assert "secret" not in shown.replace("https://user:secret@a", "")


# Values


SCHEMA = Schema(
    frozenset({"object"}),
    members={
        "no": Schema(frozenset({"string"})),
        "kind": Schema(frozenset({"string"}), enum=('"A"',)),
        "born": Schema(frozenset({"string"}), nullable=True, format="date"),
        "sum": Schema(frozenset({"number"})),
        "items": Schema(frozenset({"array"}), items=Schema(frozenset({"integer"}))),
    },
    required=frozenset({"no"}),
)
API = Api([], {})


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"no": "1", "kind": "A", "born": None, "sum": 1, "items": [1]}, []),
        ({"no": None}, [("error", "nullability", "no", "not nullable", "null")]),
        ({}, [("error", "member", "no", "string, required", "")]),
        ({"no": 1}, [("error", "type", "no", "string", "integer")]),
        ({"no": "1", "kind": "B-123456"}, [("warning", "enum", "kind", "", '"B-<number>"')]),
        ({"no": "1", "born": "01.02.2003"}, [("warning", "format", "born", "date", "01.02.<number>")]),
        ({"no": "1", "more": [1]}, [("info", "member", "more", "", "array")]),
        ({"no": "1", "items": {"0": 1}}, [("error", "type", "items", "array", "object")]),
        ({"no": "1", "items": ["a", "b"]}, [("error", "type", "items[]", "integer", "string")] * 2),
    ],
)
def test_values_are_compared_with_schemas(value: Any, found: list[tuple[str, ...]]) -> None:
    told = [
        (one.level, one.kind, one.member, one.ours, one.theirs) for one in against_schema(API, SCHEMA, value)
    ]
    assert told == found


@pytest.mark.parametrize(
    ("own", "other", "found"),
    [
        ({"a": 1, "b": None}, {"a": 1.5, "b": "x"}, []),
        ([], [{"a": 1}], []),
        ({"a": []}, {"a": {}}, [("error", "type", "a", "array", "object")]),
        ([{"a": 1}], [{"b": 1}, {"a": 1}], [("info", "member", "[].b", "", "integer")]),
        ([{"a": 1}, {"c": 1}], [{"a": 1}], [("error", "member", "[].c", "integer", "")]),
        ({"a": None}, {}, [("error", "member", "a", "null", "")]),
    ],
)
def test_shapes_of_values_are_compared(own: Any, other: Any, found: list[tuple[str, ...]]) -> None:
    assert [
        (one.level, one.kind, one.member, one.ours, one.theirs) for one in against_value(own, other)
    ] == found


def test_masks_hide_values_and_keep_shapes() -> None:
    guid = "5eed0001-deb0-4000-8000-000000000001"
    value = {"no": "1985-A", "kind": "A", "born": "1985-03-14", "sum": 12.5, "items": [7, 1234], "guid": guid}
    mask = masked(API, SCHEMA, value)
    assert mask == {
        "no": "0000-x",
        "kind": "A",
        "born": "2000-01-01",
        "sum": 0.5,
        "items": [0, 1000],
        "guid": guid,
    }
    assert masked(API, SCHEMA, mask) == mask
    assert masked_text(f"{guid} 2026-01-02T03:04:05Z 2026-01-02 1234") == "<guid> <date-time> <date> <number>"


def test_literal_segments_win_over_placeholders() -> None:
    one, other = Operation("one", "GET", "/a/{id}"), Operation("other", "GET", "/a/All")
    assert find_operation([one, other], "/A/all/") == (other, {})
    assert find_operation([one, other], "/a/1") == (one, {"/a/{}": "1"})
    assert find_operation([one, other], "/b") is None
