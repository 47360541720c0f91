"""Every member of every read operation has a value somewhere in the default world."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.apps import mounts
from tests.client import APTIC, Api

Json = dict[str, Any]

MOUNT = APTIC.removesuffix("/v1")
# The member that identifies an item of a list, where it is not the first one.
KEYS = {"/v1/Clients": "uniqueId"}


def members(schema: Json, schemas: Json, path: str = "") -> Iterator[str]:
    """The paths of all members that a schema describes, such as `value[].caseGuid`."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", ()):
        yield from members(choice, schemas, path)
    if "items" in schema:
        yield from members(schema["items"], schemas, f"{path}[]")
    for name, member in schema.get("properties", {}).items():
        inner = f"{path}.{name}".removeprefix(".")
        yield inner
        yield from members(member, schemas, inner)


def values(body: Any, path: str = "") -> Iterator[str]:
    """The paths of all members of a body that have a value: not null, not empty."""
    if isinstance(body, list):
        for item in body:
            yield from values(item, f"{path}[]")
    elif isinstance(body, Mapping):
        for name, value in body.items():
            inner = f"{path}.{name}".removeprefix(".")
            if value not in (None, "", [], {}):
                yield inner
            yield from values(value, inner)


class World:
    """Reads the objects of a world by the paths of its operations."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lists: dict[str, list[Json]] = {}

    def bodies(self, path: str) -> Iterator[Any]:
        """The body of each address of an operation."""
        for address in self._addresses(path):
            body = self._api.get(MOUNT + address, _top=100)
            assert body.status_code == 200, (address, body.text)
            yield body.json()

    def _addresses(self, path: str) -> Iterator[str]:
        head, brace, rest = path.rpartition("{")
        if not brace:
            yield path
            return
        tail = rest.partition("}")[2]
        for collection in self._addresses(head.removesuffix("/")):
            for item in self._items(collection):
                yield f"{collection}/{self._key(head.removesuffix('/'), item)}{tail}"

    def _items(self, address: str) -> list[Json]:
        if address not in self._lists:
            items: list[Json] = []
            while True:
                answer = self._api.get(MOUNT + address, _top=100, _skip=len(items)).json()
                items += answer["value"]
                if len(items) >= answer["total"]:
                    break
            self._lists[address] = items
        return self._lists[address]

    @staticmethod
    def _key(path: str, item: Json) -> str:
        if path.endswith("Documents"):
            return str(item["links"][0]["guid"])
        return str(item[KEYS.get(path, next(iter(item)))])


def never_seen(api: Api) -> list[str]:
    """The members without a value anywhere, as `operation: member`."""
    document = mounts()[MOUNT].openapi()
    world, missing = World(api), []
    for path, item in document["paths"].items():
        if "get" in item:
            content = item["get"]["responses"]["200"]["content"]["application/json"]
            expected = set(members(content["schema"], document["components"]["schemas"]))
            for body in world.bodies(path):
                expected -= set(values(body))
                if not expected:
                    break
            missing += [f"{item['get']['operationId']}: {name}" for name in sorted(expected)]
    return missing


def test_every_member_has_a_value_somewhere(api: Api) -> None:
    assert never_seen(api) == []
