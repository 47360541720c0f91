"""The simulator in a container, for Testcontainers: `pip install ledgersim[testcontainers]`."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from .calls import Calls
from .server import Server
from .space import Space

IMAGE = "ghcr.io/ledgersim/ledgersim:0.1.0"

_PORT = 8080
_FIXTURES = "/fixtures.yaml"


class LedgersimContainer(DockerContainer):
    """A container with the simulator. It runs within a `with` statement:

    with LedgersimContainer().with_clock("2026-03-01") as simulator, simulator.space() as space:
        run_your_tests(space.vendors)
    """

    def __init__(self, image: str = IMAGE) -> None:
        super().__init__(image)
        self.with_exposed_ports(_PORT)
        self.waiting_for(HttpWaitStrategy(_PORT, "/_sim/health/ready"))

    def with_setting(self, name: str, value: object) -> Self:
        """A setting of `ledgersim serve`, such as `with_setting("auth", "strict")`."""
        self.with_env(f"LEDGERSIM_{name.upper().replace('-', '_')}", str(value))
        return self

    def with_fixtures(self, file: Path | str) -> Self:
        """A file with your own data, which every space has."""
        self.with_copy_into_container(Path(file), _FIXTURES)
        return self.with_setting("fixtures", _FIXTURES)

    def with_clock(self, day: str) -> Self:
        """The date at which the clocks of all spaces start, such as `2026-03-01`."""
        return self.with_setting("as-of", day)

    @property
    def url(self) -> str:
        """The address of the default space."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(_PORT)}"

    def vendors(self, space: str = "default") -> dict[str, str]:
        """The base addresses of the vendors, by name, in a space."""
        return dict(Calls(f"{self.url}/s/{space}/_sim", self._token)("GET", "/info")["vendors"])

    def aptic(self, space: str = "default") -> str:
        """The base address of Aptic in a space."""
        return self.vendors(space)["aptic"]

    def space(self, name: str | None = None) -> Space:
        """A world of its own, for one test; a `with` statement deletes it at the end."""
        return Server(url=self.url, admin_token=self._token).start().space(name)

    @property
    def _token(self) -> str | None:
        return self.env.get("LEDGERSIM_ADMIN_TOKEN")
