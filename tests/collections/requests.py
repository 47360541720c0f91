"""The requests of the collections, in folders: those of each resource, and those of each story."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from ledgersim.admin import MOUNT
from ledgersim.plugin import resolve
from ledgersim.spaces.space import Space
from ledgersim.vendors import installed_vendors
from ledgersim.world.yaml_files import parse
from tests.apps import openapi

Json = Any
BASE = "http://127.0.0.1:8080/s/collections"
ABOUT = (
    "Requests to a running ledgersim, made from its OpenAPI documents. They use the space `collections`, which each "
    "folder resets first. Set `baseUrl` for a server at another address."
)
JSON = "application/json"
KEYS = {"aptic": "apticKey", "payex": "payexToken", "riverty": "rivertyKey"}

_ORDER = {"create": 0, "token": 0, "close": 2, "delete": 2}
_SOURCE = Path(__file__).with_name("source.yaml")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Request:
    """A request, with `{{name}}` for variables. `save` has paths into the response, by variable."""

    name: str
    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    status: int
    about: str = ""
    body: Json = None
    is_form: bool = False
    save: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as it is sent; empty without one."""
        if self.is_form:
            return urlencode(self.body)
        return "" if self.body is None else json.dumps(self.body, indent=2, ensure_ascii=False)

    def variables(self) -> list[str]:
        """The variables that it needs."""
        texts = [self.url, *self.headers.values(), self.text]
        return [name for text in texts for name in _VARIABLE.findall(text)]


@dataclass(frozen=True)
class Folder:
    """A resource or a story."""

    name: str
    about: str
    requests: list[Request]

    @property
    def slug(self) -> str:
        """The name for files."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True)
class Operation:
    """An operation of a document."""

    id: str
    api: str
    base: str
    method: str
    path: str
    content: Json

    @property
    def tag(self) -> str:
        """The resource that it belongs to."""
        return str(self.content["tags"][0])

    @property
    def status(self) -> int:
        """The status of its success."""
        return min(int(status) for status in self.content["responses"] if status.isdigit() and status < "300")


@cache
def source() -> Json:
    """What the collections say beside the documents."""
    return parse(_SOURCE, _SOURCE.read_bytes())


@cache
def operations() -> dict[str, Operation]:
    """The operations of all documents by id."""
    bases = {vendor.name: vendor.mount for vendor in installed_vendors()} | {"admin": MOUNT}
    return {
        operation["operationId"]: Operation(
            operation["operationId"], api, base, method.upper(), path, operation
        )
        for api, base in bases.items()
        for path, item in openapi(api)["paths"].items()
        for method, operation in item.items()
    }


def variables(space: Space) -> dict[str, str]:
    """The variables that all collections begin with: the address, credentials, and ids of personas."""
    personas = {persona["name"]: persona for persona in space.personas()}
    found = {"baseUrl": BASE}
    for name, variable in KEYS.items():
        (credential,) = _sample_headers(space, name).values()
        found[variable] = credential.removeprefix("Bearer ")
    for name, place in source()["variables"].items():
        persona, _, path = place.partition(" / ")
        value: Json = personas[persona]
        for step in path.split("."):
            value = value[int(step)] if step.isdigit() else value[step]
        found[name] = value
    return found


def _sample_headers(space: Space, vendor: str) -> Mapping[str, str]:
    """The credentials of the world for a vendor, which are accepted with `--auth strict` too."""
    (samples,) = (resolve(one.samples) for one in installed_vendors() if one.name == vendor)
    assert samples is not None
    return samples.headers(space, "strict", {"ledger": "46001"})


def _headers(operation: Operation, saved: set[str]) -> dict[str, str]:
    if operation.content.get("security") == [] or operation.api == "admin":
        return {}
    if operation.api == "aptic":
        return {"Authorization": "Bearer {{token}}"} if "token" in saved else {"X-Api-Key": "{{apticKey}}"}
    if operation.api == "payex":
        return {"Authorization": "Bearer {{payexToken}}"}
    return {"X-Auth-Key": "{{rivertyKey}}"}


@cache
def _known() -> set[str]:
    """The names of all variables."""
    saved = (name for one in source()["operations"].values() for name in one.get("save", ()))
    return {*source()["variables"], *saved}


def _example(operation: Operation) -> dict[str, Json]:
    """The query and the body that the document shows."""
    query = {
        one["name"]: one["example"]
        for one in operation.content.get("parameters", ())
        if one["in"] == "query" and "example" in one
    }
    media = operation.content.get("requestBody", {}).get("content", {})
    bodies = [{"media": kind, "body": one["example"]} for kind, one in media.items() if "example" in one]
    return {"query": query, **(bodies[0] if bodies else {})}


def _request(operation: Operation, more: Mapping[str, Json], saved: set[str]) -> Request:
    values = {**_example(operation), **source()["operations"].get(operation.id, {}), **more}
    parts = operation.path.split("/")
    shown = {one["name"]: one.get("example") for one in operation.content.get("parameters", ())}
    for at, part in enumerate(parts):
        if named := _PLACEHOLDER.fullmatch(part):
            name = named[1]
            default = f"{{{{{name}}}}}" if name in _known() else shown[name]
            default = source()["placeholders"].get(f"{parts[at - 1]}/{part}", default)
            parts[at] = values.get("path", {}).get(name, default)
    query = "&".join(
        f"{name}={quote(str(value), safe='{}')}" for name, value in values.get("query", {}).items()
    )
    url = f"{{{{baseUrl}}}}{operation.base}{'/'.join(parts)}{f'?{query}' if query else ''}"
    headers = _headers(operation, saved)
    if "body" in values:
        headers["Content-Type"] = values.get("media", JSON)
    return Request(
        operation.content["summary"],
        operation.id,
        operation.method,
        values.get("url", url),
        headers,
        operation.status,
        operation.content.get("description", ""),
        values.get("body"),
        values.get("media", JSON) != JSON,
        values.get("save", {}),
    )


def _reset() -> Request:
    return _request(operations()["sim.reset"], {}, set())


def _resources() -> Iterator[Folder]:
    """A folder for each tag of each vendor: creations first, what deletes or closes last."""
    about = {
        (vendor.name, tag["name"]): tag["description"]
        for vendor in installed_vendors()
        for tag in openapi(vendor.name)["tags"]
    }
    titles = {vendor.name: vendor.title for vendor in installed_vendors()}
    for (api, tag), description in about.items():
        found = [
            one
            for one in operations().values()
            if (one.api, one.tag) == (api, tag) and one.id not in source()["left_out"]
        ]
        found.sort(key=lambda one: _ORDER.get(one.id.rpartition(".")[2], 1))
        requests = [_request(one, {}, set()) for one in found]
        yield Folder(f"{titles[api]} {tag}", description, [_reset(), *requests])


def _stories() -> Iterator[Folder]:
    for story in source()["stories"]:
        requests, saved = [_reset()], set[str]()
        for step in story["requests"]:
            ((name, more),) = step.items()
            requests.append(_request(operations()[name], more, saved))
            saved |= requests[-1].save.keys()
        yield Folder(story["name"], story["about"], requests)


@cache
def folders() -> list[Folder]:
    """All folders. The requests of a folder have different names."""
    return [
        Folder(one.name, one.about, list(_with_own_names(one.requests))) for one in (*_resources(), *_stories())
    ]


def _with_own_names(requests: list[Request]) -> Iterator[Request]:
    seen: dict[str, int] = {}
    for one in requests:
        seen[one.name] = times = seen.get(one.name, 0) + 1
        yield one if times == 1 else Request(**{**vars(one), "name": f"{one.name} ({times})"})
