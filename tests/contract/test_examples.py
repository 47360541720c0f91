"""The examples of the OpenAPI documents: each is what a fresh server answers."""

import json
from typing import Any

import pytest

from tests.apps import openapi
from tests.conftest import Serve
from tests.contract.examples import FILES, NAMES, shown

# Operations without an example, because they take or return a page, a file or a whole world, or an id of this run.
WITHOUT = {
    "admin": {
        "sim.export",
        "sim.import",
        "sim.openapi",
        "sim.openapi.get",
        "sim.payex.cardcheck.press",
        "sim.payex.cardcheck.show",
        "sim.payex.cardregistration.end",
        "sim.data.written",
        "sim.requests.code",
        "sim.requests.get",
        "sim.requests.har",
        "sim.requests.problems",
        "sim.requests.stream",
        "sim.snapshots.download",
        "sim.snapshots.upload",
    }
}
# Those whose response differs between machines or runs.
WITHOUT_RESPONSE = {
    "sim.coverage.get",
    "sim.info",
    "sim.personas.list",
    "sim.requests.list",
    "sim.snapshots.create",
    "sim.snapshots.get",
    "sim.snapshots.list",
    "sim.spaces.create",
    "sim.spaces.get",
    "sim.spaces.list",
}


@pytest.mark.pinned
@pytest.mark.parametrize("name", NAMES)
def test_examples_are_what_a_fresh_server_answers(name: str, serve: Serve) -> None:
    api = serve()
    expected = json.loads(FILES[name].read_text(encoding="utf-8"))
    assert shown(name, api, api.app.mounts) == expected, "run `make openapi`"


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_has_an_example_of_all_that_it_takes_and_returns(name: str) -> None:
    lacking = {
        f"{operation['operationId']}: {what}"
        for item in openapi(name)["paths"].values()
        for operation in item.values()
        if operation["operationId"] not in WITHOUT.get(name, set())
        for what, is_shown in parts(operation)
        if not is_shown
    }
    assert lacking == {f"{one}: response" for one in WITHOUT_RESPONSE if name == "admin"}


@pytest.mark.parametrize("option", ["$filter", "$orderby"])
def test_every_list_shows_a_filter_and_an_order_that_find_something(option: str) -> None:
    lists = [
        operation
        for item in openapi("aptic")["paths"].values()
        for operation in item.values()
        if any(one["name"] == option for one in operation.get("parameters", ()))
    ]
    assert len(lists) == 20
    for operation in lists:
        (parameter,) = (one for one in operation["parameters"] if one["name"] == option)
        assert parameter.get("example"), operation["operationId"]
        example = operation["responses"]["200"]["content"]["application/json"]["example"]
        assert example["value"] if isinstance(example, dict) else example, operation["operationId"]


def parts(operation: dict[str, Any]) -> list[tuple[str, bool]]:
    """What an operation takes and returns, and whether there is an example of it."""
    found = [(one["name"], "example" in one) for one in operation.get("parameters", ()) if one["in"] == "path"]
    if "requestBody" in operation:
        found.append(("body", _has_example(operation["requestBody"])))
    for status, response in operation["responses"].items():
        if status.startswith("2") and "content" in response:
            found.append(("response", _has_example(response)))
    return found


def _has_example(body: dict[str, Any]) -> bool:
    return any("example" in media for media in body["content"].values())
