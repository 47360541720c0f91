"""The pytest plugin: a server for the session, and a fresh space for each test.

pytest imports this module in every run where ledgersim is installed, so the fixtures import everything else.
In the distribution pytest-ledgersim, it is the module `pytest_ledgersim`, which contains `testing`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from ledgersim.http.dispatcher import Dispatcher

    from .testing import Server, Space

Made = TypeVar("Made")


class _AsWritten:
    """Finds the other modules of this package before pytest does, which would rewrite the assertions in all.

    That would take a second in each run that keeps no bytecode, and a second set of files in all others.
    """

    _PREFIX = f"{(__package__ or '').partition('.')[0]}."

    @classmethod
    def find_spec(cls, name: str, path: Sequence[str] | None = None, _: object = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, path) if name.startswith(cls._PREFIX) else None


sys.meta_path.insert(0, _AsWritten)

_SPACE = pytest.StashKey["Space"]()
_STARTED = pytest.StashKey[tuple["Server", dict[str, Any]]]()  # the server of the session, and its settings
_NUMBERS = count(1)
_RUN = os.urandom(3).hex()  # in the names of spaces on a shared server, where other runs have spaces too
_MAX_TEST_NAME = 50  # characters; names of spaces may have 64


@pytest.fixture(scope="session")
def ledgersim_settings() -> dict[str, Any]:
    """The settings of the simulator, such as `{"customers": 50, "auth": "strict"}`.

    Override it in the root conftest.py: a run has one set of settings. The LEDGERSIM_ variables are not read,
    so tests do not depend on them.
    """
    return {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini options that select a server outside of the test process."""
    parser.addini(
        "ledgersim_command",
        "Command that runs ledgersim, such as `uvx ledgersim`, to start the server in its own process",
        type="args",
    )
    parser.addini(
        "ledgersim_url", "Address of a server that is already running, such as `http://127.0.0.1:8080`"
    )


@pytest.fixture(scope="session")
def ledgersim_command(pytestconfig: pytest.Config) -> Sequence[str] | None:
    """The command that starts the server in its own process: the ini option of the same name."""
    command: list[str] = pytestconfig.getini("ledgersim_command")
    return command or None


@pytest.fixture(scope="session")
def ledgersim_url(pytestconfig: pytest.Config) -> str | None:
    """The address of a server that is already running: the ini option of the same name."""
    return pytestconfig.getini("ledgersim_url") or None


@pytest.fixture(scope="session")
def ledgersim_server(
    ledgersim_settings: dict[str, Any],
    ledgersim_command: Sequence[str] | None,
    ledgersim_url: str | None,
    request: pytest.FixtureRequest,
) -> Iterator[Server]:
    """The server of the session: in this process unless `ledgersim_command` or `ledgersim_url` is set."""
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
            f"The server of this session runs with the settings {settings}, but this test needs "
            f"{ledgersim_settings}. A run has one set of settings: override ledgersim_settings in the root "
            "conftest.py, or give these tests their own server with a fixture ledgersim_server in their "
            "module or folder: `with Server(...) as server: yield server`.",
            pytrace=False,
        )
    test_name = re.sub(r"[^A-Za-z0-9._-]+", "-", request.node.name)[:_MAX_TEST_NAME]
    number = f"{_RUN}-{next(_NUMBERS)}" if ledgersim_server.shared else next(_NUMBERS)
    with ledgersim_server.space(f"{test_name}-{number}") as space:
        request.node.stash[_SPACE] = space
        yield space
        del request.node.stash[_SPACE]


@pytest.fixture
def ledgersim_app(ledgersim_settings: dict[str, Any]) -> Iterator[Dispatcher]:
    """A separate simulator as an ASGI application, for clients in the same process."""
    from .testing.server import parse_settings

    def make() -> Dispatcher:
        settings = parse_settings(ledgersim_settings)
        from ledgersim.app import create_app

        return create_app(settings)

    app = _or_fail(make)
    yield app
    app.spaces.close()


def _or_fail(make: Callable[[], Made]) -> Made:
    """The result of `make`. A StartupError fails the test with its reason, without a traceback."""
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
    """Add to the report of a failing test the requests that failed or had diagnostics."""
    report = yield
    space = item.stash.get(_SPACE, None)
    if space is not None and report.failed and (failures := space.failures()):
        report.sections.append(("ledgersim", failures))
    return report
