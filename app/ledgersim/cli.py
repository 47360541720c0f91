"""The command line. What a command needs is imported where it runs, so that help is quick."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from ledgersim import __version__
from ledgersim.errors import BAD_USAGE, StartupError
from ledgersim.settings import Settings, flag, load_settings, variable

NOT_READY = 1  # that of `ledgersim health` where the server is not
MAX_PATIENCE = 600  # seconds

_OWN_OPTIONS = ("--help", "--version")
_UsageError: Any = typer.BadParameter.__base__  # which typer exports under no name before 0.28

app = typer.Typer(
    name="ledgersim",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A stateful simulator of the REST APIs of Aptic, PayEx and Riverty, for testing offline.",
    epilog="`ledgersim COMMAND --help` describes a command. Without a command, the options of serve apply.",
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process; what it refuses takes one line and exit code 2."""
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
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Print the version or, where no command is given, the help."""
    if version:
        print(f"ledgersim {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


def serve(**flags: str | list[str] | None) -> None:
    """Serve the simulator until Ctrl+C or SIGTERM.

    Prints one line, `Ready: http://...`, to standard output when it answers requests; all else goes to
    standard error. Each option can also be given by the environment variable that it names; the option
    wins.
    """
    settings = load_settings(os.environ, **flags)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    gc.disable()  # until the server is ready: while modules load there is little to collect

    from ledgersim import server

    server.serve(settings)


def build_world(**flags: str | None) -> None:
    """Build a world into the cache, from where `ledgersim serve` takes it.

    Prints the path of the file in which the world is kept to standard output. Each option can also be given
    by the environment variable that it names; the option wins.
    """
    settings = load_settings(os.environ, **flags)

    from ledgersim.vendors import installed_vendors
    from ledgersim.world.template import keep_world

    vendors = installed_vendors()
    print(
        keep_world(vendors, settings.world, settings.seed, settings.customers, settings.as_of, settings.cache)
    )


def _option_of(name: str) -> Parameter:
    """The option of one setting. Its text is checked by `load_settings`, as that of the variable is."""
    setting = Settings.model_fields[name]
    default = "" if setting.default in (None, ()) else f"default: {setting.default}; "
    text = f"{setting.description}  [{default}{variable(name)}]"
    option = typer.Option(flag(name), help=text, metavar="VALUE", show_default=False)
    text_of_one: Any = list[str] | None if isinstance(setting.default, tuple) else str | None
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[text_of_one, option])


PathsFile = Annotated[
    Path | None,
    typer.Option(
        "--paths",
        envvar=variable("paths"),
        show_envvar=False,
        help=f"Show the methods and paths that this file maps.  [{variable('paths')}]",
        metavar="FILE",
    ),
]

serve.__signature__ = Signature([_option_of(name) for name in Settings.model_fields])  # type: ignore[attr-defined]
app.command()(serve)
_OF_A_WORLD = ("world", "seed", "customers", "as_of", "cache")
build_world.__signature__ = Signature([_option_of(name) for name in _OF_A_WORLD])  # type: ignore[attr-defined]
app.command()(build_world)


@app.command()
def routes(paths: PathsFile = None) -> None:
    """Print all operations as a table: id, method, path, provenance (method/path) and summary.

    Provenance tells how the vendor's method and path are known: observed, documented, documented
    elsewhere, or inferred; configured is what --paths maps.
    """
    from ledgersim import app as house

    table = [("ID", "METHOD", "PATH", "PROVENANCE", "SUMMARY")]
    for route in house.routes(paths):
        provenance = f"{route.method_provenance}/{route.path_provenance}"
        table.append((route.id, route.method, route.path, provenance, route.summary))
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[4]]).rstrip())


@app.command()
def openapi(
    api: Annotated[
        str, typer.Argument(help="Name of the vendor, or `admin` for the API under /_sim.", metavar="API")
    ],
    output: Annotated[
        Path | None, typer.Option(help="File to write to, instead of standard output.", metavar="FILE")
    ] = None,
    paths: PathsFile = None,
) -> None:
    """Print the OpenAPI document of a vendor, or of the simulator's own API, as JSON."""
    import json

    from ledgersim import app as house

    text = json.dumps(house.openapi(api, paths), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StartupError(f"--output {output} cannot be written: {error.strerror}") from error


@app.command()
def health(
    url: Annotated[
        str | None,
        typer.Option(
            help="Base address of the server, with or without the prefix of a space; "
            "without it, that of a server with the LEDGERSIM_ variables of this process.",
            metavar="URL",
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the answer.", metavar="SECONDS")] = 2,
) -> None:
    """Ask a server whether it is ready, as a probe of its container.

    Prints `ok` and ends with exit code 0, or says on standard error why not and ends with 1. Certificates are
    not verified: the server is asked whether it is alive, not who it is.
    """
    from ledgersim.health import NotReady, ask, ask_own

    if not 0 < timeout <= MAX_PATIENCE:
        raise StartupError(f"--timeout is {timeout:g}; it must be above 0 and at most {MAX_PATIENCE} seconds")
    try:
        if url is None:
            ask_own(load_settings(os.environ), timeout)
        else:
            ask(url, timeout)
    except NotReady as reason:
        print("ledgersim:", reason, file=sys.stderr)
        raise typer.Exit(NOT_READY) from reason
    print("ok")
