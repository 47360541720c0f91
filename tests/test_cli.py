"""Output and errors of the commands, except serving: see test_server.py."""

import gc
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledgersim import cli, serve
from ledgersim.settings import Settings


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The output of a command that must succeed, run in this process."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert not caught.value.code
    output, errors = capsys.readouterr()
    assert errors == ""
    return output


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The error of a command that must fail with exit code 2, run in this process."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    return errors.rstrip("\n")


# Printing


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "--version") == "ledgersim 0.1.0\n"


def test_options_without_a_command_are_those_of_serve(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "--auth", "strict", "--help") == printed(capsys, "serve", "--help")


def test_no_command_prints_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys) == printed(capsys, "--help")


def test_summaries_of_commands_are_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    for group in ([], ["contract"]):
        assert not re.findall(r"^  .*\.\.\.$", printed(capsys, *group, "--help"), re.MULTILINE)


def test_help_of_serve_names_each_option_with_its_default_and_variable(
    capsys: pytest.CaptureFixture[str],
) -> None:
    unwrapped = " ".join(printed(capsys, "serve", "--help").split()).replace("- ", "-")
    assert dict(re.findall(r"(--[a-z-]+) VALUE .*?\[(.*?)\]", unwrapped)) == {
        "--host": "default: 127.0.0.1; LEDGERSIM_HOST",
        "--port": "default: 8080; LEDGERSIM_PORT",
        "--root-path": "LEDGERSIM_ROOT_PATH",
        "--public-url": "LEDGERSIM_PUBLIC_URL",
        "--trusted-proxy": "LEDGERSIM_TRUSTED_PROXY",
        "--database": "LEDGERSIM_DATABASE",
        "--data": "LEDGERSIM_DATA",
        "--close-spaces-after": "default: 600; LEDGERSIM_CLOSE_SPACES_AFTER",
        "--server-name": "LEDGERSIM_SERVER_NAME",
        "--world": "default: nordic-basic; LEDGERSIM_WORLD",
        "--fixtures": "LEDGERSIM_FIXTURES",
        "--seed": "default: 1; LEDGERSIM_SEED",
        "--customers": "default: 200; LEDGERSIM_CUSTOMERS",
        "--as-of": "default: 2026-01-01; LEDGERSIM_AS_OF",
        "--cache": "LEDGERSIM_CACHE",
        "--auth": "default: lenient; LEDGERSIM_AUTH",
        "--leniency": "default: lenient; LEDGERSIM_LENIENCY",
        "--created-status": "default: 201; LEDGERSIM_CREATED_STATUS",
        "--payex-card-check-minutes": "default: 30; LEDGERSIM_PAYEX_CARD_CHECK_MINUTES",
        "--payex-problem-case": "default: pascal; LEDGERSIM_PAYEX_PROBLEM_CASE",
        "--known-debtors": "default: update; LEDGERSIM_KNOWN_DEBTORS",
        "--plan-reminder-days": "default: 1; LEDGERSIM_PLAN_REMINDER_DAYS",
        "--plan-overdue-limit": "default: 2; LEDGERSIM_PLAN_OVERDUE_LIMIT",
        "--case-import-delay": "default: immediate; LEDGERSIM_CASE_IMPORT_DELAY",
        "--services": "LEDGERSIM_SERVICES",
        "--paths": "LEDGERSIM_PATHS",
        "--contract": "LEDGERSIM_CONTRACT",
        "--overlay": "LEDGERSIM_OVERLAY",
        "--provider-states": "LEDGERSIM_PROVIDER_STATES",
        "--max-spaces": "default: 500; LEDGERSIM_MAX_SPACES",
        "--max-space-bytes": "default: 2147483648; LEDGERSIM_MAX_SPACE_BYTES",
        "--max-body-values": "default: 200000; LEDGERSIM_MAX_BODY_VALUES",
        "--max-body-elements": "default: 20000; LEDGERSIM_MAX_BODY_ELEMENTS",
        "--spaces-on-first-use": "default: on; LEDGERSIM_SPACES_ON_FIRST_USE",
        "--journal-entries": "default: 1000; LEDGERSIM_JOURNAL_ENTRIES",
        "--journal-bytes": "default: 4194304; LEDGERSIM_JOURNAL_BYTES",
        "--fault-header": "default: on; LEDGERSIM_FAULT_HEADER",
        "--ui": "default: on; LEDGERSIM_UI",
        "--cors-origin": "LEDGERSIM_CORS_ORIGIN",
        "--admin-origin": "LEDGERSIM_ADMIN_ORIGIN",
        "--allowed-host": "LEDGERSIM_ALLOWED_HOST",
        "--admin-token": "LEDGERSIM_ADMIN_TOKEN",
        "--log-level": "default: warning; LEDGERSIM_LOG_LEVEL",
        "--read-timeout": "default: 30; LEDGERSIM_READ_TIMEOUT",
        "--tls-cert": "LEDGERSIM_TLS_CERT",
        "--tls-key": "LEDGERSIM_TLS_KEY",
        "--tls-client-ca": "LEDGERSIM_TLS_CLIENT_CA",
    }


@pytest.mark.pinned
def test_help_loads_nothing_slow() -> None:
    slow = "fastapi", "uvicorn", "sqlalchemy", "sqlmodel", "faker", "rich", "asyncio"
    program = f"import sys, ledgersim.cli; print(*sorted(sys.modules.keys() & {set(slow)}))"
    completed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, encoding="utf-8", timeout=60
    )
    assert completed.stdout == "\n"


@pytest.mark.pinned
@pytest.mark.parametrize("built_in", [True, False])
def test_servers_leave_out_pydantic_v1_unless_a_vendor_may_need_it(
    built_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pydantic.v1", ModuleType("pydantic.v1"))
    monkeypatch.setattr(serve, "is_built_in", lambda _: built_in)
    serve._leave_out_pydantic_v1()
    assert (sys.modules["pydantic.v1"] is None) is built_in


@given(
    st.booleans(),
    st.lists(
        st.tuples(st.sampled_from(["--port", "--auth", "--cors-origin"]), st.booleans(), st.text("a=- ")),
        max_size=4,
    ),
)
@example(False, [])
@example(True, [("--cors-origin", True, "a"), ("--cors-origin", False, "b"), ("--port", False, "1")])
@example(True, [("--port", False, "")])
def test_the_options_of_serve_are_read_without_typer_as_by_typer(
    is_named: bool, options: list[tuple[str, bool, str]]
) -> None:
    arguments = ["serve"] if is_named else []
    for option, is_joined, value in options:
        arguments += [f"{option}={value}"] if is_joined else [option, value]
    read: list[dict[str, Any]] = []  # by typer
    with (
        patch.object(cli, "start_server", lambda **flags: read.append(flags)),
        redirect_stdout(StringIO()),
        redirect_stderr(StringIO()),
        pytest.raises(SystemExit),
    ):
        cli.main(arguments)
    flags = serve.read_flags(arguments)
    if flags is not None:
        assert read
        assert flags == {name: value for name, value in read[0].items() if value not in (None, [])}
    elif read:
        assert any(value.startswith("-") and not is_joined for _, is_joined, value in options)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--version"],
        ["routes"],
        ["serve", "--help"],
        ["serve", "--port"],
        ["serve", "--port", "--help"],
        ["serve", "--prot", "1"],
        ["serve", "--port", "1", "more"],
        ["serve", "8080"],
    ],
)
def test_typer_reads_other_commands_help_and_mistakes(arguments: list[str]) -> None:
    assert serve.read_flags(arguments) is None


def test_routes_are_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    listed = SimpleNamespace(
        id="aptic.cases.list",
        method="GET",
        path="/APIGW/v1/Cases",
        method_provenance="documented",
        path_provenance="inferred",
        summary="List cases",
    )
    deleted = SimpleNamespace(
        id="aptic.debts.delete",
        method="DELETE",
        path="/APIGW/v1/Debts/{guid}",
        method_provenance="observed",
        path_provenance="documented elsewhere",
        summary="Delete a debt",
    )
    monkeypatch.setattr("ledgersim.app.routes", lambda *_: [listed, deleted])
    assert printed(capsys, "routes").splitlines() == [
        "ID                  METHOD  PATH                    PROVENANCE                     SUMMARY",
        "aptic.cases.list    GET     /APIGW/v1/Cases         documented/inferred            List cases",
        "aptic.debts.delete  DELETE  /APIGW/v1/Debts/{guid}  observed/documented elsewhere  Delete a debt",
    ]


def test_routes_of_the_house_have_unique_ids(capsys: pytest.CaptureFixture[str]) -> None:
    ids = [line.split()[0] for line in printed(capsys, "routes").splitlines()[1:]]
    assert ids
    assert len(ids) == len(set(ids))


DOCUMENT = {"openapi": "3.1.0", "info": {"title": "Ärenden"}}
DOCUMENT_TEXT = """{
  "openapi": "3.1.0",
  "info": {
    "title": "Ärenden"
  }
}
"""


def test_openapi_is_printed_in_its_own_order(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledgersim.app.openapi", lambda *_: DOCUMENT)
    assert printed(capsys, "openapi", "aptic") == DOCUMENT_TEXT


def test_openapi_is_written_to_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ledgersim.app.openapi", lambda *_: DOCUMENT)
    path = tmp_path / "aptic.json"
    assert printed(capsys, "openapi", "aptic", "--output", str(path)) == ""
    assert path.read_bytes() == DOCUMENT_TEXT.encode()


def test_openapi_of_the_house_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(json.loads(printed(capsys, "openapi", "aptic")))[:2] == ["openapi", "info"]


def test_an_unwritable_openapi_file_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ledgersim.app.openapi", lambda *_: DOCUMENT)
    path = tmp_path / "nowhere" / "aptic.json"
    assert complaint(capsys, "openapi", "aptic", "--output", str(path)) == (
        f"ledgersim: --output {path} cannot be written: No such file or directory"
    )


def test_openapi_of_an_unknown_api_names_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert complaint(capsys, "openapi", "apitc") == (
        "ledgersim: API is 'apitc'; it must be one of aptic, payex, riverty, admin"
    )


# Building a world


@pytest.fixture
def garbage_collection() -> Iterator[None]:
    """Garbage collection goes on after a command that turns it off until the process ends."""
    yield
    gc.enable()
    gc.unfreeze()


@pytest.mark.usefixtures("garbage_collection")
def test_a_world_is_built_into_the_cache_and_its_path_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--customers", "3", "--as-of", "2026-02-01", "--seed", "7", "--cache", str(tmp_path))
    path = printed(capsys, "build-world", *options)
    assert [f"{file}\n" for file in tmp_path.rglob("*.world")] == [path]

    def build(*_: object) -> None:
        pytest.fail("the world is built again")

    monkeypatch.setattr("ledgersim.world.builder.build", build)
    monkeypatch.setenv("LEDGERSIM_CUSTOMERS", "3")
    monkeypatch.setenv("LEDGERSIM_CACHE", str(tmp_path))
    assert printed(capsys, "build-world", "--as-of", "2026-02-01", "--seed", "7") == path


@pytest.mark.usefixtures("garbage_collection")
def test_a_world_that_cannot_be_stored_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert complaint(capsys, "build-world", "--customers", "1", "--cache", str(tmp_path / "file")).startswith(
        f"ledgersim: the world cannot be kept in {tmp_path / 'file' / 'worlds'}: "
    )


# Errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serve", "--auth", "on"], "ledgersim: --auth is 'on'; it must be lenient, strict or off"),
        (["--auth", "on"], "ledgersim: --auth is 'on'; it must be lenient, strict or off"),
        # typer words the following.
        (["--prot", "1"], "ledgersim: No such option"),
        (["sevre"], "ledgersim: No such command 'sevre'"),
        (["serve", "--prot", "1"], "ledgersim: No such option"),
        (["serve", "--port"], "ledgersim: Option '--port' requires an argument"),
        (["openapi"], "ledgersim: Missing argument 'API'"),
    ],
)
def test_bad_usage_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint(capsys, *arguments).startswith(message)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_an_option_of_serve(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    option = f"--{name.replace('_', '-')}"
    assert complaint(capsys, "serve", option, "").startswith(f"ledgersim: {option} is ''; it must be ")
