"""The collections are those that the documents make, and their requests succeed."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client import Api
from tests.collections.formats import files
from tests.collections.requests import BASE, Request, folders, operations, source, variables
from tests.conftest import Serve

FOLDER = Path(__file__).parents[2] / "openapi/collections"
SLUGS = sorted(path.stem for path in FOLDER.glob("http/*.http"))

Json = Any


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its variables replaced."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)


def found(body: Json, path: str) -> Json:
    """What a path such as `value[0].guid` leads to."""
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        body = body[name] if name else body[int(index)]
    return body


def send(api: Api, request: Request, values: Mapping[str, str]) -> httpx.Response:
    """The answer to a request."""
    headers = {name: filled(value, values) for name, value in request.headers.items()}
    body = filled(request.text, values).encode()
    return api.send(request.method, filled(request.url, values), headers=headers, content=body)


@pytest.fixture
def api(serve: Serve) -> Api:
    """A server that accepts only the credentials of the world."""
    return serve(auth="strict")


@pytest.mark.parametrize("slug", SLUGS)
def test_the_requests_of_a_folder_succeed_again_and_again(api: Api, slug: str) -> None:
    (folder,) = (one for one in folders() if one.slug == slug)
    values = variables(api.app.spaces.stand_in) | {"baseUrl": "/s/collections"}
    for request in folder.requests * 2:
        answer = send(api, request, values)
        assert answer.status_code == request.status, f"{request.name}: {answer.text}"
        assert "sim-diagnostics" not in answer.headers, f"{request.name}: {answer.headers['sim-diagnostics']}"
        for name, path in request.save.items():
            values[name] = found(answer.json(), path)


def test_every_operation_of_the_vendors_is_in_a_folder_or_left_out_with_a_reason() -> None:
    included = {request.operation for folder in folders() for request in folder.requests}
    vendors = {name for name, one in operations().items() if one.api != "admin"}
    assert vendors - included == set(source()["left_out"])
    assert included & set(source()["left_out"]) == set()
    assert set(source()["operations"]) <= vendors


@pytest.mark.pinned
def test_the_collections_are_up_to_date(serve: Serve) -> None:
    made = files(variables(serve().app.spaces.stand_in))
    written = {
        path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    assert written == made, "run `make openapi`"


def test_files_for_editors_have_all_requests_in_order(serve: Serve) -> None:
    values = variables(serve().app.spaces.stand_in)
    for folder in folders():
        text = (FOLDER / f"http/{folder.slug}.http").read_text("utf-8")
        head, *parts = re.split(r"(?m)^### .*\n", text)
        declared = dict(re.findall(r"(?m)^@(\w+) = (.*)$", head))
        assert declared.items() <= values.items()
        assert len(parts) == len(folder.requests)
        for part, request in zip(parts, folder.requests, strict=True):
            lines = [line for line in part.strip().splitlines() if not line.startswith(("@", "# @name "))]
            start, *others = lines
            assert start == f"{request.method} {request.url}"
            assert "\n".join(others).partition("\n\n")[2].strip() == request.text


def test_the_postman_collection_has_the_same_folders() -> None:
    collection = json.loads((FOLDER / "ledgersim.postman_collection.json").read_text("utf-8"))
    assert {one["name"]: len(one["item"]) for one in collection["item"]} == {
        folder.name: len(folder.requests) for folder in folders()
    }
    assert {one["key"]: one["value"] for one in collection["variable"]}["baseUrl"] == BASE
