"""Sends the requests in tests/contract/examples/ and writes what the server answers where the documents take it from.

`make openapi` runs it. The server is a fresh one whose clock stands still.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

import ledgersim
from ledgersim.app import assemble, mounts, open_spaces
from ledgersim.http.vendor_app import VendorApp
from ledgersim.settings import Settings
from tests.client import Api
from tests.worlds import world_image

NAMES = ("aptic", "payex", "riverty", "admin")
REQUESTS = Path(__file__).parent / "examples"
PACKAGE = Path(ledgersim.__file__).parent
FILES = {
    name: PACKAGE / ("admin" if name == "admin" else f"vendors/{name}") / "examples.json" for name in NAMES
}
NOW = "2026-01-10T09:00:00Z"

Json = dict[str, Any]


def requests(name: str) -> Any:
    """The file with the requests to an API."""
    return yaml.safe_load((REQUESTS / f"{name}.yaml").read_text(encoding="utf-8"))


def answered(api: Api, name: str, app: VendorApp, mount: str) -> Iterator[tuple[str, Json]]:
    """Each operation with its request and response, as the document shows them."""
    file = requests(name)
    routes = {str(route.operation_id): route for route in app.operations()}
    answers: Json = {}
    for identifier, written in file["requests"].items():
        route = routes[identifier]
        request: Json = _filled(written, answers)
        needed = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        known = {**file["defaults"]["path"], **request.get("path", {})}
        known["guid"] = known.get(f"{identifier.split('.')[1].removesuffix('s')}Guid")
        path = {one: str(known[one]) for one in needed}
        target = mount + route.path.format(**{one: quote(value, safe="") for one, value in path.items()})
        (method,) = route.methods or {""}
        sent = {"json": request["body"]} if "body" in request else {}
        sent |= {"data": request["form"]} if "form" in request else {}
        headers = {**file["defaults"]["headers"], "Host": "127.0.0.1:8080"}
        answer = api.send(method, target, headers=headers, params=request.get("query"), **sent)
        assert answer.status_code < 400, f"{identifier}: {answer.status_code} {answer.text}"
        found: Json = {"path": path, "query": request.get("query", {}), "status": answer.status_code}
        if sent:
            (found["body"],) = sent.values()
        if answer.content and written.get("response", True):
            found["response"] = answers[identifier] = answer.json()
        yield identifier, found


def _filled(written: Any, answers: Mapping[str, Any]) -> Any:
    """What is written, with members of earlier responses in place of their names."""
    if isinstance(written, dict):
        return {key: _filled(value, answers) for key, value in written.items()}
    if isinstance(written, list):
        return [_filled(one, answers) for one in written]
    if not isinstance(written, str) or not written.startswith("$"):
        return written
    operation = max((one for one in answers if written.startswith(f"${one}.")), key=len)
    found = answers[operation]
    for part in written.removeprefix(f"${operation}.").split("."):
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def shown(name: str, api: Api, apps: Mapping[str, VendorApp]) -> Json:
    """All examples of an API, from a fresh server."""
    api.freeze(NOW)
    ((mount, app),) = [(mount, app) for mount, app in apps.items() if app.name == name]
    return dict(answered(api, name, app, mount))


def main() -> None:
    """Write the examples of all APIs."""
    settings = Settings()
    image = world_image(settings.world, settings.seed, settings.customers, settings.as_of)
    apps = mounts(settings)
    loop = asyncio.new_event_loop()
    for name, file in FILES.items():
        spaces = open_spaces(settings, image)
        found = shown(name, Api(assemble(settings, apps, spaces), loop), apps)
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        spaces.close()
    loop.close()


if __name__ == "__main__":
    main()
