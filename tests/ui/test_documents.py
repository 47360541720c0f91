"""The OpenAPI documents that a server publishes at `/docs`."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledgersim.app import assemble, mounts, open_spaces
from ledgersim.settings import Settings
from tests.apps import openapi
from tests.client import BEARER, Api
from tests.conftest import Serve


def published(api: Api, name: str, prefix: str = "") -> dict[str, Any]:
    answer = api.send("GET", f"{prefix}/docs/{name}.json", headers={})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.parametrize(("name", "mount"), [("aptic", "/APIGW"), ("payex", "/ledger"), ("riverty", "/api/v3")])
def test_a_document_is_the_exported_one_with_the_addresses_of_the_request(
    serve: Serve, name: str, mount: str
) -> None:
    exported = openapi(name)
    api = serve()
    assert published(api, name) == exported
    moved = published(api, name, "/s/a")
    assert moved["servers"] == [{"url": f"/s/a{mount}"}]
    assert moved["paths"] == exported["paths"]
    below = published(serve(root_path="/sim"), name, "/sim/s/a")
    assert below["servers"] == [{"url": f"/sim/s/a{mount}"}]


def test_the_document_of_the_admin_api_is_the_one_that_it_serves_itself(api: Api) -> None:
    assert published(api, "admin", "/s/a") == api.get("/s/a/_sim/openapi.json").json()


@pytest.mark.parametrize("name", ["aptic", "payex", "riverty", "admin"])
def test_both_profiles_are_served_below_the_admin_api_without_a_token(serve: Serve, name: str) -> None:
    api = serve(admin_token="secret")
    faithful, codegen, by_query = (
        api.send("GET", f"/_sim/openapi/{name}{rest}", headers={}).json()
        for rest in (".json", ".codegen.json", ".json?profile=codegen")
    )
    assert faithful == published(api, name)
    assert (faithful["openapi"], codegen["openapi"]) == ("3.1.0", "3.0.3")
    assert codegen == by_query
    assert codegen["servers"] == faithful["servers"]


@pytest.mark.parametrize("file", ["nobody.json", "aptic", "aptic.yaml", "aptic.codegen"])
def test_an_unknown_document_is_not_found(api: Api, file: str) -> None:
    assert api.get(f"/_sim/openapi/{file}").status_code == 404


def test_the_token_address_is_that_of_the_space(serve: Serve) -> None:
    api = serve(root_path="/sim")
    for prefix in ("/sim", "/sim/s/a"):
        schemes = published(api, "aptic", prefix)["components"]["securitySchemes"].values()
        (url,) = [flow["tokenUrl"] for one in schemes for flow in one.get("flows", {}).values()]
        assert url == f"{prefix}/APIGW/login/oauth/access_token"
        form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
        assert api.send("POST", url, headers={}, data=form).status_code == 200


def test_mapped_paths_are_shown(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "paths.yaml"
    file.write_text("riverty.customeraccount.creditlimit: POST /limits/{accountNumber}", encoding="utf-8")
    paths = published(serve(paths=str(file)), "riverty")["paths"]
    assert list(paths["/limits/{accountNumber}"]) == ["post"]


def test_names_match_in_any_case(api: Api) -> None:
    assert api.send("GET", "/Docs/Riverty.JSON", headers={}).status_code == 200


def test_others_are_answered_while_a_document_is_built(image: bytes, loop: asyncio.AbstractEventLoop) -> None:
    settings = Settings()
    spaces = open_spaces(settings, image)
    app = assemble(settings, mounts(settings), spaces)  # no document of these applications has been built

    async def ask() -> tuple[bool, httpx.Response, httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sim.test", headers=BEARER) as client:
            await client.get("/APIGW/v1/Ping")  # what loads with the first request is there
            building = asyncio.create_task(client.get("/docs/riverty.json"))
            await asyncio.sleep(0)
            ping = await client.get("/APIGW/v1/Ping")
            return building.done(), ping, await building

    was_built, ping, document = loop.run_until_complete(ask())
    spaces.close()
    assert (was_built, ping.status_code, document.status_code) == (False, 200, 200)
