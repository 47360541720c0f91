"""The command line. Commands import what they need when they run, so that `--help` is quick."""

import gc
import os
import sys
from collections.abc import Sequence
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from ledgersim import __version__, contract_cli
from ledgersim.errors import BAD_USAGE, StartupError
from ledgersim.serve import serve as start_server
from ledgersim.settings import Settings, flag, load_settings, variable

NOT_READY = 1  # exit code of `ledgersim health` if the server is not ready
FINDINGS = 1  # exit code of `ledgersim coverage` if something falls short
MAX_TIMEOUT = 600  # seconds

_OWN_OPTIONS = ("--help", "--version")
_UsageError: Any = typer.BadParameter.__base__  # typer does not export it before 0.28

app = typer.Typer(
    name="ledgersim",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A stateful simulator of the REST APIs of Aptic, PayEx and Riverty, for testing offline.",
    epilog="`ledgersim COMMAND --help` describes a command. Without a command, the options of serve apply.",
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit. Errors of usage or start-up print one line; the exit code is then 2."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments and arguments[0].startswith("-") and arguments[0] not in _OWN_OPTIONS:
        arguments.insert(0, "serve")  # `docker run IMAGE --auth strict`
    try:
        code = app(arguments, prog_name="ledgersim", standalone_mode=False)
    except (StartupError, _UsageError) as error:
        message = error.format_message() if isinstance(error, _UsageError) else str(error)
        print("ledgersim:", " ".join(message.split()), file=sys.stderr)
        code = BAD_USAGE
    sys.exit(code)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Print the version or, without a command, the help."""
    if version:
        print(f"ledgersim {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


def serve(**flags: str | list[str] | None) -> None:
    """Serve the simulator until Ctrl+C, SIGTERM or SIGHUP.

    Prints one line, `Ready: http://...`, to standard output when it accepts requests; everything else goes to
    standard error. Each option can also be set by the environment variable in its description; the option wins.
    """
    start_server(**flags)


def build_world(**flags: str | None) -> None:
    """Build a world into the cache.

    `ledgersim serve` finds it there. Prints the path of the file to standard output. Each option can also be
    set by the environment variable in its description; the option wins.
    """
    settings = load_settings(os.environ, **flags)
    gc.disable()  # loading modules and building a world create little garbage

    from ledgersim.vendors import installed_vendors
    from ledgersim.world.template import keep_world

    vendors = installed_vendors()
    print(
        keep_world(vendors, settings.world, settings.seed, settings.customers, settings.as_of, settings.cache)
    )
    gc.freeze()  # or the exit would look for garbage among all that is left


def _option_of(name: str) -> Parameter:
    """The option of a setting. `load_settings` validates its text, like that of the variable."""
    setting = Settings.model_fields[name]
    default = "" if setting.default in (None, ()) else f"default: {setting.default}; "
    text = f"{setting.description}  [{default}{variable(name)}]"
    option = typer.Option(flag(name), help=text, metavar="VALUE", show_default=False)
    type_: Any = list[str] | None if isinstance(setting.default, tuple) else str | None
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[type_, option])


def _shown(name: str, what: str, metavar: str) -> Any:
    """The option of a setting that changes what a command shows."""
    text = f"{what}, to show as well.  [{variable(name)}]"
    return typer.Option(flag(name), envvar=variable(name), show_envvar=False, help=text, metavar=metavar)


PathsFile = Annotated[Path | None, _shown("paths", "File with the methods and paths of your gateway", "FILE")]
ContractFolder = Annotated[Path | None, _shown("contract", "Folder of `contract adopt`", "DIR")]

serve.__signature__ = Signature([_option_of(name) for name in Settings.model_fields])  # type: ignore[attr-defined]
app.command()(serve)
_WORLD_OPTIONS = ("world", "seed", "customers", "as_of", "cache")
build_world.__signature__ = Signature([_option_of(name) for name in _WORLD_OPTIONS])  # type: ignore[attr-defined]
app.command()(build_world)
app.add_typer(contract_cli.app, name="contract")
app.command()(contract_cli.compare)


@app.command()
def routes(paths: PathsFile = None, contract: ContractFolder = None) -> None:
    """Print all operations as a table.

    Its columns are id, method, path, provenance (method/path) and summary. Provenance says how the vendor's
    method and path are known: documented, documented elsewhere, observed or inferred. Those that --paths maps
    are configured, and those that --contract maps are adopted.
    """
    from ledgersim import app as simulator

    table = [("ID", "METHOD", "PATH", "PROVENANCE", "SUMMARY")]
    for route in simulator.routes(paths, contract):
        provenance = f"{route.method_provenance}/{route.path_provenance}"
        table.append((route.id, route.method, route.path, provenance, route.summary))
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[4]]).rstrip())


@app.command()
def openapi(
    api: Annotated[
        str, typer.Argument(help="Name of a vendor, or `admin` for the API under /_sim.", metavar="API")
    ],
    output: Annotated[
        Path | None, typer.Option(help="File to write to instead of standard output.", metavar="FILE")
    ] = None,
    paths: PathsFile = None,
    contract: ContractFolder = None,
    profile: Annotated[
        str,
        typer.Option(
            help="faithful (OpenAPI 3.1, exact), or codegen (3.0.3, for code generators: `nullable`, decimals, "
            "named enumerations).",
            metavar="PROFILE",
        ),
    ] = "faithful",
) -> None:
    """Print the OpenAPI document of a vendor or the admin API."""
    import json

    from ledgersim import app as simulator

    text = json.dumps(simulator.openapi(api, paths, contract, profile), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    _write(output, text)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StartupError(f"--output {output} cannot be written: {error.strerror}") from error


Url = Annotated[
    str | None,
    typer.Option(
        help="Base address of the server, with or without the prefix of a space. By default, the server "
        "on this machine that the LEDGERSIM_ variables configure.",
        metavar="URL",
    ),
]


@app.command()
def coverage(
    format: Annotated[str, typer.Option(help="text, html, junit or json.", metavar="FORMAT")] = "text",
    output: Annotated[
        Path | None, typer.Option(help="File to write to instead of standard output.", metavar="FILE")
    ] = None,
    vendor: Annotated[
        list[str] | None,
        typer.Option(help="Vendor to report on; may be repeated. By default, all.", metavar="NAME"),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            help="Least percentage of operations that must have been exercised, or of statuses, problems or "
            "members, such as members=50; may be repeated.",
            metavar="PERCENT",
        ),
    ] = None,
    require: Annotated[
        Path | None,
        typer.Option(
            help="File with the operations, statuses, problems and members that must have been met.",
            metavar="FILE",
        ),
    ] = None,
    url: Url = None,
) -> None:
    """Report what tests have met on a running server.

    That is which operations, statuses, problems and members. Prints a line for each bound or requirement that
    is not met to standard error, with exit code 1. If the server requires a token, set LEDGERSIM_ADMIN_TOKEN.
    """
    from dataclasses import replace

    from ledgersim.coverage import formats, report
    from ledgersim.health import own_url, split_url

    settings = load_settings(os.environ)
    if format not in formats.FORMATS:
        raise StartupError(f"--format is {format!r}; it must be one of {', '.join(formats.FORMATS)}")
    bounds = report.bounds_of(fail_under or ())
    if url is not None:
        split_url(url)
    content = report.fetch((url or own_url(settings)).rstrip("/"), settings.admin_token)
    found = report.read(content, vendor or ())
    findings = list(report.below_bounds(found, bounds))
    if require is not None:
        findings += report.missing(report.read(content, ()), require)
    text = formats.FORMATS[format](replace(found, findings=findings))
    if output is None:
        sys.stdout.write(text)
    else:
        _write(output, text)
    for one in findings:
        print("ledgersim:", one.message, file=sys.stderr)
    if findings:
        raise typer.Exit(FINDINGS)


@app.command()
def health(
    url: Url = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the response.", metavar="SECONDS")] = 2,
) -> None:
    """Check whether a server is ready, as a container probe does.

    Prints `ok`, or the reason to standard error with exit code 1. Certificates are not verified: the check is
    whether the server is alive, not who it is.
    """
    from ledgersim.health import NotReady, ask, ask_own

    if not 0 < timeout <= MAX_TIMEOUT:
        raise StartupError(f"--timeout is {timeout:g}; it must be above 0 and at most {MAX_TIMEOUT} seconds")
    try:
        if url is None:
            ask_own(load_settings(os.environ), timeout)
        else:
            ask(url, timeout)
    except NotReady as reason:
        print("ledgersim:", reason, file=sys.stderr)
        raise typer.Exit(NOT_READY) from reason
    print("ok")
