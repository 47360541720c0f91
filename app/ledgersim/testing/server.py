"""A server that runs in the process of the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from ledgersim.core.startup import CannotStart
from ledgersim.testing.calls import Calls
from ledgersim.testing.space import Space

if TYPE_CHECKING:  # loaded where a server starts
    from ledgersim.server import BackgroundServer
    from ledgersim.settings import Settings

__tracebackhide__ = True  # pytest shows the line of the test


class Server:
    """A simulator in this process, on a free port of 127.0.0.1; it runs from `start` to `stop`, or as a `with`.

    Options are those of `ledgersim serve` with `_` for `-`, such as `customers=50`; the LEDGERSIM_ variables
    are not read, and there is no https. Raises CannotStart for options that do not do.
    """

    def __init__(self, **options: Any) -> None:
        self._running: BackgroundServer | None = None
        self._settings = settings_of({"port": 0, **options})
        if self._settings.tls_cert is not None:
            raise CannotStart("a server for tests speaks plain http; leave the options tls_... out")

    def __repr__(self) -> str:
        return f"<Server {self._running.url if self._running else 'that does not run'}>"

    def start(self) -> Self:
        """Begin to serve; requests are answered from now on. Raises CannotStart, RuntimeError if it runs."""
        from ledgersim.server import BackgroundServer

        if self._running is not None:
            raise RuntimeError(f"the server runs already, at {self.url}; for a second one make another Server")
        self._running = BackgroundServer(self._settings)
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

        Without a name (1 to 64 of `A-Z a-z 0-9 . _ -`) it gets a free one. Raises Refused.
        """
        wanted = {"from": from_} if name is None else {"name": name, "from": from_}
        return Space(self._control("POST", "/spaces", wanted), self._settings.control_token)

    def coverage(self) -> dict[str, Any]:
        """Which operations, statuses and problems have been exercised in all its spaces, and which never."""
        return dict(self._control("GET", "/coverage"))

    def _control(self, method: str, path: str, json: Any = None) -> Any:
        return Calls(f"{self.url}/_sim", self._settings.control_token)(method, path, json)


def settings_of(options: Mapping[str, Any]) -> Settings:
    """The settings that these options ask for, whatever the environment says. Raises CannotStart."""
    from ledgersim.settings import Settings, load_settings

    for name in options:
        if name not in Settings.model_fields:
            raise CannotStart(f"{name} is no setting; known are {', '.join(Settings.model_fields)}")
    return load_settings({}, **{name: str(value) for name, value in options.items() if value is not None})
