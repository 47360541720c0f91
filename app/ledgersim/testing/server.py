"""A server for tests."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, Self

from .calls import AdminApiError, Calls
from .errors import StartupError
from .process import Process
from .space import Space

if TYPE_CHECKING:  # loaded where a server starts
    from ledgersim.settings import Settings

__tracebackhide__ = True  # pytest shows the line of the test


class _Running(Protocol):
    url: str

    def stop(self) -> None: ...


class Server:
    """A simulator on a free port of 127.0.0.1; it runs from `start` to `stop`, or as a `with`.

    It runs in this process or, given a `command` such as `["uvx", "ledgersim"]`, in one of its own, for which
    ledgersim may be installed elsewhere. Given a `url`, it is a server that runs already, and goes on to.

    Options are those of `ledgersim serve` with `_` for `-`, such as `customers=50`; the LEDGERSIM_ variables
    are not read, and there is no https. For a server that runs already the only one is `control_token`.
    Raises StartupError for options that are not allowed.
    """

    def __init__(
        self, *, command: str | Sequence[str] | None = None, url: str | None = None, **options: Any
    ) -> None:
        self._running: _Running | None = None
        self._token: str | None = options.get("control_token")
        self.shared = url is not None  # with others, who may have spaces in it
        self._run = _how_to_run(command, url, options)

    def __repr__(self) -> str:
        return f"<Server {self._running.url if self._running else 'that does not run'}>"

    def start(self) -> Self:
        """Begin to serve; requests are answered from now on. Raises StartupError, RuntimeError if it runs."""
        if self._running is not None:
            raise RuntimeError(f"the server runs already, at {self.url}; for a second one make another Server")
        self._running = self._run()
        return self

    def stop(self) -> None:
        """End the server, if it runs; all its spaces are gone."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the default space, such as `http://127.0.0.1:40123`.

        Raises RuntimeError unless the server runs.
        """
        if self._running is None:
            raise RuntimeError("the server does not run; call start() first, or use it as a with block")
        return self._running.url

    def space(self, name: str | None = None, from_: str = "seed") -> Space:
        """A new space: from the seeded world, or from the present state of another space.

        Without a name (1 to 64 of `A-Z a-z 0-9 . _ -`) it gets a free one. Raises AdminApiError.
        """
        wanted = {"from": from_} if name is None else {"name": name, "from": from_}
        return Space(self._control("POST", "/spaces", wanted), self._token)

    def coverage(self) -> dict[str, Any]:
        """Which operations, statuses and problems have been exercised in all its spaces, and which never."""
        return dict(self._control("GET", "/coverage"))

    def _control(self, method: str, path: str, json: Any = None) -> Any:
        return Calls(f"{self.url}/_sim", self._token)(method, path, json)


def _how_to_run(
    command: str | Sequence[str] | None, url: str | None, options: Mapping[str, Any]
) -> Callable[[], _Running]:
    if options.get("tls_cert") is not None:
        raise StartupError("a server for tests speaks plain http; leave the options tls_... out")
    if url is not None:
        if command:
            raise StartupError(f"the server at {url} runs already; leave either the command or the URL out")
        if surplus := options.keys() - {"control_token"}:
            raise StartupError(
                f"the server at {url} runs already; leave the settings {', '.join(sorted(surplus))} out, "
                "and start it with them"
            )
        return lambda: _RunsAlready(url)
    own = {"port": 0, **options}
    if command:
        words = shlex.split(command) if isinstance(command, str) else list(command)
        return lambda: Process(words, own)
    settings = settings_of(own)

    def run() -> _Running:
        from ledgersim.server import BackgroundServer

        return BackgroundServer(settings)

    return run


class _RunsAlready:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        try:
            Calls(f"{self.url}/_sim", None)("GET", "/health/ready")
        except AdminApiError as refused:
            raise StartupError(
                f"{self.url} is not ready, or no ledgersim: it answers {refused.status}"
            ) from refused
        except (OSError, HTTPException, ValueError) as error:
            raise StartupError(f"no ledgersim is ready at {self.url}: {error}") from error

    def stop(self) -> None:
        """Let it run."""


def settings_of(options: Mapping[str, Any]) -> Settings:
    """The settings that these options ask for, whatever the environment says. Raises StartupError."""
    if find_spec("ledgersim") is None:
        raise StartupError(
            "ledgersim is not installed in this environment; install it, or name a server by ledgersim_command "
            "or ledgersim_url"
        )
    from ledgersim.settings import Settings, load_settings

    for name in options:
        if name not in Settings.model_fields:
            raise StartupError(f"{name} is no setting; known are {', '.join(Settings.model_fields)}")
    return load_settings({}, **{name: str(value) for name, value in options.items() if value is not None})
