"""The commands `ledgersim contract ...`. They import what they need when they run."""

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledgersim.errors import StartupError

if TYPE_CHECKING:
    from ledgersim.contract.exchanges import Answer, Send
    from ledgersim.contract.findings import Finding
    from ledgersim.contract.model import Api
    from ledgersim.contract.specification import Specification

MAX_TIMEOUT = 600  # seconds
FOUND = 1  # exit code if there are findings of the level of --fail-on


class FailOn(StrEnum):
    """The lowest level of a finding with which a command fails."""

    error = "error"
    warning = "warning"


class Format(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"
    junit = "junit"
    github = "github"


SpecificationFile = Annotated[
    Path, typer.Argument(help="The vendor's OpenAPI document (2.0, 3.0 or 3.1), JSON or YAML.", metavar="FILE")
]
VendorName = Annotated[
    str | None,
    typer.Option("--vendor", help="Whose document it is; by default, that of the vendor it is like."),
]
FailOnLevel = Annotated[FailOn, typer.Option("--fail-on", help="Lowest level that makes the exit code 1.")]
OutputFormat = Annotated[Format, typer.Option("--format", help="How findings are printed.")]
IgnoreFile = Annotated[
    list[Path] | None,
    typer.Option("--ignore", help="YAML file of accepted findings: fingerprint to reason.", metavar="FILE"),
]
ContractFolder = Annotated[
    Path | None,
    typer.Option("--contract", help="Folder of `contract adopt` to apply to our document.", metavar="DIR"),
]

app = typer.Typer(
    add_completion=False,
    help="Compare the simulator with a specification or a live API.",
)


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Print the help without a command."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def diff(
    specification: SpecificationFile,
    vendor: VendorName = None,
    fail_on: FailOnLevel = FailOn.error,
    style: OutputFormat = Format.text,
    ignore: IgnoreFile = None,
    contract: ContractFolder = None,
) -> None:
    """Print how a vendor's specification differs from the simulator.

    The simulator's side is what `ledgersim openapi` prints. The exit code is 1 if there are findings of the
    level --fail-on.
    """
    read = _read(specification, vendor, contract)
    report(read.findings(), ignore, style, fail_on, f"{read.vendor}: {specification}")


@app.command()
def adopt(
    specification: SpecificationFile,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.", metavar="DIR")],
    vendor: VendorName = None,
) -> None:
    """Write what makes the simulator agree with a specification.

    `ledgersim serve --contract DIR` follows it. Prints the errors and warnings that cannot be adopted, with the
    reasons.
    """
    from ledgersim import app as simulator
    from ledgersim.contract.adoption import adopt as adopt_all
    from ledgersim.contract.findings import at_least
    from ledgersim.contract.folder import NOT_ADOPTED, write_folder
    from ledgersim.contract.overlay import ADOPTED
    from ledgersim.contract.rendering import alike, counted
    from ledgersim.path_mapping import mapper

    read = _read(specification, vendor)
    apps = dict(simulator.vendor_apps().values())
    paths = {str(route.operation_id): route.path for app in apps.values() for route in app.operations()}
    adoption = adopt_all(read, specification.name, paths, mapper(apps, ADOPTED))
    write_folder(out, adoption, f"Adopted from {specification.name} for {read.vendor}")
    left = [finding for finding, _ in adoption.left]
    by_reason: dict[str, list[Finding]] = {}
    for finding, reason in adoption.left:
        by_reason.setdefault(reason, []).append(finding)
    for reason, findings in by_reason.items():
        for text, _ in alike(at_least("warning", findings)):
            print(f"not adopted: {text} ({reason})")
    mapped, amended = len(adoption.paths), len(adoption.overlay.operations)
    print(f"{out}: {mapped} operations have other paths, {amended} other contents")
    if left:
        print(f"not adopted: {counted(left)}; {out / NOT_ADOPTED} lists them with the reasons")


@app.command()
def check(
    url: Annotated[
        str | None,
        typer.Option("--url", help="Base address, such as https://gateway.example.com/APIGW.", metavar="URL"),
    ] = None,
    vendor: VendorName = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            help="Header with your credentials, `Name: value`, or @FILE with one on each line, which other "
            "users of the machine cannot see; may be repeated.",
            metavar="HEADER",
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            help="Value of a path or query parameter, such as ledger=45001.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    body: Annotated[
        list[str] | None,
        typer.Option(
            "--body",
            help="Call an operation that is no GET too, with the JSON in a file. It changes the vendor's data.",
            metavar="OPERATION=FILE",
        ),
    ] = None,
    cert: Annotated[Path | None, typer.Option("--cert", help="PEM file with your certificate.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="PEM file with its key.")] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds to wait for each answer.")] = 30,
    record: Annotated[
        Path | None,
        typer.Option("--record", help="HAR file to write the redacted exchanges to.", metavar="FILE"),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", help="HAR file to read answers from, not the network.", metavar="FILE"),
    ] = None,
    fail_on: FailOnLevel = FailOn.error,
    style: OutputFormat = Format.text,
    ignore: IgnoreFile = None,
    contract: ContractFolder = None,
) -> None:
    """Print how a live API differs from the documents.

    Calls the documented operations. Only GET is sent: to each list, its first item, what is below it and what
    answers link to.
    """
    from ledgersim import app as simulator
    from ledgersim.contract import live
    from ledgersim.contract.exchanges import BaseAddress, Recording, Unreachable, client_tls, read_recording
    from ledgersim.contract.normalise import normalise

    if (url is None) == (replay is None):
        raise StartupError("give either --url or --replay")
    if not 0 < timeout <= MAX_TIMEOUT:
        raise StartupError(f"--timeout is {timeout:g}; it must be above 0 and at most {MAX_TIMEOUT} seconds")
    recorded: Mapping[tuple[str, str], Answer] = {}
    if replay is not None:
        url, recorded = read_recording(replay)
    base = BaseAddress("--url", url or "")
    name = vendor_of("--url", base.path, vendor)
    mount = vendor_mounts()[name]
    api = normalise(simulator.openapi(name, contract=contract), mount, f"the document of {name}")
    headers = read_headers(header or ())
    tls = client_tls(cert, key) if base.is_secure and replay is None else None
    sent_headers = [("Accept", "application/json"), *headers]

    def send_live(method: str, path: str, content: bytes | None) -> "Answer":
        typed = [("Content-Type", "application/json")] if content else []
        return base.send(method, path, [*sent_headers, *typed], content, timeout, tls)

    recording = Recording(base.url)
    send: Send = send_live
    if replay is not None:
        send = live.replaying_send(api, base.url, recorded)
    elif record is not None:
        send = live.recording_send(api, base.url, send_live, recording, [one for one, _ in headers])
    try:
        checked = live.check(api, base.url, send, _pairs("--parameter", parameter), _bodies(api, body))
    except Unreachable as error:
        raise StartupError(str(error)) from error
    if record is not None:
        recording.write(record)
    if not checked.called:
        raise StartupError(f"no operation of {name} could be called; {checked.skipped[0][1]}")
    if all(status in (401, 403) for status in checked.statuses):
        raise StartupError(f"{base.url} answers {checked.statuses[0]} to everything; check --header and --cert")
    for operation, reason in checked.skipped:
        print(f"skipped {operation}: {reason}", file=sys.stderr)
    print(f"called {len(checked.called)} operations of {name} at {base.url}", file=sys.stderr)
    report(checked.findings, ignore, style, fail_on, f"{name}: {base.url}")


def _pairs(option: str, texts: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise StartupError(f"{option} is {text!r}; it must be NAME=VALUE")
        pairs[name] = value
    return pairs


def _bodies(api: "Api", texts: Sequence[str] | None) -> dict[str, bytes]:
    bodies = {}
    for name, path in _pairs("--body", texts).items():
        if name not in [one.id for one in api.operations]:
            raise StartupError(f"--body names the unknown operation {name}; `ledgersim routes` lists them")
        try:
            bodies[name] = Path(path).read_bytes()
        except OSError as error:
            raise StartupError(f"--body {path} cannot be read: {error.strerror}") from error
    return bodies


def read_headers(texts: Sequence[str]) -> list[tuple[str, str]]:
    """The headers of options, or of files with one on each line. Raises StartupError, without their values."""
    lines: list[str] = []
    for text in texts:
        if not text.startswith("@"):
            lines.append(text)
            continue
        try:
            lines += Path(text[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise StartupError(f"--header {text} cannot be read") from error
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line.strip() and not (colon and name.isascii() and name.strip() and value.isprintable()):
            raise StartupError("a --header is not `Name: value`")
        if line.strip():
            headers.append((name.strip(), value.strip()))
    return headers


def vendor_of(option: str, path: str, vendor: str | None) -> str:
    """The vendor whose base path an address ends with, if none was named. Raises StartupError."""
    mounts = vendor_mounts()
    if vendor is not None:
        if vendor not in mounts:
            raise StartupError(f"--vendor is {vendor!r}; it must be one of {', '.join(mounts)}")
        return vendor
    for name, mount in mounts.items():
        if path.lower().endswith(mount.lower()):
            return name
    ends = ", ".join(mounts.values())
    raise StartupError(f"{option} ends with none of {ends}, so give --vendor {'|'.join(mounts)}")


def _read(path: Path, vendor: str | None, contract: Path | None = None) -> "Specification":
    from ledgersim import app as simulator
    from ledgersim.contract.specification import read_specification

    def document_of(name: str) -> dict[str, Any]:
        return simulator.openapi(name, contract=contract)

    return read_specification(path, vendor_mounts(), document_of, vendor)


def vendor_mounts() -> Mapping[str, str]:
    """The base paths by vendor."""
    from ledgersim.vendors import installed_vendors

    return {vendor.name: vendor.mount for vendor in installed_vendors()}


def report(
    findings: "Sequence[Finding]",
    ignore: Sequence[Path] | None,
    style: Format,
    fail_on: FailOn,
    title: str,
    output: Path | None = None,
) -> None:
    """Print the findings that are not ignored. Exits with 1 if there are some of the level to fail on."""
    from ledgersim.contract.findings import at_least, without_ignored
    from ledgersim.contract.ignore import read_ignored
    from ledgersim.contract.rendering import render

    ignored = {mark: reason for path in ignore or () for mark, reason in read_ignored(path).items()}
    kept, unknown = without_ignored(findings, ignored)
    if len(kept) < len(findings) and style in (Format.text, Format.github):
        title += f" ({len(findings) - len(kept)} ignored)"
    text = render(kept, style.value, fail_on.value, title)
    try:
        if output is None:
            sys.stdout.write(text)
        else:
            output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StartupError(f"--output {output} cannot be written: {error.strerror}") from error
    if unknown:
        print(f"ledgersim: no finding is like these of --ignore: {', '.join(unknown)}", file=sys.stderr)
    if at_least(fail_on.value, kept):
        raise typer.Exit(FOUND)


def compare(
    upstream: Annotated[
        str,
        typer.Option(
            help="Base address of the vendor, such as https://gateway.example.com/APIGW.", metavar="URL"
        ),
    ],
    vendor: VendorName = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[str | None, typer.Option(help="Port to listen on; 0 picks a free port.")] = None,
    cert: Annotated[Path | None, typer.Option("--cert", help="PEM file with your certificate.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="PEM file with its key.")] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds to wait for each answer.")] = 30,
    output: Annotated[
        Path | None, typer.Option(help="File to write the report to, not standard output.", metavar="FILE")
    ] = None,
    fail_on: FailOnLevel = FailOn.error,
    style: OutputFormat = Format.text,
    ignore: IgnoreFile = None,
    contract: ContractFolder = None,
) -> None:
    """Report where a vendor and the simulator answer differently.

    Passes your client's requests on to both. The client gets the vendor's answers. Differences are printed to
    standard error as they occur, and all of them at the end. The variables of the settings apply to the
    simulator.
    """
    import os
    import signal
    from contextlib import suppress

    from ledgersim import app as simulator
    from ledgersim import server
    from ledgersim.contract.exchanges import BaseAddress, client_tls
    from ledgersim.contract.findings import without_ignored
    from ledgersim.contract.ignore import read_ignored
    from ledgersim.contract.proxy import Comparison
    from ledgersim.settings import load_settings

    base = BaseAddress("--upstream", upstream)
    name = vendor_of("--upstream", base.path, vendor)
    settings = load_settings(
        os.environ, host=host, port=port, contract=None if contract is None else str(contract)
    )
    tls = client_tls(cert, key) if base.is_secure else None
    ignored = {mark: reason for path in ignore or () for mark, reason in read_ignored(path).items()}

    def show(finding: "Finding") -> None:
        if without_ignored([finding], ignored)[0]:
            print(f"{finding.level:8}{finding.operation}: {finding.message}", file=sys.stderr, flush=True)

    dispatcher = simulator.create_app(settings)
    comparison = Comparison(dispatcher, vendor_mounts()[name], base, timeout, tls, show)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    print(f"Requests below {vendor_mounts()[name]} also go to {base.url}", file=sys.stderr)
    with suppress(SystemExit):  # a signal
        server.serve(settings, comparison)
    report(comparison.findings, ignore, style, fail_on, f"{name}: {base.url}", output)
