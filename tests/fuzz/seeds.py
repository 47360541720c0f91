"""Well-formed requests to every operation, with ids of things that are there, and bodies as their schemas allow."""

import json
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from ledgersim.admin import MOUNT as ADMIN
from ledgersim.http.vendor_app import VendorApp
from tests.apps import mounts

HEADERS = {
    "/APIGW": ("Authorization", "Bearer any"),
    "/ledger": ("Authorization", "Bearer payex-46001-token"),
    "/api/v3": ("X-Auth-Key", "any"),
    ADMIN: ("Accept", "application/json"),
}
# Faults are failures on demand, which would look like those of the server; a stream goes on for a minute.
LEFT_OUT = ("sim.faults.create", "sim.requests.stream")
# Parameters that no response names so, or that need no id.
NAMES = {"no": "customerno", "sid": "surplusids", "invoiceno": "invoicenos", "accountno": "accountnos"}
OWNERS = {"Debtors": "debtorguid", "Cases": "caseguid", "Customers": "customerguid"}
TEXTS = [
    "",
    "a",
    "Åsa Ek",
    "SE",
    "SEK",
    "sv",
    "46001",
    "1000001",
    "19850314-9984",
    "2026-02-28",
    "0.01",
    "a" * 300,
]
PERSONAS = 3

Json = Any
Ids = Mapping[str, list[str]]


class Request(NamedTuple):
    """A request that may be mutated."""

    operation: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes | None
    fields: list[str]  # members that the query may name

    def to_bytes(self) -> bytes:
        """The request as HTTP/1.1."""
        headers = [("Host", "localhost"), *self.headers]
        if self.body is not None:
            headers.append(("Content-Length", str(len(self.body))))
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        head = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass")
        return head + (self.body or b"")


class Seed(NamedTuple):
    """An operation and how to make requests to it."""

    mount: str
    method: str
    path: str
    document: Json
    operation: Json

    def request(self, random: Random, ids: Ids) -> Request:
        """A request as the document allows it; one in ten has an id of nothing."""
        parts = self.path.split("/")
        for at, part in enumerate(parts):
            if part.startswith("{"):
                name = OWNERS[parts[at - 1]] if part == "{guid}" else part[1:-1].lower()
                known = ids.get(NAMES.get(name, name)) if random.random() < 0.9 else None
                parts[at] = quote(random.choice(known or TEXTS), safe="") or "x"
        headers, body = [HEADERS[self.mount]], None
        for kind, media in self.operation.get("requestBody", {}).get("content", {}).items():
            headers.append(("Content-Type", kind))
            value = self.value(media["schema"], random)
            body = json.dumps(value, ensure_ascii=random.random() < 0.5).encode()
        fields = sorted(self._members(self.operation["responses"].get("200", {})))
        return Request(
            self.operation["operationId"], self.method, self.mount + "/".join(parts), headers, body, fields
        )

    def value(self, schema: Json, random: Random, depth: int = 0) -> Json:
        """A value of a schema, as far as its types and enumerations say."""
        schema = self._resolved(schema)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(random.choice(choices), random, depth)
        if "enum" in schema or "const" in schema:
            return random.choice(schema.get("enum") or [schema["const"]])
        match schema.get("type"):
            case "object":
                required = schema.get("required", ())
                return {
                    name: self.value(member, random, depth + 1)
                    for name, member in schema.get("properties", {}).items()
                    if name in required or (depth < 4 and random.random() < 0.4)
                }
            case "array":
                number = random.choice([1, 1, 2, 3]) if depth < 4 else 0
                return [self.value(schema.get("items", {}), random, depth + 1) for _ in range(number)]
            case "integer":
                return random.choice([0, 1, 2, 3, 12, 100])
            case "number":
                return random.choice([0, 1, 0.5, 100.25, 12000])
            case "boolean":
                return random.random() < 0.5
            case "null":
                return None
        formats = {"date": "2026-02-28", "date-time": "2026-02-28T12:00:00Z"}
        formats["uuid"] = "5eed0001-deb0-4000-8000-000000000001"
        return formats.get(schema.get("format", "")) or random.choice(TEXTS)

    def _resolved(self, schema: Json) -> Json:
        if "$ref" not in schema:
            return schema
        return self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]

    def _members(self, response: Json) -> Iterator[str]:
        """The members of the items of a list."""
        for media in response.get("content", {}).values():
            page = self._resolved(media.get("schema", {})).get("properties", {})
            if "value" in page:
                yield from self._resolved(page["value"].get("items", {})).get("properties", {})


def seeds() -> list[Seed]:
    """Every operation of every document."""
    apps: Mapping[str, VendorApp] = mounts()
    return [
        Seed(mount, method.upper(), path, app.openapi(), operation)
        for mount, app in apps.items()
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
        if operation["operationId"] not in LEFT_OUT
    ]


def find_ids(client: httpx.Client, operations: list[Seed]) -> Sequence[Ids]:
    """For some personas, by lower-case name of a parameter or member: ids of what is there."""
    found = []
    for persona in client.get(f"{ADMIN}/personas").json()["personas"][:PERSONAS]:
        ids = {"servicedefinition": ["Echo", "Fail"], "button": ["complete"], "action": ["complete", "abort"]}
        _collect(persona, ids)
        ids["caseguid"] = ids.pop("caseguids", [])
        random = Random(1)
        for seed in operations:
            if seed.method == "GET" and seed.mount != ADMIN and "{" in seed.path:
                request = seed.request(random, ids)
                response = client.get(request.target, headers=dict(request.headers))
                if response.status_code == 200:
                    _collect(response.json(), ids)
        found.append(ids)
    return found


def _collect(value: Json, ids: dict[str, list[str]], name: str = "") -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _collect(item, ids, key.lower())
    elif isinstance(value, list):
        for item in value:
            _collect(item, ids, name)
    elif isinstance(value, str) and value not in ids.setdefault(name, []) and len(ids[name]) < 5:
        ids[name].append(value)
