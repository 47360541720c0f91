"""The pytest plugin: a server for the session, and a fresh space for each test.

pytest imports this module in every run wherever ledgersim is installed, so the fixtures import all else. In the
distribution pytest-ledgersim it is the module `pytest_ledgersim`, with `testing` in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from ledgersim.http.dispatcher import Dispatcher

    from .testing import Server, Space

Made = TypeVar("Made")

_SPACE = pytest.StashKey["Space"]()
_STARTED = pytest.StashKey[tuple["Server", dict[str, Any]]]()  # the server of the session, and its settings
_NUMBERS = count(1)
_RUN = os.urandom(3).hex()  # tells the spaces of this run from those of others on a shared server
_MAX_OF_A_NAME = 50  # characters; names of spaces have up to 64


@pytest.fixture(scope="session")
def ledgersim_settings() -> dict[str, Any]:
    """The settings of the simulator, by the names of the options: `{"customers": 50, "auth": "strict"}`.

    Override it in the root conftest.py: there is one set of settings a run. The LEDGERSIM_ variables are not
    read, so that tests do not depend on them.
    """
    return {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the server is, unless it runs in the process of the tests."""
    parser.addini(
        "ledgersim_command",
        "Command that runs ledgersim where it is installed, for a server in a process of its own, "
        "such as `uvx ledgersim`",
        type="args",
    )
    parser.addini("ledgersim_url", "Address of a ledgersim that runs already, such as `http://127.0.0.1:8080`")


@pytest.fixture(scope="session")
def ledgersim_command(pytestconfig: pytest.Config) -> Sequence[str] | None:
    """The command that runs ledgersim, for a server in a process of its own: the ini option of that name."""
    command: list[str] = pytestconfig.getini("ledgersim_command")
    return command or None


@pytest.fixture(scope="session")
def ledgersim_url(pytestconfig: pytest.Config) -> str | None:
    """The address of a server that runs already: the ini option of the same name."""
    return pytestconfig.getini("ledgersim_url") or None


@pytest.fixture(scope="session")
def ledgersim_server(
    ledgersim_settings: dict[str, Any],
    ledgersim_command: Sequence[str] | None,
    ledgersim_url: str | None,
    request: pytest.FixtureRequest,
) -> Iterator[Server]:
    """The server of the session: in this process, unless there is a `ledgersim_command` or `ledgersim_url`."""
    from .testing import Server

    server = _or_fail(
        lambda: Server(command=ledgersim_command, url=ledgersim_url, **ledgersim_settings).start()
    )
    request.config.stash[_STARTED] = server, dict(ledgersim_settings)
    yield server
    server.stop()


@pytest.fixture
def ledgersim(
    ledgersim_server: Server, ledgersim_settings: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[Space]:
    """A fresh space of the simulator: addresses of the vendors, clock, faults, recorded requests."""
    server, settings = request.config.stash.get(_STARTED, (None, {}))
    if ledgersim_server is server and ledgersim_settings != settings:
        pytest.fail(
            f"The server of this session runs with the settings {settings}, and this test asks for "
            f"{ledgersim_settings}. There is one set of settings a run: override ledgersim_settings in the "
            "root conftest.py, or give these tests a server of their own, by a fixture ledgersim_server of "
            "their module or folder: `with Server(...) as server: yield server`.",
            pytrace=False,
        )
    told = re.sub(r"[^A-Za-z0-9._-]+", "-", request.node.name)[:_MAX_OF_A_NAME]
    number = f"{_RUN}-{next(_NUMBERS)}" if ledgersim_server.shared else next(_NUMBERS)
    with ledgersim_server.space(f"{told}-{number}") as space:
        request.node.stash[_SPACE] = space
        yield space
        del request.node.stash[_SPACE]


@pytest.fixture
def ledgersim_app(ledgersim_settings: dict[str, Any]) -> Iterator[Dispatcher]:
    """A simulator of its own as an ASGI application, for clients in the same process."""
    from .testing.server import settings_of

    def make() -> Dispatcher:
        settings = settings_of(ledgersim_settings)
        from ledgersim.app import create_app

        return create_app(settings)

    app = _or_fail(make)
    yield app
    app.spaces.close()


def _or_fail(make: Callable[[], Made]) -> Made:
    """What this makes; where it cannot, the test fails with the reason alone."""
    from .testing import StartupError

    try:
        return make()
    except StartupError as error:
        reason = f"ledgersim cannot start: {error}"
    pytest.fail(reason, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failing test what went wrong between it and the simulator."""
    report = yield
    space = item.stash.get(_SPACE, None)
    if space is not None and report.failed and (told := space.troubles()):
        report.sections.append(("ledgersim", told))
    return report
