"""Every test works on worlds of its own: a server is made for it from the one seeded image."""

import asyncio
import fcntl
import functools
import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import trustme
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from ledgersim.app import assemble, open_spaces
from ledgersim.app import mounts as build_mounts
from ledgersim.settings import Settings
from ledgersim.spaces.registry import DEFAULT, Spaces
from ledgersim.storage.clones import shared_image
from ledgersim.storage.images import Image
from ledgersim.ui import app as ui
from ledgersim.world.model import Definition
from tests.answers import check
from tests.client import Api
from tests.serving import LIMIT, Served, ServedByCommand, Start
from tests.worlds import AS_OF, Row, Tables, load, tables_of, world_image

Serve = Callable[..., Api]

# `make test-data` keeps the spaces of all servers that say nothing of it in folders (`--data`).
IN_FOLDERS = "TEST_DATA" in os.environ

# No deadline: a busy machine is no bug. By default the examples are the same in every run; `make fuzz` tries others.
COMMON = hypothesis.settings(
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("ledgersim", COMMON, max_examples=25, derandomize=True)
hypothesis.settings.register_profile("fuzz", COMMON, max_examples=1000, print_blob=True)
hypothesis.settings.load_profile("ledgersim")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: some tests wait for processes and browsers."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def _skipped_in_folders(request: pytest.FixtureRequest) -> None:
    if IN_FOLDERS and (marker := request.node.get_closest_marker("in_memory")) is not None:
        pytest.skip(f"with --data: {marker.args[0]}")


def pytest_collection_finish() -> None:
    """Leave what stays for the whole run out of every collection of garbage."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def documented_answers() -> Iterator[None]:
    """Every answer that a test gets by httpx is as the OpenAPI document of its API says."""
    send, send_async = httpx.Client.send, httpx.AsyncClient.send

    def checked(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        answer = send(client, request, **options)
        check(answer)
        return answer

    async def checked_async(
        client: httpx.AsyncClient, request: httpx.Request, **options: Any
    ) -> httpx.Response:
        answer = await send_async(client, request, **options)
        check(answer)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.Client, "send", checked)
        patch.setattr(httpx.AsyncClient, "send", checked_async)
        yield


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache folder of all workers and of the processes that they start: a run builds each world once."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Has the other workers wait, instead of making the same thing too."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_documents(cache: Path) -> Iterator[None]:
    """A run has FastAPI describe the same routes once, for all applications that have them in all workers."""

    def described(*, routes: Sequence[APIRoute], **options: Any) -> Any:
        functions = [(one.endpoint.__module__, one.endpoint.__qualname__) for one in routes]
        # What applications change in copies of a route, or say of each when they create it.
        varying = [
            (one.operation_id, one.methods, one.path, one.status_code, one.openapi_extra) for one in routes
        ]
        file = cache / sha256(repr((functions, varying, options)).encode()).hexdigest()
        with one_at_a_time(file.with_suffix(".lock")):
            if not file.exists():
                file.write_text(json.dumps(get_openapi(routes=routes, **options)))
        return json.loads(file.read_bytes())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledgersim.http.vendor_app.get_openapi", described)
        yield


@contextmanager
def loaded(image: Image) -> Iterator[Image]:
    """Keeps an image open, so that no server has to open it."""
    shared = shared_image(image)
    yield image
    del shared


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Clients trust one authority in place of the machine's, which each new client would take 20 ms to load."""
    file = tmp_path_factory.getbasetemp() / "authority.pem"
    trustme.CA().cert_pem.write_to_path(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        patch.delenv("SSL_CERT_DIR", raising=False)
        yield


@pytest.fixture(scope="session")
def image(cache: Path) -> Iterator[Image]:
    """The default world."""
    settings = Settings()
    with one_at_a_time(cache / "lock"):
        image = world_image(settings.world, settings.seed, settings.customers, settings.as_of)
    with loaded(image):
        yield image


@pytest.fixture(scope="session")
def small_image() -> Iterator[Image]:
    """The personas, and next to nobody else: for tests that export or compare whole worlds."""
    with loaded(world_image("nordic-basic", 1, 1, AS_OF)) as image:
        yield image


@pytest.fixture(scope="session")
def mounts() -> Callable[..., dict[str, Any]]:
    """The applications, built once for each way of running them."""
    built: dict[Settings, dict[str, Any]] = {}

    def build(**options: str) -> dict[str, Any]:
        settings = Settings.model_validate(options)
        if settings not in built:
            built[settings] = build_mounts(settings)
        return built[settings]

    return build


@pytest.fixture(scope="session", autouse=True)
def pages() -> Iterator[None]:
    """The pages are built once for all servers that have the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ui, "build", functools.cache(ui.build))
        yield


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop on which all servers of the session answer."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def serve(
    image: bytes,
    mounts: Callable[..., dict[str, Any]],
    loop: asyncio.AbstractEventLoop,
    request: pytest.FixtureRequest,
) -> Iterator[Serve]:
    """Makes fresh servers; each returns a client of it."""
    opened: list[Spaces] = []

    def start(image: bytes = image, **options: str) -> Api:
        settings = Settings.model_validate(options)
        if IN_FOLDERS and settings.data is None:
            folder: Path = request.getfixturevalue("tmp_path")  # which most tests do without
            settings = settings.model_copy(update={"data": folder / f"spaces-{len(opened)}"})
        spaces = open_spaces(settings, image)
        opened.append(spaces)
        return Api(assemble(settings, mounts(**options), spaces), loop)

    yield start
    for spaces in opened:
        loop.run_until_complete(spaces.settle())
        spaces.close()


@pytest.fixture
def api(serve: Serve) -> Api:
    """A client of a fresh server."""
    return serve()


@pytest.fixture
def small_api(serve: Serve, small_image: bytes) -> Api:
    """A client of a fresh server with few people."""
    return serve(image=small_image)


@contextmanager
def starting(kind: type[Served]) -> Iterator[Start]:
    servers: list[Served] = []

    def start(*arguments: str, **variables: str) -> Served:
        servers.append(kind(*arguments, **variables))
        return servers[-1]

    yield start
    for server in servers:
        server.end()


@pytest.fixture
def start(image: Image) -> Iterator[Start]:  # noqa: ARG001 - before servers would build the world, each for itself
    """Starts servers that end with the test."""
    with starting(Served) as start:
        yield start


@pytest.fixture
def start_by_command() -> Iterator[Start]:
    """Starts servers by the command; they end with the test."""
    with starting(ServedByCommand) as start:
        yield start


@pytest.fixture(scope="session")
def served(image: Image) -> Iterator[Served]:  # noqa: ARG001 - as above
    """A server for all tests that need a socket and no settings of their own; none makes it log anything."""
    served = Served("--port", "0")
    served.keep()
    yield served
    ended = served.stop()
    served.end()
    assert ended[:3] == (0, "", "")


@pytest.fixture
def server(served: Served) -> Served:
    """That server, with the default space as it was at the start, and no other."""
    with httpx.Client(base_url=served.url, trust_env=False, verify=False, timeout=LIMIT) as client:
        listed = client.get("/_sim/spaces").json()
        for name in (*(space["name"] for space in listed["spaces"]), *listed["closed"]):
            if name != DEFAULT:
                client.delete(f"/_sim/spaces/{name}").raise_for_status()
        client.post("/_sim/reset").raise_for_status()
    return served


@pytest.fixture(scope="session")
def definition() -> Definition:
    return load("nordic-basic")


@pytest.fixture(scope="session")
def world(image: bytes) -> Tables:
    """The default world's rows."""
    return tables_of(image)


@pytest.fixture(scope="session")
def personas(world: Tables) -> dict[str, Row]:
    """The personas of the world, by name."""
    (fact,) = (fact["value"] for fact in world["sim_value"] if fact["name"] == "personas")
    return {persona["name"]: persona for persona in fact}
