"""A server that is still importing the applications answers probes, and lets other requests wait."""

import asyncio
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from ledgersim.errors import StartupError
from ledgersim.loading import LoadedLater, load_later
from ledgersim.settings import Settings
from tests.client import BEARER, Api

READY, LIVE, PING = "/_sim/health/ready", "/_sim/health/live", "/APIGW/v1/Ping"


def client_of(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://sim.test", headers=BEARER)


def test_probes_are_answered_and_others_wait(api: Api) -> None:
    may_load = Event()

    def load() -> Any:
        assert may_load.wait(timeout=60)
        return api.app

    async def ask() -> list[int]:
        app = LoadedLater(load)
        options: Any = {"extensions": {"app": api.app}}
        async with client_of(app) as client:
            app.begin()
            ping = asyncio.create_task(client.get(PING, **options))
            probes = [await client.get(READY, **options), await client.head(LIVE)]
            assert not ping.done()
            may_load.set()
            answers = [*probes, await ping, await client.get(READY, **options)]
        assert probes[0].json() == answers[-1].json()
        return [answer.status_code for answer in answers]

    assert api.run(ask()) == [200, 200, 200, 200]


def test_a_server_that_stops_before_it_is_loaded_closes_what_is_loaded(api: Api) -> None:
    seen: list[str] = []

    async def loaded(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend([scope["type"], (await receive())["type"]])
        await send({"type": "lifespan.shutdown.complete"})

    async def live() -> list[str]:
        app = LoadedLater(lambda: loaded)
        events = iter(["lifespan.startup", "lifespan.shutdown"])
        sent: list[str] = []

        async def receive() -> dict[str, str]:
            event = next(events)
            if event == "lifespan.shutdown":
                app.begin()
            return {"type": event}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await app({"type": "lifespan"}, receive, send)
        return sent

    assert api.run(live()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert seen == ["lifespan", "lifespan.shutdown"]


def test_requests_fail_if_it_cannot_be_loaded(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    def load() -> Any:
        raise ZeroDivisionError

    async def ask() -> None:
        app = LoadedLater(load)
        app.begin()
        async with client_of(app) as client:
            await client.get(PING)

    with pytest.raises(ZeroDivisionError):
        api.run(ask())
    assert "The applications cannot be loaded" in caplog.text


@pytest.mark.parametrize(
    "options", [{"created_status": "200"}, {"root_path": "/sim"}, {"public_url": "http://sim.test"}], ids=str
)
def test_a_start_that_could_fail_loads_first(api: Api, options: dict[str, str]) -> None:
    async def ask() -> int:
        app = load_later(Settings.model_validate(options))
        async with client_of(app) as client:
            return (await client.get(PING, extensions={"app": api.app})).status_code

    assert api.run(ask()) == 200


def test_a_path_mapping_that_cannot_be_used_prevents_the_start() -> None:
    with pytest.raises(StartupError, match=r"missing\.yaml"):
        load_later(Settings(paths=Path("missing.yaml")))
