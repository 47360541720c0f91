"""`ledgersim serve`, which needs no library to read its options.

typer reads those of the other commands. A server would keep it in memory, and be ready later.
"""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version

from ledgersim.settings import Settings, flag, load_settings
from ledgersim.vendors import installed_vendors, is_built_in

Flags = dict[str, str | list[str]]


def read_flags(arguments: Sequence[str]) -> Flags | None:
    """The options of `serve` by the name of their setting, if the arguments are nothing but these.

    None leaves the arguments to typer: they are for another command, ask for help, or have a mistake.
    """
    names = {flag(name): name for name in Settings.model_fields}
    if arguments[:1] == ["serve"]:
        arguments = arguments[1:]
    elif not arguments:
        return None
    flags: Flags = {}
    rest = iter(arguments)
    for argument in rest:
        option, has_value, value = argument.partition("=")
        if not has_value:
            value = next(rest, "-")
        if option not in names or (not has_value and value.startswith("-")):
            return None
        name = names[option]
        is_list = isinstance(Settings.model_fields[name].default, tuple)
        flags[name] = [*flags.get(name, []), value] if is_list else value
    return flags


def serve(**flags: str | list[str] | None) -> None:
    """Serve until Ctrl+C, SIGTERM or SIGHUP. Raises StartupError."""
    settings = load_settings(os.environ, **flags)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup does
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    gc.disable()  # until the server is ready: loading modules creates little garbage
    _leave_out_pydantic_v1()

    from ledgersim import server

    server.serve(settings)


def _leave_out_pydantic_v1() -> None:
    """Keep FastAPI from importing it to look for its models: our vendors have none, and it takes 1.5 MiB."""
    works_without = tuple(map(int, version("fastapi").split(".")[:2])) >= (0, 129)
    if works_without and all(map(is_built_in, installed_vendors())):
        sys.modules["pydantic.v1"] = None  # type: ignore[assignment]
